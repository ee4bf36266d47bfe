"""deploy.py: from a model folder to a stack, its changes and its deletion, with moto as AWS."""

import ast
import json
import os
import re
import stat
import sys
import tarfile

import pytest
import requests
from aws import ACCOUNT, AWS, INDEX, MANIFEST, REGION
from deployment import model, run
from patience import HANG_S
from server import DIGITS

TAG = model.opened(DIGITS).tag
BUCKET = f"amphora-{ACCOUNT}-{REGION}"
HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
SOURCE = "localhost/amphora:sagemaker"

# A stand-in for docker: it records its arguments, and its push puts a manifest into ECR.
DOCKER = """#!{python}
import json, os, pathlib, shutil, sys
kept = pathlib.Path(os.environ["KEPT"])
with open(kept / "calls", "a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
if sys.argv[1] == "login":
    assert sys.stdin.read()
elif sys.argv[1] == "build":
    assert os.environ["BUILDX_NO_DEFAULT_ATTESTATIONS"] == "1"
    shutil.copytree(sys.argv[-1], kept / "context")
elif sys.argv[1] == "push":
    import boto3
    manifest = os.environ["MANIFEST"]
    name, _, tag = sys.argv[-1].partition("/")[2].partition(":")
    boto3.client("ecr", region_name="{region}").put_image(
        repositoryName=name, imageTag=tag, imageManifest=manifest,
        imageManifestMediaType=json.loads(manifest)["mediaType"])
"""


@pytest.fixture(scope="module")
def aws():
    with AWS() as services:
        yield services


@pytest.fixture
def fresh(aws):
    """The account, empty."""
    requests.post(aws.url + "/moto-api/reset", timeout=HANG_S).raise_for_status()
    return aws


@pytest.fixture
def pushed(fresh):
    """An account with the image of the digits model."""
    fresh.client("ecr").create_repository(repositoryName="amphora")
    fresh.digest = fresh.put_image(TAG)
    return fresh


@pytest.fixture
def docker(fresh, tmp_path, monkeypatch):
    """A docker on PATH; its folder holds the calls and the build's context."""
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    program.write_text(DOCKER.format(python=sys.executable, region=REGION))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("KEPT", str(tmp_path))
    monkeypatch.setenv("MANIFEST", json.dumps(MANIFEST))
    return tmp_path


def created(aws, *options):
    outcome = run("create", "--model", DIGITS, *options, env=aws.environment)
    assert outcome.status == 0, outcome.err
    return outcome


def kinds(aws) -> set[str]:
    resources = aws.client("cloudformation").describe_stack_resources(StackName="amphora")
    return {item["ResourceType"].split("::")[1] for item in resources["StackResources"]
            if "ResourceType" in item}


def allowed(aws, service: str) -> dict[str, list]:
    """The permissions of the stack's role for a service, by policy, as AWS would read them."""
    iam = aws.client("iam")
    role, = [role["RoleName"] for role in iam.list_roles()["Roles"]
             if service in str(role["AssumeRolePolicyDocument"])]
    found = {}
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        # moto keeps a template's values in Python's notation.
        document = ast.literal_eval(document) if isinstance(document, str) else document
        found[name] = [(one["Action"], one["Resource"]) for one in document["Statement"]]
    return found


# Creating

