"""`--invoke-mode response-stream`: chunks as they are ready, preludes, trailers, large answers."""

import json

import events
import pytest
import requests
from envelopes import opened, opened_by_load_balancer
from lambda_function import LambdaFunction
from patience import HANG_S
from runtime_api import RuntimeAPI

LINES = "application/jsonlines"
PRELUDE = "application/vnd.awslambda.http-integration-response"
BUFFERED_LIMIT = 6 * 1024 * 1024


@pytest.fixture(scope="module")
def function_options():
    # Only a deadline or the test ends hanging requests, no other limit.
    return "--invoke-mode", "response-stream", "--fetch-timeout", "600"


@pytest.fixture(scope="module")
def buffered():
    with RuntimeAPI() as api, LambdaFunction(api) as running:
        yield running


def assert_streamed(answer, content_type: str) -> None:
    assert answer.call == "response", answer
    assert answer.fields["lambda-runtime-function-response-mode"] == "streaming"
    assert answer.fields["transfer-encoding"] == "chunked"
    assert {name.strip() for name in answer.fields["trailer"].split(",")} == {
        "Lambda-Runtime-Function-Error-Type", "Lambda-Runtime-Function-Error-Body"}
    assert answer.fields["content-type"] == content_type


def lines_event(*uris: str, **options) -> dict:
    body = "".join(json.dumps({"uri": uri}) + "\n" for uri in uris).encode()
    return events.function_url("POST", "/invocations", body, LINES, **options)


def test_a_slow_line_does_not_hold_up_the_one_before(function, server, host):
    uris = [host.url("image/digit-1.png"), host.url("slow/digit-2.png")]
    told = function.api.invoke(lines_event(*uris))
    assert function.api.wait_for(lambda: function.api.seen("response"))
    answer = function.api.seen("response")[-1]

    def first_line() -> bool:
        return b"\n" in b"".join(data for _, data in answer.chunks).partition(bytes(8))[2]

    assert function.api.wait_for(first_line)
    assert host.wait_for(lambda: host.hanging == 1), "the second line was not under way"
    assert not answer.ended
    host.released.set()
    assert told.wait() is answer
    assert_streamed(answer, PRELUDE)
    prelude, payload = answer.prelude()
    assert prelude["statusCode"] == 200
    fields = {name.lower(): value for name, value in prelude["headers"].items()}
    assert fields["content-type"] == LINES
    assert [json.loads(line)["results"][0]["label"] for line in payload.splitlines()] == ["1", "2"]
    assert answer.trailers == {}


def test_a_stream_is_what_the_server_sends(function, server, host):
    uris = [host.url(f"image/digit-{digit}.png") for digit in range(10)] * 5 + ["ftp://x/"]
    event = lines_event(*uris)
    _, payload = function.api.call(event).prelude()
    assert payload == server.invoke(event["body"].encode(), LINES).content


@pytest.mark.parametrize("method,path,body,content_type", [
    ("GET", "/ping", None, None), ("GET", "/nowhere", None, None),
    ("GET", "/invocations", None, None), ("POST", "/invocations", b"{}", "application/json")])
def test_whole_answers_have_a_prelude_too(function, server, method, path, body, content_type):
    answer = function.api.call(events.function_url(method, path, body, content_type))
    served = requests.request(method, server.url + path, data=body, timeout=HANG_S,
                              headers={"Content-Type": content_type} if content_type else {})
    assert_streamed(answer, PRELUDE)
    prelude, payload = answer.prelude()
    assert (prelude["statusCode"], payload) == (served.status_code, served.content)
    fields = {name.lower(): value for name, value in prelude["headers"].items()}
    assert fields.get("allow") == served.headers.get("allow")
    assert fields.get("content-type") == served.headers.get("content-type")


def test_the_answer_to_head_has_no_content(function):
    answer = function.api.call(events.function_url("HEAD", "/nowhere"))
    prelude, payload = answer.prelude()
    assert (prelude["statusCode"], payload) == (404, b"")


def test_a_rest_api(function, server, seven):
    answer = function.api.call(events.rest_api(
        "POST", "/invocations", seven, {"Content-Type": "image/png"}, binary=True))
    assert_streamed(answer, PRELUDE)
    prelude, payload = answer.prelude()
    assert prelude["statusCode"] == 200
    assert payload == server.invoke(seven, "image/png").content


def test_direct_events_have_no_prelude(function, server, host):
    event = {"uri": host.url("image/digit-7.png")}
    answer = function.api.call(event)
    assert answer.body == server.invoke(json=event).content
    assert answer.fields["content-type"] == "application/json"
    assert function.api.call({}).error()[0] == "Function.BadRequest"


