#!/usr/bin/env python3
"""Writes the small models of arrays that Tests/InferenceTests/TensorModelTests.swift reads, and what
onnxruntime answers.

    .venv-test/bin/python tools/make_tensor_models.py

`answers.txt` has a line for each array: model, `in` or `out`, name, type, shape and content in hex;
strings are hex too, with commas between them. The outputs are committed; running this again must not
change them.
"""

import ctypes
import pathlib

import ml_dtypes
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Tests/InferenceTests/Fixtures/tensors"
LEARNED = helper.make_opsetid("ai.onnx.ml", 2)
TYPES = {
    "float32": TensorProto.FLOAT, "float64": TensorProto.DOUBLE, "float16": TensorProto.FLOAT16,
    "int8": TensorProto.INT8, "int16": TensorProto.INT16, "int32": TensorProto.INT32,
    "int64": TensorProto.INT64, "uint8": TensorProto.UINT8, "uint16": TensorProto.UINT16,
    "uint32": TensorProto.UINT32, "uint64": TensorProto.UINT64, "bool": TensorProto.BOOL,
    "string": TensorProto.STRING, "bfloat16": TensorProto.BFLOAT16,
}  # fmt: skip
CLASSES = ["no", "yes", "perhaps"]
lines = []


def value(name, kind, shape):
    return helper.make_tensor_value_info(name, TYPES[kind], shape)


def content(array):
    if array.dtype == object or array.dtype.kind in "SU":
        return ",".join(
            (s if isinstance(s, bytes) else str(s).encode()).hex() for s in array.reshape(-1)
        )
    return array.tobytes().hex()


def note(model, side, name, kind, array):
    shape = "x".join(map(str, array.shape)) or "-"
    lines.append(f"{model} {side} {name} {kind} {shape} {content(array) or '-'}")


def answers(session, arrays):
    """The outputs' types and arrays. onnxruntime does not give bfloat16 to numpy: its memory is read."""
    values = {
        key: onnxruntime.OrtValue.ortvalue_from_numpy_with_onnx_type(
            array.view(np.uint16), TensorProto.BFLOAT16)
        if array.dtype == ml_dtypes.bfloat16 else onnxruntime.OrtValue.ortvalue_from_numpy(array)
        for key, array in arrays.items()
    }  # fmt: skip
    for result in session.run_with_ort_values(None, values):
        if result.element_type() == TensorProto.BFLOAT16:
            count = int(np.prod(result.shape()))
            bits = (ctypes.c_uint16 * count).from_address(result.data_ptr())
            yield np.array(bits, np.uint16).view(ml_dtypes.bfloat16).reshape(result.shape())
        else:
            yield result.numpy()


