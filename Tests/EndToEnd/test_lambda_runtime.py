"""The Runtime API's client: every status, lost connections, freezes, deadlines, start and end."""

import base64
import json
import shutil
import signal
import socket
import time

import events
import pytest
from envelopes import opened
from lambda_function import LambdaFunction
from process import DIGITS, run
from runtime_api import RuntimeAPI


@pytest.fixture
def event(seven) -> dict:
    return {"instances": [{"b64": base64.b64encode(seven).decode()}]}


@pytest.fixture
def api():
    with RuntimeAPI() as api:
        yield api


def assert_works(function, event) -> None:
    """The function answers this good event, and in the same process."""
    answer = function.api.call(event)
    assert answer.call == "response" and b'"label":"7"' in answer.body
    assert function.alive()


# Statuses and connections.


@pytest.mark.parametrize("call", ["response", "error"])
@pytest.mark.parametrize("status", [400, 403, 410, 413])
def test_refused_answers_are_let_go(function, event, call, status):
    function.api.fail(call, status=status)
    told = function.api.invoke(event if call == "response" else {})
    assert told.wait().call == call
    assert_works(function, event)
    # The platform has settled it: nothing further is said about it.
    assert [one.call for one in told.reports] == [call]


@pytest.mark.parametrize("call", ["response", "error"])
def test_a_container_error_ends_the_process(api, event, call):
    with LambdaFunction(api) as function:
        api.fail(call, status=500)
        api.call(event if call == "response" else {})
        assert function.wait(2) > 0
        assert "500" in function.text()


@pytest.mark.parametrize("status", [500, 403])
def test_a_next_that_fails_ends_the_process(api, event, status):
    with LambdaFunction(api) as function:
        api.fail("next", times=10, status=status)
        assert function.wait(5) > 0
        assert str(status) in function.text()
    assert len(api.seen("next")) <= 6


@pytest.mark.parametrize("call", ["response", "error"])
@pytest.mark.parametrize("drop", ["unread", "unanswered", "within", "after"])
def test_dropped_connections_of_answers(function, event, call, drop):
    function.api.fail(call, drop=drop)
    function.api.invoke(event if call == "response" else {}).wait()
    assert_works(function, event)


def test_an_idle_connection_closed_while_an_event_is_worked_on(function, event):
    for _ in range(3):
        function.api.fail("next", drop="after")
        assert function.api.call(event).call == "response"
    assert_works(function, event)


def test_half_an_event_is_none(api, event):
    with LambdaFunction(api) as function:
        api.fail("next", drop="within")
        told = api.invoke(event)
        assert function.wait(3) > 0
        assert not told.reports


def test_an_api_that_goes_away_ends_the_process(event):
    with RuntimeAPI() as api, LambdaFunction(api) as function:
        api.shutdown()
        api.server_close()
        api.disconnect()
        assert function.wait(5) > 0
        assert len(function.text()) < 5000


def test_an_api_that_is_not_there():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        done = run("lambda", "--model-path", DIGITS,
                   env={"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{taken.getsockname()[1]}"})
    assert done.returncode > 0 and len(done.stderr.splitlines()) < 10


@pytest.mark.parametrize("drop", ["early", "late"])
def test_an_answer_refused_before_it_is_whole(function, event, drop):
    """A 413 that comes while the answer is still on its way."""
    large = {"uris": ["ftp://" + "a" * 60_000] * 100}
    function.api.fail("response", status=413, early=drop == "early")
    function.api.invoke(large).wait()
    assert_works(function, event)


def test_a_silent_next_costs_nothing(function, event):
    def ticks() -> int:
        fields = open(f"/proc/{function.pid}/stat").read().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    before, asked = ticks(), len(function.api.seen("next"))
    time.sleep(2)
    assert ticks() - before <= 2
    assert len(function.api.seen("next")) == asked
    assert_works(function, event)


