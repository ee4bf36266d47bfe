"""torchvision's classifiers, by both of PyTorch's exporters, with the transforms of their own weights.

A bare file says nothing of its preprocessing, so a guess with a warning is right. Some folders say it in
`amphora.json`, with one word or in full; some networks have the normalisation inside.
"""

import json
import pathlib

import numpy as np
import torch
import torchvision
from PIL import Image

from sweep.cases import Case, Reference, softmax
from sweep.torch_export import EXPORTS, Export, runner, spread_out

from export_torchvision import evaluation_transforms, input_shape, preprocessing

CLASSES = 24
NETWORKS = [
    "resnet18", "resnet34", "resnet50", "resnext50_32x4d", "densenet121", "googlenet", "inception_v3",
    "mnasnet0_5", "mnasnet0_75", "mnasnet1_0", "mobilenet_v2", "mobilenet_v3_small",
    "mobilenet_v3_large", "efficientnet_b0", "efficientnet_b1",
    "regnet_y_400mf", "regnet_x_400mf", "regnet_y_800mf", "regnet_x_800mf", "regnet_x_1_6gf",
    "shufflenet_v2_x0_5", "shufflenet_v2_x1_0", "shufflenet_v2_x1_5", "shufflenet_v2_x2_0",
    "squeezenet1_0", "squeezenet1_1", "convnext_tiny", "swin_t", "alexnet",
]


class Normalised(torch.nn.Module):
    """A network with its normalisation inside, as people put it there for mobile phones."""

    def __init__(self, network: torch.nn.Module, mean, std, is_byte: bool) -> None:
        super().__init__()
        self.network, self.is_byte = network, is_byte
        self.register_buffer("mean", torch.tensor(mean).view(1, -1, 1, 1))
        self.register_buffer("std", torch.tensor(std).view(1, -1, 1, 1))

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        if self.is_byte:
            pixels = pixels.permute(0, 3, 1, 2).float() / 255
        return self.network((pixels - self.mean) / self.std)


def built(name: str, transforms) -> torch.nn.Module:
    """A random network of that architecture."""
    torch.manual_seed(len(name))
    more = {"init_weights": True} if name in ("inception_v3", "googlenet") else {}
    network = torchvision.models.get_model(name, weights=None, num_classes=CLASSES, **more)
    spread_out(network, input_shape(transforms))
    return network


def from_file(transforms):
    """The transforms of the weights, on the picture as torchvision's `default_loader` opens it."""
    def prepare(path: pathlib.Path) -> np.ndarray:
        with Image.open(path) as image:
            return transforms(image.convert("RGB"))[None].numpy()
    return prepare


def bare(name: str, export: Export, notes: str | None):
    """The network, with nothing beside it or with an `amphora.json`."""
    def make(folder: pathlib.Path) -> Reference:
        transforms = evaluation_transforms(name, None)
        network = built(name, transforms)
        export.write(network, input_shape(transforms), folder / "model.onnx")
        if notes == "one word":
            # What the word means: torchvision's first recipe, on Pillow.
            transforms = torchvision.transforms._presets.ImageClassification(crop_size=224)
            (folder / "amphora.json").write_text('{"preprocess": "torchvision"}\n')
        elif notes == "long form":
            (folder / "amphora.json").write_text(
                json.dumps({"preprocess": preprocessing(transforms)}, indent=2) + "\n")
        return Reference(from_file(transforms), runner(network), softmax)
    return make


def normalised(name: str, export: Export, is_byte: bool):
    """The network with the normalisation inside; bytes come as height, width, channels."""
    def make(folder: pathlib.Path) -> Reference:
        transforms = torchvision.transforms._presets.ImageClassification(crop_size=224)
        network = built(name, transforms)
        whole = Normalised(network, transforms.mean, transforms.std, is_byte).eval()
        shape = (224, 224, 3) if is_byte else (3, 224, 224)
        export.write(whole, shape, folder / "model.onnx", torch.uint8 if is_byte else torch.float32)
        (folder / "labels.txt").write_text("".join(f"kind {index}\n" for index in range(CLASSES)))

        def prepare(path: pathlib.Path) -> np.ndarray:
            image = torchvision.transforms.functional.resize(Image.open(path).convert("RGB"), 256)
            pixels = np.asarray(torchvision.transforms.functional.center_crop(image, 224))
            if is_byte:
                return pixels[None].copy()
            return torchvision.transforms.functional.to_tensor(pixels)[None].numpy()
        return Reference(prepare, runner(whole), softmax, [f"kind {index}" for index in range(CLASSES)])
    return make


def cases() -> list[Case]:
    """Every network bare, some told, some normalised inside."""
    found = []
    for index, name in enumerate(NETWORKS):
        export = EXPORTS[index % len(EXPORTS)]
        found.append(Case(name, export.words, False, bare(name, export, None), is_turned=index == 0))
    for index, name in enumerate(["resnet18", "mobilenet_v3_large", "efficientnet_b1", "squeezenet1_1",
                                  "shufflenet_v2_x0_5", "regnet_y_400mf", "densenet121"]):
        export = EXPORTS[(index + 5) % len(EXPORTS)]
        found.append(Case(f"{name}-told", f"{export.words}, amphora.json", False,
                          bare(name, export, "long form")))
    for index, name in enumerate(["resnet18", "mobilenet_v2"]):
        export = EXPORTS[(index + 8) % len(EXPORTS)]
        found.append(Case(f"{name}-one-word", f"{export.words}, one word", False,
                          bare(name, export, "one word")))
    for index, name in enumerate(["resnet18", "mobilenet_v2", "shufflenet_v2_x1_0"]):
        for is_byte in (False, True):
            export = EXPORTS[(2 * index + is_byte) % len(EXPORTS)]
            kind = "bytes" if is_byte else "unit"
            found.append(Case(f"{name}-normalised-{kind}", f"{export.words}, normalised inside", False,
                              normalised(name, export, is_byte)))
    return found
