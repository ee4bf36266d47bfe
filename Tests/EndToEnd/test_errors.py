"""The table of errors (docs/http.md#errors): every row with its status, its code and its JSON body."""

import json

import pytest
from patience import HANG_S
from raw_client import RawClient
from server import Server

JSON = "application/json"


def check(status: int, body, expected_status: int, code: str) -> None:
    assert (status, body["code"]) == (expected_status, code)
    assert set(body) == {"error", "code"}
    sentence = body["error"]
    assert sentence and "\n" not in sentence and len(sentence) < 400
    assert "Swift" not in sentence and ".swift" not in sentence


def test_every_error_is_json(server):
    answer = server.invoke(b"x", JSON)
    assert answer.headers["Content-Type"] == JSON


@pytest.mark.parametrize("body", [
    b"", b"{", b"null", b"17", b'"http://x/y.png"', b"[]", b'[{"uri": "data:,"}]', b"{}",
    b'{"url": "http://x/"}', b'{"uri": null}', b'{"uri": 7}', b'{"uri": ["http://x/"]}',
    b'{"uri": ""}', b'{"uri": "picture.png"}', b'{"uri": "//host/picture.png"}',
    b'{"uri": "http://"}', b'{"uri": "http:///x.png"}', b'{"uri": "ftp://host/x.png"}',
    b'{"uri": "gopher://host/"}', b'{"uri": "javascript:1"}', b'{"uri": "http://exa mple/"}',
    b'{"uri": "http://host/\\r\\nX: y"}', b'{"uri": "http://host:99999/"}',
    b'{"uri": "http://h\\u0000st/"}', b'{"uris": []}', b'{"instances": []}', b'{"uris": "x"}',
    b'{"instances": {}}',
    b'{"uri": "data:,x", "uris": ["data:,x"]}', b'{"uri": "data:,x", "instances": []}',
    b'{"uri": "data:image/png;base64"}',
    b'{"uri": "data:image/png;base64,%%%"}', b'{"uri": "x\xff"}', b'\xff\xfe{}', b"{'uri': 'x'}",
    b'{"uri": "data:,x"} trailing', b'{"uri": "\\ud800"}'])
def test_bad_json_requests(server, body):
    answer = server.invoke(body, JSON)
    check(answer.status_code, answer.json(), 400, "Function.BadRequest")


@pytest.mark.parametrize("content_type", [
    "text/plain", "text/csv", "application/xml", "multipart/form-data; boundary=x", "nonsense",
    "video/mp4"])
def test_unknown_media_types(server, content_type):
    answer = server.invoke(b"x", content_type)
    check(answer.status_code, answer.json(), 415, "Function.UnsupportedMediaType")


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "gzip, gzip"])
def test_content_codings(server, seven, coding):
    answer = server.invoke(seven, "image/png", headers={"Content-Encoding": coding})
    check(answer.status_code, answer.json(), 415, "Function.UnsupportedMediaType")


def test_identity_is_no_coding(server, seven):
    answer = server.invoke(seven, "image/png", headers={"Content-Encoding": "identity"})
    assert answer.status_code == 200


def test_get_of_invocations(server):
    import requests
    answer = requests.get(server.url + "/invocations", timeout=HANG_S)
    check(answer.status_code, answer.json(), 405, "Function.MethodNotAllowed")
    assert answer.headers["Allow"] == "POST"


