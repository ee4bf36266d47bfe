"""The Open Inference Protocol and TensorFlow Serving's REST API, asked by their own clients."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
import requests
import tritonclient.http as triton
from patience import HANG_S
from server import ROOT, Server
from test_tensors import A, B, infer, samples as arrays_of_every_type, rows
from tritonclient.utils import InferenceServerException

MODELS = ROOT / "Tests/InferenceTests/Fixtures/tensors"


@pytest.fixture(scope="module")
def mlp():
    with Server(model=MODELS / "mlp.onnx") as server:
        yield server


@pytest.fixture(scope="module")
def every_type():
    with Server("--served-name", "types", model=MODELS / "every_type.onnx") as server:
        yield server


def client(server: Server) -> triton.InferenceServerClient:
    return triton.InferenceServerClient(f"127.0.0.1:{server.port}", network_timeout=HANG_S)


def tensor(name: str, array: np.ndarray, kind: str, binary=True) -> triton.InferInput:
    value = triton.InferInput(name, list(array.shape), kind)
    value.set_data_from_numpy(array, binary_data=binary)
    return value


# tritonclient


def test_health_and_metadata(mlp):
    with client(mlp) as asked:
        assert asked.is_server_live() and asked.is_server_ready()
        assert asked.is_model_ready("mlp") and asked.is_model_ready("mlp", "1")
        assert asked.get_server_metadata()["name"] == "amphora"
        described = asked.get_model_metadata("mlp")
        assert described["inputs"][0] == {"name": "a", "datatype": "FP32", "shape": [-1, 3]}
        assert [output["datatype"] for output in described["outputs"]] == ["FP32", "FP32", "INT64"]
        assert asked.get_model_repository_index() == [
            {"name": "mlp", "version": "1", "state": "READY"}
        ]
        with pytest.raises(InferenceServerException, match="no model “x”; this server has “mlp”"):
            asked.get_model_metadata("x")
        assert not asked.is_model_ready("mlp", "2")
        with pytest.raises(InferenceServerException, match="loaded when the server starts"):
            asked.load_model("mlp")


@pytest.mark.parametrize("binary_in", [True, False])
@pytest.mark.parametrize("binary_out", [True, False])
@pytest.mark.parametrize("coding", [None, "gzip", "deflate"])
def test_inference(mlp, binary_in, binary_out, coding):
    inputs = [tensor("b", B, "FP32", binary_in), tensor("a", A, "FP32", binary_in)]
    outputs = [triton.InferRequestedOutput(n, binary_data=binary_out) for n in ("best", "hidden")]
    with client(mlp) as asked:
        result = asked.infer(
            "mlp", inputs, outputs=outputs, request_id="a-1", request_compression_algorithm=coding
        )
    wanted = infer("mlp", {"a": A, "b": B})
    assert result.get_response()["id"] == "a-1"
    for name in ("best", "hidden"):
        assert result.as_numpy(name).dtype == wanted[name].dtype
        assert np.array_equal(result.as_numpy(name), wanted[name])
    assert result.as_numpy("total") is None


def test_all_outputs_come_where_none_is_named(mlp):
    with client(mlp) as asked:
        result = asked.infer("mlp", [tensor("a", A, "FP32"), tensor("b", B, "FP32")])
    for name, array in infer("mlp", {"a": A, "b": B}).items():
        assert np.array_equal(result.as_numpy(name), array)


@pytest.mark.parametrize("binary", [True, False])
def test_every_type(every_type, binary):
    kinds = {"float32": "FP32", "float64": "FP64", "float16": "FP16", "bool": "BOOL"}
    arrays = arrays_of_every_type()
    inputs = []
    for name, array in arrays.items():
        kind = name.removeprefix("x_")
        if kind == "string":
            inputs.append(tensor(name, array.astype(object), "BYTES", binary))
        elif kind == "float16" and not binary:
            # The client has no JSON for it; the protocol's second edition has.
            inputs.append(tensor(name, array, "FP16", True))
        else:
            inputs.append(tensor(name, array, kinds.get(kind, kind.upper()), binary))
    with client(every_type) as asked:
        result = asked.infer("types", inputs)
    for name, array in arrays.items():
        found = result.as_numpy(name.replace("x_", "y_"))
        if array.dtype.kind == "U":
            found = np.array([t.decode() if isinstance(t, bytes) else t for t in found.reshape(-1)])
            found = found.reshape(array.shape)
        assert np.array_equal(found, array), name


def test_refusals_are_the_protocols(mlp):
    with client(mlp) as asked:
        with pytest.raises(InferenceServerException, match="takes float32 of shape"):
            asked.infer("mlp", [tensor("a", B, "FP32"), tensor("b", B, "FP32")])
        with pytest.raises(InferenceServerException, match="no output \"worst\""):
            asked.infer(
                "mlp", [tensor("a", A, "FP32"), tensor("b", B, "FP32")],
                outputs=[triton.InferRequestedOutput("worst")],
            )  # fmt: skip
    url = f"{mlp.url}/v2/models/mlp/infer"
    for length in ["99999999", "-1", "x"]:
        fields = {"Inference-Header-Content-Length": length}
        reply = requests.post(url, data=b"{}", headers=fields, timeout=HANG_S)
        assert reply.status_code == 400, reply.text
    reply = requests.post(url, data=rows(a=A, b=B), timeout=HANG_S)
    assert reply.status_code == 400 and "each element of" in reply.json()["error"]


def test_sagemakers_type_of_binary_tensors(mlp):
    body, length = triton.InferenceServerClient.generate_request_body(
        [tensor("a", A, "FP32"), tensor("b", B, "FP32")]
    )
    kind = f"application/vnd.sagemaker-triton.binary+json;json-header-size={length}"
    reply = requests.post(
        f"{mlp.url}/invocations", data=body, headers={"Content-Type": kind}, timeout=HANG_S
    )
    assert reply.status_code == 200, reply.text
    answered = reply.headers["Content-Type"]
    assert answered.startswith("application/vnd.sagemaker-triton.binary+json;json-header-size=")
    result = triton.InferenceServerClient.parse_response_body(
        reply.content, header_length=int(answered.split("=")[1])
    )
    for name, array in infer("mlp", {"a": A, "b": B}).items():
        assert np.array_equal(result.as_numpy(name), array)


# Classifiers of pictures


def test_a_classifier_takes_encoded_pictures(server, samples):
    pictures = np.array([samples["digit-7.png"], samples["digit-2.png"]], object)
    wanted = [
        requests.post(
            f"{server.url}/invocations?top_k=10", data=picture, timeout=HANG_S,
            headers={"Content-Type": "image/png"},
        ).json()["results"]
        for picture in pictures
    ]  # fmt: skip
    with client(server) as asked:
        described = asked.get_model_metadata("digits")
        assert described["inputs"] == [{"name": "image", "datatype": "BYTES", "shape": [-1]}]
        result = asked.infer("digits", [tensor("image", pictures, "BYTES")])
        best = asked.infer(
            "digits", [tensor("image", pictures, "BYTES")],
            outputs=[triton.InferRequestedOutput("probabilities", class_count=2)],
        ).as_numpy("probabilities")  # fmt: skip
    assert result.as_numpy("probabilities").shape == (2, 10)
    for index, results in enumerate(wanted):
        labels = [label.decode() for label in result.as_numpy("labels")[index]]
        assert labels == [entry["label"] for entry in results]
        for entry in results:
            found = result.as_numpy("probabilities")[index][int(entry["label"])]
            assert found == np.float32(entry["prob"])
        first = best[index][0].decode().split(":")
        assert first[1:] == [results[0]["label"], results[0]["label"]]
        assert np.float32(first[0]) == np.float32(results[0]["prob"])


def test_a_picture_in_json_is_base64(server, samples):
    data = base64.b64encode(samples["digit-7.png"]).decode()
    body = {"inputs": [{"name": "image", "shape": [1], "datatype": "BYTES", "data": [data]}]}
    reply = requests.post(f"{server.url}/v2/models/digits/infer", json=body, timeout=HANG_S)
    assert reply.status_code == 200, reply.text
    assert reply.json()["outputs"][1]["data"][0] == "7"


def test_a_bad_picture_is_named(server, samples):
    pictures = np.array([samples["digit-7.png"], b"no picture"], object)
    with client(server) as asked, pytest.raises(InferenceServerException, match="picture 1: "):
        asked.infer("digits", [tensor("image", pictures, "BYTES")])


# TensorFlow Serving, KServe V1


def test_v1(mlp, server, samples):
    assert requests.get(f"{mlp.url}/", timeout=HANG_S).json() == {"status": "alive"}
    assert requests.get(f"{mlp.url}/v1/models", timeout=HANG_S).json() == {"models": ["mlp"]}
    status = requests.get(f"{mlp.url}/v1/models/mlp", timeout=HANG_S).json()
    assert status["ready"] is True and status["model_version_status"][0]["state"] == "AVAILABLE"
    url = f"{mlp.url}/v1/models/mlp/versions/1:predict"
    found = requests.post(url, data=rows(a=A, b=B), timeout=HANG_S).json()["predictions"]
    wanted = infer("mlp", {"a": A, "b": B})
    assert [row["best"] for row in found] == wanted["best"].tolist()
    body = json.dumps({"inputs": {"a": A.tolist(), "b": B.tolist()}})
    found = requests.post(url, data=body, timeout=HANG_S).json()["outputs"]
    assert np.array_equal(np.array(found["hidden"], np.float32), wanted["hidden"])
    assert requests.post(url.replace("mlp", "x", 1).replace("/x/", "/y/"), data=body, timeout=HANG_S).status_code == 404
    picture = base64.b64encode(samples["digit-7.png"]).decode()
    for instance in [{"b64": picture}, {"image_bytes": {"b64": picture}}]:
        reply = requests.post(
            f"{server.url}/v1/models/digits:predict", json={"instances": [instance]}, timeout=HANG_S
        )
        assert reply.json()["predictions"][0]["results"][0]["label"] == "7", reply.text