def test_a_model_folder_becomes_a_stack(pushed, tmp_path):
    outcome = created(pushed, "--pictures", "photos", "--pictures", "more/cats")
    assert "CREATE_COMPLETE" in outcome.out and "EndpointName" in outcome.out
    function = pushed.client("lambda").get_function(FunctionName="amphora")
    settings = function["Configuration"]
    assert function["Code"]["ImageUri"] == f"{HOST}/amphora@{pushed.digest}"
    assert settings["MemorySize"] == 1769
    assert settings["Environment"]["Variables"]["AMPHORA_MODEL_NAME"] == "digits"
    sagemaker = pushed.client("sagemaker")
    name = sagemaker.list_models()["Models"][0]["ModelName"]
    container = sagemaker.describe_model(ModelName=name)["PrimaryContainer"]
    key = f"amphora/{TAG}/model.tar.gz"
    assert container["Image"] == function["Code"]["ImageUri"]
    assert container["ModelDataUrl"] == f"s3://{BUCKET}/{key}"
    pictures = [(["s3:GetObject", "s3:GetObjectVersion"],
                 ["arn:aws:s3:::photos/*", "arn:aws:s3:::more/cats*"])]
    assert allowed(pushed, "lambda.amazonaws.com")["images"] == pictures
    reads = allowed(pushed, "sagemaker.amazonaws.com")
    assert reads["images"] == pictures
    assert reads["model"] == [("s3:GetObject", f"arn:aws:s3:::{BUCKET}/{key}"),
                              ("s3:ListBucket", f"arn:aws:s3:::{BUCKET}")]
    assert reads["image"][0][1] == f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/amphora"
    # The archive holds the model at its root.
    archive = tmp_path / "model.tar.gz"
    pushed.client("s3").download_file(BUCKET, key, str(archive))
    with tarfile.open(archive) as packed:
        assert packed.extractfile("digits.onnx").read() == (DIGITS / "digits.onnx").read_bytes()
        assert all(entry.isfile() and entry.mode == 0o644 for entry in packed)
        assert {"labels.txt", "amphora.json", "samples/digit-7.png"} <= set(packed.getnames())


@pytest.mark.parametrize("options, there", [
    (["--function", "no", "--endpoint", "serverless"], {"SageMaker", "IAM", "Logs"}),
    (["--endpoint", "off"], {"Lambda", "IAM", "Logs"})])
def test_either_side_alone(pushed, options, there):
    created(pushed, *options)
    assert kinds(pushed) == there
    configs = pushed.client("sagemaker").list_endpoint_configs()["EndpointConfigs"]
    if "serverless" in options:
        config = pushed.client("sagemaker").describe_endpoint_config(
            EndpointConfigName=configs[0]["EndpointConfigName"])
        assert config["ProductionVariants"][0]["ServerlessConfig"]["MemorySizeInMB"] == 2048
    assert len(pushed.client("iam").list_roles()["Roles"]) == 1


# Changing, looking, deleting

def test_an_update_keeps_what_is_not_given(pushed):
    created(pushed, "--set", "Timeout=20")
    twice = run("create", "--model", DIGITS, env=pushed.environment)
    assert twice.status == 1 and "deploy.py update" in twice.err
    update = ["update", "--set", "MemorySize=3008", "--set", "MaxInstanceCount=4", "--set", "UrlAuth=iam"]
    outcome = run(*update, env=pushed.environment)
    assert outcome.status == 0, outcome.err
    settings = pushed.client("lambda").get_function_configuration(FunctionName="amphora")
    assert (settings["MemorySize"], settings["Timeout"]) == (3008, 20)
    again = run(*update, env=pushed.environment)
    assert again.status == 0 and "nothing to change" in again.out


def test_a_stack_stands_and_leaves_nothing_that_costs(pushed):
    created(pushed)
    outcome = run("status", env=pushed.environment)
    assert outcome.status == 0
    assert "InService 1 instances" in outcome.out and "function amphora Active" in outcome.out
    outcome = run("delete", env=pushed.environment)
    assert outcome.status == 1 and "--yes" in outcome.err and kinds(pushed)
    outcome = run("delete", "--all", "--yes", env=pushed.environment)
    assert outcome.status == 0, outcome.err
    assert pushed.client("cloudformation").describe_stacks()["Stacks"] == []
    assert pushed.client("lambda").list_functions()["Functions"] == []
    assert pushed.client("sagemaker").list_models()["Models"] == []
    assert pushed.client("sagemaker").list_endpoint_configs()["EndpointConfigs"] == []
    assert pushed.client("sagemaker").list_endpoints()["Endpoints"] == []
    assert pushed.client("s3").list_buckets()["Buckets"] == []
    assert pushed.client("ecr").describe_repositories()["repositories"] == []


