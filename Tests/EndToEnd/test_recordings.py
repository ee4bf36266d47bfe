"""The server's answers, compared with those of PyTorch and torchvision, recorded by `make record`.

Every class's probability is compared, for pictures of many kinds. PNG and WebP decode alike
everywhere. Versions of libjpeg-turbo differ by a level in some values of a JPEG: the tolerance allows
that, but no other resize or normalisation.
"""

import json
import pathlib

import pytest
from server import Server

RECORDINGS = pathlib.Path(__file__).parent / "recordings"
ANSWERS = json.loads((RECORDINGS / "answers.json").read_text())["answers"]
TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def server():
    """A server of the recorded network."""
    with Server(model=RECORDINGS / "model") as running:
        yield running
        assert running.alive()


@pytest.mark.parametrize("recorded", ANSWERS, ids=lambda recorded: recorded["picture"])
def test_as_recorded(server, recorded):
    picture = (RECORDINGS / "pictures" / recorded["picture"]).read_bytes()
    results = server.invoke(picture, "application/x-image", query="?top_k=1000").json()["results"]
    expected = recorded["probabilities"]
    assert sorted(result["label"] for result in results) == list(range(len(expected)))
    worst = max(abs(float(result["prob"]) - expected[result["label"]]) for result in results)
    assert worst <= TOLERANCE, f"differs by {worst:g}"
    order = sorted(range(len(expected)), key=lambda label: -expected[label])
    assert recorded["smallest_gap_in_top_6"] > 2 * TOLERANCE
    assert [result["label"] for result in results[:5]] == order[:5]
