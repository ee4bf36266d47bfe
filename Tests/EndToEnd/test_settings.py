"""Settings: where they come from, and that a bad one gives one clear line and exit status 64."""

import json
import re
import shutil
import socket
import subprocess

import pytest
from server import DIGITS, Server, run

USAGE = 64


def refusal(done) -> str:
    """The one line of a refused start."""
    assert done.returncode == USAGE, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.mark.parametrize("option,value", [
    ("port", "abc"), ("port", "70000"), ("port", "-1"), ("port", ""), ("workers", "0"),
    ("workers", "many"), ("queue", "0"), ("top-k", "0"), ("top-k", "1001"),
    ("fetch-allow", "nonsense"), ("fetch-allow", "10.0.0.0/99"), ("log-format", "xml"),
    ("log-level", "loud"), ("request-timeout", "0"), ("max-body", "1GB")])
def test_bad_values(option, value):
    line = refusal(run("serve", f"--{option}={value}"))
    assert f"--{option}" in line
    if value:
        assert value in line
    if value:
        variable = "AMPHORA_" + option.upper().replace("-", "_")
        assert variable in refusal(run("serve", env={variable: value}))


@pytest.mark.parametrize("typed,nearest", [("--prot", "--port"), ("--worker", "--workers")])
def test_an_unknown_option_names_the_nearest(typed, nearest):
    done = run("serve", typed, "1")
    assert done.returncode == USAGE
    assert typed in done.stderr and nearest in done.stderr


def test_an_unknown_variable_names_the_nearest():
    line = refusal(run("serve", env={"AMPHORA_PROT": "1"}))
    assert "AMPHORA_PROT" in line and "AMPHORA_PORT" in line


def test_an_unknown_command():
    assert run("srve").returncode == USAGE


def test_no_argument_is_help_and_64():
    done = run()
    assert done.returncode == USAGE
    assert "serve" in done.stdout + done.stderr and "predict" in done.stdout + done.stderr


def test_help_lists_every_setting():
    done = run("serve", "--help")
    assert done.returncode == 0
    text = re.sub(r"\s+", " ", done.stdout)
    for option, default in [
            ("model-path", "/opt/ml/model"), ("host", "0.0.0.0"), ("port", "8080"),
            ("workers", ""), ("queue", ""), ("top-k", "5"), ("fetch-allow", ""),
            ("log-format", "text"), ("log-level", "info"), ("request-timeout", "59"),
            ("max-body", "33554432")]:
        assert f"--{option}" in text
        assert "AMPHORA_" + option.upper().replace("-", "_") in text
        assert default in text
    assert "SAGEMAKER_BIND_TO_PORT" in text and "SAGEMAKER_MODEL_SERVER_TIMEOUT" in text


def test_version():
    done = run("--version")
    assert done.returncode == 0
    assert re.fullmatch(r"(amphora )?\d+\.\d+\.\d+\s*", done.stdout)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("names", [
    ["SAGEMAKER_BIND_TO_PORT"], ["AMPHORA_PORT"], ["PORT"],
    ["AMPHORA_PORT", "SAGEMAKER_BIND_TO_PORT"]])
def test_the_port_of_the_environment(names):
    ports = {name: str(free_port()) for name in names}
    with Server(port=None, env=ports) as server:
        assert str(server.port) == ports[names[0]]


def test_an_option_wins_over_the_environment():
    port = free_port()
    with Server("--port", str(port), port=None, env={"AMPHORA_PORT": str(free_port())}) as server:
        assert server.port == port


def test_top_k_of_the_server(seven):
    with Server("--top-k", "2") as server:
        assert len(server.invoke(seven, "image/png").json()["results"]) == 2


def test_the_log_says_where_it_listens_and_how_to_call_it():
    with Server() as server:
        server.ping()
        log = server.end()
        assert f":{server.port}" in log and "curl" in log and "/invocations" in log


def test_json_logs_are_json(seven):
    with Server("--log-format", "json") as server:
        assert server.invoke(seven, "image/png", headers={
            "X-Amzn-SageMaker-Inference-Id": "my-request"}).status_code == 200
        lines = [json.loads(line) for line in server.end().splitlines()]
    assert all({"timestamp", "level", "message"} <= set(line) for line in lines)
    assert any("my-request" in json.dumps(line) for line in lines)
    assert not any("/ping" in json.dumps(line) for line in lines)


