"""`amphora predict`: the same answers in the terminal."""

import json
import pathlib

import pytest
from process import run_on_terminal
from server import DIGITS, run

SAMPLES = sorted((DIGITS / "samples").glob("*.png"))
MODEL = ("--model-path", str(DIGITS))
RECORDINGS = pathlib.Path(__file__).parent / "recordings" / "pictures"


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


def test_a_folder_is_its_pictures(tmp_path):
    for sample in SAMPLES[3:6]:
        (tmp_path / sample.name).write_bytes(sample.read_bytes())
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "seven").write_bytes(SAMPLES[7].read_bytes())
    done = run("predict", *MODEL, "--json", tmp_path)
    assert done.returncode == 0
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["uri"] for line in lines] == [
        str(tmp_path / sample.name) for sample in SAMPLES[3:6]]
    assert done.stderr == f"amphora: {tmp_path}/notes.txt is not a picture and was skipped\n"
    deep = run("predict", *MODEL, "--json", "--recursive", tmp_path)
    first = json.loads(deep.stdout.splitlines()[0])
    assert first["uri"] == str(tmp_path / "deep" / "seven")
    assert first["results"][0]["label"] == "7"


def test_a_folder_of_samples_finds_its_model():
    done = run("predict", "--json", DIGITS / "samples")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(SAMPLES)


def test_progress_is_for_terminals(tmp_path):
    """Enough work for a second, and a terminal at standard error only."""
    picture = RECORDINGS / "landscape-640x427.jpg"
    for number in range(1_200):
        (tmp_path / f"{number:04}").symlink_to(picture)
    status, shown = run_on_terminal("predict", *MODEL, "--workers", "1", "--json", tmp_path)
    assert status == 0
    assert " of 1,200 · " in shown and " left" in shown
    assert shown.endswith("\r\x1b[2K")


def test_no_input_is_a_usage_error():
    assert run("predict", *MODEL).returncode == 64
