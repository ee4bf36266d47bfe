#!/usr/bin/env python3
"""Writes the tiny networks that Tests/InferenceTests read.

    python3 -m venv .venv && .venv/bin/pip install onnx==1.23.2
    .venv/bin/python tools/make_model_fixtures.py

Most networks compute the same: the mean of each channel, then four scores
[r, g, b, (r + g + b) / 2 + 0.25], so that every answer is known. The outputs are
committed; running this again must not change them.
"""

import pathlib
import struct
import zlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "Tests/InferenceTests/Fixtures"
MODELS = FIXTURES / "models"
FLOAT = TensorProto.FLOAT

WEIGHTS = np.array([[1, 0, 0, 0.5], [0, 1, 0, 0.5], [0, 0, 1, 0.5]], np.float32)
BIAS = np.array([0, 0, 0, 0.25], np.float32)


def node(operation, inputs, outputs, **attributes):
    return helper.make_node(operation, inputs.split(), outputs.split(), **attributes)


def value(name, shape, element=FLOAT):
    return helper.make_tensor_value_info(name, element, shape)


def constant(name, array):
    return numpy_helper.from_array(np.asarray(array), name)


def weights(channels=3):
    return [constant("weights", WEIGHTS[:channels]), constant("bias", BIAS)]


def save(name, nodes, inputs, outputs, initializers=(), ir_version=8, opset=13, **extra):
    graph = helper.make_graph(nodes, name, inputs, outputs, list(initializers))
    opsets = [helper.make_opsetid("", opset)]
    opsets += [helper.make_opsetid(domain, 1) for domain in extra.pop("domains", [])]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=ir_version)
    onnx.save(model, MODELS / f"{name}.onnx", **extra)


def scores(output="logits", picture="image"):
    """From a picture [N, 3, H, W] to four scores."""
    return [
        node("GlobalAveragePool", picture, "mean"),
        node("Flatten", "mean", "features"),
        node("Gemm", "features weights bias", output),
    ]


def endings():
    image = [value("image", ["N", 3, 8, 8])]
    save("logits", scores(), image, [value("logits", ["N", 4])], weights())
    save(
        "softmax",
        scores() + [node("Softmax", "logits", "probabilities", axis=1)],
        image,
        [value("probabilities", ["N", 4])],
        weights(),
    )
    save(
        "softmax_reshaped",
        scores()
        + [
            node("Softmax", "logits", "a", axis=1),
            node("Unsqueeze", "a axes", "b"),
            node("Cast", "b", "c", to=FLOAT),
            node("Squeeze", "c axes", "d"),
            node("Reshape", "d shape", "e"),
            node("Identity", "e", "probabilities"),
        ],
        image,
        [value("probabilities", ["N", 4])],
        weights() + [constant("axes", np.array([2])), constant("shape", np.array([-1, 4]))],
    )
    save(
        "sigmoid",
        scores() + [node("Sigmoid", "logits", "probabilities")],
        image,
        [value("probabilities", ["N", 4])],
        weights(),
    )
    # A softmax inside, and arithmetic after it: not an ending.
    save(
        "softmax_inside",
        scores() + [node("Softmax", "logits", "p", axis=1), node("Mul", "p p", "scores")],
        image,
        [value("scores", ["N", 4])],
        weights(),
    )
    save(
        "not_a_number",
        scores() + [node("Neg", "logits", "n"), node("Log", "n", "scores")],
        image,
        [value("scores", ["N", 4])],
        weights(),
    )


def inputs():
    save(
        "nhwc",
        [
            node("ReduceMean", "image", "features", axes=[1, 2], keepdims=0),
            node("Gemm", "features weights bias", "logits"),
        ],
        [value("image", [1, 6, 10, 3])],
        [value("logits", [1, 4])],
        weights(),
    )
    logits = [value("logits", ["N", 4])]
    save("open_size", scores(), [value("image", ["N", 3, "H", "W"])], logits, weights())
    save("open_all", scores(), [value("image", ["N", "C", "H", "W"])], logits, weights())
    save("gray", scores(), [value("image", [1, 1, 28, 28])], logits, weights(1))
    one = [value("logits", [1, 4])]
    save("size_299", scores(), [value("image", [1, 3, 299, 299])], one, weights())
    save("batch_8", scores(), [value("image", [8, 3, 8, 8])], [value("logits", [8, 4])], weights())
    four = [constant("weights", np.ones((4, 4), np.float32)), weights()[1]]
    save("channels_4", scores(), [value("image", ["N", 4, 8, 8])], logits, four)
    save(
        "rank_3",
        [node("Unsqueeze", "image axes", "batch"), *scores(picture="batch")],
        [value("image", [3, 8, 8])],
        [value("logits", [1, 4])],
        weights() + [constant("axes", np.array([0]))],
    )
    for name, element in {"uint8": TensorProto.UINT8, "float16": TensorProto.FLOAT16}.items():
        save(
            f"input_{name}",
            [node("Cast", "image", "floats", to=FLOAT), *scores(picture="floats")],
            [value("image", ["N", 3, 8, 8], element)],
            logits,
            weights(),
        )
    save(
        "two_inputs",
        scores(output="base") + [node("Add", "base offset", "logits")],
        [value("image", ["N", 3, 8, 8]), value("offset", [1, 4])],
        logits,
        weights(),
    )
    # As older exporters wrote it: initializers are listed among the inputs.
    save(
        "listed_weights",
        scores(),
        [value("image", ["N", 3, 8, 8]), value("weights", [3, 4]), value("bias", [4])],
        logits,
        weights(),
        ir_version=3,
        opset=9,
    )


