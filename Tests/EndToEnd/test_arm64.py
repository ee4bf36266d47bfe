"""The C sources compile for arm64, as far as x86-64 can check it: tools/check_arm64.sh."""

from __future__ import annotations

import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LEFT_OUT = 2

pytestmark = pytest.mark.timeout(600)  # the headers may have to be installed first


def check(*files: pathlib.Path) -> subprocess.CompletedProcess[str]:
    """Runs the check; skips with the script's reason if it can't be made."""
    ran = subprocess.run([ROOT / "tools/check_arm64.sh", *files], stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if ran.returncode == LEFT_OUT:
        pytest.skip(ran.stdout.strip().splitlines()[-1])
    return ran


def test_the_c_sources_compile():
    ran = check()
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize(("claim", "holds"), [
    ("sizeof(struct epoll_event) == 16", True),
    ("sizeof(struct epoll_event) == 12", False),  # x86-64's
    ("(char)-1 > 0", True),
    ("(char)-1 < 0", False),  # x86-64's
])
def test_it_judges_by_the_layouts_of_arm64(tmp_path, claim, holds):
    source = tmp_path / "claim.c"
    source.write_text(f'#include <sys/epoll.h>\n_Static_assert({claim}, "claim");\n')
    ran = check(source)
    assert ran.returncode == (0 if holds else 1), ran.stdout
    assert holds or "static assertion failed" in ran.stdout


def test_a_source_that_includes_headers_of_x86_is_refused(tmp_path):
    source = tmp_path / "include.c"
    source.write_text("#include <sys/io.h>\n")  # glibc has it on x86 only
    assert check(source).returncode == 1
