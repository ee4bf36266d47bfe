"""Ultralytics' classifiers, exported by its own exporter with its notes; the reference is its `predict`.

Ultralytics decodes with OpenCV, which turns by EXIF, and normalises by nothing but 255.
"""

import os
import pathlib
import shutil
import tempfile

import numpy as np
import torch
import yaml

os.environ.setdefault("YOLO_OFFLINE", "true")
os.environ.setdefault("YOLO_AUTOINSTALL", "false")
os.environ.setdefault("YOLO_CONFIG_DIR", tempfile.mkdtemp())

import ultralytics  # noqa: E402
from ultralytics import YOLO  # noqa: E402

from sweep.cases import Case, Reference, plain  # noqa: E402
from sweep.engines import Engine  # noqa: E402
from sweep.torch_export import runner, spread_out  # noqa: E402

CLASSES = 12
NAMES = [f"kind {index}" for index in range(CLASSES)]
CONFIGURATIONS = pathlib.Path(ultralytics.__file__).parent / "cfg/models"


class Logits(torch.nn.Module):
    """The network before its softmax."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.network(pixels)[1]


class Probabilities(torch.nn.Module):
    """The network with its softmax."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        found = self.network(pixels)
        return found[0] if isinstance(found, (tuple, list)) else found


def built(name: str, size: list[int], space: pathlib.Path) -> YOLO:
    """A random network of that name with few classes."""
    family = "v8" if "v8" in name else name.removeprefix("yolo")[:2]
    plan = next((CONFIGURATIONS / family).glob(f"*{family}-cls.yaml"))
    settings = yaml.safe_load(plan.read_text()) | {"nc": CLASSES}
    path = space / f"{name}.yaml"
    path.write_text(yaml.safe_dump(settings))
    torch.manual_seed(5)
    model = YOLO(str(path), task="classify")
    model.model.names = dict(enumerate(NAMES))
    spread_out(Logits(model.model.eval()), (3, *size), is_unit=True)
    return model


def exported(name: str, size: list[int], arguments: dict):
    """The folder that the export leaves: one file with metadata."""
    def make(folder: pathlib.Path) -> Reference:
        with tempfile.TemporaryDirectory() as space:
            model = built(name, size, pathlib.Path(space))
            checkpoint = pathlib.Path(space) / f"{name}.pt"
            model.ckpt_path = model.pt_path = str(checkpoint)
            model.model.pt_path = model.model.yaml_file = str(checkpoint)
            written = model.export(format="onnx", imgsz=size, verbose=False, **arguments)
            shutil.move(written, folder / "model.onnx")
        seen: list[torch.Tensor] = []
        infer = runner(Probabilities(model.model))
        model.model.register_forward_pre_hook(lambda _, given: seen.append(given[0].detach().clone()))

        def prepare(path: pathlib.Path) -> np.ndarray:
            seen.clear()
            [result] = model.predict(str(path), imgsz=size, verbose=False, save=False)
            pixels = seen[-1].float().numpy().copy()
            worst = np.abs(infer(pixels)[0] - result.probs.data.float().numpy()).max()
            assert worst < 1e-5, f"predict differs from the network on its input by {worst:g}"
            return pixels
        if not arguments.get("half"):
            return Reference(prepare, infer, plain, NAMES)
        engine = Engine(folder / "model.onnx", True, None)
        return Reference(prepare, lambda pixels: engine.run([pixels]), plain, NAMES, is_exact=False)
    return make


def cases() -> list[Case]:
    """Each generation; sizes, opsets and the exporter's switches."""
    forms = [
        ("yolov8n-cls", [224, 224], {}), ("yolo11n-cls", [224, 224], {"simplify": True}),
        ("yolo12n-cls", [224, 224], {"opset": 17}), ("yolo26n-cls", [224, 224], {}),
        ("yolov8n-cls", [64, 64], {"dynamic": True}), ("yolo11n-cls", [320, 320], {"opset": 12}),
        ("yolov8n-cls", [160, 224], {}), ("yolo11n-cls", [128, 128], {"batch": 4}),
        ("yolov8n-cls", [96, 96], {"dynamic": True, "simplify": False}),
        ("yolo11n-cls", [256, 256], {"half": True}),
    ]
    found = []
    for name, size, arguments in forms:
        words = ", ".join(f"{key} {value}" for key, value in arguments.items())
        ending = "-".join(f"{key}-{value}" for key, value in arguments.items())
        found.append(Case(f"{name}-{'x'.join(map(str, size))}{'-' + ending if ending else ''}",
                          f"Ultralytics{': ' + words if words else ''}", True,
                          exported(name, size, arguments), is_turned=len(found) == 0))
    return found