def outputs():
    image = [value("image", ["N", 3, 8, 8])]
    save(
        "three_outputs",
        scores() + [node("ArgMax", "logits", "best", axis=1)],
        image,
        [
            value("best", ["N", 1], TensorProto.INT64),
            value("mean", ["N", 3, 1, 1]),
            value("logits", ["N", 4]),
        ],
        weights(),
    )
    save(
        "trailing_ones",
        scores(output="flat") + [node("Unsqueeze", "flat axes", "logits")],
        image,
        [value("logits", ["N", 4, 1, 1])],
        weights() + [constant("axes", np.array([2, 3]))],
    )
    save(
        "rank_1",
        scores(output="batch") + [node("Squeeze", "batch axes", "logits")],
        [value("image", [1, 3, 8, 8])],
        [value("logits", [4])],
        weights() + [constant("axes", np.array([0]))],
    )
    # The number of scores depends on their values, as far as the engine can tell.
    save(
        "open_classes",
        scores(output="flat")
        + [
            node("Equal", "flat flat", "equal"),
            node("Squeeze", "equal axes", "wanted"),
            node("Compress", "flat wanted", "logits", axis=1),
        ],
        [value("image", [1, 3, 8, 8])],
        [value("logits", [1, "classes"])],
        weights() + [constant("axes", np.array([0]))],
    )
    save(
        "only_integers",
        scores() + [node("ArgMax", "logits", "best", axis=1)],
        image,
        [value("best", ["N", 1], TensorProto.INT64)],
        weights(),
    )


def files():
    save(
        "external",
        scores(),
        [value("image", ["N", 3, 8, 8])],
        [value("logits", ["N", 4])],
        weights(),
        save_as_external_data=True,
        location="external.data",
        size_threshold=0,
    )
    # Valid as a file, but the engine lacks the operator.
    save(
        "unknown_operator",
        scores() + [helper.make_node("Softmax", ["logits"], ["p"], domain="example.invalid")],
        [value("image", ["N", 3, 8, 8])],
        [value("p", ["N", 4])],
        weights(),
        domains=["example.invalid"],
    )
    image, logits = [value("image", ["N", 3, 8, 8])], [value("logits", ["N", 4])]
    # Newer than any engine.
    save("opset_99", scores(), image, logits, weights(), opset=99)
    save("ir_99", scores(), image, logits, weights(), ir_version=99)
    # Its version was changed, and not its operators: in opset 18 the axes are an input.
    save(
        "changed_opset",
        [
            node("ReduceMean", "image", "features", axes=[2, 3], keepdims=0),
            node("Gemm", "features weights bias", "logits"),
        ],
        image,
        logits,
        weights(),
        opset=18,
    )
    # In a domain that the engine knows, and of a type for which it has no implementation.
    save(
        "missing_operator",
        scores() + [helper.make_node("Absent", ["logits"], ["p"], domain="com.microsoft")],
        image,
        [value("p", ["N", 4])],
        weights(),
        domains=["com.microsoft"],
    )
    save(
        "bfloat16",
        [node("Conv", "image kernel", "scores"), node("Flatten", "scores", "logits")],
        [value("image", [1, 3, 1, 1], TensorProto.BFLOAT16)],
        [value("logits", [1, 4], TensorProto.BFLOAT16)],
        [helper.make_tensor("kernel", TensorProto.BFLOAT16, [4, 3, 1, 1], [1.0] * 12)],
        opset=22,
    )


def optimizations():
    # ONNX Runtime 1.31.1 made one operator of the padding and the pooling, whose own padding is minus
    # infinity: wrong where values are negative.
    save(
        "pad_maxpool",
        [
            node("Pad", "image pads", "padded"),
            node("MaxPool", "padded", "largest", kernel_shape=[3, 3], strides=[2, 2]),
            *scores(picture="largest"),
        ],
        [value("image", [1, 3, 8, 8])],
        [value("logits", [1, 4])],
        [*weights(), constant("pads", np.array([0, 0, 1, 1, 0, 0, 1, 1]))],
    )


def pictures():
    """PNGs of one colour: every network's answer to them is known."""
    save_picture("solid", 12, 16)
    save_picture("line", 200, 1)


def save_picture(name, width, height):
    """Writes a PNG of one colour."""

    def chunk(kind, content):
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    rows = b"".join(b"\0" + bytes((51, 102, 204)) * width for _ in range(height))
    png = b"\x89PNG\r\n\x1a\n"
    png += chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    png += chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    (FIXTURES / "models" / f"{name}.png").write_bytes(png)


def main():
    MODELS.mkdir(parents=True, exist_ok=True)
    # `onnx` appends to external data instead of replacing it.
    (MODELS / "external.data").unlink(missing_ok=True)
    for part in (endings, inputs, outputs, files, optimizations, pictures):
        part()


if __name__ == "__main__":
    main()
