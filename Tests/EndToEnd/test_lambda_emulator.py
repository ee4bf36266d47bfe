"""The real `aws-lambda-rie` around the real binary, invoked by the real boto3: both of its modes.

Tests of what the emulator can't do (nonces, faults, streams in pieces) use the stub.
"""

import base64
import json
import os
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor

import events
import pytest
from emulator import Emulator, emulator_binary, free_ports
from envelopes import opened, opened_by_load_balancer
from patience import wait_until
from process import BINARY, DIGITS, Process, run


def payload(event) -> bytes:
    return event if isinstance(event, bytes) else json.dumps(event).encode()


@pytest.fixture(scope="module")
def emulator():
    with Emulator("--lambda-extension", "on") as running:
        yield running


def test_direct_events(emulator, server, host, event):
    for request in [event, {"uri": host.url("image/digit-7.png")}, event | {"top_k": 2}]:
        assert emulator.invoke(payload(request)) == server.invoke(json=request).content


def test_errors(emulator, server, host):
    for request in [{"uri": host.url("image/none.png")}, {}, {"uri": "ftp://x/"}]:
        report = json.loads(emulator.invoke(payload(request)))
        served = server.invoke(json=request).json()
        assert (report["errorType"], report["errorMessage"]) == (served["code"], served["error"])


@pytest.mark.parametrize("event", [b"null", b"17", b'"x"', b"[]", b"{", b"\0\xff"])
def test_odd_events(emulator, event):
    assert json.loads(emulator.invoke(event))["errorType"] == "Function.BadRequest"


def test_http_events_with_a_binary_body(emulator, server, seven):
    served = server.invoke(seven, "image/png").content
    url = events.function_url("POST", "/invocations", seven, "image/png", binary=True)
    assert opened(emulator.invoke(payload(url))).body == served
    rest = events.rest_api(
        "POST", "/invocations", seven, {"Content-Type": "image/png"}, binary=True)
    assert opened(emulator.invoke(payload(rest))).body == served
    balancer = events.load_balancer("POST", "/invocations", seven, {"content-type": "image/png"},
                                    binary=True, multi_value=True)
    assert opened_by_load_balancer(emulator.invoke(payload(balancer)), True).body == served
    missing = opened(emulator.invoke(payload(events.function_url("GET", "/nowhere"))))
    assert (missing.status, missing.json()["code"]) == (404, "Function.NotFound")


def test_a_queue(emulator, host):
    batch = events.sqs({"uri": host.url("image/digit-7.png")}, {"uri": host.url("image/none.png")})
    assert json.loads(emulator.invoke(payload(batch))) == {
        "batchItemFailures": [{"itemIdentifier": "message-1"}]}


def test_a_client_context(emulator, event):
    context = base64.b64encode(b'{"custom":{"a":"b"}}').decode()
    assert b'"label":"7"' in emulator.invoke(payload(event), ClientContext=context)


def test_large_events_and_answers(emulator, event):
    large = {"instances": [{"b64": base64.b64encode(bytes(4_700_000)).decode()}]}
    answer = json.loads(emulator.invoke(payload(large)))
    assert answer["predictions"][0]["code"] == "Function.ImageUndecodable"
    # Just small enough as a request; the answer repeats it and is longer.
    answer = json.loads(emulator.invoke(payload({"uris": ["ftp://" + "a" * 60_400] * 104})))
    assert answer["errorType"] == "Function.ResponseSizeTooLarge"
    # The emulator truncates an event that Lambda would refuse.
    large["instances"] *= 2
    assert json.loads(emulator.invoke(payload(large)))["errorType"] == "Function.BadRequest"
    assert b'"label":"7"' in emulator.invoke(payload(event))


def test_many_events_in_one_process(emulator, event):
    emulator.invoke(payload(event))
    before = emulator.runtimes()
    assert len({emulator.invoke(payload(event)) for _ in range(100)}) == 1
    assert emulator.runtimes() == before and len(before) == 1


def test_the_deadline_is_met_before_the_emulator_ends_it(host, event):
    with Emulator(timeout_s=2) as emulator:
        emulator.invoke(payload(event))
        before = emulator.runtimes()
        # The emulator would kill the process at the deadline. The error is our own, and the process survives.
        report = json.loads(emulator.invoke(payload({"uri": host.url("hang")})))
        assert report["errorType"] == "Function.Timeout"
        assert b'"label":"7"' in emulator.invoke(payload(event))
        assert emulator.runtimes() == before


def test_a_crash_fails_one_event(host, event):
    with Emulator() as emulator, ThreadPoolExecutor(1) as pool:
        for _ in range(2):
            told = pool.submit(emulator.post, payload({"uri": host.url("hang")}))
            assert host.wait_for(lambda: host.hanging == 1)
            [pid] = emulator.runtimes()
            os.kill(pid, signal.SIGKILL)
            answer = told.result()
            assert answer.status_code == 502 and "Runtime.ExitError" in answer.text
            assert b'"label":"7"' in emulator.invoke(payload(event))
            assert emulator.runtimes() != [pid]
            host.reset()


