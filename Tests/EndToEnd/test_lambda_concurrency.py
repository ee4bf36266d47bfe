"""Concurrent Lambda (Managed Instances): several events in flight in one process."""

import base64
import contextlib
import json
import os

import pytest
from endless_model import BLACK, WHITE, endless_model, wait_for_held_workers
from lambda_function import LambdaFunction
from process import DIGITS
from runtime_api import RuntimeAPI


@contextlib.contextmanager
def started(concurrency: int = 4, *options: str, model=DIGITS):
    # Only the test ends hanging requests, not a limit.
    with RuntimeAPI(concurrent=True) as api, LambdaFunction(
            api, "--fetch-timeout", "600", *options, model=model,
            env={"AWS_LAMBDA_MAX_CONCURRENCY": str(concurrency)}) as function:
        api.wait_for_next(concurrency)
        yield function


@pytest.fixture
def four():
    with started() as function:
        yield function


def event_of(picture: bytes) -> dict:
    return {"instances": [{"b64": base64.b64encode(picture).decode()}]}


@pytest.mark.parametrize("concurrency", [1, 4, 16])
def test_as_many_ask_as_may(concurrency, event):
    with started(concurrency) as function:
        api = function.api
        assert api.waiting == api.most_waiting == concurrency
        assert len({one.connection for one in api.seen("next")}) == concurrency
        told = [api.invoke(event) for _ in range(200)]
        assert {one.wait().call for one in told} == {"response"}
        api.wait_for_next(concurrency)
        assert api.most_waiting == concurrency


def test_events_are_worked_on_at_once(four, host, event):
    api = four.api
    hanging = [api.invoke({"uri": host.url("slow/digit-7.png")}) for _ in range(3)]
    assert host.wait_for(lambda: host.hanging == 3)
    assert api.waiting == 1
    # The fourth place still answers.
    assert api.call(event).call == "response"
    assert all(not one.reports for one in hanging)
    host.released.set()
    assert {one.wait().call for one in hanging} == {"response"}
    api.wait_for_next(4)


def test_events_that_need_no_worker_yet_leave_room(host):
    with RuntimeAPI(concurrent=True) as api, LambdaFunction(
            api, "--workers", "1", "--queue", "2", env={"AWS_LAMBDA_MAX_CONCURRENCY": "8"}):
        api.wait_for_next(2)
        small, large = {"uri": host.url("slow/digit-7.png")}, {"padding": "x" * 50_000}
        told = [api.invoke(small | (large if number % 2 else {})) for number in range(8)]
        assert host.wait_for(lambda: host.hanging == 8)
        host.released.set()
        assert {one.wait().call for one in told} == {"response"}
        assert api.most_waiting <= 2


def test_each_answer_goes_to_its_event(four, samples):
    api = four.api
    told = [(name, api.invoke({"instances": [{"b64": base64.b64encode(picture).decode()}]},
                              id="the-same" if number % 3 else None))
            for number, (name, picture) in enumerate(list(samples.items()) * 10)]
    for name, invocation in told:
        prediction = invocation.wait().json()["predictions"][0]
        assert prediction["results"][0]["label"] == name[6]
        assert len(invocation.reports) == 1


def test_each_event_has_its_own_deadline(four, host):
    api = four.api
    told = [api.invoke({"uri": host.url("hang")}, deadline_s=span) for span in (1.2, 0.4, 0.8)]
    patient = api.invoke({"uri": host.url("slow/digit-7.png")}, deadline_s=600)
    for invocation in told:
        report = invocation.wait()
        assert report.error()[0] == "Function.Timeout"
        # Not much before its deadline; a busy machine may be later.
        assert invocation.deadline_s - (report.ended - invocation.delivered) < 0.25
        assert report.status in (None, 202, 410)
    # The other events' deadlines did not end it.
    assert host.wait_for(lambda: host.hanging == 1) and not patient.reports
    host.released.set()
    assert patient.wait().call == "response"
    # The order is taken from the function's log, since the stub reads each report in its own thread.
    lines = [json.loads(line) for line in four.end().splitlines()]
    ended = [line["requestId"] for line in lines if line["message"] == "event"]
    told.sort(key=lambda invocation: invocation.deadline_ms)
    assert ended == [invocation.id for invocation in [*told, patient]]


def test_the_deadline_of_an_event_that_is_still_to_be_read(tmp_path):
    with started(4, "--workers", "1", "--queue", "64",
                 model=endless_model(tmp_path / "model")) as function:
        busy = function.api.invoke(event_of(WHITE), deadline_s=600)
        wait_for_held_workers(function, 1)
        waiting = function.api.invoke({"warmup": True, "padding": "x" * 50_000}, deadline_s=0.6)
        assert waiting.wait().error()[0] == "Function.Timeout"
        # Not much before its deadline, and while the worker is still busy.
        assert 0.3 < waiting.reports[0].arrived - waiting.delivered
        assert not busy.reports
        function.api.wait_for_next(3)


@pytest.mark.parametrize("fault", [
    {"status": 500}, {"status": 403}, {"drop": "unanswered"}, {"drop": "within"}])
def test_one_failed_next_leaves_the_others(four, host, event, fault):
    api = four.api
    api.fail("next", **fault)
    told = [api.invoke(event) for _ in range(20)]
    # If the connection broke in the middle of an event, only that event is lost.
    count = 19 if "within" in fault.values() else 20
    assert api.wait_for(lambda: sum(bool(one.reports) for one in told) >= count)
    api.wait_for_next(4)
    assert four.alive()


@pytest.mark.parametrize("call", ["response", "error"])
@pytest.mark.parametrize("status", [400, 403, 410, 413, 500])
def test_one_refused_answer_leaves_the_others(four, event, call, status):
    api = four.api
    api.fail(call, status=status)
    api.invoke(event if call == "response" else {}).wait()
    assert {api.invoke(event).wait().call for _ in range(8)} == {"response"}
    api.wait_for_next(4)
    assert four.alive()


def test_an_api_that_goes_away_ends_the_process_in_the_end(four):
    four.api.shutdown()
    four.api.server_close()
    four.api.disconnect()
    assert four.wait() > 0


def test_the_extension_asks_for_no_event(event):
    with started(2, "--lambda-extension", "on") as function:
        assert function.api.seen("register")[0].json() == {"events": []}
        assert function.api.call(event).call == "response"
        function.terminate()
        assert function.wait() == 0


def test_the_end_answers_what_is_under_way(four, host):
    told = [four.api.invoke({"uri": host.url("slow/digit-7.png")}) for _ in range(2)]
    assert host.wait_for(lambda: host.hanging == 2)
    # A function has 400 ms to drain. It is frozen until SIGTERM and then both pictures have arrived, so
    # that the test itself uses none of that time.
    four.freeze()
    four.terminate()
    host.released.set()
    assert host.wait_for(lambda: host.answered == 2)
    four.thaw()
    assert {one.wait().call for one in told} == {"response"}
    assert four.wait() == 0
    [draining] = [json.loads(line) for line in four.text().splitlines() if '"draining"' in line]
    assert draining["inFlight"] == 2


def test_work_is_done_in_parallel(tmp_path):
    """While one worker's inference never ends, another one answers all other events. Needs two cores."""
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one core")
    with started(model=endless_model(tmp_path / "model")) as function:
        endless = function.api.invoke(event_of(WHITE), deadline_s=600)
        wait_for_held_workers(function, 1)
        told = [function.api.invoke(event_of(BLACK)) for _ in range(8)]
        assert {one.wait().call for one in told} == {"response"}
        assert not endless.reports
