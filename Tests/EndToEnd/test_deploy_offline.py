"""deploy.py without AWS: error sentences, checks and packing of folders, and dry runs, which call nothing."""

import datetime
import gzip
import os
import shlex
import shutil
import socket
import subprocess
import sys

import pytest
from aws import REGION
from deployment import DEPLOY, Problem, model, run, stack
from patience import HANG_S
from server import DIGITS, ROOT

TAG = model.opened(DIGITS).tag


# The command line and the machine

@pytest.mark.parametrize("arguments, env, said", [
    (["status"], {}, "no region is set"),
    (["status"], {"AWS_REGION": REGION}, "no credentials"),
    (["status", "--profile", "nobody"], {}, "known profiles"),
    (["status", "--region", REGION, "--stack", "no_name"], {}, "'no_name'"),
    (["create", "--region", REGION, "--set", "Memory=1"], {}, "MemorySize"),
    (["create", "--region", REGION, "--model", "/nowhere"], {}, "is not a folder"),
    (["invoke", "/nowhere.png", "--region", REGION], {}, "cannot be read"),
    (["push", "x", "--region", REGION, "--tool", "skopeo", "--model", str(DIGITS)], {}, "skopeo cannot"),
])
def test_what_is_wrong_is_named(arguments, env, said):
    outcome = run(*arguments, env=env)
    assert outcome.status == 1
    assert outcome.err.startswith("deploy.py: ") and said in outcome.err
    assert len(outcome.err.splitlines()) == 1


# Stacks

class Scripted:
    """A cloud with scripted answers, for states that moto's stacks never reach."""

    dry_run, region = False, REGION

    def __init__(self, **answers) -> None:
        self.answers = {name: list(values) for name, values in answers.items()}

    def call(self, service, operation, **_):
        answers = self.answers[operation]
        return answers.pop(0) if len(answers) > 1 else answers[0]


@pytest.mark.parametrize("state, creating, said", [
    ("ROLLBACK_COMPLETE", True, "can only be deleted"), ("CREATE_FAILED", False, "can only be deleted"),
    ("UPDATE_ROLLBACK_FAILED", False, "continue-update-rollback"),
    ("UPDATE_IN_PROGRESS", False, "is being changed"), ("CREATE_IN_PROGRESS", True, "is being changed"),
    ("UPDATE_COMPLETE", True, "deploy.py update")])
def test_a_stack_in_the_wrong_state(state, creating, said):
    place = stack.Stack(Scripted(describe_stacks=[
        {"Stacks": [{"StackStatus": state, "StackStatusReason": "of old"}]}]), "amphora")
    with pytest.raises(Problem, match=said) as problem:
        place.require(creating)
    assert state in str(problem.value)


def test_a_stack_that_fails_says_its_first_reason(monkeypatch, capsys):
    monkeypatch.setattr(stack, "POLL_S", 0)

    def event(number, name, status, reason=""):
        return {"EventId": str(number), "LogicalResourceId": name, "ResourceStatus": status,
                "ResourceType": "AWS::X::Y", "ResourceStatusReason": reason,
                "PhysicalResourceId": "id" if name == "amphora" else name,
                "Timestamp": datetime.datetime(2026, 11, 22, 12, 0, number)}
    events = [event(0, "amphora", "CREATE_IN_PROGRESS"),
              event(1, "FunctionLogs", "CREATE_FAILED", "Resource creation cancelled"),
              event(2, "ClassifierEndpoint", "CREATE_FAILED", "did not pass the ping health check"),
              event(3, "amphora", "ROLLBACK_COMPLETE")]
    place = stack.Stack(Scripted(
        describe_stack_events=[{"StackEvents": events[count::-1]} for count in (0, 2, 3)]), "amphora")
    with pytest.raises(Problem, match="ROLLBACK_COMPLETE: ClassifierEndpoint.*ping health check"):
        place.follow("CREATE", None, "id")
    shown = capsys.readouterr().out.splitlines()
    assert [line.split()[2] for line in shown] == [
        "amphora", "FunctionLogs", "ClassifierEndpoint", "amphora"]


