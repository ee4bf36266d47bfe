"""tools/check_folders.py: the circles it finds and what it prints; and our own sources."""

from __future__ import annotations

import pathlib
import sys

import check_folders
import pytest

SOURCES = pathlib.Path(__file__).parents[2] / "Sources"

CIRCLE = {
    "M/A/One.swift": "struct One { let two: Two }",
    "M/B/Two.swift": "struct Two { let three: Three }\nlet four: Three",
    "M/C/Three.swift": "struct Three {\n    let one: One\n    let same: One\n}",
}


@pytest.fixture
def run(tree, monkeypatch, capsys):
    """Runs the command on a tree; returns its exit status and the lines it prints."""
    def main(files: dict[str, str], *options: str) -> tuple[int, list[str]]:
        monkeypatch.setattr(sys, "argv", ["check_folders.py", str(tree(files)), *options])
        status = check_folders.main()
        return status, capsys.readouterr().out.splitlines()
    return main


def test_a_circle_fails_with_the_fewest_mentions_that_cut_it(run):
    assert run(CIRCLE, "--circles") == (1, [
        "M: a circle of 3 folders: A, B, C. Its smallest cut:",
        "  A -> B  1",
        "    M/A/One.swift:1: Two",
    ])


def test_a_circle_too_large_to_search_is_printed_whole(run, monkeypatch):
    monkeypatch.setattr(check_folders, "LARGEST_CUT", 2)
    status, lines = run(CIRCLE, "--circles")
    assert status == 1
    assert [line for line in lines if "->" in line] == ["  A -> B  1", "  B -> C  2", "  C -> A  2"]


def test_arrows_are_listed_with_counts(run):
    status, lines = run({**CIRCLE, "M/C/Three.swift": "struct Three {}"})
    assert (status, lines) == (0, ["M", "  A -> B  1", "  B -> C  2"])


def test_two_circles_are_told_apart(run):
    status, lines = run({
        "M/A/One.swift": "struct One { let two: Two }",
        "M/B/Two.swift": "struct Two { let one: One }",
        "M/C/Three.swift": "struct Three { let four: Four; let one: One }",
        "M/D/Four.swift": "struct Four { let three: Three }",
    }, "--circles")
    circles = [line for line in lines if "circle" in line]
    assert status == 1
    assert [line.partition(". Its")[0] for line in circles] == [
        "M: a circle of 2 folders: A, B", "M: a circle of 2 folders: C, D"]


def test_the_files_beside_the_folders_are_a_folder(run):
    status, lines = run({"M/One.swift": "struct One { let two: Two }",
                         "M/B/Two.swift": "struct Two { let one: One }"}, "--circles")
    assert (status, lines[0]) == (1, "M: a circle of 2 folders: ., B. Its smallest cut:")


def test_a_folder_and_its_subfolder_can_form_a_circle(run):
    status, lines = run({"M/A/One.swift": "struct One { let two: Two }",
                         "M/A/Deep/Two.swift": "struct Two { let one: One }"}, "--circles")
    assert (status, lines[0]) == (1, "M/A: a circle of 2 folders: ., Deep. Its smallest cut:")


def test_two_folders_form_a_circle_by_their_subfolders(run):
    status, lines = run({"M/A/One.swift": "struct One { let two: Two }",
                         "M/A/Deep/Four.swift": "struct Four {}",
                         "M/B/Two.swift": "struct Two { let four: Four }"}, "--circles")
    assert (status, lines[0]) == (1, "M: a circle of 2 folders: A, B. Its smallest cut:")


def test_a_circle_between_modules_is_for_the_build_to_refuse(run):
    assert run({"M/A/One.swift": "struct One { let two: Two }",
                "N/A/Two.swift": "struct Two { let one: One }"}) == (0, [])


def test_why_prints_the_lines_behind_an_arrow(run):
    assert run(CIRCLE, "--why", "M/C", "M/A") == (
        0, ["M/C/Three.swift:2: One", "M/C/Three.swift:3: One"])
    assert run(CIRCLE, "--why", "M/A", "M/C") == (0, [])


def test_why_takes_a_folder_for_its_own_files_opposite_its_subfolder(run):
    files = {"M/A/One.swift": "struct One { let two: Two }", "M/A/Deep/Two.swift": "struct Two {}",
             "M/A/Other/Four.swift": "struct Four { let two: Two }",
             "M/B/Three.swift": "struct Three { let one: One; let two: Two }"}
    assert run(files, "--why", "M/A/.", "M/A/Deep") == (0, ["M/A/One.swift:1: Two"])
    assert run(files, "--why", "M/B", "M/A") == (
        0, ["M/B/Three.swift:1: One", "M/B/Three.swift:1: Two"])


def test_a_folder_without_sources_is_an_error(run, capsys):
    with pytest.raises(SystemExit) as ended:
        run({"Text.swift": "struct One {}", "M/Text.md": ""})
    assert ended.value.code == 2
    assert "holds no folder with Swift files" in capsys.readouterr().err


# Ourselves

def test_our_own_folders_form_no_circle(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["check_folders.py", str(SOURCES), "--circles"])
    status = check_folders.main()
    assert status == 0, "\n" + capsys.readouterr().out