def test_a_frozen_process_thaws(function, host, event):
    """Connections that were kept die while it is frozen; nothing of that is seen."""
    uri = {"uri": host.url("image/digit-7.png")}
    for _ in range(3):
        assert function.api.call(uri).call == "response"
        function.api.wait_for_next()
        function.terminate(signal.SIGSTOP)
        try:
            host.disconnect()
            time.sleep(0.2)
            thawed = function.api.invoke(uri)
        finally:
            function.terminate(signal.SIGCONT)
        assert thawed.wait().call == "response"
    assert_works(function, event)


# What an event comes with.


def test_the_same_request_id_twice(function, event):
    first = function.api.invoke(event, id="the-same")
    second = function.api.invoke({}, id="the-same")
    assert first.wait().call == "response" and second.wait().call == "error"
    assert first.reports[0].fields["lambda-runtime-invocation-id"] == first.nonce
    assert second.reports[0].fields["lambda-runtime-invocation-id"] == second.nonce


@pytest.mark.parametrize("id", ["a b/c?d#e%2f", "...", "\u00fc".encode().decode("latin-1"), "x" * 200])
def test_request_ids_that_customers_choose(function, event, id):
    assert function.api.call(event, id=id).call == "response"


@pytest.mark.parametrize("value", ["", None])
def test_empty_and_missing_headers(function, event, value):
    answer = function.api.call(event, nonce=value, trace_id=value, aws_tenant_id=value,
                               client_context=value, cognito_identity=value,
                               invoked_function_arn=value)
    assert answer.call == "response"
    assert "lambda-runtime-invocation-id" not in answer.fields


@pytest.mark.parametrize("context", ["{", "null", '{"custom":{"x":"\u00fc"}}', "x" * 5000])
def test_odd_contexts(function, event, context):
    context = context.encode().decode("latin-1")
    assert function.api.call(event, client_context=context, cognito_identity=context).call == "response"


def test_it_says_who_it_is(function):
    assert function.api.seen("next")[0].fields["user-agent"].startswith("amphora/")


# Deadlines.


def test_a_hanging_fetch_meets_the_deadline(function, host, event):
    hanging = function.api.invoke({"uri": host.url("hang")}, deadline_s=1)
    report = hanging.wait(3)
    assert report.error()[0] == "Function.Timeout"
    assert 0.7 < report.ended - hanging.delivered < 0.99
    assert function.api.wait_for(lambda: report.status == 202, 1)
    assert host.wait_for(lambda: host.left == 1, 2), "the fetch outlived its event"
    assert_works(function, event)


def test_a_deadline_of_an_http_event_is_an_answer(function, host, event):
    body = json.dumps({"uri": host.url("hang")}).encode()
    hanging = function.api.invoke(
        events.function_url("POST", "/invocations", body, "application/json"), deadline_s=0.5)
    report = hanging.wait(3)
    answer = opened(report.body)
    assert (answer.status, answer.json()["code"]) == (504, "Function.Timeout")
    assert 0.3 < report.ended - hanging.delivered < 0.5
    assert_works(function, event)


@pytest.mark.parametrize("deadline_s", [-3600, -1, 0, 0.001, 10 * 365 * 86400])
def test_deadlines_in_the_past_and_far_away(function, event, deadline_s):
    assert function.api.call(event, deadline_s=deadline_s).call in ("response", "error")
    assert_works(function, event)


@pytest.mark.parametrize("text", ["", "soon", "-1", "99999999999999999999999", "1.5"])
def test_deadlines_that_are_none(function, event, text):
    # The stub's own header comes first: this one takes its place.
    assert function.api.call(event, deadline_ms=text).call in ("response", "error")
    assert_works(function, event)


# Start.


@pytest.mark.parametrize("command", [
    (), ("lambda",), ("app.handler",), ("serve",), ("lambda", "--model-path", str(DIGITS))])
def test_every_way_to_be_called(api, event, command):
    with LambdaFunction(api, command=command) as function:
        assert_works(function, event)


def test_what_is_not_served_stays_what_it_is(api):
    done = run("--version", env={"AWS_LAMBDA_RUNTIME_API": api.address})
    assert done.returncode == 0 and done.stdout.strip()
    assert run("predict", DIGITS / "samples/digit-1.png", "--model-path", DIGITS,
               env={"AWS_LAMBDA_RUNTIME_API": api.address}).returncode == 0
    assert api.requests == []


