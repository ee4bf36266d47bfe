"""Model folders of transformers and timm, compared with the libraries' own answers, recorded by
`make record` (tools/record_exporters.py).

The `hf-` and `timm-` cases answer with probabilities, which may differ by float32 noise and by the
differences of JPEG decoders. The graphs of the `pixels-` cases return 128 values of their input, for
pictures that decode alike everywhere: they compare the whole way from picture to tensor, and every
float32 must equal the library's.
"""

import json
import pathlib
import struct

import pytest
from server import run

FOLDER = pathlib.Path(__file__).parent / "exporters"
PICTURES = pathlib.Path(__file__).parent / "recordings" / "pictures"
CASES = json.loads((FOLDER / "answers.json").read_text())["cases"]
TOLERANCE = 1e-4


def single(value: float | str) -> float:
    """The float32 nearest to a number."""
    return struct.unpack("f", struct.pack("f", float(value)))[0]


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
            worst = abs(single(result["prob"]) - single(value))
            assert worst <= (TOLERANCE if names else 0), (
                f"{expected['picture']}: {result} instead of {value}")


@pytest.mark.parametrize("case", CASES)
def test_answers_depend_on_the_picture(case):
    """Otherwise the test above would prove nothing."""
    columns = zip(*(answer["values"] for answer in CASES[case]["answers"]))
    assert max(max(column) - min(column) for column in columns) > 0.05
