#!/usr/bin/env python3
"""Writes the installed OpenCV's results for random pictures, for PictureOpenCVTests to compare.

usage: opencv_cases.py [--rounds N] [--seed N] OUTDIR [FILE...]

OUTDIR/cases.bin has the format of case_file.py, with these kinds (filter and layout always 0):
kind 1, decoding: whole files only, and EXIF not applied: in both, OpenCV 3.4.2 differs from its
  successors; `record_mxnet.py` records it.
kind 2, resizing: cv2.resize with every filter that is reproduced, to any size.
kind 3, preprocessing: MXNet's resize of the shorter side and its crop, carried out by OpenCV.
Needs opencv-python-headless, Pillow and numpy. FILEs are decoded too.
"""

import os

# Its bicubic resize is Intel's IPP, which rounds by what the processor has; AVX2 is what we reproduce.
os.environ["OPENCV_IPP"] = "avx2"
import case_file
import cv2
import image_samples
import numpy as np
from case_file import MEAN, OPENCV_FILTERS, STD, WHOLE, record

# OpenCV 3.4.2's libjpeg-turbo did not interpolate 4:4:0; its successors apply animation to gray.
LEFT_OUT = ("jpeg-440", "png-animated", "webp")


def decoding(name, data):
    for flag, channels in ((cv2.IMREAD_COLOR, 3), (cv2.IMREAD_GRAYSCALE, 1)):
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flag | cv2.IMREAD_IGNORE_ORIENTATION)
        height, width = (0, 0) if pixels is None else pixels.shape[:2]
        if channels == 3 and pixels is not None:
            pixels = pixels[..., ::-1]
        result = b"" if pixels is None else pixels.tobytes()
        yield record(1, f"{name} as {channels}", [channels, width, height, WHOLE], data, result)


def random_picture(rng, largest):
    channels = 1 if rng.random() < 0.3 else 3
    width, height = (int(rng.integers(1, largest)) for _ in range(2))
    if rng.random() < 0.5:
        pixels = rng.integers(0, 256, (height, width, channels)).astype(np.uint8)
        return pixels[..., 0] if channels == 1 else pixels
    return image_samples.picture(rng, width, height, channels)


INTERPOLATIONS = {"bilinear": cv2.INTER_LINEAR, "nearest": cv2.INTER_NEAREST,
                  "nearest-exact": cv2.INTER_NEAREST_EXACT, "area": cv2.INTER_AREA,
                  "lanczos4": cv2.INTER_LANCZOS4, "bicubic": cv2.INTER_CUBIC}


def resized(pixels, height, width, name="bilinear"):
    return cv2.resize(pixels, (width, height), interpolation=INTERPOLATIONS[name])


def sizes(rng, number, largest):
    """Random pictures, with the sizes to resize them to."""
    pixels = random_picture(rng, largest)
    height, width = pixels.shape[:2]
    goal = [int(rng.integers(1, largest)) for _ in range(2)]
    if number % 7 == 0:
        goal[1] = width
    if number % 11 == 0:
        goal[0] = height
    if number % 13 == 0:
        goal = [-(-height // 2), -(-width // 2)]
    if number % 26 == 0:
        pixels = np.ascontiguousarray(pixels[: height // 2 * 2 or 1, : width // 2 * 2 or 1])
    if number % 17 == 0:
        goal = [height * 2, width * 2]
    if number % 19 == 0:
        pixels = np.ascontiguousarray(pixels[:1] if number % 2 else pixels[:, :1])
    if number % 5 == 0:  # whole factors, of both axes or of one
        factors = [int(n) for n in rng.integers(1, 6, 2)]
        height, width = (max(1, side // factor) for side, factor in zip(pixels.shape, factors))
        pixels = np.ascontiguousarray(pixels[: height * factors[0], : width * factors[1]])
        goal = [height, width] if number % 2 else [height, goal[1]]
    return pixels, goal


def shape(pixels):
    channels = 1 if pixels.ndim == 2 else 3
    return [channels, pixels.shape[1], pixels.shape[0]]


def resizing(rng, number, largest, which=0):
    pixels, (height, width) = sizes(rng, number, largest)
    numbers = [*shape(pixels), width, height, which]
    name = f"{OPENCV_FILTERS[which]} {numbers[1]}x{numbers[2]}x{numbers[0]} to {width}x{height}"
    result = resized(pixels, height, width, OPENCV_FILTERS[which])
    return record(2, name, numbers, pixels.tobytes(), result.tobytes())


def shorter(height, width, side):
    return (side * height // width, side) if height > width else (side, side * width // height)


def center_crop(pixels, height, width):
    """MXNet's image.center_crop: if the picture is too small, the part that fits is enlarged."""
    h, w = height, width
    if pixels.shape[0] < h:
        w, h = w * pixels.shape[0] / h, pixels.shape[0]
    if pixels.shape[1] < w:
        w, h = pixels.shape[1], h * pixels.shape[1] / w
    h, w = max(1, int(h)), max(1, int(w))  # MXNet fails at less than one pixel
    top, left = int((pixels.shape[0] - h) / 2), int((pixels.shape[1] - w) / 2)
    pixels = np.ascontiguousarray(pixels[top : top + h, left : left + w])
    return pixels if (h, w) == (height, width) else resized(pixels, height, width)


def preprocessing(rng, number):
    pixels = random_picture(rng, 300)
    before = pixels
    target = number % 3
    goal = [int(rng.integers(1, 120)) for _ in range(2)]
    crop = [int(rng.integers(1, 120)) for _ in range(2)] if number % 4 else [0, 0]
    if target == 1:
        goal[1] = goal[0]
        pixels = resized(pixels, *shorter(*pixels.shape[:2], goal[0]))
    elif target == 2:
        pixels = resized(pixels, *goal)
    if crop[0]:
        pixels = center_crop(pixels, *crop)
    values = pixels.reshape(*pixels.shape[:2], -1)
    channels = values.shape[2]
    values = values.astype(np.float32) / np.float32(255)
    values = ((values - MEAN[:channels]) / STD[:channels]).transpose(2, 0, 1)
    assert values.dtype == np.float32
    numbers = [*shape(before), target, *goal, *crop, 0, 0]
    return record(3, f"preprocess {number}", numbers, before.tobytes(), values.tobytes())


def cases(rng, rounds, files):
    for _ in range(rounds):
        size = lambda: tuple(int(n) for n in rng.integers(1, 90, 2))
        for name, data in image_samples.samples(rng, size):
            if not name.startswith(LEFT_OUT):
                yield from decoding(name, data)
    for path in files:
        yield from decoding(path.name, path.read_bytes())
    for number in range(2000 * rounds):
        yield resizing(rng, number, 40)
    for number in range(60 * rounds):
        yield resizing(rng, number, 400)
    for which in range(1, len(OPENCV_FILTERS)):
        for number in range(800 * rounds):
            yield resizing(rng, number, 40, which)
        for number in range(20 * rounds):
            yield resizing(rng, number, 300, which)
    for number in range(60 * rounds):
        yield preprocessing(rng, number)


if __name__ == "__main__":
    case_file.write(cases, __doc__, f"OpenCV {cv2.__version__}", rounds=1)
