"""Exports a PyTorch network to one self-contained ONNX file; ONNX Runtime checks that it equals PyTorch.

All exporters here use it: same opset, dynamic batch, weights inside the file, and no trace of the machine
that exported it (PyTorch writes stack traces with file paths into every node; they are removed). It does
not choose preprocessing and does not train.
"""

import pathlib

import numpy as np
import onnx
import onnxruntime
import torch

from random_weights import pictures

# 18 is the exporter's native opset, so no version conversion is needed.
OPSET = 18


def export(network: torch.nn.Module, shape: tuple[int, int, int], path: pathlib.Path,
           input_name: str = "input", is_open: bool = False) -> float:
    """Writes `network` for inputs of batch x `shape` to `path`; returns the largest difference of
    its answers from PyTorch's. `is_open`: height and width may be others. Raises ValueError when
    they differ by more than float noise."""
    network = network.eval()
    example = pictures(2, shape, seed=1)
    dimensions = {0: torch.export.Dim("batch")}
    if is_open:
        dimensions |= {2: torch.export.Dim.DYNAMIC, 3: torch.export.Dim.DYNAMIC}
    with torch.no_grad():
        torch.onnx.export(
            network, (example,), str(path), input_names=[input_name], output_names=["logits"],
            dynamic_shapes=(dimensions,), opset_version=OPSET,
            external_data=False, dynamo=True, verbose=False)
    onnx.save(without_traces(onnx.load(str(path))), str(path))
    return difference(network, shape, path)


def without_traces(model: onnx.ModelProto) -> onnx.ModelProto:
    """Removes the exporter's notes about its machine: metadata and doc strings."""
    del model.metadata_props[:]
    model.doc_string = ""
    graph = model.graph
    holders = [graph, *graph.node, *graph.initializer, *graph.input, *graph.output,
               *graph.value_info, *model.functions]
    for holder in holders + [node for function in model.functions for node in function.node]:
        holder.doc_string = ""
        del holder.metadata_props[:]
    return model


def difference(network: torch.nn.Module, shape: tuple[int, int, int], path: pathlib.Path) -> float:
    """The largest difference of logits between PyTorch and ONNX Runtime, for batches of 1 and 3."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    worst = 0.0
    for batch in (1, 3):
        pixels = pictures(batch, shape, seed=10 + batch)
        with torch.no_grad():
            expected = network(pixels).numpy()
        (given,) = session.run(None, {session.get_inputs()[0].name: pixels.numpy()})
        if given.shape != expected.shape:
            raise ValueError(
                f"{path}: ONNX gives shape {given.shape}, PyTorch {expected.shape}")
        allowed = 1e-3 * max(1.0, float(np.abs(expected).max()))
        worst = max(worst, float(np.abs(given - expected).max()))
        if not worst <= allowed:
            raise ValueError(f"{path}: ONNX differs from PyTorch by {worst:g} (allowed {allowed:g})")
    return worst
