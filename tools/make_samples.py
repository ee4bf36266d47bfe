#!/usr/bin/env python3
"""Makes the photographs in models/samples from those in scikit-image's wheel: small JPEGs.

    python tools/make_samples.py        (with Pillow; fetches 14 MB from PyPI, checked by their hash)

All three are CC0, each by its photographer; models/samples/README.md names them.
"""

import pathlib
import subprocess
import sys
import tempfile

from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parent.parent
WHEEL = ("scikit-image==0.26.0=74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af")
PLATFORM = ["--python-version", "3.11", "--implementation", "cp", "--platform", "manylinux_2_28_x86_64"]
# Names in scikit-image, names here, qualities: each is at most 60 kB.
PHOTOS = [("chelsea.png", "cat.jpg", 92), ("coffee.png", "espresso.jpg", 84), ("camera.png", "tripod.jpg", 85)]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, ROOT / "tools/unpack_wheel.py", folder, WHEEL,
             *(f"skimage/data/{name}" for name, _, _ in PHOTOS), "--", *PLATFORM], check=True)
        for name, target, quality in PHOTOS:
            picture = Image.open(pathlib.Path(folder, name)).convert("RGB")
            picture.save(ROOT / "models/samples" / target, quality=quality, optimize=True)


if __name__ == "__main__":
    main()
