"""`amphora inspect`: what a model folder holds, and which file decided each setting."""

import json
import pathlib
import shutil

import pytest
from server import DIGITS, ROOT, run

EXPORTERS = pathlib.Path(__file__).parent / "exporters"
NETWORKS = ROOT / "Tests" / "InferenceTests" / "Fixtures" / "mxnet" / "networks"


def inspected(*arguments, env=None) -> dict:
    """The report as JSON."""
    done = run("inspect", "--json", *arguments, env=env)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


def steps(answer: dict) -> dict:
    """The preprocessing by step."""
    return {step["step"]: step for step in answer["preprocessing"]}


def test_for_people():
    done = run("inspect", str(DIGITS))
    assert done.returncode == 0, done.stderr
    for part in ("digits.onnx", "opset 18", "82,042", "ONNX Runtime", "labels.txt",
                 'amphora.json: "preprocess.mean"', "softmax"):
        assert part in done.stdout
    assert "\x1b" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) < 120


def test_for_machines():
    answer = inspected(str(DIGITS))
    assert answer["model"]["format"] == "ONNX"
    assert answer["model"]["opset"] == 18
    assert answer["model"]["parameters"] == 82_042
    assert answer["model"]["bytes_on_disk"] == (DIGITS / "digits.onnx").stat().st_size
    assert 0 < answer["model"]["bytes_in_memory"] < 200 << 20
    assert answer["inputs"] == [{"name": "input", "type": "float32", "shape": [None, 1, 32, 32]}]
    assert answer["input_shape"] == [1, 1, 32, 32]
    assert answer["classes"] == 10
    assert answer["labels"] == {"count": 10, "first": [str(digit) for digit in range(10)],
                                "origin": "file", "file": "labels.txt"}
    assert answer["warnings"] == []


def test_an_mxnet_pair():
    folder = NETWORKS / "any_size"
    answer = inspected(str(folder))
    assert answer["model"]["format"] == "MXNet" and answer["model"]["opset"] > 0
    symbol, weights = folder / "any_size-symbol.json", folder / "any_size-0000.params"
    assert answer["model"]["file"] == str(symbol) and answer["model"]["weights"] == [str(weights)]
    assert answer["model"]["bytes_on_disk"] == symbol.stat().st_size + weights.stat().st_size
    assert 0 < 4 * answer["model"]["parameters"] < weights.stat().st_size
    text = run("inspect", str(folder)).stdout
    assert "MXNet, imported to ONNX, opset" in text and weights.name in text


@pytest.mark.parametrize(("case", "step", "does", "origin"), [
    ("hf-convnext", "resize", "shorter side to 256, Pillow's bicubic",
     {"origin": "file", "file": "amphora.json", "key": "preprocess.resize"}),
    ("hf-convnext", "library", "Pillow",
     {"origin": "file", "file": "amphora.json", "key": "preprocess.resize.library"}),
    ("hf-mobilevit", "channels", "BGR",
     {"origin": "file", "file": "preprocessor_config.json", "key": "do_flip_channel_order"}),
    ("hf-efficientnet", "second_std", "÷ 0.5 once more",
     {"origin": "file", "file": "preprocessor_config.json", "key": "include_top"}),
    ("timm-mobilenetv3", "padding", "[124, 116, 104] around small pictures",
     {"origin": "file", "file": "config.json", "key": "pretrained_cfg.mean"}),
    ("timm-resnet-test-size", "crop", "224×224 from the centre",
     {"origin": "file", "file": "config.json", "key": "pretrained_cfg.test_input_size"}),
    ("timm-vit", "scale", "÷ 255", {"origin": "library", "library": "timm"}),
])
def test_who_decided(case, step, does, origin):
    found = steps(inspected(str(EXPORTERS / case)))[step]
    assert found == {"step": step, "does": does, **origin}


def test_activation_and_labels_of_exporters():
    answer = inspected(str(EXPORTERS / "hf-resnet-multi-label"))
    assert answer["activation"] == {"value": "sigmoid", "origin": "file", "file": "config.json",
                                    "key": "problem_type"}
    assert answer["labels"]["first"][:2] == ["kind 0", "kind 1"]
    assert answer["labels"]["key"] == "id2label"


def test_without_a_folder_it_is_the_model_of_serve(tmp_path):
    assert inspected("--model-path", DIGITS)["folder"] == str(DIGITS)
    shutil.copytree(DIGITS, tmp_path / "zoo" / "digits")
    environment = {"AMPHORA_ZOO": str(tmp_path / "zoo"), "MODEL_NAME": "digits",
                   "AMPHORA_MODEL_PATH": str(tmp_path / "nowhere")}
    assert inspected(env=environment)["folder"] == str(tmp_path / "zoo" / "digits")


@pytest.mark.parametrize(("files", "part"), [
    (None, "does not exist or is not a folder"),
    ({}, "no model in"),
    ({"model.onnx": b"\x00junk"}, "model.onnx"),
    ({"config.json": b"{"}, "config.json"),
    ({"preprocessor_config.json": b'{"image_processor_type": "NoSuch"}'}, "image_processor_type"),
    ({"amphora.json": b'{"topk": 3}'}, "top_k"),
])
def test_what_cannot_be_served_is_one_sentence(tmp_path, files, part):
    folder = tmp_path / "model"
    if files is not None:
        folder.mkdir()
        if files and "model.onnx" not in files:
            shutil.copy(DIGITS / "digits.onnx", folder)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    done = run("inspect", str(folder))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("amphora: ") and part in done.stderr
    assert done.stderr.count("\n") == 1


def test_warnings_are_shown(tmp_path):
    shutil.copytree(EXPORTERS / "hf-vit", tmp_path / "model")
    config = json.loads((tmp_path / "model" / "config.json").read_text())
    del config["id2label"]["7"]
    (tmp_path / "model" / "config.json").write_text(json.dumps(config))
    (warning,) = inspected(str(tmp_path / "model"))["warnings"]
    assert 'config.json: "id2label" names 11 of 12 classes' in warning
    assert "Warnings" in run("inspect", str(tmp_path / "model")).stdout


@pytest.mark.parametrize("folder,name", [
    ("models", "external"), ("answers", "zipmap_external")])
def test_a_bare_name_has_its_weights_beside_it(folder, name):
    fixtures = ROOT / "Tests" / "InferenceTests" / "Fixtures" / folder
    done = run("inspect", "--json", f"{name}.onnx", cwd=fixtures)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["model"]["weights"] == [f"{name}.data"]
