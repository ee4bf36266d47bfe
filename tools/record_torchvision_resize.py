#!/usr/bin/env python3
"""Records torchvision's resize of tensors of bytes, for PictureTorchvisionTests to compare.

usage: record_torchvision_resize.py [--rounds N] [--seed N] [OUTFILE]   (`make record` runs it)

One line a case: filter, 1 for antialiased, channels, height and width of the picture, height and width
wanted, seed and 1 for hard (seeded_pictures.py), hash of the result's bytes, channels last. It must run
on x86 with AVX2. Tensors are contiguous, as transformers hands them over; interleaved ones, as torchvision's
own ToImage leaves them, give the same. Cases on which PyTorch itself fails are left out (lanczos of some
pictures one pixel wide).
"""

import argparse
import pathlib

import numpy as np
import torch
import torchvision
from torchvision.transforms.functional import InterpolationMode
from torchvision.transforms.v2 import functional

from seeded_pictures import fnv, picture

FILE = (pathlib.Path(__file__).parent.parent
        / "Tests/InferenceTests/Fixtures/torchvision_resize.txt")
MODES = [("bilinear", 1), ("bilinear", 0), ("bicubic", 1), ("bicubic", 0), ("lanczos", 1),
         ("nearest", 0), ("nearest-exact", 0)]


def sides(rng: np.random.Generator) -> list[int]:
    """Height, width, and those wanted: of any proportion, sometimes equal, halved or doubled."""
    largest = int(rng.choice([4, 12, 40, 90, 300], p=[0.15, 0.25, 0.3, 0.25, 0.05]))
    height, width, new_height, new_width = (int(side) for side in rng.integers(1, largest, 4))
    relation = int(rng.integers(12))
    if relation < 2:
        new_width = width
    if relation in (1, 2):
        new_height = height
    if relation == 3:
        new_height, new_width = 2 * height, 2 * width
    if relation == 4:
        height, width = 2 * new_height, 2 * new_width
    return [height, width, new_height, new_width]


def line(rng: np.random.Generator, number: int) -> str | None:
    """A case, computed; None if PyTorch can't."""
    mode, antialias = MODES[number % len(MODES)]
    height, width, new_height, new_width = sides(rng)
    channels, hard = int(rng.choice([1, 3])), int(rng.random() < 0.3)
    seed = int(rng.integers(1 << 40))
    pixels = picture(height, width, channels, seed, bool(hard))
    tensor = torch.from_numpy(pixels).permute(2, 0, 1)
    interpolation, size = InterpolationMode(mode), [new_height, new_width]

    def resized(form: torch.Tensor) -> np.ndarray:
        result = functional.resize(form, size, interpolation, antialias=bool(antialias))
        return result.permute(1, 2, 0).contiguous().numpy()

    try:
        result = resized(tensor.contiguous())
        assert (resized(tensor) == result).all()
    except RuntimeError as error:
        assert "INTERNAL ASSERT" in str(error)
        return None
    return (f"{mode} {antialias} {channels} {height} {width} {new_height} {new_width} {seed} {hard} "
            f"{fnv(result.tobytes())}\n")


def main() -> None:
    """Rewrites the recording."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("outfile", nargs="?", type=pathlib.Path, default=FILE)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    assert torch.backends.cpu.get_cpu_capability() in ("AVX2", "AVX512")
    rng = np.random.default_rng(options.seed)
    versions = [module.__version__.split("+")[0] for module in (torch, torchvision)]
    with open(options.outfile, "w") as out:
        out.write(f"# torch {versions[0]}, torchvision {versions[1]}, seed {options.seed}\n")
        for number in range(options.rounds * len(MODES)):
            out.write(line(rng, number) or "")


if __name__ == "__main__":
    main()
