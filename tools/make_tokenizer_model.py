#!/usr/bin/env python3
"""Writes a small BERT with its tokenizer inside, which CustomOperatorTests.swift reads, and what
onnxruntime answers with onnxruntime-extensions.

    .venv-test/bin/python tools/make_tokenizer_model.py

The weights are random; the operator BertTokenizer is the real one. It takes one text at a time. The
outputs are committed; running this again must not change them.
"""

import numpy as np
import onnx
import onnxruntime
import onnxruntime_extensions
from make_tensor_models import FOLDER, content
from onnx import TensorProto, helper, numpy_helper

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "a", "swan", "river", "river", "##s",
         "is", "was", "white", "##ish", "cold", "un", "##grey", "not", ",", ".", "!", "ü", "##ber"]  # fmt: skip
WIDTH, HEADS, LAYERS, CLASSES, LONGEST = 16, 2, 2, 3, 32
TEXTS = ["The swan is white.", "a cold river", "", "Rivers, not swans!", "UNGREY whiteish über xyz"]

random = np.random.default_rng(12)
nodes, constants = [], []


def constant(name, array):
    constants.append(numpy_helper.from_array(np.asarray(array), name))
    return name


def weights(name, *shape):
    return constant(name, (random.standard_normal(shape) * 0.3).astype(np.float32))


def node(operation, inputs, output, **attributes):
    nodes.append(helper.make_node(operation, inputs, [output], **attributes))
    return output


def linear(value, name, out, width=WIDTH):
    product = node("MatMul", [value, weights(f"{name}.weight", width, out)], f"{name}.product")
    return node("Add", [product, weights(f"{name}.bias", out)], name)


def normalized(value, name):
    scale = constant(f"{name}.scale", np.ones(WIDTH, np.float32))
    return node("LayerNormalization", [value, scale], name, axis=-1, epsilon=1e-12)


def heads(value, name, order):
    shape = constant(f"{name}.shape", [0, 0, HEADS, WIDTH // HEADS])
    return node("Transpose", [node("Reshape", [value, shape], f"{name}.split")], name, perm=order)


def layer(value, name):
    """Self-attention and two dense layers, each added to its input, as in BERT."""
    query = heads(linear(value, f"{name}.query", WIDTH), f"{name}.queries", [0, 2, 1, 3])
    key = heads(linear(value, f"{name}.key", WIDTH), f"{name}.keys", [0, 2, 3, 1])
    content = heads(linear(value, f"{name}.value", WIDTH), f"{name}.values", [0, 2, 1, 3])
    raw = node("MatMul", [query, key], f"{name}.raw")
    root = constant(f"{name}.root", np.float32((WIDTH // HEADS) ** 0.5))
    masked = node("Add", [node("Div", [raw, root], f"{name}.scaled"), "mask"], f"{name}.masked")
    mixed = node("MatMul", [node("Softmax", [masked], f"{name}.attention"), content], f"{name}.mixed")
    joined = node("Transpose", [mixed], f"{name}.joined", perm=[0, 2, 1, 3])
    flat = node("Reshape", [joined, constant(f"{name}.flat", [0, 0, WIDTH])], f"{name}.context")
    attended = node("Add", [value, linear(flat, f"{name}.dense", WIDTH)], f"{name}.attended")
    first = normalized(attended, f"{name}.norm1")
    wide = node("Gelu", [linear(first, f"{name}.wide", 2 * WIDTH)], f"{name}.gelu")
    second = node("Add", [first, linear(wide, f"{name}.narrow", WIDTH, 2 * WIDTH)], f"{name}.sum")
    return normalized(second, f"{name}.norm2")


def main():
    words = list(dict.fromkeys(WORDS))
    axis = constant("axis", [0])
    nodes.append(helper.make_node(
        "BertTokenizer", ["text"], ["ids", "types", "seen"], domain="ai.onnx.contrib",
        vocab_file="\n".join(words), do_lower_case=1))  # fmt: skip
    batch = {key: node("Unsqueeze", [key, axis], f"{key}.batch") for key in ("ids", "types", "seen")}
    length = node("Shape", ["ids"], "length")
    places = node("Slice", [constant("places", np.arange(LONGEST)), axis, length], "places.used")
    embedded = [node("Gather", [weights(f"{key}.table", rows, WIDTH), index], f"{key}.embedded")
                for key, rows, index in (("word", len(words), batch["ids"]), ("place", LONGEST, places),
                                         ("type", 2, batch["types"]))]  # fmt: skip
    both = node("Add", embedded[:2], "embedded.two")
    value = normalized(node("Add", [both, embedded[2]], "embedded"), "embedded.norm")
    seen = node("Cast", [batch["seen"]], "seen.float", to=TensorProto.FLOAT)
    missing = node("Sub", [constant("one", np.float32(1)), seen], "unseen")
    low = node("Mul", [missing, constant("low", np.float32(-10000))], "mask.flat")
    node("Unsqueeze", [low, constant("axes", [1, 2])], "mask")
    for index in range(LAYERS):
        value = layer(value, f"layer{index}")
    first = node("Gather", [value, constant("first", np.int64(0))], "first.token", axis=1)
    pooled = node("Tanh", [linear(first, "pooler", WIDTH)], "pooled")
    node("Softmax", [linear(pooled, "logits", CLASSES)], "probabilities")
    model = helper.make_model(
        helper.make_graph(
            nodes, "bert", [helper.make_tensor_value_info("text", TensorProto.STRING, [1])],
            [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [1, CLASSES])], constants),
        opset_imports=[helper.make_opsetid("", 20), helper.make_opsetid("ai.onnx.contrib", 1)],
        ir_version=9)  # fmt: skip
    path = FOLDER / "bert.onnx"
    onnx.save(model, path)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.register_custom_ops_library(onnxruntime_extensions.get_library_path())
    session = onnxruntime.InferenceSession(str(path), options)
    lines = []
    for text in TEXTS:
        texts = np.array([text], object)
        (result,) = session.run(None, {"text": texts})
        lines += [f"in text string 1 {content(texts) or '-'}",
                  f"out probabilities float32 1x{CLASSES} {content(result)}"]  # fmt: skip
        print(f"{text!r}: {result[0]}")
    (FOLDER / "bert.txt").write_text("".join(f"bert {line}\n" for line in lines))


if __name__ == "__main__":
    main()
