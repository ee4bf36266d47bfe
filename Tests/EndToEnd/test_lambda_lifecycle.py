"""How the function starts, ends and goes into a snapshot, and what it logs."""

import base64
import json
import shutil

import events
import pytest
from endless_model import WHITE, endless_model, wait_for_held_workers
from lambda_function import LambdaFunction, assert_works
from process import DIGITS, run
from runtime_api import RuntimeAPI

# The exit status of a function that was stopped with an event unanswered.
ABANDONED = 75
REFUSALS = [{"status": status} for status in (400, 403, 410, 413, 500)] + [{"drop": "unanswered"}]

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
    """Type and sentence of a start that fails. The log has the same, and the function asks for no event."""
    with LambdaFunction(api, *options, ready=False, **more) as function:
        assert function.wait() == 1
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


@pytest.mark.parametrize("fault", REFUSALS)
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
        function.terminate()
        assert function.wait() == 0


@pytest.mark.parametrize("fault", REFUSALS)
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
    with LambdaFunction(api, "--fetch-timeout", "600") as function:
        told = api.invoke({"uri": host.url("slow/digit-7.png")}, deadline_s=600)
        assert host.wait_for(lambda: host.hanging == 1)
        # A function has 400 ms to drain. It is frozen until SIGTERM and then the picture has arrived,
        # so that the test itself uses none of that time.
        function.freeze()
        function.terminate()
        host.released.set()
        assert host.wait_for(lambda: host.answered == 1)
        function.thaw()
        assert told.wait().call == "response"
        assert function.wait() == 0
        assert " draining inFlight=1 " in function.text()
    assert len(api.seen("next")) == 1


def test_a_large_picture_does_not_hold_up_the_end(api, tmp_path):
    """A picture that a worker never finishes."""
    large = {"instances": [{"b64": base64.b64encode(WHITE).decode()}]}
    with LambdaFunction(api, "--drain-timeout", "0",
                        model=endless_model(tmp_path / "model")) as function:
        invocation = api.invoke(large, deadline_s=600)
        wait_for_held_workers(function, 1)
        function.terminate()
        assert function.wait() == ABANDONED
        assert not invocation.reports


def test_an_event_that_hangs_does_not_hold_up_the_end(api, host):
    with LambdaFunction(api, "--fetch-timeout", "600") as function:
        api.invoke({"uri": host.url("hang")}, deadline_s=600)
        assert host.wait_for(lambda: host.hanging == 1)
        function.terminate()
        assert function.wait() == ABANDONED
        assert "drain time is over abandoned=1" in function.text()
    assert len(api.seen("next")) == 1


# SnapStart.


@pytest.mark.parametrize("extension", ["on", "off"])
def test_a_snapshot_is_taken_before_the_first_event(event, extension):
    with RuntimeAPI(restored=False) as api, LambdaFunction(
            api, "--lambda-extension", extension, ready=False,
            env={"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}) as function:
        calls = ["restore/next"] + (["event/next"] if extension == "on" else [])
        assert api.wait_for(lambda: all(api.seen(call) for call in calls))
        # The waiting calls keep their connections; no other connection goes into the snapshot.
        waiting = api.seen("restore/next") + api.seen("event/next")
        assert len(waiting) == len(calls)
        assert api.wait_for(lambda: set(api.connections) == {one.connection for one in waiting})
        assert not api.seen("next") and function.alive()
        api.restore()
        api.wait_for_next()
        [restored] = api.seen("restore/next")
        assert api.seen("next")[0].arrived >= restored.answered
        assert_works(function, event)
        assert len(api.seen("restore/next")) == 1


def test_a_snapshot_that_fails_ends_the_process():
    with RuntimeAPI(restored=False) as api:
        api.fail("restore/next", times=10, status=500)
        with LambdaFunction(api, env={"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"},
                            ready=False) as function:
            assert function.wait() > 0
    assert not api.seen("next")


# The log.


def test_the_log_in_json(api, host, event):
    with LambdaFunction(api, env={"AWS_LAMBDA_LOG_FORMAT": "JSON"}) as function:
        api.call(event, id="request-one", aws_tenant_id="blue")
        api.call({}, id="request-two")
        api.wait_for_next()
        lines = [json.loads(line) for line in function.end().splitlines()]
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
        assert function.end() == ""


def test_no_secret_of_a_presigned_url_is_logged(api, host):
    secret = "?X-Amz-Credential=AKIA&X-Amz-Signature=c0ffee5ec3e7"
    uris = [host.url(path) + secret for path in (
        "image/digit-7.png", "image/none.png", "hang", "loop", "garbage", "text")]
    uris.append(host.url("redirect" + "?to=" + host.url("nothing") + secret))
    with LambdaFunction(api, "--fetch-timeout", "0.2", "--log-level", "debug",
                        env={"AWS_LAMBDA_LOG_LEVEL": "TRACE"}) as function:
        for uri in uris:
            # Also where it does not belong.
            api.call(events.sqs({"uri": "x", "top_k": uri}, f"s3://{uri}"))
            api.call({"uri": uri})
            api.call({"uris": [uri, uri]})
            api.call(events.sqs({"uri": uri}))
            api.call(events.function_url(
                "POST", "/invocations", json.dumps({"uri": uri}).encode(), "application/json"))
        api.wait_for_next()
        log = function.end()
    assert log and "c0ffee5ec3e7" not in log and "X-Amz" not in log
    assert "wJalrXUtnFEMI" not in log and "token/of" not in log