def test_what_others_use_is_left(pushed):
    created(pushed, "--function", "no")
    pushed.put_image("another", MANIFEST | {"layers": [{"digest": "sha256:" + "c" * 64, "size": 1}]})
    pushed.client("s3").put_object(Bucket=BUCKET, Key="amphora/another/model.tar.gz", Body=b"")
    outcome = run("delete", "--all", "--yes", env=pushed.environment)
    assert outcome.status == 0, outcome.err
    assert "holds other archives" in outcome.out and "holds other images" in outcome.out
    assert len(pushed.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]) == 1
    assert [image["imageTag"] for image in pushed.client("ecr").list_images(
        repositoryName="amphora")["imageIds"]] == ["another"]


# Pushing

def test_push_puts_the_model_into_the_image(fresh, docker):
    outcome = run("push", SOURCE, "--model", DIGITS, "--tool", "docker", env=fresh.environment)
    assert outcome.status == 0, outcome.err
    calls = [json.loads(line) for line in (docker / "calls").read_text().splitlines()]
    target = f"{HOST}/amphora:{TAG}"
    assert [call[0] for call in calls] == ["login", "build", "push"]
    assert calls[0][-1] == HOST and calls[1][2] == calls[2][-1] == target
    assert (docker / "context" / "Dockerfile").read_text().splitlines() == [
        f"FROM {SOURCE}", "COPY model /opt/models/digits", "ENV AMPHORA_MODEL_NAME=digits",
        'LABEL com.amazonaws.lambda.feature.snapstart="Allow"']
    network = docker / "context" / "model" / "digits.onnx"
    assert network.read_bytes() == (DIGITS / "digits.onnx").read_bytes()
    assert stat.S_IMODE(network.stat().st_mode) == 0o644
    assert re.fullmatch(re.escape(f"{HOST}/amphora@") + r"sha256:[0-9a-f]{64}",
                        outcome.out.splitlines()[-1])
    policy = fresh.client("ecr").get_repository_policy(repositoryName="amphora")["policyText"]
    assert "lambda.amazonaws.com" in policy


def test_an_index_is_refused_with_the_reason(fresh, docker, monkeypatch):
    monkeypatch.setenv("MANIFEST", json.dumps(INDEX))
    outcome = run("push", SOURCE, "--tool", "docker", env=fresh.environment)
    assert outcome.status == 1
    assert "is an index" in outcome.err and "--provenance=false" in outcome.err


def test_a_tool_that_fails_ends_the_push(fresh, docker):
    (docker / "bin" / "docker").write_text("#!/bin/sh\nexit 7\n")
    outcome = run("push", SOURCE, "--tool", "docker", env=fresh.environment)
    assert outcome.status == 1 and "ended with 7" in outcome.err


# Errors

def test_an_image_that_was_not_pushed(fresh):
    outcome = run("create", "--model", DIGITS, env=fresh.environment)
    assert outcome.status == 1 and "deploy.py push" in outcome.err and TAG in outcome.err


def test_a_bucket_that_is_not_there(pushed):
    outcome = run("create", "--model", DIGITS, "--bucket", "nobodys", env=pushed.environment)
    assert outcome.status == 1 and "there is no bucket nobodys" in outcome.err


def test_an_image_of_another_registry(fresh):
    outcome = run("create", "--image", "docker.io/library/amphora:1", env=fresh.environment)
    assert outcome.status == 1 and f"{HOST}/NAME:TAG" in outcome.err


def test_a_stack_that_is_not_there(fresh):
    for command in (["status"], ["update", "--set", "Timeout=9"], ["delete", "--yes"], ["invoke", __file__]):
        outcome = run(*command, env=fresh.environment)
        assert outcome.status == 1 and "there is no stack amphora" in outcome.err