def test_a_load_balancer_knows_no_streams(function):
    answer = function.api.call(events.load_balancer("GET", "/ping"))
    assert "lambda-runtime-function-response-mode" not in answer.fields
    assert json.loads(answer.body)["statusCode"] == 200


def test_a_stream_that_meets_its_deadline(function, host):
    told = function.api.invoke(
        lines_event(host.url("image/digit-1.png"), host.url("hang")), deadline_s=3)
    answer = told.wait()
    _, payload = answer.prelude()
    first, *rest = payload.splitlines()
    assert json.loads(first)["results"][0]["label"] == "1"
    # The failure is in its line and, for counters of failures, also in the stream's trailers.
    assert [json.loads(line)["code"] for line in rest] == ["Function.Timeout"]
    assert answer.trailing_error()["errorType"] == "Function.Timeout"
    assert function.api.call({"warmup": True}).call == "response"


@pytest.mark.parametrize("status", [400, 403, 410, 413])
def test_a_refused_stream_is_let_go(function, host, status):
    function.api.fail("response", status=status)
    function.api.invoke(lines_event(host.url("image/digit-1.png"))).wait()
    assert function.api.call({"warmup": True}).call == "response"


@pytest.mark.parametrize("fault", [{"status": 413, "early": True}, {"drop": "unread"}])
def test_a_stream_cut_off_is_let_go(function, host, fault):
    function.api.fail("response", **fault)
    function.api.invoke(lines_event(*[host.url("image/digit-1.png")] * 2000)).wait()
    assert function.api.call({"warmup": True}).call == "response"


def test_a_slow_taker_of_a_stream(function, server, host):
    uris = ["ftp://x/" + "a" * 60_000] * 100
    event = lines_event(*uris)
    before = function.memory_mib("VmHWM")
    function.api.fail("response", delay=0.5)
    _, payload = function.api.call(event).prelude()
    assert payload == server.invoke(event["body"].encode(), LINES).content
    assert function.memory_mib("VmHWM") < before + 60


# Large answers: an item that can't be fetched is returned with its URI.


def large_request(server, size: int) -> dict:
    """A request whose answer has this many bytes."""
    request = {"uris": ["ftp://x/" + "a" * 60_000 for _ in range(size // 61_000)] + ["ftp://x/"]}
    missing = size - len(server.invoke(json=request).content)
    assert 0 <= missing
    count = len(request["uris"])
    request["uris"] = [uri + "b" * (missing // count + (number < missing % count))
                       for number, uri in enumerate(request["uris"])]
    assert len(server.invoke(json=request).content) == size
    return request


def test_a_stream_may_be_larger_than_six_megabytes(function, server):
    request = large_request(server, 7_000_000)
    body = json.dumps(request).encode()
    served = server.invoke(body, "application/json").content
    told = events.function_url("POST", "/invocations", body, "application/json")
    answer = function.api.call(told)
    assert answer.prelude()[1] == served
    # In large chunks: many small chunks would be slow.
    assert len(answer.chunks) <= len(answer.body) // 32_768
    assert function.api.call(request).body == served


def test_a_buffered_answer_may_not(buffered, server):
    assert buffered.api.call(large_request(server, BUFFERED_LIMIT)).call == "response"
    request = large_request(server, BUFFERED_LIMIT + 1)
    kind, sentence = buffered.api.call(request).error()
    assert kind == "Function.ResponseSizeTooLarge"
    assert str(BUFFERED_LIMIT) in sentence.replace(",", "")
    body = json.dumps(request).encode()
    event = events.function_url("POST", "/invocations", body, "application/json")
    answer = opened(buffered.api.call(event).body)
    assert (answer.status, answer.json()["code"]) == (413, "Function.ResponseSizeTooLarge")
    assert buffered.api.wait_for_next() is None and not buffered.api.problems


def test_a_load_balancer_takes_less(buffered, server):
    """Its limit is for the whole envelope: 1 MB (ELB guide, lambda-functions)."""
    def answer(size):
        body = json.dumps(large_request(server, size)).encode()
        event = events.load_balancer(
            "POST", "/invocations", body, {"content-type": "application/json"})
        reply = buffered.api.call(event).body
        assert len(reply) <= 1_048_576
        return opened_by_load_balancer(reply, False)
    assert answer(700_000).status == 200
    refusal = answer(1_048_576)
    assert (refusal.status, refusal.json()["code"]) == (413, "Function.ResponseSizeTooLarge")
    assert "a load balancer takes, 1048576 bytes" in refusal.json()["error"]


def test_the_other_name_of_the_setting(server, host):
    with RuntimeAPI() as api, LambdaFunction(
            api, env={"AWS_LWA_INVOKE_MODE": "response_stream"}):
        assert_streamed(api.call(events.function_url("GET", "/ping")), PRELUDE)
