"""Models whose exporters noted the preprocessing, compared with those exporters' own steps.

Each network returns some values of its input, so the whole way from picture to tensor is compared.
The steps are written here as their sources have them: Ultralytics' `classify_transforms`, PaddleClas'
`deploy/python/preprocess.py`, MMPretrain's transforms, Custom Vision's sample for ONNX.
"""

import json

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from server import run

SIZE = 64
PROBES = np.linspace(0, 3 * SIZE * SIZE - 1, 211).astype(np.int64)


def write_network(path, notes=()):
    """A network that returns the values of its input at PROBES."""
    graph = helper.make_graph(
        [helper.make_node("Flatten", ["image"], ["flat"]),
         helper.make_node("Gather", ["flat", "probes"], ["scores"], axis=1)],
        "probes",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, SIZE, SIZE])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, len(PROBES)])],
        [numpy_helper.from_array(PROBES, "probes")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, dict(notes))
    onnx.save(model, path)


def cut(image, size, edge):
    """The centre of an array, whose edges `edge` rounds."""
    top, left = edge((image.shape[0] - size) / 2), edge((image.shape[1] - size) / 2)
    return image[top:top + size, left:left + size]


def shorter(image, side, rounded):
    """Width and height of an array when its shorter side gets a length."""
    height, width = image.shape[:2]
    return tuple(rounded(side * length / min(height, width)) for length in (width, height))


def ultralytics(image):
    resized = np.asarray(Image.fromarray(image).resize(shorter(image, SIZE, int), Image.BILINEAR))
    return cut(resized, SIZE, round).astype(np.float32) / 255


def paddle(image):
    resized = cv2.resize(image, shorter(image, 72, round), interpolation=cv2.INTER_LINEAR)
    mean, std = (np.array(values, np.float32) for values in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
    return (cut(resized, SIZE, int).astype("float32") * np.float32(1 / 255) - mean) / std


def paddle_pillow(image):
    resized = np.asarray(Image.fromarray(image).resize((SIZE, SIZE), Image.BICUBIC))
    return resized.astype("float32") * np.float32(1 / 255)


def mm_cv2(image):
    resized = cv2.resize(image, shorter(image, 73, int), interpolation=cv2.INTER_LINEAR)
    return (cut(resized, SIZE, round).astype(np.float32) - [123.675, 116.28, 103.53]) / [58.395, 57.12, 57.375]


def custom_vision(image):
    resized = np.asarray(Image.fromarray(image).resize((SIZE, SIZE)))
    return resized.astype(np.float32)[..., ::-1]


ULTRALYTICS = {"author": "Ultralytics", "task": "classify", "imgsz": f"[{SIZE}, {SIZE}]", "stride": "1"}
PADDLE = """PreProcess:
  transform_ops:
  - ResizeImage:
      resize_short: 72
  - CropImage:
      size: 64
  - NormalizeImage:
      scale: 1.0/255.0
      mean: [0.485, 0.456, 0.406]
      std: [0.229, 0.224, 0.225]
      order: ''
  - ToCHWImage:
"""
PADDLE_PILLOW = """PreProcess:
  transform_ops:
  - ResizeImage: {size: 64, interpolation: bicubic, backend: pil}
  - NormalizeImage: {scale: 0.00392156862745098, mean: [0, 0, 0], std: [1, 1, 1]}
"""
MM = json.dumps({"pipeline": {"tasks": [{"name": "Preprocess", "transforms": [
    {"type": "LoadImageFromFile"},
    {"type": "ResizeEdge", "scale": 73, "edge": "short"},
    {"type": "CenterCrop", "crop_size": SIZE},
    {"type": "Normalize", "mean": [123.675, 116.28, 103.53], "std": [58.395, 57.12, 57.375], "to_rgb": True},
    {"type": "Collect", "keys": ["img"]}]}]}})
CUSTOM_VISION = {"Image.BitmapPixelFormat": "Bgr8", "Image.NominalPixelRange": "NominalRange_0_255"}

CASES = {
    "ultralytics": (ultralytics, ULTRALYTICS, {}),
    "paddle": (paddle, {}, {"inference.yml": PADDLE}),
    "paddle-pillow": (paddle_pillow, {}, {"inference.yml": PADDLE_PILLOW}),
    "mmdeploy": (mm_cv2, {}, {"pipeline.json": MM}),
    "custom-vision": (custom_vision, CUSTOM_VISION, {"cvexport.manifest": "{}"}),
}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Lossless pictures of odd proportions, sharp enough that a pixel's shift shows."""
    folder = tmp_path_factory.mktemp("pictures")
    noise = np.random.default_rng(11)
    paths = []
    for height, width in [(90, 137), (211, 100), (64, 64), (75, 74), (40, 51)]:
        small = noise.integers(0, 256, (height // 4 + 1, width // 4 + 1, 3), dtype=np.uint8)
        Image.fromarray(small).resize((width, height), Image.BICUBIC).save(folder / f"{height}x{width}.png")
        paths.append(folder / f"{height}x{width}.png")
    return paths


@pytest.mark.parametrize("case", CASES)
def test_as_the_exporter_prepares_pictures(case, pictures, tmp_path):
    steps, notes, files = CASES[case]
    write_network(tmp_path / "model.onnx", notes)
    (tmp_path / "amphora.json").write_text('{"activation": "none"}')
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    done = run("predict", "--strict", "--model-path", tmp_path, "--json", "--top-k", "1000", *pictures)
    assert done.returncode == 0, done.stderr
    for path, line in zip(pictures, done.stdout.splitlines(), strict=True):
        expected = np.transpose(steps(np.asarray(Image.open(path))), (2, 0, 1)).reshape(-1)[PROBES]
        given = {result["label"]: float(result["prob"]) for result in json.loads(line)["results"]}
        worst = max(abs(given[index] - value) for index, value in enumerate(expected))
        assert worst <= 1e-5 * max(1, np.abs(expected).max()), f"{path.name}: off by {worst}"
