"""Any torchvision classifier -> a model folder that `amphora serve --model-path` takes.

    python tools/export_torchvision.py resnet18 OUT                      default weights (downloads)
    python tools/export_torchvision.py resnet18 OUT --weights none       random weights, no download
    python tools/export_torchvision.py resnet50 OUT --weights IMAGENET1K_V1

Writes NAME.onnx, `labels.txt` (the categories that the weights name, where they do) and
`amphora.json` with the preprocessing that the weights themselves declare. The ONNX file is compared
with PyTorch by ONNX Runtime before the folder counts as written. Classifiers only: no detection,
segmentation, video or quantized networks.
"""

import argparse
import json
import pathlib
import sys

import torch
import torchvision
from torchvision.transforms._presets import ImageClassification

from onnx_export import export
from random_weights import calibrate


class ExportError(Exception):
    """An error that is shown to the user."""


def classifiers() -> list[str]:
    """Names of torchvision's classification networks."""
    return torchvision.models.list_models(module=torchvision.models)


def chosen_weights(name: str, weights: str):
    """The weights enumeration member of that name; None for `none`."""
    if weights.lower() == "none":
        return None
    known = torchvision.models.get_model_weights(name)
    try:
        return known[weights]
    except KeyError:
        listed = ", ".join(member.name for member in known) or "none"
        raise ExportError(
            f"{name} has no weights named {weights}; it has: {listed}, or none") from None


def evaluation_transforms(name: str, weights) -> ImageClassification:
    """The weights' own transforms; without weights, those of the model's default weights."""
    declared = weights or getattr(torchvision.models.get_model_weights(name), "DEFAULT", None)
    transforms = declared.transforms() if declared else ImageClassification(crop_size=224)
    if not isinstance(transforms, ImageClassification):
        raise ExportError(f"{name} declares {type(transforms).__name__}, not a classifier's pipeline")
    return transforms


def preprocessing(transforms: ImageClassification) -> dict:
    """A classifier's transforms as keys of `amphora.json`."""
    size = list(transforms.resize_size)
    target = {"to": "shorter", "size": size[0]} if len(size) == 1 else {"to": "exact", "size": size}
    crop = list(transforms.crop_size)
    # PIL images are always resized with antialiasing; the flag changes tensors only.
    return {
        "decode": "pillow",
        "resize": {**target, "library": "pillow", "filter": transforms.interpolation.value,
                   "antialias": True},
        "crop": crop[0] if len(crop) == 1 else crop,
        "scale": 1 / 255,
        "mean": list(transforms.mean),
        "std": list(transforms.std),
    }


def input_shape(transforms: ImageClassification) -> tuple[int, int, int]:
    """Channels, height and width of the network's input."""
    crop = list(transforms.crop_size)
    return (3, crop[0], crop[-1])


def built(name: str, weights) -> torch.nn.Module:
    """The network, ready to evaluate; without weights they are random, from a fixed seed."""
    torch.manual_seed(0)
    arguments = {"weights": weights}
    if name in ("inception_v3", "googlenet"):
        # Without weights these take a minute to initialise, and their training heads are useless.
        arguments["init_weights"] = False if weights else True
    try:
        network = torchvision.models.get_model(name, **arguments)
    except OSError as problem:
        raise ExportError(
            f"the weights of {name} could not be downloaded ({problem}); "
            "--weights none exports random weights") from None
    if weights is None:
        calibrate(network, input_shape(evaluation_transforms(name, None)))
    return network.eval()


def write_folder(name: str, folder: pathlib.Path, weights_name: str) -> float:
    """Writes the model folder; returns the largest difference from PyTorch.
    Raises ExportError for the user's mistakes."""
    if name not in classifiers():
        raise ExportError(
            f"torchvision {torchvision.__version__} has no classifier named {name}; it has: "
            + ", ".join(classifiers()))
    if folder.exists() and not folder.is_dir():
        raise ExportError(f"{folder} is a file; a folder is needed")
    others = [path.name for path in folder.glob("*.onnx") if path.name != f"{name}.onnx"]
    if others:
        raise ExportError(f"{folder} already holds {', '.join(others)}; choose another folder")
    weights = chosen_weights(name, weights_name)
    transforms = evaluation_transforms(name, weights)
    network = built(name, weights)
    folder.mkdir(parents=True, exist_ok=True)
    worst = export(network, input_shape(transforms), folder / f"{name}.onnx")
    settings = {"model": f"{name}.onnx", "activation": "softmax",
                "input": {"layout": "NCHW", "channels": "RGB"},
                "preprocess": preprocessing(transforms)}
    if weights and "categories" in weights.meta:
        lines = [category.replace("\n", " ") for category in weights.meta["categories"]]
        (folder / "labels.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        settings["labels"] = "labels.txt"
    (folder / "amphora.json").write_text(json.dumps(settings, indent=2) + "\n")
    return worst


def main() -> int:
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="a torchvision classifier, e.g. resnet18")
    parser.add_argument("folder", type=pathlib.Path, help="the model folder to write")
    parser.add_argument("--weights", default="DEFAULT",
                        help="a name from the model's weights, DEFAULT, or none (random)")
    arguments = parser.parse_args()
    try:
        worst = write_folder(arguments.name, arguments.folder, arguments.weights)
    except (ExportError, ValueError) as problem:
        print(f"export_torchvision: {problem}", file=sys.stderr)
        return 1
    print(f"{arguments.folder}: {arguments.name}, ONNX within {worst:.1g} of PyTorch")
    return 0


if __name__ == "__main__":
    sys.exit(main())
