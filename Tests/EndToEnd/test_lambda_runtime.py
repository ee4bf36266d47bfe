"""The Runtime API's client: every status, lost connections, freezes, deadlines, bounded memory."""

import json
import socket
import time

import events
import pytest
from envelopes import opened
from lambda_function import LambdaFunction, assert_works
from patience import wait_until
from process import DIGITS, run
from runtime_api import RuntimeAPI

@pytest.fixture(scope="module")
def function_options():
    """Only a deadline or the test ends hanging requests, no other limit."""
    return "--fetch-timeout", "600"


# Statuses and connections.


@pytest.mark.parametrize("call", ["response", "error"])
@pytest.mark.parametrize("status", [400, 403, 410, 413])
def test_refused_answers_are_let_go(function, event, call, status):
    function.api.fail(call, status=status)
    told = function.api.invoke(event if call == "response" else {})
    assert told.wait().call == call
    assert_works(function, event)
    # The platform has closed this invocation: no further report.
    assert [one.call for one in told.reports] == [call]


@pytest.mark.parametrize("call", ["response", "error"])
def test_a_container_error_ends_the_process(api, event, call):
    with LambdaFunction(api) as function:
        api.fail(call, status=500)
        api.call(event if call == "response" else {})
        assert function.wait() > 0
        assert "500" in function.text()


@pytest.mark.parametrize("status", [500, 403])
def test_a_next_that_fails_ends_the_process(api, event, status):
    with LambdaFunction(api) as function:
        api.fail("next", times=10, status=status)
        assert function.wait() > 0
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
        assert function.wait() > 0
        assert not told.reports


def test_an_api_that_goes_away_ends_the_process(event):
    with RuntimeAPI() as api, LambdaFunction(api) as function:
        api.shutdown()
        api.server_close()
        api.disconnect()
        assert function.wait() > 0
        assert len(function.text()) < 5000


def test_an_api_that_is_not_there():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        done = run("lambda", "--model-path", DIGITS,
                   env={"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{taken.getsockname()[1]}"})
    assert done.returncode > 0 and len(done.stderr.splitlines()) < 10


@pytest.mark.parametrize("drop", ["early", "late"])
def test_an_answer_refused_before_it_is_whole(function, event, drop):
    """A 413 that arrives while the answer is still being sent."""
    large = {"uris": ["ftp://" + "a" * 60_000] * 100}
    function.api.fail("response", status=413, early=drop == "early")
    function.api.invoke(large).wait()
    assert_works(function, event)


def test_a_silent_next_costs_nothing(function, event):
    def ticks() -> int:
        fields = open(f"/proc/{function.pid}/stat").read().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    before, asked = ticks(), len(function.api.seen("next"))
    # The absence of events is tested, so there is none to wait for. The ticks count CPU time, which other
    # processes do not change.
    time.sleep(2)
    assert ticks() - before <= 2
    assert len(function.api.seen("next")) == asked
    assert_works(function, event)


def test_a_frozen_process_thaws(function, host, event):
    """Kept connections die while the process is frozen; no caller notices."""
    uri = {"uri": host.url("image/digit-7.png")}
    for _ in range(3):
        assert function.api.call(uri).call == "response"
        function.api.wait_for_next()
        function.freeze()
        try:
            host.disconnect()
            wait_until(lambda: not host.connections)
            thawed = function.api.invoke(uri)
        finally:
            function.thaw()
        assert thawed.wait().call == "response"
    assert_works(function, event)


def test_a_thaw_behind_the_deadline(function, host, event):
    hanging = function.api.invoke({"uri": host.url("hang")}, deadline_s=2)
    assert host.wait_for(lambda: host.hanging == 1)
    function.freeze()
    try:
        assert not hanging.reports
        wait_until(lambda: time.time() * 1000 > hanging.deadline_ms)
    finally:
        function.thaw()
    report = hanging.wait()
    assert report.error()[0] == "Function.Timeout"
    assert function.api.wait_for(lambda: report.status == 410)
    assert_works(function, event)


@pytest.mark.parametrize("call", ["response", "error"])
def test_the_next_event_is_asked_for_behind_the_answer(function, event, call):
    function.api.fail(call, delay=0.2)
    report = function.api.call(event if call == "response" else {})
    function.api.wait_for_next()
    assert report.answered and function.api.seen("next")[-1].arrived >= report.answered


def test_events_in_chunks(function, event):
    for piece in (1, 1000, 1 << 20):
        assert function.api.call(event, chunk=piece).call == "response"
    assert function.api.call(b"", chunk=1).error()[0] == "Function.BadRequest"


# The properties of an event.


def test_the_same_request_id_twice(function, event):
    first = function.api.invoke(event, id="the-same")
    second = function.api.invoke({}, id="the-same")
    assert first.wait().call == "response" and second.wait().call == "error"
    assert first.reports[0].fields["lambda-runtime-invocation-id"] == first.nonce
    assert second.reports[0].fields["lambda-runtime-invocation-id"] == second.nonce


@pytest.mark.parametrize("id", ["a b/c?d#e%2f", "..", ".", "\xc3\xbc", "x" * 200])
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
    answer = function.api.call(event, client_context=context, cognito_identity=context)
    assert answer.call == "response"


def test_it_says_who_it_is(function):
    assert function.api.seen("next")[0].fields["user-agent"].startswith("amphora/")


# Deadlines.


def test_a_hanging_fetch_meets_the_deadline(function, host, event):
    # Work ends 200 ms before the deadline (LambdaDeadlineTests). On a busy machine the report arrives
    # later. Without the deadline the fetch would go on.
    hanging = function.api.invoke({"uri": host.url("hang")}, deadline_s=2.5)
    report = hanging.wait()
    assert report.error()[0] == "Function.Timeout"
    assert 2.2 < report.ended - hanging.delivered
    assert function.api.wait_for(lambda: report.status in (202, 410))
    assert host.wait_for(lambda: host.left == 1), "the fetch outlived its event"
    assert_works(function, event)


def test_a_deadline_of_an_http_event_is_an_answer(function, host, event):
    body = json.dumps({"uri": host.url("hang")}).encode()
    hanging = function.api.invoke(
        events.function_url("POST", "/invocations", body, "application/json"), deadline_s=0.5)
    report = hanging.wait()
    answer = opened(report.body)
    assert (answer.status, answer.json()["code"]) == (504, "Function.Timeout")
    assert 0.3 < report.ended - hanging.delivered
    assert_works(function, event)


@pytest.mark.parametrize("deadline_s", [-3600, -1, 0, 0.001, 10 * 365 * 86400])
def test_deadlines_in_the_past_and_far_away(function, event, deadline_s):
    assert function.api.call(event, deadline_s=deadline_s).call in ("response", "error")
    assert_works(function, event)


@pytest.mark.parametrize("text", ["", "soon", "-1", "99999999999999999999999", "1.5"])
def test_deadlines_that_are_none(function, event, text):
    # This header replaces the stub's own.
    assert function.api.call(event, deadline_ms=text).call in ("response", "error")
    assert_works(function, event)


# Memory.


def test_two_thousand_events(function, host, event):
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
        one.wait()
    assert function.memory_mib() < memory + 16
    assert function.descriptors() <= descriptors + 2
    # One connection is kept for all of them.
    assert len({one.connection for one in function.api.seen("next")[-2000:]}) <= 2
