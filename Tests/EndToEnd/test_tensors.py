"""Models of arrays at `/invocations`: every form of a request, with onnxruntime's own answers beside them.

The models are those of tools/make_tensor_models.py.
"""

from __future__ import annotations

import gzip
import io
import json
import pathlib
import random
import struct
import sysconfig

import numpy as np
import onnxruntime
import pytest
import requests
from envelopes import opened
from events import function_url, sqs
from lambda_function import LambdaFunction
from patience import HANG_S
from runtime_api import RuntimeAPI
from server import ROOT, Server, run

MODELS = ROOT / "Tests/InferenceTests/Fixtures/tensors"
A = np.array([[0.5, -1.25, 3.0], [1e-3, 2.0, -0.1]], np.float32)
B = np.array([[7.0, -0.25], [0.125, 1.5]], np.float32)


def infer(name: str, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What onnxruntime answers, with one thread as the server's workers have."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(MODELS / f"{name}.onnx"), options)
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs)))


@pytest.fixture(scope="module")
def models():
    """A server a model, started when first asked for."""
    running: dict[str, Server] = {}

    def of(name: str) -> Server:
        if name not in running:
            running[name] = Server("--workers", "2", model=MODELS / f"{name}.onnx")
        return running[name]

    yield of
    for server in running.values():
        server.stop()


def ask(server: Server, body, content_type: str, **headers) -> requests.Response:
    fields = {"Content-Type": content_type, **headers}
    return requests.post(f"{server.url}/invocations", data=body, headers=fields, timeout=HANG_S)


def rows(**inputs) -> str:
    names = list(inputs)
    return json.dumps(
        {"instances": [{n: inputs[n][i].tolist() for n in names} for i in range(len(inputs[names[0]]))]}
    )


def npz(arrays: dict[str, np.ndarray], compressed=False) -> bytes:
    file = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(file, **arrays)
    return file.getvalue()


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


# Several inputs and outputs


def check_rows(predictions, wanted) -> None:
    assert len(predictions) == len(A)
    for index, row in enumerate(predictions):
        for name, array in wanted.items():
            assert np.array_equal(np.array(row[name], array.dtype), array[index]), name


def test_rows(models):
    reply = ask(models("mlp"), rows(a=A, b=B), "application/json")
    assert reply.status_code == 200, reply.text
    check_rows(reply.json()["predictions"], infer("mlp", {"a": A, "b": B}))


def test_columns(models):
    body = json.dumps({"inputs": {"b": B.tolist(), "a": A.tolist()}})
    reply = ask(models("mlp"), body, "application/json")
    for name, array in infer("mlp", {"a": A, "b": B}).items():
        assert np.array_equal(np.array(reply.json()["outputs"][name], array.dtype), array)


def test_v2_by_its_members(models):
    inputs = [
        {"name": "a", "shape": [2, 3], "datatype": "FP32", "data": A.tolist()},
        {"name": "b", "shape": [2, 2], "datatype": "FP32", "data": B.reshape(-1).tolist()},
    ]
    reply = ask(models("mlp"), json.dumps({"id": "7", "inputs": inputs}), "application/json")
    assert reply.status_code == 200, reply.text
    reply = reply.json()
    assert reply["model_name"] == "mlp" and reply["id"] == "7"
    wanted = infer("mlp", {"a": A, "b": B})
    for output in reply["outputs"]:
        array = wanted[output["name"]]
        assert output["shape"] == list(array.shape)
        assert np.array_equal(np.array(output["data"], array.dtype), array.reshape(-1))


@pytest.mark.parametrize("compressed", [False, True])
def test_npz(models, compressed):
    reply = ask(models("mlp"), npz({"a": A, "b": B}, compressed), "application/x-npz")
    assert reply.headers["Content-Type"] == "application/x-npz"
    answer = np.load(io.BytesIO(reply.content))
    for name, array in infer("mlp", {"a": A, "b": B}).items():
        assert answer[name].dtype == array.dtype and np.array_equal(answer[name], array)


