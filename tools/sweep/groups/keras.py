"""Keras on TensorFlow, by tf2onnx and by Keras' own export; the reference is `load_img` with the model's
`preprocess_input`, or TensorFlow's decoding and resizing.

Nothing beside such a file says how pictures are treated; some networks scale or normalise inside.
"""

import json
import os
import pathlib
import tempfile
from collections.abc import Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
import tf2onnx  # noqa: E402

from sweep.cases import Case, Reference, both, plain  # noqa: E402

tf.config.threading.set_intra_op_parallelism_threads(1)
CLASSES = 10
NAMES = [f"kind {index}" for index in range(CLASSES)]
SPREAD = 1.5


def pictures(side: int) -> np.ndarray:
    """Picture-like noise, 0…255."""
    random = np.random.default_rng(2)
    coarse = tf.image.resize(random.uniform(0, 255, (16, 5, 5, 3)), (side, side), "bicubic")
    fine = tf.image.resize(random.uniform(-60, 60, (16, 31, 31, 3)), (side, side), "bilinear")
    return np.clip((coarse + fine).numpy(), 0, 255).astype(np.float32)


def spread_out(model: keras.Model, prepare: Callable[[np.ndarray], np.ndarray], side: int) -> None:
    """Makes a random network's answers depend on the picture, as `random_weights.py` does for PyTorch."""
    batch = prepare(pictures(side))
    layers = list(model._flatten_layers(include_self=False))
    for layer in layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0
    model(batch, training=True)
    head = [layer for layer in layers if isinstance(layer, (keras.layers.Dense, keras.layers.Conv2D))][-1]
    features = keras.Model(model.inputs, head.input)(batch).numpy()
    kernel, bias = (head.get_weights() + [None])[:2]
    logits = features.reshape(len(batch), -1) @ kernel.reshape(-1, kernel.shape[-1])
    factor = SPREAD / max(logits.std(axis=0).mean(), 1e-9)
    centre = -logits.mean(axis=0) * factor
    head.set_weights([kernel * factor] + ([centre] if bias is not None else []))


def by_tf2onnx(opset: int, **more):
    """tf2onnx on the model's function."""
    def export(model: keras.Model, path: pathlib.Path) -> None:
        shape = (None, *model.input_shape[1:])
        function = tf.function(lambda pixels: model(pixels, training=False),
                               input_signature=[tf.TensorSpec(shape, tf.float32, name="input_1")])
        if more.get("inputs_as_nchw"):
            more["inputs_as_nchw"] = ["input_1"]
        tf2onnx.convert.from_function(function, input_signature=function.input_signature, opset=opset,
                                      output_path=str(path), **more)
    return export


def by_keras(model: keras.Model, path: pathlib.Path) -> None:
    """Keras' own export."""
    model.export(str(path), format="onnx", verbose=False)


def small(side: int, head: keras.layers.Layer, first: list[keras.layers.Layer]) -> keras.Model:
    """A network as tutorials build it."""
    keras.utils.set_random_seed(4)
    layers = keras.layers
    return keras.Sequential([
        layers.Input((side, side, 3)), *first, layers.Conv2D(12, 3, strides=2, activation="relu"),
        layers.BatchNormalization(), layers.Conv2D(24, 3, strides=2, activation="relu"),
        layers.MaxPooling2D(), layers.Conv2D(32, 3, activation="relu"), layers.GlobalAveragePooling2D(),
        layers.Dropout(0.2), head])


def application(name: str, **more) -> Callable[[], keras.Model]:
    """One of `keras.applications`, with random weights."""
    def build() -> keras.Model:
        keras.utils.set_random_seed(4)
        return getattr(keras.applications, name)(weights=None, classes=CLASSES, **more)
    return build


def loaded(side: int, prepare, interpolation: str = "nearest"):
    """`load_img(target_size=…)`, `img_to_array`, `preprocess_input`."""
    def read(path: pathlib.Path) -> np.ndarray:
        image = keras.utils.load_img(path, target_size=(side, side), interpolation=interpolation)
        return prepare(keras.utils.img_to_array(image)[None])
    return read


def by_tensorflow(side: int, prepare, antialias: bool = False):
    """`tf.io` and `tf.image`, as `image_dataset_from_directory` opens pictures."""
    def read(path: pathlib.Path) -> np.ndarray:
        image = tf.io.decode_image(tf.io.read_file(str(path)), channels=3, expand_animations=False)
        return prepare(tf.image.resize(image, (side, side), antialias=antialias).numpy()[None])
    return read


def made(build, side: int, prepare, export, read, notes: dict[str, str], *, names=NAMES, scores=plain,
         is_nchw: bool = False):
    """The folder: the file and the notes that people lay beside it."""
    def make(folder: pathlib.Path) -> Reference:
        model = build()
        spread_out(model, prepare, side)
        export(model, folder / "model.onnx")
        for name, text in notes.items():
            (folder / name).write_text(text)

        def infer(pixels: np.ndarray) -> np.ndarray:
            return model(np.transpose(pixels, (0, 2, 3, 1)) if is_nchw else pixels, training=False).numpy()

        def opened(path: pathlib.Path) -> np.ndarray:
            pixels = read(path).astype(np.float32)
            return np.transpose(pixels, (0, 3, 1, 2)).copy() if is_nchw else pixels
        return Reference(opened, infer, scores, names)
    return make


def raw(pixels: np.ndarray) -> np.ndarray:
    """As it comes."""
    return pixels.copy()


def unit(pixels: np.ndarray) -> np.ndarray:
    """Divided by 255."""
    return pixels / 255


