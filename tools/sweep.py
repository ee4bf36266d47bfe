"""Compares Amphora with the users' own pipelines over many models; writes `docs/sweep.md`.

    python3 tools/sweep.py                          everything; hours the first time, then minutes
    python3 tools/sweep.py timm --only 'test_*'     one group, some models; prints, writes no page

Heavy: it makes its own Python environments (8 GB) and keeps models and expected answers in `.sweep/`. The
package `sweep` beside this file says how it works.
"""

import argparse
import fnmatch
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from sweep import report  # noqa: E402
from sweep.asking import Binary  # noqa: E402
from sweep.environments import GROUPS, ROOT, SWEEP  # noqa: E402
from sweep.verdicts import Judgement, Verdict, is_miscalculated, judge  # noqa: E402

CACHE = ROOT / ".sweep"
PHOTOGRAPHS = CACHE / "photographs"


def record(group: str, only: str) -> None:
    """Makes a group's models and expected answers where they are missing."""
    variables = {**os.environ, "PYTHONPATH": str(ROOT / "tools"), "HF_HUB_OFFLINE": "1",
                 "OMP_NUM_THREADS": "1"}
    if not (PHOTOGRAPHS / "complete").exists():
        subprocess.run([SWEEP.python(), "-m", "sweep.photographs", PHOTOGRAPHS], env=variables, check=True)
    subprocess.run([GROUPS[group].python(), "-m", "sweep.recording", group, "--into", CACHE / group,
                    "--photographs", PHOTOGRAPHS, "--only", only], env=variables)


def judged(group: str, only: str, binary: Binary) -> list[tuple[dict, Judgement]]:
    """Asks the binary about each model of a group; tells each verdict as it comes."""
    found = []
    for folder in sorted((CACHE / group).iterdir()):
        path = folder / "expected.json"
        if not fnmatch.fnmatch(folder.name, only) or not path.exists():
            continue
        expected = json.loads(path.read_text())
        answers = binary.ask(folder / expected.get("model", "model"), PHOTOGRAPHS,
                             list(expected["pictures"]))
        judgement = judge(expected, answers)
        worst = "" if judgement.worst is None else f"{judgement.worst:.2g}"
        print(f"{judgement.verdict.value:8} {group}/{expected['name']:36} {worst:8} {judgement.reason}"
              f"{' (guess)' if judgement.is_guess else ''}{' (blind)' if judgement.is_blind else ''}",
              flush=True)
        found.append((expected, judgement))
    return found


def main() -> int:
    """Runs the command line; returns 1 where an answer is wrong, or where a planted skew is not seen."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", nargs="*", metavar="group", help=", ".join(GROUPS))
    parser.add_argument("--only", default="*", help="names of models, with * and ?")
    parser.add_argument("--amphora", type=pathlib.Path, default=ROOT / ".build/release/amphora")
    parser.add_argument("--no-record", action="store_true", help="only what lies in .sweep/")
    arguments = parser.parse_args()
    if unknown := set(arguments.groups) - set(GROUPS):
        parser.error(f"no group {', '.join(unknown)}; there are: {', '.join(GROUPS)}")
    binary = Binary(arguments.amphora)
    results, planted = {}, []
    for group in arguments.groups or GROUPS:
        if not arguments.no_record:
            record(group, arguments.only)
        everything = judged(group, arguments.only, binary)
        results[group] = [pair for pair in everything if not pair[0]["is_planted"]]
        planted += [pair for pair in everything if pair[0]["is_planted"]]
    wrong = [pair for models in results.values() for pair in models if pair[1].verdict is Verdict.WRONG]
    unseen = [expected["name"] for expected, judgement in planted if judgement.verdict is not Verdict.WRONG]
    if unseen:
        print(f"sweep: planted skews were not seen: {', '.join(unseen)}", file=sys.stderr)
    fused = [expected["name"] for models in results.values() for expected, _ in models
             if is_miscalculated(expected)]
    if fused:
        print(f"sweep: the engine's optimisations change {', '.join(fused)}", file=sys.stderr)
    if not arguments.groups and arguments.only == "*":
        sentences = [f"{expected['name']} differs by {judgement.worst:.2g}"
                     for expected, judgement in planted if judgement.verdict is Verdict.WRONG]
        report.write(ROOT / "docs/sweep.md", report.page(results, binary.version, sentences))
    return 1 if wrong or unseen or fused else 0


if __name__ == "__main__":
    sys.exit(main())
