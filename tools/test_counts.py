"""Adds up JUnit XML files: `python tools/test_counts.py FILE…` prints `N passed, N failed`.

A file that is missing or empty counts as one failure, named: a run that crashed or did not build has
written none. Exit status 1 unless everything passed.
"""

import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def counts(path: pathlib.Path) -> tuple[int, int, int]:
    """(passed, failed, skipped) of one file."""
    try:
        suites = list(ElementTree.parse(path).iter("testsuite"))
    except (OSError, ElementTree.ParseError) as problem:
        print(f"{path.name}: no results ({problem})")
        return (0, 1, 0)
    total, failed, skipped = (
        sum(int(suite.get(name) or 0) for suite in suites for name in names)
        for names in (["tests"], ["failures", "errors"], ["skipped"]))
    if total == 0:
        print(f"{path.name}: no tests ran")
        return (0, 1, 0)
    return (total - failed - skipped, failed, skipped)


def main() -> int:
    """Prints the sum; returns the exit status."""
    rows = [counts(pathlib.Path(name)) for name in sys.argv[1:]]
    passed, failed, skipped = (sum(column) for column in zip(*rows, strict=True))
    if skipped:
        print(f"{skipped} skipped")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
