"""A model whose inference never ends for a white picture. A black picture is answered at once.

It keeps workers busy for as long as a test needs, on a machine of any speed. Only the end of the process
frees such a worker.
"""

from __future__ import annotations

import io
import pathlib

import onnx
from onnx import TensorProto, helper
from patience import wait_until
from PIL import Image
from process import Process

SIDE = 8
# Only an endless inference uses this much CPU time of a worker.
COMPUTING_NS = 200_000_000


def picture(level: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (SIDE, SIDE), (level, level, level)).save(buffer, "PNG")
    return buffer.getvalue()


BLACK, WHITE = picture(0), picture(255)


def endless_model(folder: pathlib.Path) -> pathlib.Path:
    """Writes the model folder; `folder` must not exist yet."""
    body = helper.make_graph(
        [helper.make_node("Identity", ["go on"], ["going on"]),
         helper.make_node("Add", ["sum", "step"], ["next sum"])],
        "body",
        [helper.make_tensor_value_info("round", TensorProto.INT64, []),
         helper.make_tensor_value_info("go on", TensorProto.BOOL, []),
         helper.make_tensor_value_info("sum", TensorProto.FLOAT, [])],
        [helper.make_tensor_value_info("going on", TensorProto.BOOL, []),
         helper.make_tensor_value_info("next sum", TensorProto.FLOAT, [])])
    nodes = [
        helper.make_node("ReduceMin", ["image"], ["darkest"], keepdims=0),
        helper.make_node("Greater", ["darkest", "half"], ["is white"]),
        helper.make_node("Where", ["is white", "many", "none"], ["rounds"]),
        helper.make_node("Loop", ["rounds", "yes", "zero"], ["sum at the end"], body=body),
        helper.make_node("Add", ["evens", "sum at the end"], ["evens at the end"]),
        # The graph says what the answer is, so that the start tries noise only, and no white picture.
        helper.make_node("Softmax", ["evens at the end"], ["scores"], axis=1)]
    constants = [
        helper.make_tensor("half", TensorProto.FLOAT, [], [0.5]),
        helper.make_tensor("many", TensorProto.INT64, [], [2**62]),
        helper.make_tensor("none", TensorProto.INT64, [], [0]),
        helper.make_tensor("yes", TensorProto.BOOL, [], [True]),
        helper.make_tensor("zero", TensorProto.FLOAT, [], [0.0]),
        helper.make_tensor("step", TensorProto.FLOAT, [], [0.0]),
        helper.make_tensor("evens", TensorProto.FLOAT, [1, 2], [1.0, 1.0])]
    graph = helper.make_graph(
        nodes, "endless",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 2])], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    folder.mkdir()
    onnx.save(model, folder / "endless.onnx")
    (folder / "labels.txt").write_text("black\nwhite\n")
    return folder


def processor_times(process: Process) -> dict[str, int]:
    """CPU time of each worker thread in nanoseconds, from `schedstat` (proc(5))."""
    return {path.parent.name: int(path.read_text().split()[0])
            for path in pathlib.Path(f"/proc/{process.pid}/task").glob("*/schedstat")
            if (path.parent / "comm").read_text().startswith("worker-")}


def wait_for_held_workers(process: Process, count: int) -> None:
    """Waits until that many workers are in an endless inference. Their pictures have left the queue."""
    before = processor_times(process)

    def held() -> int:
        return sum(time - before[worker] > COMPUTING_NS
                   for worker, time in processor_times(process).items())

    wait_until(lambda: held() == count, lambda: f"{held()} of {count} workers are held")
