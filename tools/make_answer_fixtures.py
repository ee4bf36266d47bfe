#!/usr/bin/env python3
"""Writes the tiny networks that Tests/InferenceTests/AnswerTests.swift reads: the ways in which
classifiers end.

    .venv-test/bin/python tools/make_answer_fixtures.py

Each computes four scores [r, g, b, (r + g + b) / 2 + 0.25] from the mean of each channel, as those of
make_model_fixtures.py do, and then ends in its own way. `answers.txt` holds what onnxruntime answers
to a picture of one colour, (0.2, 0.4, 0.8): a line for each network and output. The outputs are
committed; running this again must not change them.
"""

import pathlib

import numpy as np
import onnx
import onnxruntime
from make_model_fixtures import FLOAT, constant, node, scores, value, weights
from onnx import TensorProto, helper

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Tests/InferenceTests/Fixtures/answers"
MICROSOFT = helper.make_opsetid("com.microsoft", 1)
LEARNED = helper.make_opsetid("ai.onnx.ml", 2)
COLOR = np.float32([0.2, 0.4, 0.8])

recorded = []


def record(name, path, shape):
    """What onnxruntime answers to the picture of one colour."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options)
    declared = session.get_inputs()[0]
    kind = {"tensor(float16)": np.float16, "tensor(double)": np.float64}.get(
        declared.type, np.float32
    )
    picture = np.broadcast_to(COLOR.reshape(3, 1, 1), shape[-3:])
    batch = np.broadcast_to(picture, [d if isinstance(d, int) else 1 for d in shape])
    for output in session.get_outputs():
        if "bfloat16" in output.type:
            continue
        answer = session.run([output.name], {declared.name: batch.astype(kind)})[0]
        if isinstance(answer, list):
            values = list(answer[0].values())
        else:
            values = np.asarray(answer).reshape(-1).tolist()
        texts = " ".join(str(np.float32(v)) if isinstance(v, float) else str(v) for v in values)
        recorded.append(f"{name} {output.name} {texts}")


def save(name, nodes, outputs, constants=(), shape=("N", 3, 8, 8), runs=True, **extra):
    """A network: the scores, then `nodes`; `outputs` are (name, shape[, element])."""
    element = extra.pop("element", FLOAT)
    start = extra.pop("start", None) or scores()
    graph = helper.make_graph(
        start + list(nodes),
        name,
        [value("image", list(shape), element)],
        [o if isinstance(o, onnx.ValueInfoProto) else value(*o) for o in outputs],
        weights() + list(constants),
    )
    opsets = [helper.make_opsetid("", extra.pop("opset", 13)), MICROSOFT, LEARNED]
    opsets += extra.pop("opsets", [])
    model = helper.make_model(
        graph, opset_imports=opsets, ir_version=8, functions=extra.pop("functions", [])
    )
    path = FOLDER / f"{name}.onnx"
    onnx.save(model, path, **extra)
    if runs:
        record(name, path, shape)


P = [("p", ["N", 4])]


def one(number, element=np.float32):
    return np.array(number, element)


def softmaxes():
    softmax = node("Softmax", "logits", "s", axis=1)
    bounds = [constant("low", one(0)), constant("high", one(1))]
    grid = [constant("scale", one(1 / 255)), constant("zero", one(0, np.uint8))]
    save("clip", [softmax, node("Clip", "s low high", "p")], P, bounds)
    save(
        "qdq",
        [
            softmax,
            node("QuantizeLinear", "s scale zero", "q"),
            node("DequantizeLinear", "q scale zero", "p"),
        ],
        P,
        grid,
    )
    wide = [constant("wide", one(4 / 255)), *grid]
    for operation in ("QLinearSoftmax", "QLinearSigmoid"):
        extra = {"axis": 1, "opset": 13} if operation == "QLinearSoftmax" else {}
        save(
            operation.lower(),
            [
                node("QuantizeLinear", "logits wide zero", "q"),
                helper.make_node(
                    operation,
                    ["q", "wide", "zero", "scale", "zero"],
                    ["r"],
                    domain="com.microsoft",
                    **extra,
                ),
                node("DequantizeLinear", "r scale zero", "p"),
            ],
            P,
            wide,
        )
    save(
        "transposed",
        [
            node("Transpose", "logits", "t", perm=[1, 0]),
            node("Softmax", "t", "s", axis=0),
            node("Transpose", "s", "p", perm=[1, 0]),
        ],
        P,
    )
    save(
        "sliced",
        [
            node("Concat", "first logits", "five", axis=1),
            node("Softmax", "five", "s", axis=1),
            node("Slice", "s from to axes", "p"),
        ],
        P,
        [
            constant("first", np.zeros((1, 1), np.float32)),
            constant("from", np.array([1])),
            constant("to", np.array([5])),
            constant("axes", np.array([1])),
        ],
        shape=(1, 3, 8, 8),
    )
    both = [
        softmax,
        node("Mul", "logits two", "twice"),
        node("Softmax", "twice", "t", axis=1),
    ]
    two = [constant("two", one(2))]
    save("ensemble_div", [*both, node("Add", "s t", "sum"), node("Div", "sum two", "p")], P, two)
    save("ensemble_mean", [*both, node("Mean", "s t", "p")], P, two)
    save("ensemble_sum", [*both, node("Sum", "s t", "p")], P, two)
    save("ensemble_mul", [*both, node("Mul", "s t", "p")], P, two)
    save("percent", [softmax, node("Mul", "s hundred", "p")], P, [constant("hundred", one(100))])
    save("dropout", [softmax, node("Dropout", "s", "d"), node("Concat", "d", "p", axis=1)], P)
    save("other_axis", [node("Softmax", "logits", "p", axis=0)], P)
    # Rows of this matrix sum to 1, and so do mixtures of probabilities.
    mixing = np.full((4, 4), 0.1, np.float32) + np.eye(4, dtype=np.float32) * np.float32(0.6)
    save("mixed", [softmax, node("MatMul", "s mixing", "p")], P, [constant("mixing", mixing)])
    save(
        "hand_made",
        [
            node("ReduceMax", "logits", "m", axes=[1], keepdims=1),
            node("Sub", "logits m", "x"),
            node("Exp", "x", "e"),
            node("ReduceSum", "e axes", "sum", keepdims=1),
            node("Div", "e sum", "p"),
        ],
        P,
        [constant("axes", np.array([1]))],
    )


def logarithms():
    softmax = node("Softmax", "logits", "s", axis=1)
    save("log_softmax", [node("LogSoftmax", "logits", "p", axis=1)], P)
    save("log_of_softmax", [softmax, node("Log", "s", "p")], P)
    save(
        "exp_of_log_softmax",
        [node("LogSoftmax", "logits", "l", axis=1), node("Exp", "l", "p")],
        P,
    )
    save(
        "hand_made_log",
        [
            node("ReduceLogSumExp", "logits", "m", axes=[1], keepdims=1),
            node("Sub", "logits m", "p"),
        ],
        P,
    )


def sigmoids():
    save(
        "hand_made_sigmoid",
        [
            node("Neg", "logits", "n"),
            node("Exp", "n", "e"),
            node("Add", "e one", "a"),
            node("Div", "one a", "p"),
        ],
        P,
        [constant("one", one(1))],
    )
    save("hard_sigmoid", [node("HardSigmoid", "logits", "p")], P)
    # Nothing names it, but it is one: (1 + tanh(x / 2)) / 2.
    save(
        "tanh",
        [
            node("Mul", "logits half", "h"),
            node("Tanh", "h", "t"),
            node("Mul", "t half", "u"),
            node("Add", "u half", "p"),
        ],
        P,
        [constant("half", one(0.5))],
    )


def hidden():
    """Operators inside others, which only the numbers can tell."""

    def branch(name, operation):
        nodes = [node(operation, "logits", name)]
        return helper.make_graph(nodes, name, [], [value(name, ["N", 4])])

    for name, operation in {"if_softmax": "Softmax", "if_scores": "Identity"}.items():
        save(
            name,
            [
                helper.make_node(
                    "If",
                    ["yes"],
                    ["p"],
                    then_branch=branch("a", operation),
                    else_branch=branch("b", "Neg"),
                )
            ],
            P,
            [constant("yes", np.array(True))],
        )
    domain = helper.make_opsetid("example.functions", 1)
    for name, operation in {
        "function_softmax": "Softmax",
        "function_log_softmax": "LogSoftmax",
        "function_scores": "Identity",
    }.items():
        function = helper.make_function(
            "example.functions",
            "Head",
            ["x"],
            ["y"],
            [node(operation, "x", "y")],
            [helper.make_opsetid("", 13)],
        )
        call = helper.make_node("Head", ["logits"], ["p"], domain="example.functions")
        save(name, [call], P, functions=[function], opsets=[domain])


def rectified():
    # As SqueezeNet ends: scores from 0 on, here below 1 as well.
    save("relu", [node("Mul", "logits tenth", "t"), node("Relu", "t", "p")], P,
         [constant("tenth", one(0.1))])  # fmt: skip


def limited():
    """Operators that keep any numbers in a range."""
    bounds = [constant("low", one(0)), constant("high", one(1))]
    save("clipped_scores", [node("Clip", "logits low high", "p")], P, bounds)
    softmax = node("Softmax", "logits", "s", axis=1)
    save("root", [softmax, node("Sqrt", "s", "p")], P)
    # Keras's hard sigmoid as tf2onnx writes it, and torch's in small operators.
    save(
        "ramp",
        [
            node("Mul", "logits fifth", "m"),
            node("Add", "m half", "a"),
            node("Clip", "a low high", "p"),
        ],
        P,
        [*bounds, constant("fifth", one(0.2)), constant("half", one(0.5))],
    )
    save(
        "ramp_of_six",
        [
            node("Add", "logits three", "a"),
            node("Clip", "a low six", "c"),
            node("Div", "c six", "p"),
        ],
        P,
        [bounds[0], constant("three", one(3)), constant("six", one(6))],
    )


def best():
    """The best class and its score: neither tells the scores of the others."""
    softmax = node("Softmax", "logits", "s", axis=1)
    chosen = ("i", ["N"], TensorProto.INT64)
    label = node("ArgMax", "s", "i", axis=1, keepdims=0)
    save(
        "best_and_score",
        [softmax, label, node("ReduceMax", "s", "p", axes=[1], keepdims=0)],
        [chosen, ("p", ["N"])],
    )
    save(
        "best_logit",
        [
            node("ArgMax", "logits", "i", axis=-1, keepdims=0),
            node("ReduceMax", "logits", "p", axes=[1], keepdims=1),
        ],
        [chosen, ("p", ["N", 1])],
    )
    save(
        "best_gathered",
        [
            softmax,
            node("ArgMax", "s", "j", axis=1, keepdims=1),
            node("GatherElements", "s j", "p", axis=1),
        ],
        [("p", ["N", 1])],
    )
    save(
        "best_percent",
        [
            softmax,
            node("ReduceMax", "s", "m", axes=[1], keepdims=1),
            node("Mul", "m hundred", "p"),
        ],
        [("p", ["N", 1])],
        [constant("hundred", one(100))],
    )
    save(
        "doubled",
        [node("Identity", "logits", "y"), node("Add", "y y", "z")],
        [("y", ["N", 4]), ("z", ["N", 4])],
    )


def binary():
    single = [constant("one_weight", np.float32([[1], [-2], [0.5]])), constant("bias1", np.float32([-0.3]))]  # fmt: skip
    start = [
        node("GlobalAveragePool", "image", "mean"),
        node("Flatten", "mean", "features"),
        node("Gemm", "features one_weight bias1", "x"),
    ]
    flat = [constant("flat", np.array([-1]))]
    column = [("p", ["N", 1])]
    save("one_sigmoid", [node("Sigmoid", "x", "p")], column, single, start=start)
    save("one_score", [node("Identity", "x", "p")], column, single, start=start)
    save("one_softmax", [node("Softmax", "x", "p", axis=1)], column, single, start=start)
    save(
        "one_flat",
        [node("Sigmoid", "x", "s"), node("Reshape", "s flat", "p")],
        [("p", ["N"])],
        single + flat,
        start=start,
    )
    save(
        "one_hidden",
        [node("Tanh", "x", "t"), node("Abs", "t", "p")],
        column,
        single,
        start=start,
    )
    save(
        "two_from_one",
        [
            node("Sigmoid", "x", "s"),
            node("Sub", "one s", "n"),
            node("Concat", "n s", "p", axis=1),
        ],
        [("p", ["N", 2])],
        [*single, constant("one", one(1))],
        start=start,
    )


def several():
    """Several outputs."""
    start = [
        node("GlobalAveragePool", "image", "mean"),
        node("Flatten", "mean", "features"),
        node("Gemm", "features weights bias", "b"),
    ]
    features = ("features", ["N", 3])
    save("features_first", [], [features, ("b", ["N", 4])], start=start)
    embedding = [constant("wider", np.ones((3, 6), np.float32))]
    save(
        "embedding_first",
        [node("MatMul", "features wider", "a"), node("Softmax", "b", "c", axis=1)],
        [("a", ["N", 6]), ("c", ["N", 4])],
        embedding,
        start=start,
    )
    save(
        "two_heads",
        [node("MatMul", "features wider", "a")],
        [("a", ["N", 6]), ("b", ["N", 4])],
        embedding,
        start=start,
    )
    save(
        "named_heads",
        [node("MatMul", "features wider", "a"), node("Identity", "b", "logits")],
        [("a", ["N", 6]), ("logits", ["N", 4])],
        embedding,
        start=start,
    )
    save(
        "scores_and_probabilities",
        [node("Softmax", "b", "c", axis=1)],
        [("b", ["N", 4]), ("c", ["N", 4])],
        start=start,
    )
    save(
        "two_activations",
        [node("Softmax", "b", "c", axis=1), node("LogSoftmax", "b", "d", axis=1)],
        [("d", ["N", 4]), ("c", ["N", 4])],
        start=start,
    )


def shapes():
    for name, shape, declared in [
        ("shape_1nc", [1, -1, 4], [1, "N", 4]),
        ("shape_n11c", [-1, 1, 1, 4], ["N", 1, 1, 4]),
        ("shape_11c", [1, 1, 4], [1, 1, 4]),
        ("shape_c", [4], [4]),
        ("shape_open", [1, -1, 4], None),
    ]:
        output = value("p", declared) if declared else onnx.ValueInfoProto(name="p")
        save(
            name,
            [node("Reshape", "logits to", "p")],
            [output],
            [constant("to", np.array(shape))],
        )
    # Declared as [1, ?], and in truth [4, 1, 64]: the shape is computed, so nobody notices.
    save(
        "declared_wrong",
        [
            node("ReduceMax", "image", "m", keepdims=0),
            node("Mul", "m none", "z"),
            node("Cast", "z", "i", to=TensorProto.INT64),
            node("Add", "i base", "to"),
            node("Reshape", "image to", "p"),
        ],
        [("p", [1, "length"])],
        [constant("none", one(0)), constant("base", np.array([3, 1, 64]))],
        shape=(1, 3, 8, 8),
        runs=False,
    )


def learned():
    """As skl2onnx and Custom Vision end."""
    probabilities = node("Softmax", "logits", "s", axis=1)

    def zip_map(name, **labels):
        made = helper.make_node("ZipMap", ["s"], [name], domain="ai.onnx.ml", **labels)
        kind = helper.make_map_type_proto(
            TensorProto.STRING if "classlabels_strings" in labels else TensorProto.INT64,
            helper.make_tensor_type_proto(FLOAT, []),
        )
        return made, helper.make_value_info(name, helper.make_sequence_type_proto(kind))

    names = ["red", "green", "blue", "light"]
    best = node("ArgMax", "s", "best", axis=1, keepdims=0)
    encoder = helper.make_node(
        "LabelEncoder",
        ["best"],
        ["label"],
        domain="ai.onnx.ml",
        keys_int64s=[0, 1, 2, 3],
        values_strings=names,
    )
    label = ("label", ["N"], TensorProto.STRING)
    made, output = zip_map("loss", classlabels_strings=names)
    save("zipmap", [probabilities, best, encoder, made], [label, output])
    made, output = zip_map("probabilities", classlabels_int64s=[3, 5, 7, 9])
    save("zipmap_numbers", [probabilities, made], [output])
    made, output = zip_map("loss", classlabels_strings=names)
    save(
        "zipmap_external",
        [probabilities, made],
        [output],
        save_as_external_data=True,
        location="zipmap_external.data",
        size_threshold=0,
    )
    save("label_only", [probabilities, best, encoder], [label])
    save("best_only", [probabilities, best], [("best", ["N"], TensorProto.INT64)])
    save(
        "top_k",
        [probabilities, node("TopK", "s k", "values indices", axis=1)],
        [("values", ["N", 2]), ("indices", ["N", 2], TensorProto.INT64)],
        [constant("k", np.array([2]))],
    )
    save(
        "top_k_of_scores",
        [
            node("TopK", "logits k", "values indices", axis=1),
            node("Softmax", "values", "p", axis=1),
        ],
        [("p", ["N", 2]), ("indices", ["N", 2], TensorProto.INT64)],
        [constant("k", np.array([2]))],
    )
    for name, transform in {"classifier": "SOFTMAX", "classifier_scores": "NONE"}.items():
        classifier = helper.make_node(
            "LinearClassifier",
            ["features"],
            ["best", "probabilities"],
            domain="ai.onnx.ml",
            classlabels_strings=names,
            coefficients=[1, 0, 0, 0, 1, 0, 0, 0, 1, 0.5, 0.5, 0.5],
            intercepts=[0, 0, 0, 0.25],
            multi_class=1,
            post_transform=transform,
        )
        save(
            name,
            [classifier],
            [("best", ["N"], TensorProto.STRING), ("probabilities", ["N", 4])],
        )


def elements():
    softmax = node("Softmax", "logits", "s", axis=1)
    for name, element in {
        "float16": TensorProto.FLOAT16,
        "bfloat16": TensorProto.BFLOAT16,
        "float64": TensorProto.DOUBLE,
    }.items():
        save(
            f"output_{name}",
            [softmax, node("Cast", "s", "p", to=element)],
            [("p", ["N", 4], element)],
        )
    for name, element, zero in [
        ("uint8", TensorProto.UINT8, one(0, np.uint8)),
        ("int8", TensorProto.INT8, one(-128, np.int8)),
    ]:
        save(
            f"output_{name}",
            [softmax, node("QuantizeLinear", "s scale zero", "p")],
            [("p", ["N", 4], element)],
            [constant("scale", one(1 / 255)), constant("zero", zero)],
        )
    save(
        "output_no_scale",
        [
            softmax,
            node("Mul", "s scale", "m"),
            node("Cast", "m", "p", to=TensorProto.UINT8),
        ],
        [("p", ["N", 4], TensorProto.UINT8)],
        [constant("scale", one(255))],
    )


def inputs():
    """Inputs of other types and shapes; AnswerInputTests.swift knows the answers."""
    logits = [("logits", ["N", 4])]
    for element in ("float16", "bfloat16", "double", "int8", "int16", "uint16", "int32", "int64"):
        save(
            f"input_{element}",
            [],
            logits,
            element=getattr(TensorProto, element.upper()),
            start=[node("Cast", "image", "floats", to=FLOAT), *scores(picture="floats")],
            runs=False,
        )
    axes = [constant("axes", np.array([0]))]
    save(
        "input_chw",
        [],
        [("logits", [1, 4])],
        axes,
        shape=(3, 8, 8),
        start=[node("Unsqueeze", "image axes", "batch"), *scores(picture="batch")],
        runs=False,
    )
    save(
        "input_hwc",
        [],
        [("logits", [1, 4])],
        axes,
        shape=(8, 8, 3),
        start=[
            node("Transpose", "image", "planes", perm=[2, 0, 1]),
            node("Unsqueeze", "planes axes", "batch"),
            *scores(picture="batch"),
        ],
        runs=False,
    )
    # Gray without a dimension for it.
    save(
        "input_hw",
        [],
        logits,
        [constant("axes", np.array([1])), constant("three", np.array([1, 3, 1, 1]))],
        shape=("N", 8, 8),
        start=[
            node("Unsqueeze", "image axes", "plane"),
            node("Expand", "plane three", "planes"),
            *scores(picture="planes"),
        ],
        runs=False,
    )
    two = (2, 3, 8, 8)
    save("batch_2", [], [("logits", [2, 4])], shape=two, runs=False)
    save(
        "batch_flat",
        [
            node("Sigmoid", "logits", "s"),
            node("ReduceMax", "s", "p", axes=[1], keepdims=0),
        ],
        [("p", [2])],
        shape=two,
        runs=False,
    )
    # As a batch normalization that was exported in training.
    save(
        "batch_dependent",
        [
            node("ReduceMean", "logits", "m", axes=[0], keepdims=1),
            node("Sub", "logits m", "p"),
        ],
        [("p", [2, 4])],
        shape=two,
        runs=False,
    )


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    # `onnx` appends to external data instead of replacing it.
    (FOLDER / "zipmap_external.data").unlink(missing_ok=True)
    for part in (
        softmaxes,
        logarithms,
        sigmoids,
        hidden,
        rectified,
        limited,
        best,
        binary,
        several,
        shapes,
        learned,
        elements,
        inputs,
    ):
        part()
    (FOLDER / "answers.txt").write_text("".join(f"{line}\n" for line in recorded))


if __name__ == "__main__":
    main()
