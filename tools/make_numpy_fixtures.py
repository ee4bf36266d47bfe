#!/usr/bin/env python3
"""Records numpy's results for float32 values, for Tests/InferenceTests.

    python3.11 -m venv .venv && .venv/bin/pip install numpy==1.23.5
    .venv/bin/python tools/make_numpy_fixtures.py

The version is that of the predecessor, whose answers ours equal; numpy 2 writes numbers from 2**24 on
with an exponent. The outputs are committed; running this again must not change them.
"""

import pathlib

import numpy as np

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "Tests/InferenceTests/Fixtures"


def save(name, lines):
    (FIXTURES / name).write_text("\n".join(lines) + "\n")


def texts():
    """float32 values by their bits, beside str()."""
    generator = np.random.default_rng(20)
    values = [0.0, 1.0, 0.5, 1e-4, 9.9999e-5, 1e-5, 1.2e-4, 0.1, 0.3, 1 / 3, 0.99999994, 1e-10]
    values += [1e-38, 1e-45, 3.4028235e38, 1e15, 1e16, 9.999999e15, 16777216, 123456.79, 100, -0.25]
    values += [2.0**power for power in range(-149, 128, 7)]
    values += list(generator.random(100, np.float32))
    values += list(np.exp(generator.uniform(-30, 0, 200)).astype(np.float32))
    numbers = np.array(values, np.float32)
    save("numpy_float32.txt", [f"{number.view(np.uint32):08x} {number!s}" for number in numbers])


def softmax():
    """The softmax of logits that a test can make again: 1000 multiples of 1/64, scrambled."""
    logits = ((np.arange(1000) * 7919 % 1000).astype(np.float32) - 500) / np.float32(64)
    exponentials = np.exp(logits - logits.max())
    numbers = exponentials / exponentials.sum()
    save("numpy_softmax.txt", [f"{number.view(np.uint32):08x}" for number in numbers])


if __name__ == "__main__":
    texts()
    softmax()