def failed_start(api, *options: str, **more) -> tuple[str, str]:
    """Type and sentence of a start that fails; the log says the same, and no event is asked for."""
    with LambdaFunction(api, *options, ready=False, **more) as function:
        assert function.wait(10) == 1
        [report] = api.seen("init/error")
        kind, sentence = report.error()
        assert kind.startswith("Runtime.") and sentence in function.text()
        assert "Fatal error" not in function.text()
    assert not api.seen("next")
    return kind, sentence


def test_no_model(api, tmp_path):
    _, sentence = failed_start(api, model=tmp_path / "nowhere")
    assert str(tmp_path / "nowhere") in sentence


@pytest.mark.parametrize("content", [b"", b"no model", b"\x08\x07" * 1000])
def test_a_broken_model(api, tmp_path, content):
    folder = shutil.copytree(DIGITS, tmp_path / "model", ignore=shutil.ignore_patterns("samples"))
    (folder / "digits.onnx").write_bytes(content)
    assert "digits.onnx" in failed_start(api, model=folder)[1]


@pytest.mark.parametrize("options,env,named", [
    (["--top-k", "0"], {}, "--top-k"), (["--tpo-k", "3"], {}, "--top-k"),
    ([], {"AMPHORA_TOP_K": "x"}, "AMPHORA_TOP_K"), ([], {"AMPHORA_PROT": "1"}, "AMPHORA_PORT"),
    (["--invoke-mode", "both"], {}, "buffered")])
def test_a_bad_setting(api, options, env, named):
    assert named in failed_start(api, *options, env=env)[1]


@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 500}, {"drop": "unanswered"}])
def test_a_failed_start_that_cannot_be_told(api, tmp_path, fault):
    api.fail("init/error", **fault)
    failed_start(api, model=tmp_path / "nowhere")


# End, and the extension.


def test_the_extension_brings_a_clean_end(api, event):
    with LambdaFunction(api, "--lambda-extension", "on") as function:
        calls = [one.call for one in api.requests]
        assert calls.index("register") < calls.index("next")
        [register] = api.seen("register")
        assert register.fields["lambda-extension-name"] == "amphora"
        assert register.json() == {"events": []}
        assert api.wait_for(lambda: api.seen("event/next"))
        [waiting] = api.seen("event/next")
        assert waiting.fields["lambda-extension-identifier"] == "5ba8fe2e-stub"
        assert_works(function, event)
        assert waiting.connection != api.seen("response")[0].connection
        api.wait_for_next()
        start = time.monotonic()
        function.terminate()
        assert function.wait(2) == 0
        assert time.monotonic() - start < 0.3


@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 500}, {"drop": "unanswered"}])
def test_an_extension_that_is_refused_is_no_failure(api, event, fault):
    api.fail("register", **fault)
    with LambdaFunction(api, "--lambda-extension", "on") as function:
        assert_works(function, event)
        assert not api.seen("event/next")


def test_without_the_extension_nothing_is_registered(api, event):
    with LambdaFunction(api, "--lambda-extension", "off") as function:
        assert_works(function, event)
    assert not api.seen("register")


def test_an_event_under_way_is_answered_at_the_end(api, host):
    with LambdaFunction(api) as function:
        told = api.invoke({"uri": host.url("slow/digit-7.png")})
        assert host.wait_for(lambda: host.hanging == 1)
        function.terminate()
        time.sleep(0.1)
        host.released.set()
        assert told.wait(2).call == "response"
        assert function.wait(2) == 0
    assert len(api.seen("next")) == 1


def test_an_event_that_hangs_does_not_hold_up_the_end(api, host):
    with LambdaFunction(api) as function:
        api.invoke({"uri": host.url("hang")})
        assert host.wait_for(lambda: host.hanging == 1)
        start = time.monotonic()
        function.terminate()
        assert function.wait(2) == 0
        assert time.monotonic() - start < 0.6
    assert len(api.seen("next")) == 1


# SnapStart.


