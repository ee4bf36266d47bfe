#!/usr/bin/env python3
"""Records what the libraries behind the presets and the frames make of tiny pictures, for
PicturePresetTests to compare: torchvision, Ultralytics, OpenAI's CLIP, RapidOCR, occular-deskew.

usage: record_presets.py [--rounds N] [OUTFILE]   (`make record` runs it in .venv-presets)

The format is that of case_file.py, kind 5; the name is a preset's, or framed-… for a picture within a
frame. Framed pictures are recorded as their library leaves them: RapidOCR's normalised, others not.
"""

import argparse
import pathlib
import types

import clip
import image_samples
import numpy as np
import torchvision.transforms as T
from case_file import record
from occular_deskew import orient_onnx
from PIL import Image
from rapidocr.ch_ppocr_cls.main import TextClassifier
from torchvision.transforms._presets import ImageClassification
from ultralytics.data.augment import LetterBox, classify_transforms

FILE = pathlib.Path(__file__).parent.parent / "Tests/InferenceTests/Fixtures/presets.bin"


def picture(rng, largest=40):
    width, height = (int(rng.integers(1, largest)) for _ in range(2))
    if rng.random() < 0.5:
        return rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
    return image_samples.picture(rng, width, height, 3)


def case(name, pixels, tensor):
    """`tensor`: in the order height, width, channels."""
    tensor = np.ascontiguousarray(tensor, np.float32)
    numbers = [3, pixels.shape[1], pixels.shape[0], *tensor.shape[:2]]
    return record(5, name, numbers, pixels.tobytes(), tensor.tobytes())


def transformed(name, pixels, transform):
    return case(name, pixels, transform(Image.fromarray(pixels)).numpy().transpose(1, 2, 0))


def presets(rng):
    side = int(rng.integers(7, 15))
    size = tuple(int(rng.integers(5, 15)) for _ in range(2))
    exact = T.Resize(size)
    # The 256 of 224, for a network of this side.
    shorter = round(side * 256 / 224)
    yield transformed("torchvision", picture(rng),
                      ImageClassification(crop_size=side, resize_size=shorter))
    yield transformed("ultralytics", picture(rng), classify_transforms(side))
    yield transformed("ultralytics", picture(rng), classify_transforms(size))
    yield transformed("clip", picture(rng), clip.clip._transform(side))
    yield transformed("unit", picture(rng), T.Compose([exact, T.ToTensor()]))
    yield transformed("raw", picture(rng), T.Compose([exact, T.PILToTensor()]))
    yield transformed("inception", picture(rng),
                      T.Compose([exact, T.ToTensor(), T.Normalize([0.5] * 3, [0.5] * 3)]))


def frames(rng):
    size = tuple(int(rng.integers(3, 18)) for _ in range(2))
    for center in (True, False):
        pixels = picture(rng)
        framed = LetterBox(size, center=center)(image=np.ascontiguousarray(pixels))
        yield case(f"framed-ultralytics-{'center' if center else 'start'}", pixels, framed)
    orient_onnx.SIZE = size[0]
    pixels = picture(rng)
    yield case("framed-occular", pixels, orient_onnx.OriNetOrientation._letterbox(pixels))
    height, width = min(size), max(size)
    pixels = picture(rng)
    # RapidOCR squeezes what is wider than the frame.
    if pixels.shape[1] * height <= width * pixels.shape[0]:
        network = types.SimpleNamespace(cls_image_shape=[3, height, width])
        framed = TextClassifier.resize_norm_img(network, pixels).transpose(1, 2, 0)
        yield case("framed-rapidocr", pixels, framed)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("outfile", nargs="?", type=pathlib.Path, default=FILE)
    parser.add_argument("--rounds", type=int, default=4)
    options = parser.parse_args()
    rng = np.random.default_rng(12)
    cases = []
    for _ in range(options.rounds):
        cases += presets(rng)
        for _ in range(3):
            cases += frames(rng)
    options.outfile.write_bytes(b"".join(cases))
    print(f"{len(cases)} cases, {sum(map(len, cases))} bytes")


if __name__ == "__main__":
    main()
