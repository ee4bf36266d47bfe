"""The sweep's verdicts: it must be able to say that an answer is wrong."""

import pytest
from sweep.asking import Answers
from sweep.report import page, plain
from sweep.verdicts import Verdict, compared, is_miscalculated, judge


def expected(**more) -> dict:
    return {"name": "net", "exporter": "torch.export", "is_stated": True, "labels": ["cat", "dog"],
            "versions": {"torch": "1"}, "pictures": {"a.png": [0.75, 0.25]}, "spread": 0.5,
            "shifted": 0.1, "optimised_minus_plain": 1e-6, "exported_minus_original": 1e-6} | more


def answers(cat: str, dog: str, *, is_guess: bool = False) -> Answers:
    results = [{"label": "cat", "prob": cat}, {"label": "dog", "prob": dog}]
    return Answers({"a.png": results}, None, is_guess)


@pytest.mark.parametrize("given, verdict", [
    (answers("0.75", "0.25"), Verdict.EQUAL),
    (answers("0.75009", "0.24991"), Verdict.EQUAL),
    (answers("0.7502", "0.2498"), Verdict.WRONG),
    (answers("0.25", "0.75"), Verdict.WRONG),
    (answers("0.25", "0.75", is_guess=True), Verdict.WARNED),
    (answers("0.75", "0.25", is_guess=True), Verdict.EQUAL),
    (Answers({}, "no labels", False), Verdict.REFUSED),
    (Answers({"a.png": "no picture"}, None, False), Verdict.REFUSED),
])
def test_verdicts(given, verdict):
    assert judge(expected(), given).verdict is verdict


def test_one_refused_picture_of_several_is_wrong():
    told = Answers({"a.png": answers("0.75", "0.25").pictures["a.png"], "b.png": "no"}, None, False)
    judgement = judge(expected(pictures={"a.png": [0.75, 0.25], "b.png": [0.5, 0.5]}), told)
    assert judgement.verdict is Verdict.WRONG
    assert "b.png: no" in judgement.reason


def test_a_model_whose_answers_do_not_move_is_blind():
    assert judge(expected(spread=0.01), answers("0.75", "0.25")).is_blind
    assert judge(expected(shifted=1e-5, spread=0.05), answers("0.75", "0.25")).is_blind
    assert not judge(expected(shifted=1e-5), answers("0.75", "0.25")).is_blind
    assert not judge(expected(), answers("0.75", "0.25")).is_blind


def test_labels_that_are_missing_or_doubled():
    cat, dog = ({"label": label, "prob": "0.5"} for label in ("cat", "dog"))
    assert compared(["cat", "dog"], [0.5, 0.5], [cat, dog])[0] == 0
    assert compared(["cat", "cow"], [0.5, 0.5], [cat, dog]) == (1.0, "'cow'")
    assert compared(["cat", "cat"], [0.6, 0.4], [
        {"label": "cat", "prob": "0.6"}, {"label": "cat", "prob": "0.4"}])[0] == 0
    assert compared(["cat", "dog"], [0.5, 0.5], [cat])[0] == 1
    assert compared(None, [0.9, 0.1], [{"label": 0, "prob": "0.9"}, {"label": 1, "prob": "0.1"}])[0] == 0


def test_what_the_exporter_changed_is_not_held_against_the_binary():
    changed = expected(exported_minus_original=0.5, exported=[[0.25, 0.75]])
    assert judge(changed, answers("0.25", "0.75")).verdict is Verdict.EQUAL


@pytest.mark.parametrize("optimised, exported, is_wrong", [
    (1e-6, 1e-6, False), (0.3, 1e-6, True), (1.2e-4, 6e-5, False), (4e-4, 6e-5, True), (0.3, 0.3, True),
])
def test_a_fusion_that_miscalculates_is_told_from_noise(optimised, exported, is_wrong):
    found = expected(optimised_minus_plain=optimised, exported_minus_original=exported)
    assert is_miscalculated(found) is is_wrong


def test_the_page_counts():
    models = [(expected(), judge(expected(), answers("0.75", "0.25"))),
              (expected(name="odd", is_stated=False), judge(expected(), answers("0", "1")))]
    text = page({"some": models}, "amphora 1", ["planted differs by 0.5"])
    assert "| some | 2 | 1 | 0 | 0 | 1 | 1 | 1 (100 %) |" in text
    assert "| odd | torch.export |  | WRONG | 0.8 |" in text


def test_a_sentence_names_no_place_of_this_machine():
    assert plain("amphora: no model in /home/me/.sweep/x/model: looked") == "amphora: no model in model: looked"