@pytest.mark.parametrize("extension", ["on", "off"])
def test_a_snapshot_is_taken_before_the_first_event(event, extension):
    with RuntimeAPI(restored=False) as api, LambdaFunction(
            api, "--lambda-extension", extension, ready=False,
            env={"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}) as function:
        assert api.wait_for(lambda: api.seen("restore/next"))
        time.sleep(0.1)
        assert not api.seen("next") and function.alive()
        # The calls that wait hold their connections; no other goes into the snapshot.
        waiting = api.seen("restore/next") + api.seen("event/next")
        assert len(waiting) == (2 if extension == "on" else 1)
        assert set(api.connections) == {one.connection for one in waiting}
        api.restore()
        api.wait_for_next()
        assert_works(function, event)
        assert len(api.seen("restore/next")) == 1


def test_a_snapshot_that_fails_ends_the_process():
    with RuntimeAPI(restored=False) as api:
        api.fail("restore/next", times=10, status=500)
        with LambdaFunction(api, env={"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"},
                            ready=False) as function:
            assert function.wait(5) > 0
    assert not api.seen("next")


# Memory, and the log.


def test_two_thousand_events(function, server, host, seven, event):
    good = [event, {"uri": "ftp://x/"}, events.function_url("GET", "/ping"), {"warmup": True},
            {"uri": host.url("image/none.png")}, {"uri": host.url("image/digit-7.png")}]
    garbage = {"uri": "data:," + "x" * 3_000_000}
    for number in range(200):
        function.api.call(good[number % len(good)])
    for _ in range(5):
        function.api.call(garbage)
    memory, descriptors = function.memory_mib(), function.descriptors()
    told = [function.api.invoke(good[number % len(good)]) for number in range(2000)]
    told += [function.api.invoke(garbage) for _ in range(5)]
    for one in told:
        one.wait(30)
    assert function.memory_mib() < memory + 16
    assert function.descriptors() <= descriptors + 2
    # One connection is kept for all of them.
    assert len({one.connection for one in function.api.seen("next")[-2000:]}) <= 2


def test_the_log_in_json(api, host, event):
    with LambdaFunction(api, env={"AWS_LAMBDA_LOG_FORMAT": "JSON"}) as function:
        api.call(event, id="request-one", aws_tenant_id="blue")
        api.call({}, id="request-two")
        api.wait_for_next()
        function.terminate()
        assert function.wait(5) == 0
        lines = [json.loads(line) for line in function.text().splitlines()]
    assert all({"timestamp", "level", "message"} <= set(line) for line in lines)
    assert {line["level"] for line in lines} <= {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"}
    ours = [line for line in lines if line.get("requestId") == "request-one"]
    assert ours and all(line["tenantId"] == "blue" for line in ours)
    other = [line for line in lines if line.get("requestId") == "request-two"]
    assert other and all("tenantId" not in line for line in other)
    assert any("Function.BadRequest" in json.dumps(line) for line in other)


def test_the_level_of_the_log(api, event):
    with LambdaFunction(api, env={
            "AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "FATAL"}) as function:
        api.call(event)
        api.call({})
        api.wait_for_next()
        function.terminate()
        assert function.wait(5) == 0
        assert function.text() == ""


def test_no_secret_of_a_presigned_url_is_logged(api, host):
    secret = "?X-Amz-Credential=AKIA&X-Amz-Signature=c0ffee5ec3e7"
    uris = [host.url(path) + secret for path in (
        "image/digit-7.png", "image/none.png", "hang", "loop", "garbage", "text")]
    uris.append(host.url("redirect" + "?to=" + host.url("nothing") + secret))
    with LambdaFunction(api, "--fetch-timeout", "0.2", "--log-level", "debug",
                        env={"AWS_LAMBDA_LOG_LEVEL": "TRACE"}) as function:
        for uri in uris:
            api.call({"uri": uri})
            api.call({"uris": [uri, uri]})
            api.call(events.sqs({"uri": uri}))
            api.call(events.function_url(
                "POST", "/invocations", json.dumps({"uri": uri}).encode(), "application/json"))
        api.wait_for_next()
        function.terminate()
        assert function.wait(5) == 0
        log = function.text()
    assert log and "c0ffee5ec3e7" not in log and "X-Amz" not in log
    assert "wJalrXUtnFEMI" not in log and "token/of" not in log
