#!/usr/bin/env python3
"""Writes the installed Pillow's results for random pictures, for PicturePillowTests to compare.

usage: pillow_cases.py [--rounds N] [--seed N] OUTDIR [FILE...]

OUTDIR/cases.bin has the format of case_file.py. Needs Pillow and numpy. FILEs are decoded too.
"""

import sys
import warnings

import case_file
import format_samples
import image_samples
import mutate_pictures
import numpy as np
from case_file import MEAN, STD, record
from PIL import Image

FILTERS = ("NEAREST", "BOX", "BILINEAR", "HAMMING", "BICUBIC", "LANCZOS")


def decoding(name, data):
    for mode, channels in (("RGB", 3), ("L", 1)):
        width, height, pixels = image_samples.decoded(data, mode) or (0, 0, b"")
        yield record(1, f"{name} as {mode}", [channels, width, height], data, pixels)


def large_jpegs(rng):
    """JPEGs of several of the blocks in which Pillow reads."""
    for options in ({}, {"progressive": True}, {"restart_marker_blocks": 20}):
        yield "jpeg-large", image_samples.jpeg(rng, 260, 250, quality=98, subsampling=0, **options)


def mutated(rng, count):
    """Small pictures of every kind, and some large ones, each damaged many times."""
    size = lambda: tuple(int(n) for n in rng.integers(1, 48, 2))
    sources = list(image_samples.samples(rng, size))
    large = list(large_jpegs(rng))
    for number in range(count):
        kinds = sources if number % 40 else large
        name, data = kinds[number % len(kinds)]
        how, damaged = mutate_pictures.mutation(rng, data)
        yield from decoding(f"{name}: {how} ({number})", damaged)


def other_formats(rng, rounds):
    """GIF, BMP, TIFF and AVIF; the first two also damaged: they are decoded here, not by a library."""
    size = lambda: tuple(int(n) for n in rng.integers(1, 60, 2))
    for _ in range(rounds):
        for name, data in format_samples.samples(rng, size):
            yield from decoding(name, data)
    sources = [*format_samples.gifs(rng, size), *format_samples.bmps(rng, size)]
    for number in range(500 * rounds):
        name, data = sources[number % len(sources)]
        how = mutate_pictures.ANY[int(rng.integers(0, len(mutate_pictures.ANY)))]
        yield from decoding(f"{name}: {how.__name__} ({number})", how(rng, data))


def random_image(rng, largest):
    channels = 1 if rng.random() < 0.3 else 3
    width, height = (int(rng.integers(1, largest)) for _ in range(2))
    if rng.random() < 0.5:
        pixels = rng.choice([0, 255, 128], (height, width, channels)).astype(np.uint8)
        pixels = pixels[..., 0] if channels == 1 else pixels
    else:
        pixels = image_samples.picture(rng, width, height, channels)
    return Image.fromarray(pixels), channels


def resizing(rng, number):
    image, channels = random_image(rng, 200)
    size = [int(rng.integers(1, 260)) for _ in range(2)]
    if number % 7 == 0:
        size[0] = image.width
    if number % 11 == 0:
        size[1] = image.height
    which = number % len(FILTERS)
    result = image.resize(size, Image.Resampling[FILTERS[which]], reducing_gap=None)
    numbers = [channels, *image.size, *size, which]
    name = f"{FILTERS[which]} {image.width}x{image.height} to {size[0]}x{size[1]}"
    return record(2, name, numbers, image.tobytes(), result.tobytes())


def center_crop(image, height, width):
    """torchvision.transforms.functional.center_crop, on a Pillow image."""
    if width > image.width or height > image.height:
        left, right = (max(0, width - image.width + more) // 2 for more in (0, 1))
        top, bottom = (max(0, height - image.height + more) // 2 for more in (0, 1))
        padded = Image.new(image.mode, (image.width + left + right, image.height + top + bottom))
        padded.paste(image, (left, top))
        image = padded
    top = int(round((image.height - height) / 2.0))
    left = int(round((image.width - width) / 2.0))
    return image.crop((left, top, left + width, top + height))


def preprocessing(rng, number):
    image, channels = random_image(rng, 300)
    source = image
    target = number % 3
    goal = [int(rng.integers(1, 120)) for _ in range(2)]
    crop = [int(rng.integers(1, 120)) for _ in range(2)] if number % 4 else [0, 0]
    which = number % len(FILTERS)
    nhwc = number % 2
    if target == 1:
        goal[1] = goal[0]
        short, long = sorted(image.size)
        long = int(goal[0] * long / short)
        size = (goal[0], long) if image.width <= image.height else (long, goal[0])
    elif target == 2:
        size = (goal[1], goal[0])
    if target:
        image = image.resize(size, Image.Resampling[FILTERS[which]])
    if crop[0]:
        image = center_crop(image, *crop)
    values = np.asarray(image).reshape(image.height, image.width, channels)
    values = values.astype(np.float32) / np.float32(255)
    values = (values - MEAN[:channels]) / STD[:channels]
    if not nhwc:
        values = values.transpose(2, 0, 1)
    assert values.dtype == np.float32
    numbers = [channels, *source.size, target, *goal, *crop, which, nhwc]
    return record(3, f"preprocess {number}", numbers, source.tobytes(), values.tobytes())


def cases(rng, rounds, files):
    for _ in range(rounds):
        size = lambda: tuple(int(n) for n in rng.integers(1, 90, 2))
        for name, data in image_samples.samples(rng, size):
            yield from decoding(name, data)
    tiny = lambda: (9, 7)
    for name, data in image_samples.samples(rng, tiny):
        for length in range(0, len(data), max(1, len(data) // 60)):
            yield from decoding(f"{name} cut at {length}", data[:length])
        for number in range(6):
            damaged = bytearray(data)
            damaged[int(rng.integers(0, len(data)))] = int(rng.integers(0, 256))
            yield from decoding(f"{name} damaged {number}", bytes(damaged))
    yield from mutated(rng, 2500 * rounds)
    yield from other_formats(rng, rounds)
    yield from decoding("png-bomb", image_samples.png_bomb())
    for path in files:
        yield from decoding(path.name, path.read_bytes())
    for number in range(150 * rounds):
        yield resizing(rng, number)
    for number in range(60 * rounds):
        yield preprocessing(rng, number)


if __name__ == "__main__":
    if int(Image.__version__.split(".")[0]) < 13:
        sys.exit(f"Pillow 13 or later is needed (its resize differs); this is {Image.__version__}")
    warnings.simplefilter("ignore")  # of damaged files there are thousands
    case_file.write(cases, __doc__, f"Pillow {Image.__version__}", rounds=2)
