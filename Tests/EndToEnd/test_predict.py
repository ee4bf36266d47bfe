"""`amphora predict`: the same answers in the terminal."""

import json

import pytest
from server import DIGITS, run

SAMPLES = sorted((DIGITS / "samples").glob("*.png"))
MODEL = ("--model-path", str(DIGITS))


def test_a_table_for_people():
    done = run("predict", *MODEL, *SAMPLES)
    assert done.returncode == 0, done.stderr
    for sample in SAMPLES:
        assert sample.name in done.stdout
    assert not done.stdout.lstrip().startswith("{")


def test_json_for_machines():
    done = run("predict", *MODEL, "--json", *SAMPLES)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["uri"] for line in lines] == [str(sample) for sample in SAMPLES]
    assert [line["results"][0]["label"] for line in lines] == [
        sample.stem.removeprefix("digit-") for sample in SAMPLES]


def test_no_skew_between_predict_and_serve(server, host):
    uri = host.url("image/digit-7.png")
    served = server.invoke(json={"uri": uri}).content
    done = run("predict", *MODEL, "--json", "--fetch-allow", "127.0.0.0/8", uri)
    assert done.stdout.encode().rstrip(b"\n") == served.rstrip(b"\n")


@pytest.mark.parametrize("path", ["nowhere.png", str(DIGITS), str(DIGITS / "labels.txt")])
def test_a_bad_input_does_not_fail_the_rest(path):
    done = run("predict", *MODEL, "--json", path, SAMPLES[3])
    assert done.returncode == 1
    bad, good = (json.loads(line) for line in done.stdout.splitlines())
    assert bad["uri"] == path and bad["error"] and bad["code"]
    assert good["results"][0]["label"] == "3"


def test_no_input_is_a_usage_error():
    assert run("predict", *MODEL).returncode == 64