REQUEST = "GET /ping HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize("request_bytes,status,code", [
    ("GET /ping HTTP/1.1\r\n\r\n", 400, "Function.BadRequest"),
    (REQUEST + "Host: y\r\n\r\n", 400, "Function.BadRequest"),
    ("GET /ping HTTP/1.1\nHost: x\n\n", 400, "Function.BadRequest"),
    (REQUEST + "A : b\r\n\r\n", 400, "Function.BadRequest"),
    (REQUEST + "A: b\r\n folded\r\n\r\n", 400, "Function.BadRequest"),
    (REQUEST + "A: b\0c\r\n\r\n", 400, "Function.BadRequest"),
    (REQUEST + "A: b\rc\r\n\r\n", 400, "Function.BadRequest"),
    (REQUEST + "nocolon\r\n\r\n", 400, "Function.BadRequest"),
    (REQUEST + ": empty\r\n\r\n", 400, "Function.BadRequest"),
    ("GET  /ping HTTP/1.1\r\nHost: x\r\n\r\n", 400, "Function.BadRequest"),
    ("GET /pi ng HTTP/1.1\r\nHost: x\r\n\r\n", 400, "Function.BadRequest"),
    ("GET ping HTTP/1.1\r\nHost: x\r\n\r\n", 400, "Function.BadRequest"),
    ("GET /ping\r\n\r\n", 400, "Function.BadRequest"),
    ("G(T /ping HTTP/1.1\r\nHost: x\r\n\r\n", 400, "Function.BadRequest"),
    ("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, "Function.BadRequest"),
    (REQUEST + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400, "Function.BadRequest"),
    (REQUEST + "Content-Length: -1\r\n\r\n", 400, "Function.BadRequest"),
    (REQUEST + "Content-Length: +1\r\n\r\nx", 400, "Function.BadRequest"),
    (REQUEST + "Content-Length: 0x5\r\n\r\nhello", 400, "Function.BadRequest"),
    (REQUEST + "Content-Length: 99999999999999999999999\r\n\r\n", None, None),
    (REQUEST + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
     "Function.BadRequest"),
    (REQUEST + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501, "Function.NotImplemented"),
    (REQUEST + "Transfer-Encoding: cow\r\n\r\n", 501, "Function.NotImplemented"),
    ("GET /ping HTTP/2.0\r\nHost: x\r\n\r\n", 505, "Function.HTTPVersionNotSupported"),
    ("GET /ping HTTP/9.9\r\nHost: x\r\n\r\n", 505, "Function.HTTPVersionNotSupported"),
    ("GET /" + "a" * 100_000 + " HTTP/1.1\r\nHost: x\r\n\r\n", 414, "Function.UriTooLong"),
    (REQUEST + "A: " + "b" * 40_000 + "\r\n\r\n", 431, "Function.HeadersTooLarge"),
    (REQUEST + "A: b\r\n" * 129 + "\r\n", 431, "Function.HeadersTooLarge"),
])
def test_malformed_http(server, request_bytes, status, code):
    with RawClient(server.port) as client:
        try:
            client.send(request_bytes)
        except ConnectionError:
            pass
        answer = client.answer()
        if status is None:
            assert answer.status in (400, 413)
        else:
            check(answer.status, answer.json(), status, code)
        assert answer.closes and client.closed()


@pytest.mark.parametrize("chunks", [
    "x\r\n", "5\r\nhello6\r\n", "-1\r\n", "FFFFFFFFFFFFFFFFF\r\n", "5\nhello\r\n0\r\n\r\n",
    "5 \r\nhello\r\n0\r\n\r\n", "\r\n", "0x5\r\nhello\r\n0\r\n\r\n"])
def test_malformed_chunks(server, chunks):
    with RawClient(server.port) as client:
        client.send("POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n", chunks)
        answer = client.answer()
        if chunks.startswith("FFFF"):
            assert answer.status in (400, 413)
        else:
            check(answer.status, answer.json(), 400, "Function.BadRequest")
        assert answer.closes and client.closed()


def test_what_follows_a_malformed_request_is_not_served(server):
    with RawClient(server.port) as client:
        client.send("POST /ping HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /ping HTTP/1.1\r\n"
                    "Host: x\r\n\r\n")
        assert client.answer().status == 400
        assert client.closed()


def test_a_body_over_the_limit_is_refused_before_it_comes(server):
    with RawClient(server.port) as client:
        client.send("POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n"
                    f"Content-Length: {33 << 20}\r\n\r\n")
        answer = client.answer()
    check(answer.status, answer.json(), 413, "Function.PayloadTooLarge")


def test_twenty_five_megabytes_are_taken(server):
    answer = server.invoke(b"\0" * 25_000_000, "image/png")
    check(answer.status_code, answer.json(), 422, "Function.ImageUndecodable")


