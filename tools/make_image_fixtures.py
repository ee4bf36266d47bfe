#!/usr/bin/env python3
"""Writes Tests/InferenceTests/Fixtures/images.bin: one tiny picture of every kind, and the pixels
that Pillow decodes it to, in the format of case_file.py.

usage: make_image_fixtures.py [OUTFILE]      (needs Pillow and numpy)
"""

import pathlib
import sys

import format_samples
import image_samples
import numpy as np
import pillow_cases

FILE = pathlib.Path(__file__).parent.parent / "Tests/InferenceTests/Fixtures/images.bin"


def main():
    out = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    out.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(2)
    records = []
    for name, data in image_samples.samples(rng, lambda: (7, 5)):
        records += pillow_cases.decoding(name, data)
    for name, data in format_samples.samples(rng, lambda: (7, 5)):
        if image_samples.decoded(data, "RGB"):
            records += pillow_cases.decoding(name, data)
    out.write_bytes(b"".join(records))
    print(f"{len(records)} records, {out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