def save(name, nodes, inputs, outputs, constants=(), runs=(), opset=17):
    """`inputs` and `outputs` are (name, type, shape); `runs` are dictionaries of arrays."""
    graph = helper.make_graph(
        nodes,
        name,
        [value(*i) for i in inputs],
        [o if isinstance(o, onnx.ValueInfoProto) else value(*o) for o in outputs],
        [numpy_helper.from_array(array, key) for key, array in constants],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", opset), LEARNED], ir_version=8
    )
    path = FOLDER / f"{name}.onnx"
    onnx.save(model, path)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options)
    kinds = {i[0]: i[1] for i in inputs}
    for arrays in runs:
        for key, array in arrays.items():
            note(name, "in", key, kinds[key], array)
        names = [o.name for o in session.get_outputs()]
        plain = all(array.dtype != ml_dtypes.bfloat16 for array in arrays.values())
        results = session.run(names, arrays) if plain else answers(session, arrays)
        for key, result in zip(names, results):
            if isinstance(result, list):
                # The engine sorts the keys of a map; the columns have the classes' order.
                result = np.array([[row[k] for k in CLASSES] for row in result], np.float32)
            kind = "string" if result.dtype == object else str(result.dtype)
            note(name, "out", key, kind, result)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(3)
    floats = lambda *shape: random.standard_normal(shape).astype(np.float32)
    save(
        "mlp",
        [
            helper.make_node("Concat", ["a", "b"], ["c"], axis=1),
            helper.make_node("Gemm", ["c", "w", "bias"], ["h"]),
            helper.make_node("Relu", ["h"], ["hidden"]),
            helper.make_node("ReduceSum", ["hidden", "axis"], ["total"], keepdims=0),
            helper.make_node("ArgMax", ["hidden"], ["best"], axis=1, keepdims=0),
        ],
        [("a", "float32", ["N", 3]), ("b", "float32", ["N", 2])],
        [("hidden", "float32", ["N", 4]), ("total", "float32", ["N"]), ("best", "int64", ["N"])],
        [("w", floats(5, 4)), ("bias", floats(4)), ("axis", np.array([1]))],
        [{"a": floats(3, 3), "b": floats(3, 2)}, {"a": floats(0, 3), "b": floats(0, 2)}],
    )
    samples = {
        kind: (random.integers(0, 2 if kind == "bool" else 100, (2, 3))).astype(kind)
        for kind in TYPES
        if kind not in ("string", "bfloat16")
    }
    samples["string"] = np.array([["a", "", "ü𝄞"], ["b c", "d\ne", "f"]], object)
    save(
        "every_type",
        [helper.make_node("Identity", [f"x_{kind}"], [f"y_{kind}"]) for kind in samples],
        [(f"x_{kind}", kind, ["A", "B"]) for kind in samples],
        [(f"y_{kind}", kind, ["A", "B"]) for kind in samples],
        runs=[{f"x_{kind}": array for kind, array in samples.items()}],
    )
    save(
        "bfloat16",
        [
            helper.make_node("Identity", ["x"], ["same"]),
            helper.make_node("Cast", ["x"], ["wide"], to=TensorProto.FLOAT),
        ],
        [("x", "bfloat16", ["N", 3])],
        [("same", "bfloat16", ["N", 3]), ("wide", "float32", ["N", 3])],
        runs=[{"x": floats(2, 3).astype(ml_dtypes.bfloat16)}],
    )
    half = lambda *shape: floats(*shape).astype(np.float16)
    save(
        "half",
        [
            helper.make_node("Gemm", ["x", "w", "bias"], ["y"]),
            helper.make_node("Softmax", ["y"], ["p"]),
        ],
        [("x", "float16", ["N", 4])],
        [("p", "float16", ["N", 3])],
        [("w", half(4, 3)), ("bias", half(3))],
        [{"x": half(2, 4)}, {"x": half(1, 4)}],
    )
    # One number at a time, without a dimension for others.
    save(
        "single",
        [helper.make_node("Mul", ["x", "x"], ["y"])],
        [("x", "float32", [1])],
        [("y", "float32", [1])],
        runs=[{"x": floats(1)}],
    )
    # The places of the numbers that are not 0: as many columns as there are.
    save(
        "ragged",
        [helper.make_node("NonZero", ["x"], ["places"])],
        [("x", "float32", [2, 3])],
        [("places", "int64", [2, "K"])],
        runs=[{"x": np.array([[1, 0, 2], [0, 0, 3]], np.float32)}],
    )
    # A batch of exactly four rows; what it answers depends on the row alone.
    save(
        "batch_of_four",
        [helper.make_node("Mul", ["x", "x"], ["y"])],
        [("x", "float32", [4, 2])],
        [("y", "float32", [4, 2])],
        runs=[{"x": floats(4, 2)}],
    )
    probabilities = onnx.ValueInfoProto(name="probabilities")
    element = probabilities.type.sequence_type.elem_type.map_type
    element.key_type = TensorProto.STRING
    element.value_type.tensor_type.elem_type = TensorProto.FLOAT
    save(
        "zipmap",
        [
            helper.make_node(
                "LinearClassifier", ["x"], ["label", "raw"], domain="ai.onnx.ml",
                classlabels_strings=CLASSES, post_transform="SOFTMAX",
                coefficients=[0.5, -1.0, 1.5, 0.25, -0.75, 1.0], intercepts=[0.1, 0.2, 0.3],
            ),
            helper.make_node(
                "ZipMap", ["raw"], ["probabilities"], domain="ai.onnx.ml",
                classlabels_strings=CLASSES,
            ),
        ],
        [("x", "float32", ["N", 2])],
        [("label", "string", ["N"]), probabilities],
        runs=[{"x": floats(3, 2)}],
    )  # fmt: skip
    save(
        "zipmap_open",
        [
            helper.make_node("Neg", ["x"], ["raw"]),
            helper.make_node(
                "ZipMap", ["raw"], ["probabilities"], domain="ai.onnx.ml",
                classlabels_strings=CLASSES,
            ),
        ],
        [("x", "float32", ["N", "C"])],
        [probabilities],
        runs=[{"x": floats(2, 3)}],
    )  # fmt: skip
    (FOLDER / "answers.txt").write_text("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    main()