@pytest.mark.parametrize("path,code", [
    ("image/none.png", "Function.FetchFailed"), ("status/500", "Function.FetchFailed"),
    ("status/201", "Function.FetchFailed"), ("status/404", "Function.FetchFailed"),
    ("short", "Function.FetchFailed"), ("early", "Function.FetchFailed"),
    ("nothing", "Function.FetchFailed"), ("garbage", "Function.FetchFailed"),
    ("loop", "Function.FetchFailed"), ("chain/4", "Function.FetchFailed"),
    ("headers", "Function.FetchFailed"), ("tail", "Function.ImageUndecodable"),
    ("text", "Function.ImageUndecodable"), ("empty", "Function.ImageUndecodable")])
def test_bad_origins(server, host, path, code):
    answer = server.invoke(json={"uri": host.url(path)})
    check(answer.status_code, answer.json(), 424 if "Fetch" in code else 422, code)
    redirects = path in ("loop", "chain/4")
    assert ("redirect" in answer.json()["error"]) == redirects, answer.json()["error"]


def test_a_failed_look_up_leaves_nothing_behind(server, host):
    """libcurl's easies are reused; after this failure one once refused its options."""
    for _ in range(3):
        assert server.invoke(json={"uri": "http://no-such-host.invalid/"}).status_code == 424
        assert server.invoke(json={"uri": host.url("image/digit-7.png")}).status_code == 200


@pytest.mark.parametrize("hops", [1, 2, 3])
def test_three_redirects_are_followed(server, host, hops):
    assert server.invoke(json={"uri": host.url(f"chain/{hops}")}).status_code == 200


def test_an_origin_that_is_not_there(server):
    import socket
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        uri = f"http://127.0.0.1:{taken.getsockname()[1]}/x.png"
        answer = server.invoke(json={"uri": uri})
    check(answer.status_code, answer.json(), 424, "Function.FetchFailed")


def test_an_origin_with_an_unknown_name(server):
    answer = server.invoke(json={"uri": "http://no-such-host.invalid/x.png"})
    check(answer.status_code, answer.json(), 424, "Function.FetchFailed")


@pytest.fixture(scope="module")
def impatient():
    """A server with short timeouts."""
    with Server("--fetch-allow", "127.0.0.0/8", "--fetch-timeout", "0.3", "--head-timeout", "0.3",
                "--body-timeout", "0.3") as server:
        yield server


@pytest.mark.parametrize("path", ["hang", "drip"])
def test_an_origin_that_is_too_slow(impatient, host, path):
    answer = impatient.invoke(json={"uri": host.url(path)})
    check(answer.status_code, answer.json(), 424, "Function.FetchTimedOut")


@pytest.mark.parametrize("sent", [
    "GET /ping HTTP/1.1\r\nHos", "POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab"])
def test_a_stalled_request(impatient, sent):
    with RawClient(impatient.port) as client:
        client.send(sent)
        answer = client.answer()
        check(answer.status, answer.json(), 408, "Function.RequestTimeout")
        assert answer.closes and client.closed()


def test_the_requests_own_deadline(host):
    # Only this limit ends the fetch.
    with Server("--fetch-allow", "127.0.0.0/8", "--fetch-timeout", "600",
                env={"SAGEMAKER_MODEL_SERVER_TIMEOUT": "1"}) as server:
        answer = server.invoke(json={"uri": host.url("hang")})
        check(answer.status_code, answer.json(), 504, "Function.Timeout")
        assert 0.8 < answer.elapsed.total_seconds()
        assert host.wait_for(lambda: host.left == 1), "the fetch outlived its request"


def test_errors_close_nothing_that_is_whole(server, seven):
    with RawClient(server.port) as client:
        client.request("POST", "/invocations", b"{}", {"Content-Type": JSON})
        assert client.answer().status == 400
        client.request("POST", "/invocations", b"no picture", {"Content-Type": "image/png"})
        assert client.answer().status == 422
        client.request("GET", "/nowhere")
        assert client.answer().status == 404
        client.request("POST", "/invocations", seven, {"Content-Type": "image/png"})
        assert json.loads(client.answer().body)["results"][0]["label"] == "7"
