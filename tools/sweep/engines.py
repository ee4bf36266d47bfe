"""Runs a model file in ONNX Runtime with and without its graph optimisations.

A fusion that miscalculates is seen as a difference between the two. Without optimisations the file is
computed as it is written, which also shows whether the exporter changed the network.
"""

import pathlib
from collections.abc import Iterable

import numpy as np
import onnxruntime


class Engine:
    """ONNX Runtime on one model file, one picture at a time."""

    def __init__(self, path: pathlib.Path, is_optimised: bool, output: str | None) -> None:
        levels = onnxruntime.GraphOptimizationLevel
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = 1
        options.graph_optimization_level = (
            levels.ORT_ENABLE_ALL if is_optimised else levels.ORT_DISABLE_ALL)
        self.session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"])
        self.output = output
        first = self.session.get_inputs()[0]
        self.name = first.name
        self.batch = first.shape[0] if isinstance(first.shape[0], int) else 1

    def run(self, inputs: Iterable[np.ndarray]) -> np.ndarray:
        """The raw output for each input; a fixed batch is filled with the same picture."""
        rows = []
        for pixels in inputs:
            batch = np.repeat(pixels, self.batch, axis=0) if self.batch > 1 else pixels
            found = self.session.run(
                [self.output] if self.output else None, {self.name: batch})[0]
            rows.append(np.asarray(found)[:1] if self.batch > 1 else np.asarray(found))
        return np.concatenate([row.reshape(1, -1) for row in rows])
