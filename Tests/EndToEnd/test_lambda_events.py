"""Direct and HTTP-shaped events: the answer to each shape, compared with `serve`'s."""

import base64
import json

import events
import pytest
import requests
from envelopes import opened, opened_by_load_balancer
from lambda_function import LambdaFunction
from patience import HANG_S
from raw_client import RawClient
from runtime_api import RuntimeAPI

LINES = "application/jsonlines"


def b64(picture: bytes) -> str:
    return base64.b64encode(picture).decode()


# Direct events.


def direct_requests(host, seven) -> dict[str, dict]:
    uri = host.url("image/digit-7.png")
    return {
        "uri": {"uri": uri}, "top_k": {"uri": uri, "top_k": 2},
        "data": {"uri": "data:image/png;base64," + b64(seven)},
        "uris": {"uris": [uri, host.url("image/none.png"), host.url("image/digit-1.png")]},
        "instances": {"instances": [{"b64": b64(seven)}, {"uri": uri}, {"b64": "!"}]},
        "one instance": {"instances": [{"b64": b64(seven)}], "top_k": 1},
        "unknown fields": {"uri": uri, "comment": {"version": "1.0"}, "Records": None}}


@pytest.mark.parametrize("form", [
    "uri", "top_k", "data", "uris", "instances", "one instance", "unknown fields"])
def test_direct_events(function, server, host, seven, form):
    event = direct_requests(host, seven)[form]
    answer = function.api.call(event)
    served = server.invoke(json=event)
    assert served.status_code == 200
    assert (answer.call, answer.body) == ("response", served.content)
    assert answer.fields["content-type"] == "application/json"
    assert "lambda-runtime-function-response-mode" not in answer.fields


@pytest.mark.parametrize("event", [
    {"warmup": True}, {"warmup": True, "source": "serverless-plugin-warmup"},
    events.event_bridge("aws.events", "Scheduled Event", {})])
def test_warmups(function, host, event):
    answer = function.api.call(event)
    assert (answer.call, answer.body) == ("response", b'{"warmup":true}')
    assert not host.requests


BAD_REQUESTS = [
    b"null", b"17", b"-1.5e300", b"true", b'""', b'"picture.png"', b"[]", b"[1, [2]]", b"{}",
    b'{"uri": 7}', b'{"uri": ""}', b'{"uri": "ftp://host/x.png"}', b'{"uris": []}',
    b'{"instances": {}}', b'{"uri": "data:,x", "top_k": 0}', b'{"uri": "data:,x", "uris": []}',
    b'{"warmup": false}', b'{"Records": []}', b'{"Records": 7}', b'{"requestContext": {}}']


@pytest.mark.parametrize("event", BAD_REQUESTS)
def test_bad_direct_events(function, event):
    kind, sentence = function.api.call(event).error()
    assert kind == "Function.BadRequest"
    assert sentence and "\n" not in sentence and len(sentence) < 400 and "Swift" not in sentence


@pytest.mark.parametrize("event", [
    b"", b" ", b"{", b"nul", b"\xff\xfe{}", b"{'uri': 'x'}", b'{"uri": "\\ud800"}', b"[" * 100_000,
    b'{"uri": "data:,x"} trailing', b"\0", b'{"uri":"\xc3"}', b"<xml/>", b"1" * 100_000])
def test_events_that_are_no_json(function, event):
    assert function.api.call(event).error()[0] == "Function.BadRequest"


@pytest.mark.parametrize("path,code", [
    ("image/none.png", "Function.FetchFailed"), ("text", "Function.ImageUndecodable"),
    ("loop", "Function.FetchFailed"), ("garbage", "Function.FetchFailed")])
def test_errors_are_the_servers(function, server, host, path, code):
    event = {"uri": host.url(path)}
    kind, sentence = function.api.call(event).error()
    served = server.invoke(json=event).json()
    assert (kind, sentence) == (code, served["error"]) and served["code"] == code


