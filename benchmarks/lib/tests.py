"""The end-to-end tests' support modules for benchmarks: hostile pictures, the stub of the Runtime API.

They need Pillow, which the Python environment of `make test` has.
"""

import importlib.util
import os
import sys

from . import processes

PYTHON = os.path.join(processes.ROOT, ".venv-test/bin/python")
SUPPORT = os.path.join(processes.ROOT, "Tests/EndToEnd/support")


def use_support():
    """Makes the tests' modules importable; changes to their environment's Python if this one lacks Pillow."""
    if importlib.util.find_spec("PIL") is None:
        if not os.access(PYTHON, os.X_OK):
            raise SystemExit(f"there is no {PYTHON}; `make test` makes it")
        os.execv(PYTHON, [PYTHON, *sys.argv])
    sys.path.insert(0, SUPPORT)
