#!/usr/bin/env python3
"""Records which way up the loaders of pipelines bring pictures that declare an orientation.

usage: record_orientations.py [FILE]    (default: Tests/InferenceTests/Fixtures/orientations.json)

Every loader that is installed here reads the usual files of orientation_cases.py, all eight
orientations in JPEG, PNG and WebP; loaders that are not installed keep what was recorded before. One
environment need not have them all: run it in several. For each form of file the recording lists the
orientation that was undone: 1…8 where pictures are turned, 1 throughout where they are not.
"""

import importlib.metadata
import json
import pathlib
import sys
import tempfile

import numpy as np
import orientation_cases
from PIL import Image

OUT = pathlib.Path(__file__).resolve().parent.parent / "Tests/InferenceTests/Fixtures/orientations.json"


def transformers(path):
    from transformers.image_utils import load_image
    return load_image(str(path))


def datasets(path):
    from datasets import Image as Feature
    return Feature().decode_example({"path": str(path), "bytes": None}).convert("RGB")


def torchvision(path):
    from torchvision.datasets.folder import default_loader
    return default_loader(str(path))


def timm(path):
    from timm.data import ImageDataset
    return ImageDataset(str(path.parent), reader=[(str(path), 0)])[0][0]


def keras(path):
    from keras.utils import load_img
    return load_img(str(path))


def opencv(path):
    import cv2
    return cv2.imread(str(path))[..., ::-1]


def ultralytics(path):
    from ultralytics.data.loaders import LoadImagesAndVideos
    return next(iter(LoadImagesAndVideos(str(path))))[1][0][..., ::-1]


LOADERS = {
    "transformers.image_utils.load_image": ("transformers", transformers),
    "datasets.Image": ("datasets", datasets),
    "torchvision.datasets.folder.default_loader": ("torchvision", torchvision),
    "timm.data.ImageDataset": ("timm", timm),
    "keras.utils.load_img": ("keras", keras),
    "cv2.imread": ("opencv-python-headless", opencv),
    "ultralytics.data.loaders.LoadImagesAndVideos": ("ultralytics-opencv-headless", ultralytics),
}


def recorded(loader, folder):
    """The orientations that a loader undoes, by the form of the file."""
    found = {}
    for name, data in orientation_cases.usual():
        form, which = name.rsplit(" ", 1)
        if which.endswith(">"):
            continue
        ending = {"J": "jpg", "P": "png", "W": "webp"}[form[0]]
        path = folder / f"{form.replace(' ', '-').replace(',', '')}-{which[:-1]}.{ending}"
        path.write_bytes(data)
        found.setdefault(form, []).append(orientation_cases.orientation(np.asarray(loader(path))))
    return found


def main():
    out = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else OUT
    recording = json.loads(out.read_text()) if out.exists() else {}
    for name, (package, loader) in LOADERS.items():
        try:
            version = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
        with tempfile.TemporaryDirectory() as folder:
            recording[name] = {
                "versions": f"{package} {version}, Pillow {Image.__version__}",
                "undone": recorded(loader, pathlib.Path(folder)),
            }
        print(f"{name}: {recording[name]['versions']}")
    lines = [f" {json.dumps(name)}: {json.dumps(recording[name])}" for name in sorted(recording)]
    out.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
