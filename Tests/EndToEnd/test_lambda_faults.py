"""Permanent faults: starts that fail, connections that die, container errors without end."""

import contextlib
import json
import threading

import onnx
import pytest
from lambda_function import LambdaFunction, assert_works
from onnx import TensorProto, helper
from runtime_api import RuntimeAPI

# Starts that fail.


@pytest.mark.parametrize("what", ["model", "setting"])
@pytest.mark.parametrize("answered", [True, False])
def test_a_signal_while_a_failed_start_is_told(api, tmp_path, what, answered):
    """The exit status still shows the failure, and so does the report, if the API answers it."""
    signalled = threading.Event()
    api.fail("init/error", until=signalled)
    options = ("--top-k", "0") if what == "setting" else ()
    with LambdaFunction(api, *options, model=tmp_path / "nowhere", ready=False) as function:
        assert api.wait_for(lambda: api.seen("init/error"))
        [report] = api.seen("init/error")
        # The signal arrives before the answer.
        function.freeze()
        function.terminate()
        if answered:
            signalled.set()
            assert api.wait_for(lambda: report.status == 202)
        function.thaw()
        assert function.wait() == 1
        assert ("nowhere" if what == "model" else "--top-k") in function.text()
    if answered:
        assert report.error()[1] in function.text()
    signalled.set()


def unable_model(folder):
    """A model that loads, but every inference fails: it requires a shape of another size."""
    nodes = [
        helper.make_node("ReduceSum", ["image"], ["sum"], keepdims=0),
        helper.make_node("Mul", ["sum", "zero"], ["nothing"]),
        helper.make_node("Add", ["nothing", "seven"], ["size"]),
        helper.make_node("Cast", ["size"], ["whole"], to=TensorProto.INT64),
        helper.make_node("Reshape", ["whole", "one"], ["shape"]),
        helper.make_node("Reshape", ["image", "shape"], ["flat"]),
        helper.make_node("Reshape", ["flat", "pair"], ["scores"])]
    constants = [
        helper.make_tensor("zero", TensorProto.FLOAT, [], [0.0]),
        helper.make_tensor("seven", TensorProto.FLOAT, [], [7.0]),
        helper.make_tensor("one", TensorProto.INT64, [1], [1]),
        helper.make_tensor("pair", TensorProto.INT64, [2], [1, 7])]
    graph = helper.make_graph(
        nodes, "unable", [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 8, 8])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 7])], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    folder.mkdir()
    onnx.save(model, folder / "unable.onnx")
    return folder


def test_an_inference_is_tried_before_the_first_event(api, tmp_path):
    with LambdaFunction(api, model=unable_model(tmp_path / "model"), ready=False) as function:
        assert function.wait() == 1
        [report] = api.seen("init/error")
        assert "Reshape" in report.error()[1]
    assert not api.seen("next")


# Connections that die.


@contextlib.contextmanager
def crowd(concurrency: int, *options: str):
    with RuntimeAPI(concurrent=True) as api, LambdaFunction(
            api, *options, env={"AWS_LAMBDA_MAX_CONCURRENCY": str(concurrency)}) as function:
        api.wait_for_next(concurrency)
        yield function


@pytest.mark.parametrize("options", [(), ("--invoke-mode", "response-stream")], ids=["whole", "stream"])
def test_an_answer_is_sent_twice_at_most(event, options):
    """The platform may have received the answer each time, however many kept connections die."""
    with crowd(8, *options) as function:
        api = function.api
        for one in [api.invoke(event) for _ in range(40)]:
            one.wait()
        api.fail("response", times=1000, drop="unanswered")
        told = [api.invoke(event) for _ in range(24)]
        for one in told:
            one.wait()
        api.wait_for_next(8)
        assert {len(one.reports) for one in told} <= {1, 2}


def test_a_freeze_that_outlives_the_api_s_connections(api, host):
    """While an event is in progress, only the extension's connection is in use."""
    with LambdaFunction(api, "--fetch-timeout", "600") as function:
        for _ in range(3):
            told = api.invoke({"uri": host.url("slow/digit-7.png")})
            assert host.wait_for(lambda: host.hanging == 1)
            function.freeze()
            try:
                api.disconnect()
                assert api.wait_for(lambda: not api.connections)
                host.released.set()
                assert host.wait_for(lambda: host.answered == 1)
            finally:
                function.thaw()
            assert told.wait().call == "response"
            assert len(told.reports) == 1
            host.reset()
            api.wait_for_next()


# Container errors.


def test_a_container_error_in_answer_to_a_stream_ends_the_process(api, event):
    with LambdaFunction(api, "--invoke-mode", "response-stream") as function:
        api.fail("response", status=500)
        api.call(event)
        assert function.wait() > 0


def test_container_errors_without_an_end_end_the_process(event):
    with crowd(2) as function:
        function.api.fail("response", times=1000, status=500)
        told = [function.api.invoke(event) for _ in range(20)]
        assert function.wait() > 0
        answered = [one for one in told if one.reports]
        assert len(answered) == 2 * 5
    # Each of the two loops waited longer after every failure.
    assert answered[-1].delivered - answered[0].delivered > 1.4


def test_managed_instances_log_json(event):
    with crowd(2) as function:
        function.api.call(event, id="request-one")
        function.api.wait_for_next(2)
        lines = [json.loads(line) for line in function.end().splitlines()]
    assert any(line.get("requestId") == "request-one" for line in lines)


def test_a_log_that_nobody_reads(api, event):
    class Unread(LambdaFunction):
        def collect(self, pipe) -> None:
            """Leaves the output in the pipe."""

    with Unread(api) as function:
        for one in [api.invoke({}) for _ in range(1500)]:
            one.wait()
        assert_works(function, event)
        api.wait_for_next()
        function.terminate()
        assert function.wait() == 0
