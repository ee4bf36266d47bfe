"""Files that people make from an exported one: quantised, half precision, other element types, fixed batches.

The preprocessing stands in timm's `config.json` beside them; the reference is timm's transform and ONNX
Runtime on the very file, since rounding is part of such a network. Graphs end in logits or in a softmax.
"""

import pathlib
import tempfile

import numpy as np
import onnx
import timm
import torch
from onnxconverter_common import float16
from onnxruntime.quantization import (CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType,
                                      quantize_dynamic, quantize_static)
from onnxruntime.quantization.shape_inference import quant_pre_process
from onnxruntime.transformers import float16 as transformers_float16
from PIL import Image
from random_weights import pictures

from sweep.cases import Case, Reference, plain, softmax
from sweep.engines import Engine
from sweep.groups.timm import NAMES, built, write_config
from sweep.torch_export import Export, runner, spread_out

BASE = Export(False, 17)
FIXED = Export(False, 17, is_open_batch=False)


class Samples(CalibrationDataReader):
    """Pictures to calibrate a quantisation with."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.rows = iter(pictures(8, shape, seed=4).numpy())

    def get_next(self) -> dict | None:
        row = next(self.rows, None)
        return None if row is None else {"input": row[None]}


def static(quant_format: QuantFormat, **more):
    """onnxruntime's static quantisation."""
    def derive(source: pathlib.Path, target: pathlib.Path, shape: tuple[int, ...]) -> None:
        prepared = source.with_name("prepared.onnx")
        quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
        quantize_static(str(prepared), str(target), Samples(shape), quant_format=quant_format,
                        calibrate_method=CalibrationMethod.MinMax, **more)
    return derive


def dynamic(source: pathlib.Path, target: pathlib.Path, shape: tuple[int, ...]) -> None:
    """onnxruntime's dynamic quantisation."""
    quantize_dynamic(str(source), str(target), weight_type=QuantType.QUInt8)


def half(convert, **more):
    """A converter to float16."""
    def derive(source: pathlib.Path, target: pathlib.Path, shape: tuple[int, ...]) -> None:
        onnx.save(convert(onnx.load(str(source)), **more), str(target))
    return derive


def derived(host: str, derive, ends_in_softmax: bool, export: Export = BASE):
    """timm's folder with the derived file in the place of the exported one."""
    def make(folder: pathlib.Path) -> Reference:
        network, transform, shape = network_of(host)
        write_config(network, folder / "config.json", False)
        whole = torch.nn.Sequential(network, torch.nn.Softmax(1)) if ends_in_softmax else network
        with tempfile.TemporaryDirectory() as space:
            source = pathlib.Path(space) / "source.onnx"
            export.write(whole.eval(), shape, source)
            derive(source, folder / "model.onnx", shape)
        return on_engine(folder / "model.onnx", transform, plain if ends_in_softmax else softmax)
    return make


def network_of(host: str):
    """A random network with its transform and the shape of its input."""
    network = built(host, {})
    config = timm.data.resolve_data_config({}, pretrained_cfg=network.pretrained_cfg)
    shape = tuple(config["input_size"])
    spread_out(network, shape)
    return network, timm.data.create_transform(**config, is_training=False), shape


TYPES = {"tensor(float16)": np.float16, "tensor(double)": np.float64, "tensor(float)": np.float32}


def on_engine(path: pathlib.Path, transform, scores) -> Reference:
    """ONNX Runtime as users call it, on pixels of the type that the file wants."""
    engine = Engine(path, True, None)
    dtype = TYPES[engine.session.get_inputs()[0].type]

    def prepare(picture: pathlib.Path) -> np.ndarray:
        with Image.open(picture) as image:
            return transform(image.convert("RGB"))[None].numpy().astype(dtype)
    return Reference(
        prepare, lambda pixels: engine.run(pixels[row:row + 1] for row in range(len(pixels))),
        scores, NAMES, is_exact=False)


class Doubled(torch.nn.Module):
    """A network between float64 and float64: ONNX Runtime has no convolution of that type itself."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.network(pixels.float()).double()


def retyped(host: str, dtype: torch.dtype):
    """The network exported after `.half()`, or with float64 outside."""
    def make(folder: pathlib.Path) -> Reference:
        network, transform, shape = network_of(host)
        write_config(network, folder / "config.json", False)
        whole = network.half() if dtype == torch.float16 else Doubled(network)
        FIXED.write(whole, shape, folder / "model.onnx", dtype)
        return on_engine(folder / "model.onnx", transform, softmax)
    return make


def batched(host: str, batch: int, is_dynamo: bool):
    """A fixed batch of several pictures."""
    def make(folder: pathlib.Path) -> Reference:
        network, transform, shape = network_of(host)
        write_config(network, folder / "config.json", False)
        Export(is_dynamo, 18, is_open_batch=False, batch=batch).write(network, shape, folder / "model.onnx")

        def prepare(picture: pathlib.Path) -> np.ndarray:
            with Image.open(picture) as image:
                return transform(image.convert("RGB"))[None].numpy()
        return Reference(prepare, runner(network), softmax, NAMES)
    return make


def cases() -> list[Case]:
    """Each derivation of a convolutional network and of a transformer."""
    found = []
    common, ours = float16.convert_float_to_float16, transformers_float16.convert_float_to_float16
    kinds = {
        "static QDQ": static(QuantFormat.QDQ),
        "static QDQ, signed, per channel": static(
            QuantFormat.QDQ, activation_type=QuantType.QInt8, weight_type=QuantType.QInt8,
            per_channel=True),
        "static QOperator": static(QuantFormat.QOperator),
        "dynamic": dynamic,
        "float16, onnxconverter-common": half(common),
        "float16, onnxconverter-common, float32 outside": half(common, keep_io_types=True),
        "float16, onnxruntime.transformers": half(ours),
        "float16, onnxruntime.transformers, float32 outside": half(ours, keep_io_types=True),
    }
    for host in ("test_resnet", "test_vit"):
        for kind, derive in kinds.items():
            if host == "test_vit" and kind == "float16, onnxconverter-common, float32 outside":
                continue  # The converter writes a file that ONNX Runtime refuses.
            for ends_in_softmax in (False, True):
                end = "softmax" if ends_in_softmax else "logits"
                name = f"{host}-{kind}-{end}".replace(", ", "-").replace(" ", "-").replace(".", "-")
                found.append(Case(name, f"TorchScript, then {kind}", True, derived(
                    host, derive, ends_in_softmax,
                    FIXED if kind.startswith("static") and ends_in_softmax else BASE)))
        for dtype in (torch.float16, torch.float64):
            words = str(dtype).removeprefix("torch.")
            found.append(Case(f"{host}-exported-{words}", f"TorchScript of {words}", True,
                              retyped(host, dtype)))
    for batch, is_dynamo in ((2, True), (8, False)):
        words = "torch.export" if is_dynamo else "TorchScript"
        found.append(Case(f"test_resnet-batch-{batch}", words, True, batched("test_resnet", batch, is_dynamo)))
    return found
