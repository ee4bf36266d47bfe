"""`POST /invocations`: every form of a request, and that all forms give the same answer."""

import base64
import json

import numpy as np
import pytest
from server import DIGITS, Server


def labels(result) -> list[str]:
    return [one["label"] for one in result["results"]]


def data_uri(picture: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(picture).decode()


@pytest.fixture(scope="module")
def expected(server, samples):
    """The results of each sample, sent as bytes."""
    return {name: server.invoke(picture, "image/png").json()["results"]
            for name, picture in samples.items()}


@pytest.mark.parametrize("digit", range(10))
def test_every_sample_is_recognised(server, host, digit):
    uri = host.url(f"image/digit-{digit}.png")
    answer = server.invoke(json={"uri": uri})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["uri"] == uri
    assert labels(answer.json())[0] == str(digit)


def test_the_predecessors_shape(server, host):
    uri = host.url("image/digit-7.png")
    pairs = json.loads(server.invoke(json={"uri": uri}).content, object_pairs_hook=list)
    assert [key for key, _ in pairs] == ["uri", "results"]
    results = pairs[1][1]
    assert len(results) == 5
    for result in results:
        assert [key for key, _ in result] == ["label", "prob"]
        assert all(isinstance(value, str) for _, value in result)


def test_probabilities_are_written_as_numpy_does(server, samples):
    for picture in samples.values():
        results = server.invoke(picture, "image/png", query="?top_k=10").json()["results"]
        texts = [result["prob"] for result in results]
        assert texts == [str(np.float32(text)) for text in texts]
        numbers = [float(text) for text in texts]
        assert numbers == sorted(numbers, reverse=True)
        assert sum(numbers) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("content_type", [
    "image/png", "IMAGE/PNG", "image/jpeg", "image/*", "application/x-image",
    "application/octet-stream", "image/png; q=1", None])
def test_image_in_the_body(server, seven, expected, content_type):
    answer = server.invoke(seven, content_type)
    assert answer.status_code == 200
    assert answer.json() == {"results": expected["digit-7.png"]}


@pytest.mark.parametrize("content_type", [
    "application/json", "application/json; charset=utf-8", "Application/JSON", None])
def test_uri_by_content_type(server, host, expected, content_type):
    body = json.dumps({"uri": host.url("image/digit-7.png")}).encode()
    answer = server.invoke(b" \r\n" + body, content_type)
    assert answer.status_code == 200
    assert answer.json()["results"] == expected["digit-7.png"]


def test_uris_come_back_in_order(server, host, samples, expected):
    names = list(samples) * 3
    answer = server.invoke(json={"uris": [host.url(f"image/{name}") for name in names]})
    assert answer.json() == {"predictions": [
        {"uri": host.url(f"image/{name}"), "results": expected[name]} for name in names]}


def test_instances_of_both_kinds(server, host, samples, expected):
    uri = host.url("image/digit-3.png")
    answer = server.invoke(json={"instances": [
        {"b64": base64.b64encode(samples["digit-1.png"]).decode()},
        {"uri": uri},
        {"b64": base64.b64encode(samples["digit-2.png"]).decode().rstrip("=")},
        {"uri": data_uri(samples["digit-4.png"])}]})
    predictions = answer.json()["predictions"]
    assert [one["results"] for one in predictions] == [
        expected[f"digit-{digit}.png"] for digit in (1, 3, 2, 4)]
    assert [one.get("uri") for one in predictions] == [None, uri, None, "data:image/png;base64"]


def test_a_bad_item_does_not_fail_the_rest(server, host, expected, samples):
    good, missing = host.url("image/digit-5.png"), host.url("image/none.png")
    answer = server.invoke(json={"instances": [
        {"uri": good}, {"uri": missing}, {"b64": "!!!"},
        {"b64": base64.b64encode(b"no picture").decode()}, {"uri": "ftp://host/x.png"},
        {"uri": "http://192.168.0.1/x.png"}, {"uri": good}]})
    assert answer.status_code == 200
    predictions = answer.json()["predictions"]
    assert predictions[0] == predictions[6] == {"uri": good, "results": expected["digit-5.png"]}
    assert [one["code"] for one in predictions[1:6]] == [
        "Function.FetchFailed", "Function.BadRequest", "Function.ImageUndecodable",
        "Function.BadRequest", "Function.UriForbidden"]
    assert predictions[1]["uri"] == missing
    assert all(one["error"] for one in predictions[1:6])


@pytest.mark.parametrize("uri", [
    "data:image/png;base64,{}", "data:;base64,{}", "data:application/octet-stream;base64,{}",
    "DATA:image/png;BASE64,{}", "data:image/png;name=7.png;base64,{}"])
def test_data_uris(server, seven, expected, uri):
    answer = server.invoke(json={"uri": uri.format(base64.b64encode(seven).decode())})
    assert answer.status_code == 200
    assert answer.json() == {"uri": uri.partition(",")[0], "results": expected["digit-7.png"]}


def test_percent_encoded_data_uri(server, seven, expected):
    text = "".join(f"%{byte:02X}" for byte in seven)
    answer = server.invoke(json={"uri": "data:image/png," + text})
    assert answer.json()["results"] == expected["digit-7.png"]


def test_uri_is_echoed_as_sent(server, host):
    uri = host.url("image/digit-7.png") + "?x=%C3%BC&y=\u00fc#part \U0001f3fa\"\\"
    answer = server.invoke(json={"uri": uri})
    # The host may refuse such a URI; the answer repeats it exactly in any case.
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        assert answer.json()["uri"] == uri


@pytest.mark.parametrize("query,body,count", [
    ("", {}, 5), ("?top_k=1", {}, 1), ("?top_k=3", {"top_k": 2}, 2), ("", {"top_k": 1000}, 10),
    ("?a=b&top_k=7", {}, 7), ("?top_k=1000", {}, 10), ("", {"top_k": 4.0}, 4)])
def test_top_k(server, host, expected, query, body, count):
    answer = server.invoke(json={"uri": host.url("image/digit-7.png"), **body}, query=query)
    results = answer.json()["results"]
    assert len(results) == count
    assert results[:5] == expected["digit-7.png"][:count]


def test_top_k_of_an_image_in_the_body(server, seven, expected):
    answer = server.invoke(seven, "image/png", query="?top_k=2")
    assert answer.json()["results"] == expected["digit-7.png"][:2]


@pytest.mark.parametrize("top_k", [0, -1, 1001, 2.5, "5", True, None, [], 1e300])
def test_bad_top_k_in_json(server, top_k):
    answer = server.invoke(json={"uri": "data:,x", "top_k": top_k})
    assert (answer.status_code, answer.json()["code"]) == (400, "Function.BadRequest")
    assert "top_k" in answer.json()["error"]


@pytest.mark.parametrize("top_k", ["0", "1001", "x", "-5", "", "99999999999999999999"])
def test_bad_top_k_in_the_query(server, seven, top_k):
    answer = server.invoke(seven, "image/png", query=f"?top_k={top_k}")
    assert (answer.status_code, answer.json()["code"]) == (400, "Function.BadRequest")


@pytest.mark.parametrize("accept", [
    "*/*", "application/json", "application/*", "text/html, application/json;q=0.5", "",
    "text/html;q=0.9, */*;q=0.1", "APPLICATION/JSON"])
def test_accept_that_takes_json(server, seven, accept):
    assert server.invoke(seven, "image/png", headers={"Accept": accept}).status_code == 200


@pytest.mark.parametrize("accept", [
    "text/html", "image/png, text/plain", "application/json;q=0", "application/xml"])
def test_accept_that_does_not(server, seven, accept):
    answer = server.invoke(seven, "image/png", headers={"Accept": accept})
    assert (answer.status_code, answer.json()["code"]) == (406, "Function.NotAcceptable")


def test_platform_headers_are_harmless(server, seven):
    headers = {f"X-Amzn-SageMaker-{name}": "x" * 1000
               for name in ("Custom-Attributes", "Target-Model", "Target-Variant", "Inference-Id")}
    answer = server.invoke(seven, "image/png", headers=headers)
    assert answer.status_code == 200
    assert "X-Amzn-SageMaker-Custom-Attributes" not in answer.headers


def test_a_model_without_labels_answers_integers(tmp_path, seven):
    settings = json.loads((DIGITS / "amphora.json").read_text())
    del settings["labels"]
    (tmp_path / "amphora.json").write_text(json.dumps(settings))
    (tmp_path / "digits.onnx").write_bytes((DIGITS / "digits.onnx").read_bytes())
    with Server(model=tmp_path) as server:
        results = server.invoke(seven, "image/png").json()["results"]
    assert results[0]["label"] == 7 and len(results) == 5


def test_many_at_once_all_get_their_own_answer(server, samples, expected):
    from concurrent.futures import ThreadPoolExecutor

    def ask(number: int) -> bool:
        name = f"digit-{number % 10}.png"
        while True:
            answer = server.invoke(samples[name], "image/png")
            if answer.status_code != 503:
                return answer.json()["results"] == expected[name]

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(400)))