def test_a_forbidden_address_is_the_runtimes_own(function):
    kind, _ = function.api.call({"uri": "http://169.254.169.254/latest/meta-data/"}).error()
    assert kind == "Function.UriForbidden"


def test_errors_as_answers(server, host):
    with RuntimeAPI() as api, LambdaFunction(api, "--direct-errors", "answer"):
        for event in [{"uri": host.url("image/none.png")}, {"uri": "ftp://x/"}, {}]:
            answer = api.call(event)
            served = server.invoke(json=event)
            assert served.status_code >= 400
            assert (answer.call, answer.body) == ("response", served.content)


def test_a_large_event(function, seven):
    garbage = b64(bytes(3_300_000))
    event = {"instances": [{"b64": garbage}, {"b64": b64(seven)}]}
    predictions = function.api.call(event).json()["predictions"]
    assert predictions[0]["code"] == "Function.ImageUndecodable"
    assert predictions[1]["results"][0]["label"] == "7"
    kind, _ = function.api.call({"uri": "data:image/png;base64," + b64(bytes(4_600_000))}).error()
    assert kind == "Function.ImageUndecodable"


# HTTP-shaped events: the same requests in each service's event.


def as_function_url(method, path, body=None, content_type=None, query="", binary=False):
    return events.function_url(method, path, body, content_type, query=query, binary=binary), opened


def as_rest_api(method, path, body=None, content_type=None, query="", binary=False):
    pairs = dict(pair.split("=") for pair in query.split("&")) if query else {}
    return events.rest_api(
        method, path, body, {"Content-Type": content_type} if content_type else None, binary=binary,
        query={name: [value] for name, value in pairs.items()} or None), opened


def as_load_balancer(multi_value: bool):
    def shape(method, path, body=None, content_type=None, query="", binary=False):
        pairs = dict(pair.split("=") for pair in query.split("&")) if query else {}
        event = events.load_balancer(
            method, path, body or b"", {"content-type": content_type} if content_type else None,
            query=pairs, binary=binary, multi_value=multi_value)
        return event, lambda reply: opened_by_load_balancer(reply, multi_value)
    return shape


SHAPES = {"url": as_function_url, "rest": as_rest_api, "alb": as_load_balancer(False),
          "alb-multi": as_load_balancer(True)}


@pytest.fixture(params=SHAPES)
def ask(request, function):
    """Sends a request through one of the services."""
    def send(*arguments, **options):
        event, open_reply = SHAPES[request.param](*arguments, **options)
        answer = function.api.call(event)
        assert answer.call == "response", answer
        assert answer.fields["content-type"] == "application/json"
        return open_reply(answer.body)
    return send


def assert_as_served(answer, served) -> None:
    assert (answer.status, answer.body) == (served.status_code, served.content)
    assert answer.fields.get("content-type") == served.headers.get("content-type")
    assert answer.fields.get("allow") == served.headers.get("allow")
    # The service writes these fields itself.
    assert not {"content-length", "connection", "transfer-encoding"} & set(answer.fields)


def test_ping(ask, server):
    assert_as_served(ask("GET", "/ping"), requests.get(server.url + "/ping", timeout=HANG_S))


@pytest.mark.parametrize("binary", [False, True])
def test_json(ask, server, host, binary):
    body = json.dumps({"uri": host.url("image/digit-7.png")}).encode()
    answer = ask("POST", "/invocations", body, "application/json", binary=binary)
    assert_as_served(answer, server.invoke(body, "application/json"))
    assert answer.status == 200


@pytest.mark.parametrize("content_type", ["image/png", "application/octet-stream", None])
def test_an_image_in_base64(ask, server, seven, content_type):
    answer = ask("POST", "/invocations", seven, content_type, binary=True)
    assert_as_served(answer, server.invoke(seven, content_type))
    assert answer.status == 200


