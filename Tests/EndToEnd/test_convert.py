"""`amphora convert`: the ONNX that it writes is valid, and another runtime answers as MXNet did.

The networks and their answers are recordings of MXNet 1.9.1, Tests/InferenceTests/Fixtures/mxnet.
"""

import os
import pathlib
import re
import shutil

import numpy
import onnx
import onnxruntime
import pytest
from server import DIGITS, ROOT, run

RECORDINGS = ROOT / "Tests" / "InferenceTests" / "Fixtures" / "mxnet"
NETWORKS = sorted((RECORDINGS / "networks").iterdir())


@pytest.mark.parametrize("folder", NETWORKS, ids=lambda folder: folder.name)
def test_another_runtime_answers_as_mxnet(folder: pathlib.Path, tmp_path):
    out = tmp_path / "out.onnx"
    done = run("convert", folder, out)
    assert done.returncode == 0, done.stderr
    model = onnx.load(out)
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(out, providers=["CPUExecutionProvider"])
    [answer] = session.run(None, {"data": numpy.load(folder / "x.npy")})
    assert numpy.abs(answer - numpy.load(folder / "y.npy")).max() < 1e-5
    for word in (str(out), f"opset {model.opset_import[0].version}",
                 f"{len(model.graph.node)} nodes", f"{out.stat().st_size} bytes"):
        assert word in done.stdout


def test_a_served_artifact_and_its_onnx_answer_alike(tmp_path):
    picture = DIGITS / "samples" / "digit-7.png"
    converted = tmp_path / "converted"
    converted.mkdir()
    done = run("convert", NETWORKS[0], converted / "net.onnx")
    assert done.returncode == 0
    # The file needs the settings that the command prints: ONNX says nothing about pictures.
    [said] = re.findall(r"amphora.json .*?: (\{.*\})$", done.stdout, re.MULTILINE)
    (converted / "amphora.json").write_text(said)
    answers = []
    for folder in (NETWORKS[0], converted):
        done = run("predict", "--model-path", folder, "--json", picture)
        assert done.returncode == 0, done.stderr
        answers.append(done.stdout)
    assert answers[0] == answers[1]


def test_links_to_the_parameters_are_followed(tmp_path):
    source = NETWORKS[0]
    for file in source.iterdir():
        os.symlink(file, tmp_path / file.name)
    picture = DIGITS / "samples" / "digit-7.png"
    done = run("predict", "--model-path", tmp_path, "--json", picture)
    assert done.returncode == 0, done.stderr


def test_no_file_is_replaced_unasked(tmp_path):
    out = tmp_path / "out.onnx"
    out.write_text("mine")
    done = run("convert", NETWORKS[0], out)
    assert done.returncode != 0 and "--force" in done.stderr
    assert out.read_text() == "mine"
    assert run("convert", NETWORKS[0], out, "--force").returncode == 0
    onnx.checker.check_model(onnx.load(out))
    assert [file.name for file in tmp_path.iterdir()] == ["out.onnx"]


@pytest.mark.parametrize("folder, word", [
    (DIGITS, "ONNX already"), (RECORDINGS / "parameters", "no *symbol.json"), ("/nonexistent", "folder")])
def test_what_cannot_be_converted_is_said(folder, word, tmp_path):
    done = run("convert", folder, tmp_path / "out.onnx")
    assert done.returncode == 1 and word in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_broken_artifact_leaves_no_file(tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(NETWORKS[0], broken)
    [parameters] = broken.glob("*.params")
    parameters.write_bytes(parameters.read_bytes()[:-1])
    done = run("convert", broken, tmp_path / "out.onnx")
    assert done.returncode == 1 and str(parameters) in done.stderr
    assert not (tmp_path / "out.onnx").exists()


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    done = run("convert", NETWORKS[0], tmp_path / "nowhere" / "out.onnx")
    assert done.returncode == 1 and "cannot be written" in done.stderr
