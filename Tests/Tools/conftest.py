"""Small source trees for the tests of the checker of folders."""

from __future__ import annotations

import pathlib

import pytest


@pytest.fixture
def tree(tmp_path):
    """Writes Swift files, path to text; returns the folder that holds the modules."""
    def write(files: dict[str, str]) -> pathlib.Path:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path
    return write