def test_json_lines_are_answered_a_line_each(models):
    body = "\n".join(json.dumps({"a": a.tolist(), "b": b.tolist()}) for a, b in zip(A, B))
    reply = ask(models("mlp"), body + "\n", "application/jsonlines")
    lines = [json.loads(line) for line in reply.text.splitlines()]
    wanted = infer("mlp", {"a": A, "b": B})
    check_rows(lines, wanted)


def test_a_bad_line_gets_its_own_error(models):
    good = json.dumps({"a": A[0].tolist(), "b": B[0].tolist()})
    bad = json.dumps({"a": [1], "b": [1, 2]})
    reply = ask(models("mlp"), f"{good}\n{bad}\n{good}\n", "application/jsonlines")
    lines = [json.loads(line) for line in reply.text.splitlines()]
    assert len(lines) == 3 and lines[0] == lines[2]
    assert "takes float32 of shape [?, 3]" in lines[1]["error"]


@pytest.mark.parametrize(
    "accept, kind",
    [
        ("application/x-npz", "application/x-npz"),
        ("application/jsonlines", "application/jsonlines"),
        ("text/csv;q=0.5, application/json", "application/json"),
        ("*/*", "application/json"),
    ],
)
def test_accept_chooses_the_answer(models, accept, kind):
    reply = ask(models("mlp"), rows(a=A, b=B), "application/json", Accept=accept)
    assert reply.headers["Content-Type"] == kind


def test_csv_of_outputs_side_by_side(models):
    reply = ask(models("mlp"), rows(a=A, b=B), "application/json", Accept="text/csv")
    wanted = infer("mlp", {"a": A, "b": B})
    columns = [array.reshape(len(A), -1) for array in wanted.values()]
    answer = np.loadtxt(io.StringIO(reply.text), delimiter=",", dtype=np.float64)
    assert np.array_equal(answer.astype(np.float32), np.hstack(columns).astype(np.float32))


def test_npy_holds_one_output(models):
    reply = ask(models("mlp"), rows(a=A, b=B), "application/json", Accept="application/x-npy")
    assert reply.status_code == 406 and "ask for npz" in reply.json()["error"]


# One input


X = np.array([[0.1, 0.2], [1e30, -3.5], [float("nan"), 0], [5, 6], [7, 8]], np.float32)


def test_csv_and_npy_and_any_number_of_rows(models):
    server = models("batch_of_four")
    text = "0.1,0.2\r\n1e30,-3.5\r\n,0\r\n5,6\r\n7,8"
    squares = (X * X).astype(np.float32)
    reply = ask(server, text, "text/csv")
    assert reply.headers["Content-Type"] == "text/csv"
    answer = np.loadtxt(io.StringIO(reply.text), delimiter=",", dtype=np.float32)
    assert np.array_equal(answer, squares, equal_nan=True)
    for array in [X, np.asfortranarray(X), X.astype(">f4"), X.astype(np.float16)[[0, 3, 4]]]:
        reply = ask(server, npy(array), "application/x-npy")
        assert reply.status_code == 200, reply.text
        exact = array.astype(np.float32)
        assert np.array_equal(np.load(io.BytesIO(reply.content)), exact * exact, equal_nan=True)


def test_nan_in_json_is_refused_or_null(models):
    server = models("batch_of_four")
    reply = ask(server, "nan,1\n", "text/csv", Accept="application/json")
    assert reply.status_code == 422 and reply.json()["code"] == "Function.NonFinite"
    assert "output “y” holds NaN or infinity at [0, 0]" in reply.json()["error"]
    reply = requests.post(
        f"{server.url}/invocations?non_finite=null", data="nan,2\n", timeout=HANG_S,
        headers={"Content-Type": "text/csv", "Accept": "application/json"},
    )  # fmt: skip
    assert reply.text == '{"predictions":[[null,4.0]]}'


