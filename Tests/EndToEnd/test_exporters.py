"""Model folders as transformers and timm write them, against the libraries' own answers, recorded by
`make record` (tools/record_exporters.py).

The networks of the `hf-` and `timm-` cases give probabilities, which may differ by the noise of float32
and by what JPEG decoders differ. The graphs of the `pixels-` cases give 128 values of their input back,
for pictures that decode alike everywhere: there the whole way from picture to tensor is compared, and
what differs in one rounding fails.
"""

import json
import pathlib

import pytest
from server import run

FOLDER = pathlib.Path(__file__).parent / "exporters"
PICTURES = pathlib.Path(__file__).parent / "recordings" / "pictures"
CASES = json.loads((FOLDER / "answers.json").read_text())["cases"]
PROBABILITY = 1e-4
PIXEL = 1e-6


@pytest.mark.parametrize("case", CASES)
def test_as_the_library_answers(case):
    recorded = CASES[case]["answers"]
    names = CASES[case]["labels"]
    pictures = [PICTURES / answer["picture"] for answer in recorded]
    done = run("predict", "--model-path", FOLDER / case, "--json", "--top-k", "1000", *pictures)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    answers = [json.loads(line)["results"] for line in done.stdout.splitlines()]
    assert len(answers) == len(recorded)
    for expected, given in zip(recorded, answers, strict=True):
        values = dict(zip(names or range(len(expected["values"])), expected["values"]))
        assert sorted(map(str, values)) == sorted(str(result["label"]) for result in given)
        for result in given:
            value = values[result["label"]]
            allowed = PROBABILITY if names else PIXEL * max(1, abs(value))
            assert abs(float(result["prob"]) - value) <= allowed, (
                f"{expected['picture']}: {result} instead of {value}")


@pytest.mark.parametrize("case", CASES)
def test_answers_depend_on_the_picture(case):
    """Otherwise the test above would prove nothing."""
    columns = zip(*(answer["values"] for answer in CASES[case]["answers"]))
    assert max(max(column) - min(column) for column in columns) > 0.05
