#!/usr/bin/env python3
"""All benchmarks, one after the other, with their defaults; a few minutes. What `make bench` runs.

Exit status 1 if any bar is missed or could not be measured.
"""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPTS = [
    "ping/run.py", "images/throughput.py", "images/overload.py", "images/bystanders.py",
    "images/hostile.py", "images/idle.py", "images/startup.py", "tensors/run.py", "lambda/run.py",
    "lambda/together.py", "preprocess/run.py", "instructions/run.py",
]


def main():
    subprocess.run(
        ["swift", "build", "-c", "release", "--static-swift-stdlib", "--product", "bare"],
        cwd=os.path.dirname(HERE), check=True, stdout=subprocess.DEVNULL)
    failed = []
    for script in SCRIPTS:
        print(f"\nbenchmarks/{script}", flush=True)
        if subprocess.run([sys.executable, os.path.join(HERE, script)]).returncode:
            failed.append(script)
    print(f"\nmissed or not measured: {', '.join(failed) or 'none'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