def test_numbers_are_read_as_numpy_reads_them(models):
    generator = random.Random(5)
    numbers = [generator.uniform(-1, 1) * 10 ** generator.randint(-30, 15) for _ in range(2000)]
    texts = [generator.choice([repr, "{:.3e}".format, "{:.17g}".format])(n) for n in numbers]
    bits = [struct.unpack("<d", generator.randbytes(8))[0] for _ in range(2000)]
    texts += [repr(n) for n in bits if n == n and abs(n) < 3e18]
    texts = texts[: len(texts) // 2 * 2]
    wanted = np.array([float(t) for t in texts], np.float32).reshape(-1, 2)
    body = json.dumps({"instances": "X"}).replace(
        '"X"', "[" + ",".join(f"[{a},{b}]" for a, b in zip(texts[::2], texts[1::2])) + "]"
    )
    for content, kind in [
        (body, "application/json"),
        ("\n".join(f"{a},{b}" for a, b in zip(texts[::2], texts[1::2])), "text/csv"),
    ]:
        reply = ask(models("batch_of_four"), content, kind, Accept="application/x-npy")
        assert reply.status_code == 200, reply.text
        with np.errstate(over="ignore", under="ignore"):
            assert np.array_equal(np.load(io.BytesIO(reply.content)), wanted * wanted)


def test_a_long_request_is_shared_and_equal(models):
    generator = np.random.default_rng(1)
    a = generator.standard_normal((5000, 3)).astype(np.float32)
    b = generator.standard_normal((5000, 2)).astype(np.float32)
    reply = ask(models("mlp"), npz({"a": a, "b": b}), "application/x-npz")
    answer = np.load(io.BytesIO(reply.content))
    for name, array in infer("mlp", {"a": a, "b": b}).items():
        assert np.allclose(answer[name], array, rtol=1e-6, atol=1e-6)


# Every type


def samples() -> dict[str, np.ndarray]:
    arrays = {}
    for line in (MODELS / "answers.txt").read_text().splitlines():
        model, side, name, kind, shape, content = line.split()
        if model == "every_type" and side == "in":
            size = tuple(int(length) for length in shape.split("x"))
            if kind == "string":
                texts = [bytes.fromhex(part).decode() for part in content.split(",")]
                arrays[name] = np.array(texts).reshape(size)
            else:
                arrays[name] = np.frombuffer(bytes.fromhex(content), kind).reshape(size)
    assert len(arrays) == 13
    return arrays


def test_every_type_in_every_form(models):
    server = models("every_type")
    arrays = samples()
    reply = ask(server, npz(arrays), "application/x-npz")
    assert reply.status_code == 200, reply.text
    answer = np.load(io.BytesIO(reply.content))
    for name, array in arrays.items():
        found = answer[name.replace("x_", "y_")]
        assert np.array_equal(found, array) and found.dtype.kind == array.dtype.kind
    columns = json.dumps({"inputs": {name: array.tolist() for name, array in arrays.items()}})
    for body in [columns, rows(**arrays)]:
        reply = ask(server, body, "application/json", Accept="application/x-npz")
        assert reply.status_code == 200, reply.text
        answer = np.load(io.BytesIO(reply.content))
        for name, array in arrays.items():
            assert np.array_equal(answer[name.replace("x_", "y_")], array), name
    reply = ask(server, columns, "application/json").json()["outputs"]
    for name, array in arrays.items():
        assert reply[name.replace("x_", "y_")] == array.tolist()


# A ZipMap


def test_a_zipmap_is_an_object_in_json_and_columns_elsewhere(models):
    x = np.array([[0.5, -1], [2, 3]], np.float32)
    label, maps = infer("zipmap", {"x": x}).values()
    server = models("zipmap")
    reply = ask(server, "0.5,-1\n2,3\n", "text/csv", Accept="application/json").json()
    for row, text, scores in zip(reply["predictions"], label, maps):
        assert row["label"] == text
        assert list(row["probabilities"]) == ["no", "yes", "perhaps"]
        assert {k: np.float32(v) for k, v in row["probabilities"].items()} == scores
    lines = ask(server, "0.5,-1\n2,3\n", "text/csv").text.splitlines()
    for line, text, scores in zip(lines, label, maps):
        assert line.split(",")[0] == text
        assert [np.float32(v) for v in line.split(",")[1:]] == [scores[k] for k in ("no", "yes", "perhaps")]
    answer = np.load(io.BytesIO(ask(server, npy(x), "application/x-npy", Accept="application/x-npz").content))
    assert answer["probabilities.labels"].tolist() == ["no", "yes", "perhaps"]
    assert answer["probabilities"].shape == (2, 3)


# Operators of a library: a BERT with its tokenizer inside


def operator_libraries() -> str | None:
    """libpython and the wheel's library, for `--custom-ops`; None if one is not here."""
    extensions = pytest.importorskip("onnxruntime_extensions")
    folder = pathlib.Path(sysconfig.get_config_var("LIBDIR") or "")
    python = folder / (sysconfig.get_config_var("INSTSONAME") or "")
    return f"{python},{extensions.get_library_path()}" if python.is_file() else None


def test_a_text_classifier_is_asked_with_a_string():
    libraries = operator_libraries()
    if libraries is None:
        pytest.skip("this Python has no shared library")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.register_custom_ops_library(libraries.split(",")[1])
    session = onnxruntime.InferenceSession(str(MODELS / "bert.onnx"), options)
    name = session.get_inputs()[0].name
    texts = ["the cat sat", "Dogs bark!"]
    wanted = [session.run(None, {name: np.array([text], object)})[0][0] for text in texts]
    with Server("--custom-ops", libraries, model=MODELS / "bert.onnx") as server:
        found = ask(server, json.dumps({"instances": texts}), "application/json")
        assert found.status_code == 200, found.text
        first = session.get_outputs()[0].name
        for row, array in zip(found.json()["predictions"], wanted):
            row = row[first] if isinstance(row, dict) else row
            assert np.array_equal(np.array(row, array.dtype), array)


# Refusals


@pytest.mark.parametrize(
    "body, kind, status, words",
    [
        ("{}", "application/json", 400, "neither “instances” nor “inputs”"),
        ('{"inputs": {"a": [[1, 2, 3]], "b": [[1, 2]]}, "instances": []}', "application/json", 400, "expected one of them"),
        ('{"instances": [[1, 2, 3]]}', "application/json", 400, "takes 2 inputs by name: “a”, “b”"),
        ('{"inputs": {"a": [[1, 2]], "b": [[1, 2]]}}', "application/json", 400, "input “a” takes float32 of shape [?, 3]"),
        ('{"inputs": {"a": [[1, 2, 3]]}}', "application/json", 400, "“b”"),
        ('{"inputs": {"a": [[1, 2, "x"]], "b": [[1, 2]]}}', "application/json", 400, "is a string"),
        ('{"inputs": {"a": [[1, 2, 3], [1]], "b": [[1, 2]]}}', "application/json", 400, "and its neighbours 3"),
        ('{"inputs": {"c": [[1]]}}', "application/json", 400, "no input “c”"),
        ('{"inputs": {"a": [[1, 2, 3]], "b": [[1, 2], [3, 4]]}}', "application/json", 400, "can't be computed"),
        ("[" * 1_000_000, "application/json", 400, "expected an object"),
        ('{"instances": ' + "[" * 1_000_000, "application/json", 400, "takes"),
        ('{"inputs": {"a": ' + "[" * 1_000_000, "application/json", 400, "deeper"),
        ('{"inputs": [{"name": "a", "shape": [4611686018427387904, 3], "datatype": "FP32", "data": []}]}', "application/json", 400, "shape"),
        ('{"inputs": [{"name": "a", "shape": [-1, 3], "datatype": "FP32", "data": []}]}', "application/json", 400, "shape"),
        ("1,2,3\n", "text/csv", 400, "CSV has one value a row"),
        (b"\x93NUMPY\x01\x00", "application/x-npy", 400, "send npz"),
        (b"PK\x03\x04", "application/x-npz", 400, "cut off"),
        (b"\xff\xd8\xff", "image/jpeg", 415, "this model takes arrays"),
        (b"\xff\xd8\xff", "", 415, "no Content-Type"),
    ],
)  # fmt: skip
def test_refusals_say_what_is_wrong(models, body, kind, status, words):
    server = models("mlp")
    reply = ask(server, body, kind)
    assert reply.status_code == status, reply.text
    assert words in reply.json()["error"], reply.text
    server.ping()


def test_a_packed_body(models):
    reply = ask(models("mlp"), gzip.compress(rows(a=A, b=B).encode()), "application/json", **{"Content-Encoding": "gzip"})
    check_rows(reply.json()["predictions"], infer("mlp", {"a": A, "b": B}))
    reply = ask(models("mlp"), b"no gzip", "application/json", **{"Content-Encoding": "gzip"})
    assert reply.status_code == 400 and "no gzip data" in reply.json()["error"]


# Lambda


@pytest.fixture(scope="module")
def function():
    with RuntimeAPI() as api, LambdaFunction(api, model=MODELS / "mlp.onnx") as running:
        yield running


V2 = json.dumps(
    {"inputs": [
        {"name": "a", "shape": [2, 3], "datatype": "FP32", "data": A.reshape(-1).tolist()},
        {"name": "b", "shape": [2, 2], "datatype": "FP32", "data": B.reshape(-1).tolist()},
    ]}
)  # fmt: skip


@pytest.mark.parametrize(
    "body", [rows(a=A, b=B), json.dumps({"inputs": {"a": A.tolist(), "b": B.tolist()}}), V2]
)
def test_direct_events_are_answered_with_the_same_bytes(models, function, body):
    wanted = ask(models("mlp"), body, "application/json")
    answer = function.api.call(json.loads(body))
    assert answer.call == "response" and answer.body == wanted.content


@pytest.mark.parametrize(
    "body, kind, accept",
    [
        (rows(a=A, b=B).encode(), "application/json", "text/csv"),
        (npz({"a": A, "b": B}), "application/x-npz", "*/*"),
        (rows(a=A, b=B).encode(), "application/json", "application/x-npz"),
    ],
)
def test_http_events_are_answered_with_the_same_bytes(models, function, body, kind, accept):
    wanted = ask(models("mlp"), body, kind, Accept=accept)
    event = function_url(
        "POST", "/invocations", body, kind, binary=True, headers={"accept": accept}
    )
    answer = opened(function.api.call(event).body)
    assert answer.status == 200 and answer.body == wanted.content
    assert answer.fields["content-type"] == wanted.headers["Content-Type"]


def test_what_a_direct_event_gets_wrong_is_reported(function):
    answer = function.api.call({"instances": [{"a": [1, 2], "b": [1, 2]}]})
    assert answer.call == "error"
    assert "takes float32 of shape [?, 3]" in json.loads(answer.body)["errorMessage"]
    answer = function.api.call(sqs(rows(a=A, b=B)))
    assert answer.call == "error" and "takes arrays" in json.loads(answer.body)["errorMessage"]
    assert function.alive()


# The terminal


def test_predict_takes_files_of_arrays(models, tmp_path):
    (tmp_path / "a.json").write_text(rows(a=A, b=B))
    (tmp_path / "a.npz").write_bytes(npz({"a": A, "b": B}))
    (tmp_path / "a.csv").write_text("1,2\n")
    wanted = ask(models("mlp"), rows(a=A, b=B), "application/json").text
    given = ["predict", "--model-path", MODELS / "mlp.onnx"]
    for name in ("a.json", "a.npz"):
        found = run(*given, tmp_path / name)
        assert found.returncode == 0 and found.stdout == wanted + "\n", found.stderr
    found = run(*given, tmp_path / "a.csv", tmp_path / "a.json")
    assert found.returncode == 1 and found.stdout == wanted + "\n"
    assert "CSV has one value a row" in found.stderr
    found = run(*given, tmp_path / "a.png")
    assert found.returncode == 1 and "ends in .json, .jsonl, .csv" in found.stderr
