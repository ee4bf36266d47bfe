"""Records answers of PyTorch and torchvision, for the end-to-end tests to compare with the server's.

A small MobileNetV2 (random weights, spread answers; see `random_weights.py`) is exported to ONNX, and
pictures of several kinds and sizes go through Pillow, torchvision's own transforms and PyTorch. The
model folder, the pictures, and `answers.json` with the versions used are committed under
`Tests/EndToEnd/recordings/`. `make record` runs it; `make test` needs no PyTorch.
"""

import json
import pathlib

import numpy as np
import PIL
import torch
import torchvision
from PIL import Image
from torchvision.transforms._presets import ImageClassification

from export_torchvision import input_shape, preprocessing
from onnx_export import export
from picture_kinds import write_pictures
from random_weights import calibrate

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Tests" / "EndToEnd" / "recordings"
CLASSES = 100


def recorded_network(shape: tuple[int, int, int]) -> torch.nn.Module:
    """A MobileNetV2 a tenth as wide as usual, with spread answers."""
    torch.manual_seed(7)
    network = torchvision.models.mobilenet_v2(width_mult=0.1, num_classes=CLASSES)
    # The usual head stays 1,280 wide for any width_mult, and would be most of the file.
    features = network.features[-1]
    features[0] = torch.nn.Conv2d(features[0].in_channels, 128, 1, bias=False)
    features[1] = torch.nn.BatchNorm2d(128)
    network.classifier[1] = torch.nn.Linear(128, CLASSES)
    # Narrow random networks multiply float noise: less spread keeps it far below the tolerance.
    calibrate(network, shape, spread=1.2)
    return network.eval()


def answers(network: torch.nn.Module, transforms, paths: list[pathlib.Path]) -> list[dict]:
    """Every class's probability for each picture, as PyTorch and torchvision compute it."""
    recorded = []
    for path in paths:
        image = Image.open(path).convert("RGB")
        with torch.no_grad():
            probabilities = network(transforms(image)[None]).softmax(1)[0].numpy()
        top = np.sort(probabilities)[::-1][:6]
        recorded.append({
            "picture": path.name,
            "size": list(image.size),
            "probabilities": [float(f"{value:.9g}") for value in probabilities.tolist()],
            "smallest_gap_in_top_6": float(f"{(top[:-1] - top[1:]).min():.3g}"),
        })
        print(f"{path.name}: top {probabilities.argmax()} at {top[0]:.4f}, "
              f"smallest gap {recorded[-1]['smallest_gap_in_top_6']:g}")
    return recorded


def main() -> None:
    """Rewrites the recordings."""
    transforms = ImageClassification(crop_size=224, resize_size=232)
    network = recorded_network(input_shape(transforms))
    model = FOLDER / "model"
    model.mkdir(parents=True, exist_ok=True)
    worst = export(network, input_shape(transforms), model / "mobilenet_v2_tenth.onnx")
    (model / "amphora.json").write_text(json.dumps(
        {"model": "mobilenet_v2_tenth.onnx", "preprocess": preprocessing(transforms)},
        indent=2) + "\n")
    paths = write_pictures(FOLDER / "pictures")
    record = {
        "made_by": {"torch": torch.__version__.split("+")[0],
                    "torchvision": torchvision.__version__.split("+")[0],
                    "Pillow": PIL.__version__},
        "onnx_minus_torch": float(f"{worst:.2g}"),
        "answers": answers(network, transforms, paths),
    }
    lines = json.dumps(record, indent=1)
    (FOLDER / "answers.json").write_text(lines + "\n")


if __name__ == "__main__":
    main()
