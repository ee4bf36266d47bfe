#!/usr/bin/env python3
"""CPU time of decoding and preprocessing, compared with Pillow's and OpenCV's, on one thread.

The libraries are called from Python, as usual, with numpy for normalisation; their resize alone is shown,
too. Our result is the same, bit for bit. Needs the Python environment that `make test` makes.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import cores, processes, table

HERE = os.path.dirname(os.path.abspath(__file__))
BARE = os.path.join(processes.ROOT, ".build/release/bare")
PYTHON = os.path.join(processes.ROOT, ".venv-test/bin/python")
IMAGE = os.path.join(
    processes.ROOT, "Tests/EndToEnd/recordings/pictures/landscape-640x427.jpg")
STEPS = ("decode", "preprocess", "both")


def measured(core, command):
    """Runs a command; returns the microseconds that it prints."""
    output = subprocess.run(
        ["taskset", "-c", str(core), *command], check=True, stdout=subprocess.PIPE).stdout
    return json.loads(output)


def medians(rounds):
    steps = {step: statistics.median(round[step] for round in rounds) for step in rounds[0]}
    return steps | {"both": steps["decode"] + steps["preprocess"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--image", default=IMAGE)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.5, help="length of each measurement")
    parser.add_argument("--cores", help="the core, as 3")
    options = parser.parse_args()
    for path in (BARE, PYTHON, options.image):
        if not os.path.exists(path):
            raise SystemExit(f"there is no {path}; see benchmarks/README.md")
    core = cores.choose(options.cores, 1)[0]

    libraries = os.path.join(HERE, "libraries.py")
    rounds = {"pillow": ([], []), "opencv": ([], [])}
    for _ in range(options.rounds):
        for library, (ours, theirs) in rounds.items():
            last = [library, options.image, str(options.seconds)]
            ours.append(measured(core, [BARE, "stages", *last]))
            theirs.append(measured(core, [PYTHON, libraries, *last]))
    rows, missed = [], False
    for library, sides in rounds.items():
        ours, theirs = map(medians, sides)
        for step in STEPS:
            ratio = ours[step] / theirs[step]
            missed = missed or ratio > 1
            rows.append([f"{library}: {step}", f"{ours[step]:.0f}", f"{theirs[step]:.0f}",
                         f"{ratio:.2f}"])
        rows.append([f"{library}: its resize alone", "", f"{theirs['resize']:.0f}", ""])
    table.show(["CPU µs a picture", "ours", "theirs", "ratio, bar 1"], rows)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