@pytest.mark.parametrize("options,model,named", [
    ((), "/nowhere/model", "/nowhere/model"), (("--top-k", "0"), DIGITS, "--top-k")])
def test_a_failed_start(options, model, named):
    with Emulator(*options, model=model) as emulator:
        answer = emulator.post(b"{}")
    assert answer.status_code == 502
    report = answer.json()
    assert report["errorType"].startswith("Runtime.") and named in report["errorMessage"]


def test_streams(host, event):
    with Emulator("--invoke-mode", "response-stream") as emulator:
        line = json.dumps({"uri": host.url("image/digit-7.png")}).encode() + b"\n"
        told = events.function_url("POST", "/invocations", line * 2, "application/jsonlines")
        prelude, _, lines = emulator.invoke(payload(told)).partition(bytes(8))
        assert json.loads(prelude)["statusCode"] == 200 and len(lines.splitlines()) == 2
        assert b'"label":"7"' in emulator.invoke(payload(event))


# The multi-concurrency mode.


@pytest.fixture(scope="module")
def crowd():
    with Emulator(concurrency=4) as running:
        # It accepts no event before its runtime asks for one.
        wait_until(lambda: running.post(b'{"warmup":true}').text == '{"warmup":true}', running.text)
        yield running


def test_events_at_once(crowd, server, host, event):
    request = {"uri": host.url("slow/digit-7.png")}
    with ThreadPoolExecutor(8) as pool:
        told = [pool.submit(crowd.invoke, payload(request)) for _ in range(3)]
        assert host.wait_for(lambda: host.hanging == 3)
        # The fourth place still answers.
        assert crowd.invoke(payload(event)) == server.invoke(json=event).content
        told.append(pool.submit(crowd.invoke, payload(request)))
        assert host.wait_for(lambda: host.hanging == 4)
        refused = crowd.post(payload(event))
        assert refused.status_code == 400 and "Runtime.Unavailable" in refused.text
        host.released.set()
        served = server.invoke(json=request).content
        assert {one.result() for one in told} == {served}
    assert len(crowd.runtimes()) == 1


def test_many_callers(crowd, server, samples):
    def ask(name: str) -> bool:
        request = {"instances": [{"b64": base64.b64encode(samples[name]).decode()}]}
        [prediction] = json.loads(crowd.invoke(payload(request)))["predictions"]
        return prediction["results"][0]["label"] == name[6]

    # A place is free again a moment after its answer has arrived: two callers have four.
    with ThreadPoolExecutor(2) as pool:
        assert all(pool.map(ask, list(samples) * 20))


def test_errors_have_their_type(crowd):
    answer = crowd.post(b"{}")
    assert answer.headers["Error-Type"] == "Function.BadRequest"
    assert answer.json()["errorType"] == "Function.BadRequest"


def test_a_concurrent_http_event(crowd, server, seven):
    told = events.function_url("POST", "/invocations", seven, "image/png", binary=True)
    assert opened(crowd.invoke(payload(told))).body == server.invoke(seven, "image/png").content


# Without Lambda: the binary looks for the emulator itself.


@pytest.mark.parametrize("command", ["lambda", "app.handler"])
def test_local_lambda_is_the_emulator(tmp_path, command):
    # Its ports are fixed there, so a stand-in on PATH prints its arguments.
    stand_in = tmp_path / "aws-lambda-rie"
    stand_in.write_text('#!/bin/sh\nprintf "%s\\n" "$$" "$@"\n')
    stand_in.chmod(0o755)
    process = Process([BINARY, command, "--top-k", "3"],
                      {"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert process.wait() == 0
    pid, called, *arguments = process.text().splitlines()
    assert int(pid) == process.pid, "it must replace itself"
    assert os.path.samefile(called, BINARY) and arguments == [command, "--top-k", "3"]


def test_local_lambda_answers(tmp_path, event):
    shutil.copy(emulator_binary(), tmp_path / "real-rie")
    api, port = free_ports(2)
    stand_in = tmp_path / "aws-lambda-rie"
    stand_in.write_text(
        f'#!/bin/sh\nexec {tmp_path}/real-rie --runtime-api-address 127.0.0.1:{api} '
        f'--runtime-interface-emulator-address 127.0.0.1:{port} --log-level error "$@"\n')
    stand_in.chmod(0o755)
    with Emulator(around=[BINARY, "lambda", "--model-path", DIGITS], port=port,
                  env={"PATH": f"{tmp_path}:{os.environ['PATH']}"}) as emulator:
        assert b'"label":"7"' in emulator.invoke(payload(event))


@pytest.mark.parametrize("command", ["lambda", "app.handler"])
def test_without_the_emulator_there_is_a_hint(tmp_path, command):
    done = run(command, env={"PATH": str(tmp_path)})
    assert done.returncode == 64
    assert "aws-lambda-rie" in done.stderr
