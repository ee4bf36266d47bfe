"""PyTorch's two exporters in the forms in which people call them, and networks with answers that spread.

`tools/onnx_export.py` is how this project exports; here the files are to be as various as users' are, so
nothing is cleaned: traces, metadata, external data and names stay as the exporters write them.
"""

import dataclasses
import pathlib
import warnings

import numpy as np
import torch
from random_weights import calibrate

torch.set_num_threads(1)
SPREAD = 2.0
# What people raise the opset to when an operator is missing.
LATER_OPSETS = (14, 17, 20)


@dataclasses.dataclass(frozen=True)
class Export:
    """One way to call `torch.onnx.export`."""

    is_dynamo: bool
    opset: int
    # Whether the batch is open; else it is `batch`.
    is_open_batch: bool = True
    batch: int = 1
    is_open_size: bool = False
    # Whether weights lie in a second file.
    is_external: bool = False
    input_name: str = "input"
    output_name: str = "output"

    @property
    def words(self) -> str:
        """For the table."""
        name = "torch.export" if self.is_dynamo else "TorchScript"
        return f"{name}, external data" if self.is_external else name

    def write(self, network: torch.nn.Module, shape: tuple[int, ...], path: pathlib.Path,
              dtype: torch.dtype = torch.float32) -> None:
        """Exports for inputs of batch x `shape`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(1)
        # Of two rows if the batch is open: torch.export takes a batch of one for fixed.
        rows = self.batch if not self.is_open_batch else 2
        example = (torch.rand(rows, *shape) * (255 if dtype == torch.uint8 else 1)).to(dtype)
        axes = {0: "batch"} if self.is_open_batch else {}
        if self.is_open_size:
            axes |= {1: "num_channels", 2: "height", 3: "width"}
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if self.is_dynamo:
                torch.onnx.export(
                    network, (example,), str(path), input_names=[self.input_name],
                    output_names=[self.output_name], opset_version=self.opset, dynamo=True,
                    dynamic_shapes=({axis: torch.export.Dim.DYNAMIC for axis in axes if axis != 1},)
                    if axes else None, external_data=self.is_external, verbose=False)
                return
            for opset in (self.opset, *(later for later in LATER_OPSETS if later > self.opset)):
                try:
                    torch.onnx.export(
                        network, (example,), str(path), input_names=[self.input_name],
                        output_names=[self.output_name], opset_version=opset, dynamo=False,
                        dynamic_axes={self.input_name: axes, self.output_name: {0: "batch"}}
                        if axes else None)
                    return
                except torch.onnx.errors.UnsupportedOperatorError:
                    if opset == LATER_OPSETS[-1]:
                        raise


# As Optimum calls it: every dimension has a name.
OPTIMUM = Export(False, 14, is_open_size=True, input_name="pixel_values", output_name="logits")
# Both exporters over the opsets, with open and fixed batches; cases take them in turn.
EXPORTS = [
    Export(True, 18), Export(False, 11), Export(True, 20, is_open_batch=False), Export(False, 17),
    Export(True, 21, is_external=True), Export(False, 13, is_open_batch=False), Export(True, 19),
    Export(False, 12), Export(True, 22), Export(False, 14), Export(True, 23), Export(False, 15),
    Export(True, 24), Export(False, 16), Export(True, 18, is_open_batch=False), Export(False, 18),
    Export(False, 19, is_open_batch=False), Export(False, 20),
]


def spread_out(network: torch.nn.Module, shape: tuple[int, int, int], is_unit: bool = False) -> None:
    """Makes a random network's answers depend on the picture; `is_unit`: its input lies in 0…1."""
    calibrate(FromUnit(network) if is_unit else network, shape, SPREAD)
    network.eval()


class FromUnit(torch.nn.Module):
    """A network whose input lies in 0…1, as one that takes normalised pixels."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.network(pixels * 0.225 + 0.45)


def runner(network: torch.nn.Module):
    """A network as a function from arrays to arrays."""
    def infer(pixels: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return network(torch.from_numpy(pixels)).float().numpy()
    return infer