def test_top_k_of_the_query(ask, server, seven):
    answer = ask("POST", "/invocations", seven, "image/png", query="top_k=2", binary=True)
    assert_as_served(answer, server.invoke(seven, "image/png", query="?top_k=2"))
    assert len(answer.json()["results"]) == 2


def test_a_query_that_says_it_twice(function, server, seven):
    event = events.rest_api("POST", "/invocations", seven, {"Content-Type": "image/png"},
                            query={"a": ["b"], "top_k": ["3", "2"]}, binary=True)
    assert_as_served(opened(function.api.call(event).body),
                     server.invoke(seven, "image/png", query="?a=b&top_k=3&top_k=2"))


def test_json_lines(ask, server, host):
    lines = [{"uri": host.url(f"image/digit-{digit}.png")} for digit in (1, 2)] + [{"uri": "ftp:"}]
    body = "\n".join(map(json.dumps, lines)).encode()
    answer = ask("POST", "/invocations", body, LINES)
    assert_as_served(answer, server.invoke(body, LINES))
    assert answer.fields["content-type"] == LINES and len(answer.body.splitlines()) == 3


@pytest.mark.parametrize("method,path,body,content_type,status", [
    ("GET", "/nowhere", None, None, 404), ("GET", "/nothing", None, None, 404),
    ("GET", "/invocations", None, None, 405), ("DELETE", "/ping", None, None, 405),
    ("POST", "/invocations", b"{}", "application/json", 400),
    ("POST", "/invocations", b"", "application/json", 400),
    ("POST", "/invocations", b"no picture", "image/png", 422),
    ("POST", "/invocations", b"x", "text/csv", 415)])
def test_client_mistakes_are_answers(ask, server, method, path, body, content_type, status):
    served = requests.request(method, server.url + path, data=body, timeout=HANG_S,
                              headers={"Content-Type": content_type} if content_type else {})
    assert served.status_code == status
    assert_as_served(ask(method, path, body, content_type), served)


def test_a_body_that_is_no_base64(ask):
    event_body = b"not base64 at all!"
    answer = ask("POST", "/invocations", event_body, "image/png")
    assert answer.status == 422


def test_base64_that_is_none(function):
    event = events.function_url("POST", "/invocations", b"x", "image/png", binary=True)
    answer = opened(function.api.call(event | {"body": "%%%"}).body)
    assert (answer.status, answer.json()["code"]) == (400, "Function.BadRequest")


def test_accept(function, seven):
    event = events.function_url("POST", "/invocations", seven, "image/png", binary=True,
                                headers={"accept": "text/html"})
    answer = opened(function.api.call(event).body)
    assert (answer.status, answer.json()["code"]) == (406, "Function.NotAcceptable")


def test_the_query_of_a_load_balancer_is_encoded(function, server, seven):
    event = events.load_balancer("POST", "/invocations", seven, {"content-type": "image/png"},
                                 query={"top_k": "%32"}, binary=True)
    answer = opened_by_load_balancer(function.api.call(event).body, False)
    # Other HTTP clients decode the escape before they send it.
    with RawClient(server.port) as client:
        client.request("POST", "/invocations?top_k=%32", seven, {"Content-Type": "image/png"})
        served = client.answer()
    assert (answer.status, answer.body) == (served.status, served.body)


def test_a_health_check_of_a_load_balancer(function):
    event = events.load_balancer("GET", "/ping", headers={"user-agent": "ELB-HealthChecker/2.0"})
    assert opened_by_load_balancer(function.api.call(event).body, False).status == 200


@pytest.mark.parametrize("path", ["/p%69ng", "/ping/", "//ping", "/ping%20", "/ping?x=1", "/Ping"])
def test_odd_paths(function, server, path):
    with RawClient(server.port) as client:
        client.request("GET", path.replace("?", "%3F"))
        served = client.answer()
    answer = opened(function.api.call(events.function_url("GET", path)).body)
    assert (answer.status, answer.body) == (served.status, served.body)
