"""Adds up JUnit XML files: `python tools/test_counts.py FILE…` prints `N passed, N failed`.

A file that is missing or empty counts as one failure and is named: a run that crashed or did not build
writes none. Exit status 1 unless everything passed.
"""

import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def counts(path: pathlib.Path) -> tuple[int, int, int]:
    """(passed, failed, skipped) of one file. Tests are counted, not their issues: one test may have
    many, and Swift Testing's own sum is of issues."""
    try:
        tests = list(ElementTree.parse(path).iter("testcase"))
    except (OSError, ElementTree.ParseError) as problem:
        print(f"{path.name}: no results ({problem})")
        return (0, 1, 0)
    if not tests:
        print(f"{path.name}: no tests ran")
        return (0, 1, 0)
    failed = sum(any(part.tag in ("failure", "error") for part in test) for test in tests)
    skipped = sum(any(part.tag == "skipped" for part in test) for test in tests)
    return (len(tests) - failed - skipped, failed, skipped)


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