# Model folders

def test_the_same_files_are_the_same_archive(tmp_path):
    packed = []
    for name in ("one", "two"):
        folder = tmp_path / name / "digits"
        shutil.copytree(DIGITS, folder)
        (folder / ".hidden").write_text("stays")
        found = model.opened(folder)
        found.pack(tmp_path / f"{name}.tar.gz")
        packed.append((found.tag, (tmp_path / f"{name}.tar.gz").read_bytes()))
    assert packed[0] == packed[1] and packed[0][0] == TAG
    assert b".hidden" not in gzip.decompress(packed[0][1])
    (tmp_path / "one" / "digits" / "labels.txt").write_text("other")
    assert model.opened(tmp_path / "one" / "digits").tag != TAG


@pytest.mark.parametrize("files, said", [
    ({}, "holds no model .no files."), ({"a.txt": ""}, "holds no model .a.txt."),
    ({"net-symbol.json": "{}"}, "holds no model"), ({"sub/a.onnx": ""}, "at its root"),
    ({"a.onnx": "", "b.onnx": ""}, "several models, a.onnx, b.onnx"),
    ({"a.onnx": "", "b.onnx": "", "amphora.json": "{"}, "is not JSON")])
def test_a_folder_without_one_model(tmp_path, files, said):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    with pytest.raises(Problem, match=said):
        model.opened(tmp_path)


# Dry runs

DRY = [["push", "localhost/amphora:sagemaker", "--model", str(DIGITS), "--tool", "docker"], ["create", "--model", str(DIGITS)],
       ["update", "--set", "MemorySize=3008"], ["invoke", str(DIGITS / "samples" / "digit-7.png")],
       ["status"], ["delete", "--all"]]


@pytest.mark.parametrize("arguments", DRY, ids=[command[0] for command in DRY])
def test_a_dry_run_says_all_and_calls_nothing(arguments, monkeypatch):
    def forbidden(*_):
        raise AssertionError("a dry run called")
    monkeypatch.setattr(socket.socket, "connect", forbidden)
    monkeypatch.setattr(subprocess, "Popen", forbidden)
    outcome = run(*arguments, "--dry-run", "--region", REGION)
    assert outcome.status == 0, outcome.err
    said = {"push": ["docker push", "ecr create-repository"], "update": ["MemorySize", "UsePreviousValue"],
            "create": ["s3 cp", "create-change-set", "execute-change-set", TAG],
            "invoke": ["sagemaker-runtime invoke-endpoint", "lambda invoke"],
            "status": ["describe-endpoint"],
            "delete": ["delete-stack", "s3api delete-object", "batch-delete-image"]}[arguments[0]]
    assert [part for part in said if part not in outcome.out] == []


def documented_commands() -> list[list[str]]:
    lines = [line for line in (ROOT / "docs" / "deploy.md").read_text().splitlines()
             if line.startswith("$ container/deploy/deploy.py ")]
    assert len(lines) == 7
    return [shlex.split(line, comments=True)[2:] for line in lines]


@pytest.mark.parametrize("arguments", documented_commands(), ids=" ".join)
def test_the_documents_commands_are_understood(arguments, tmp_path, monkeypatch):
    shutil.copytree(DIGITS, tmp_path / "my-model")
    shutil.copy(DIGITS / "samples" / "digit-7.png", tmp_path / "picture.jpg")
    monkeypatch.chdir(tmp_path)
    outcome = run(*arguments, "--dry-run", env={"AWS_REGION": REGION})
    assert outcome.status == 0 and "aws " in outcome.out, outcome.err


def test_without_its_library_it_says_what_to_install(tmp_path):
    done = subprocess.run([sys.executable, "-S", str(DEPLOY / "deploy.py"), "status"],
                          capture_output=True, text=True, timeout=HANG_S, env={"PATH": os.environ["PATH"]})
    assert done.returncode == 1 and "pip install -r" in done.stderr
