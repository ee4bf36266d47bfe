"""Judges a model: the binary's answers against those of the user's own pipeline."""

import dataclasses
import enum

from sweep.asking import Answers

TOLERANCE = 1e-4
# A case whose answers hardly differ between pictures shows nothing. Nor does one whose answers do not move
# with a shift by a pixel, unless they differ much: trees and saturated networks answer in steps.
LEAST_SPREAD, LEAST_SHIFT, STEPPED_SPREAD = 0.02, 5e-4, 0.08


class Verdict(enum.Enum):
    """How a model fared."""

    EQUAL = "equal"
    # Differs, and the start says what was guessed.
    WARNED = "warned"
    # Not served, with a sentence.
    REFUSED = "refused"
    # Differs in silence.
    WRONG = "WRONG"


@dataclasses.dataclass
class Judgement:
    """A verdict with its reasons."""

    verdict: Verdict
    # The largest difference of a score; None if it is not served.
    worst: float | None
    # What differs or is refused, in words.
    reason: str
    is_guess: bool = False
    # Whether the case could show a difference at all.
    is_blind: bool = False


def is_miscalculated(expected: dict) -> bool:
    """Whether the engine's optimisations change a model. A random network can make float noise larger than
    the tolerance; then the unoptimised run differs from the original network as well."""
    noise = expected.get("exported_minus_original", 0)
    return expected.get("optimised_minus_plain", 0) > max(TOLERANCE, 4 * noise if noise < 1e-3 else 0)


def judge(expected: dict, answers: Answers) -> Judgement:
    """The verdict on one model."""
    if answers.refusal is not None:
        return Judgement(Verdict.REFUSED, None, answers.refusal)
    refused = [f"{name}: {found or 'no answer'}" for name in expected["pictures"]
               if not isinstance(found := answers.pictures.get(name), list)]
    if len(refused) == len(expected["pictures"]):
        return Judgement(Verdict.REFUSED, None, refused[0])
    if refused:
        return Judgement(Verdict.WRONG, None, f"refuses {'; '.join(refused)}", answers.is_guess)
    worst, place = 0.0, ""
    for row, (name, scores) in enumerate(expected["pictures"].items()):
        if expected.get("exported_minus_original", 0) > TOLERANCE / 2:
            # The exporter changed the network: what it wrote is what can be served.
            scores = expected["exported"][row]
        difference, label = compared(expected["labels"], scores, answers.pictures[name])
        if difference > worst:
            worst, place = difference, f"{label} of {name}"
    is_blind = expected["spread"] < LEAST_SPREAD or (
        expected["shifted"] < LEAST_SHIFT and expected["spread"] < STEPPED_SPREAD)
    if worst <= TOLERANCE:
        return Judgement(Verdict.EQUAL, worst, "", answers.is_guess, is_blind)
    verdict = Verdict.WARNED if answers.is_guess else Verdict.WRONG
    return Judgement(verdict, worst, place, answers.is_guess, is_blind)


def compared(labels: list[str] | None, scores: list[float], results: list[dict]) -> tuple[float, str]:
    """The largest difference of a score and its label. A label that is missing or too many is one of 1."""
    names = labels or [str(index) for index in range(len(scores))]
    expected = sorted(zip(names, scores, strict=True), key=lambda pair: -pair[1])[:1000]
    given: dict[str, list[float]] = {}
    for result in results:
        given.setdefault(str(result["label"]), []).append(float(result["prob"]))
    if len(results) != len(expected):
        return 1.0, f"{len(results)} labels for {len(expected)} classes"
    worst, place = 0.0, ""
    for name, score in expected:
        found = given.get(name)
        if not found:
            # With more than 1,000 classes the last places may differ by a hair.
            difference = abs(score - float(results[-1]["prob"])) if len(scores) > 1000 else 1.0
        else:
            difference = abs(found.pop(0) - score)
        if difference > worst:
            worst, place = difference, repr(name)
    return worst, place
