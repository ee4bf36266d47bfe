"""The format of files with a library's own results, which the Swift tests compare with ours.

A sequence of records, all integers little-endian u32:
  kind, length of name, name, 10 numbers, length of input, input, length of result, result
kind 1, decoding: numbers = channels, width, height (0 0: the library refuses), whether the file is
  WHOLE or CUT; input = the file; result = the pixels.
kind 2, resizing: numbers = channels, width, height, new width, new height, filter (its place in
  ResizeLibrary.pillow.filters, or in OPENCV_FILTERS); input, result = pixels.
kind 3, preprocessing: numbers = channels, width, height, target (0 none, 1 shorter, 2 exact),
  target height, target width, crop height, crop width (0 0: none), filter, 1 for NHWC;
  input = pixels; result = float32.
kind 4, resizing to floats: numbers = channels, width, height, new width, new height, filter (its place
  in FLOAT_FILTERS), 1 for antialiased; input = pixels; result = float32.
kind 5, a pipeline, which the name tells: numbers = channels, width, height, height and width of the
  tensor; input = pixels; result = float32.
kind 6, orientation: see orientation_cases.py.
"""

import argparse
import pathlib
import struct

import numpy as np

WHOLE, CUT = range(2)
OPENCV_FILTERS = ("bilinear", "nearest", "nearest-exact", "area", "lanczos4", "bicubic")
FLOAT_FILTERS = ("nearest", "bilinear", "bicubic", "area", "lanczos3")
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)


def record(kind, name, numbers, data, result):
    name = name.encode()
    numbers = list(numbers) + [0] * (10 - len(numbers))
    return (struct.pack("<II", kind, len(name)) + name + struct.pack("<10I", *numbers)
            + struct.pack("<I", len(data)) + data + struct.pack("<I", len(result)) + result)


def write(cases, doc, library, rounds):
    """The command line of a script that makes cases: `cases(rng, rounds, files)` yields records."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("outdir", type=pathlib.Path)
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_intermixed_args()
    options.outdir.mkdir(parents=True, exist_ok=True)
    count = 0
    with open(options.outdir / "cases.bin", "wb") as out:
        for case in cases(np.random.default_rng(options.seed), options.rounds, options.files):
            out.write(case)
            count += 1
    print(f"{count} cases, seed {options.seed}, {library}")