def test_a_port_that_is_taken():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("serve", "--model-path", str(DIGITS), "--host", "127.0.0.1", "--port", str(port))
    assert done.returncode not in (0, None) and done.returncode > 0
    assert str(port) in done.stderr and len(done.stderr.splitlines()) <= 2


# Model folders.


@pytest.fixture
def folder(tmp_path):
    """A copy of the digits that a test may spoil."""
    return shutil.copytree(DIGITS, tmp_path / "model", ignore=shutil.ignore_patterns("samples"))


def failure(folder, *options: str) -> str:
    """The error for a folder that can't be served."""
    try:
        done = run("serve", "--model-path", str(folder), "--port", "0", *options)
    except subprocess.TimeoutExpired:
        pytest.fail("it is served all the same")
    assert done.returncode > 0
    assert "Fatal error" not in done.stderr
    return done.stderr


def test_no_model_lists_what_was_tried(tmp_path):
    text = failure(tmp_path / "nowhere")
    assert str(tmp_path / "nowhere") in text and "MODEL_NAME" in text


def test_an_empty_folder(tmp_path):
    assert str(tmp_path) in failure(tmp_path)


def test_two_models_are_listed_with_the_setting_that_chooses(folder):
    shutil.copy(folder / "digits.onnx", folder / "other.onnx")
    settings = json.loads((folder / "amphora.json").read_text())
    chosen = settings.pop("model")
    (folder / "amphora.json").write_text(json.dumps(settings))
    text = failure(folder)
    assert "digits.onnx" in text and "other.onnx" in text and "model" in text
    (folder / "amphora.json").write_text(json.dumps(settings | {"model": chosen}))
    with Server(model=folder) as server:
        server.ping()


@pytest.mark.parametrize("change,named", [
    ({"modle": "x"}, ["modle", "model"]), ({"top_k": "five"}, ["top_k"]),
    ({"model": "none.onnx"}, ["none.onnx"]), ({"activation": "relu"}, ["activation", "softmax"]),
    ({"input": {"layout": "NHCW"}}, ["layout", "NHWC"]),
    ({"preprocess": {"resize": {"filtre": "bilinear"}}}, ["filtre", "filter"]),
    ({"preprocess": {"std": [0]}}, ["std"]), ({"preprocess": {"mean": [0, 0, 0]}}, ["mean"]),
    ({"labels": "nowhere.txt"}, ["nowhere.txt"])])
def test_bad_model_settings(folder, change, named):
    settings = json.loads((folder / "amphora.json").read_text())
    (folder / "amphora.json").write_text(json.dumps(settings | change))
    text = failure(folder)
    assert all(word in text for word in named), text


def test_too_few_labels_are_refused(folder):
    settings = json.loads((folder / "amphora.json").read_text())
    (folder / "amphora.json").write_text(json.dumps(settings | {"labels": ["only", "two"]}))
    text = failure(folder)
    assert "has 2 labels" in text and "10 classes" in text


@pytest.mark.parametrize("text", ["{", "[]", "", "\xff", '"x"'])
def test_model_settings_that_are_no_json_object(folder, text):
    (folder / "amphora.json").write_text(text, encoding="latin-1")
    assert "amphora.json" in failure(folder)


@pytest.mark.parametrize("content", [b"", b"no model", b"\x08\x07" * 1000])
def test_a_model_that_is_none(folder, content):
    (folder / "digits.onnx").write_bytes(content)
    assert "digits.onnx" in failure(folder)


def test_a_truncated_model(folder):
    whole = (folder / "digits.onnx").read_bytes()
    (folder / "digits.onnx").write_bytes(whole[: len(whole) // 2])
    assert "digits.onnx" in failure(folder)


def test_the_zoo(tmp_path):
    shutil.copytree(DIGITS, tmp_path / "digits")
    with Server("--zoo", str(tmp_path), "--model-path", "/nowhere", model=None,
                env={"MODEL_NAME": "digits"}) as server:
        server.ping()