def mode(name: str):
    """`preprocess_input` in one of its three modes."""
    def prepare(pixels: np.ndarray) -> np.ndarray:
        return np.array(keras.src.applications.imagenet_utils.preprocess_input(
            pixels.copy(), data_format="channels_last", mode=name))
    return prepare


INDICES = {"class_indices.json": json.dumps({name: index for index, name in enumerate(NAMES)})}
LINES = {"labels.txt": "".join(f"{name}\n" for name in NAMES)}


def told(text: str) -> dict[str, str]:
    """Labels and an `amphora.json`."""
    return LINES | {"amphora.json": text}


def applications() -> list[Case]:
    """Published architectures in each mode of `preprocess_input`, bare and told with one word."""
    forms = [
        ("MobileNet", "tf", 224, {"alpha": 0.25}), ("MobileNetV2", "tf", 96, {
            "alpha": 0.35, "input_shape": (96, 96, 3)}),
        ("ResNet50V2", "tf", 96, {"input_shape": (96, 96, 3)}),
        ("ResNet50", "caffe", 96, {"input_shape": (96, 96, 3)}),
        ("DenseNet121", "torch", 96, {"input_shape": (96, 96, 3)}),
        ("MobileNetV3Small", None, 224, {"alpha": 0.75, "minimalistic": True}),
        ("EfficientNetB0", None, 96, {"input_shape": (96, 96, 3)}),
        ("EfficientNetV2B0", None, 96, {"input_shape": (96, 96, 3)}),
    ]
    found = []
    for index, (name, kind, side, more) in enumerate(forms):
        prepare = mode(kind) if kind else raw
        export, words = (by_keras, "Keras' export") if index % 2 or name == "EfficientNetB0" else (
            by_tf2onnx(13 + index % 5), "tf2onnx")
        build, read = application(name, **more), loaded(side, prepare)
        found.append(Case(f"{name}-bare", words, False, made(
            build, side, prepare, export, read, INDICES if index % 3 else LINES), is_turned=index == 0))
        word = f"keras-{kind}" if kind else "raw"
        notes = told(json.dumps({"preprocess": word if kind else {
            "preset": "raw", "resize": {"to": "exact", "size": [side, side], "filter": "nearest"}}}))
        found.append(Case(f"{name}-told", f"{words}, one word", False, made(
            build, side, prepare, export, read, notes)))
    return found


def tutorials() -> list[Case]:
    """Small networks as people build them for cats and dogs."""
    layers = keras.layers
    softmax = lambda: layers.Dense(CLASSES, activation="softmax")  # noqa: E731
    inside = lambda: [layers.Rescaling(1 / 255)]  # noqa: E731
    signed = lambda: [layers.Rescaling(1 / 127.5, offset=-1)]  # noqa: E731
    pets = {"labels.txt": "cat\ndog\n"}
    binary = {"names": ["cat", "dog"], "scores": both}
    exact = {"to": "exact", "size": [64, 64], "library": "tensorflow", "filter": "bilinear"}
    return [
        Case("rescaling-inside", "tf2onnx", False, made(
            lambda: small(64, softmax(), inside()), 64, raw, by_tf2onnx(15), loaded(64, raw), LINES)),
        Case("rescaling-signed-inside", "Keras' export", False, made(
            lambda: small(64, softmax(), signed()), 64, raw, by_keras, loaded(64, raw), INDICES)),
        Case("unit-bare", "tf2onnx", False, made(
            lambda: small(64, softmax(), []), 64, unit, by_tf2onnx(17), loaded(64, unit), LINES)),
        Case("unit-nchw-inputs", "tf2onnx --inputs-as-nchw", False, made(
            lambda: small(64, softmax(), []), 64, unit, by_tf2onnx(13, inputs_as_nchw=True),
            loaded(64, unit), LINES, is_nchw=True)),
        Case("binary-sigmoid-inside", "Keras' export", False, made(
            lambda: small(64, layers.Dense(1, activation="sigmoid"), inside()), 64, raw, by_keras,
            loaded(64, raw), pets, **binary)),
        Case("binary-sigmoid-told", "tf2onnx, amphora.json", False, made(
            lambda: small(64, layers.Dense(1, activation="sigmoid"), []), 64, unit, by_tf2onnx(18),
            loaded(64, unit), pets | {"amphora.json": json.dumps({"preprocess": {
                "preset": "unit", "resize": {"to": "exact", "size": [64, 64], "filter": "nearest"}}})},
            **binary)),
        Case("multi-label-sigmoid-inside", "tf2onnx", False, made(
            lambda: small(64, layers.Dense(CLASSES, activation="sigmoid"), inside()), 64, raw,
            by_tf2onnx(15), loaded(64, raw), LINES)),
        Case("tf-image-bilinear-told", "Keras' export, amphora.json", False, made(
            lambda: small(64, softmax(), inside()), 64, raw, by_keras, by_tensorflow(64, raw),
            told(json.dumps({"preprocess": {"preset": "raw", "resize": exact}})))),
        Case("tf-image-antialias-told", "tf2onnx, amphora.json", False, made(
            lambda: small(64, softmax(), []), 64, unit, by_tf2onnx(15), by_tensorflow(64, unit, True),
            told(json.dumps({"preprocess": {"preset": "unit", "resize": exact | {"antialias": True}}})))),
        Case("load-img-bilinear-told", "tf2onnx, one word", False, made(
            lambda: small(64, softmax(), []), 64, unit, by_tf2onnx(15), loaded(64, unit, "bilinear"),
            told('{"preprocess": "unit"}'))),
    ]


def cases() -> list[Case]:
    """All of them."""
    return applications() + tutorials()
