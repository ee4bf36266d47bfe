"""`deploy.py invoke`: the same request to the real server and the real Lambda handle, by boto3."""

import json

import pytest
from aws import KEYS, REGION
from deployment import run
from emulator import Emulator
from server import DIGITS, Server

SEVEN = DIGITS / "samples" / "digit-7.png"


@pytest.fixture(scope="module")
def function():
    with Emulator() as running:
        yield running


def asked(server, function, *arguments):
    return run("invoke", *arguments, "--endpoint-name", "digits", "--function-name", "function",
               "--sagemaker-endpoint-url", server.url, "--lambda-endpoint-url", function.url,
               env=KEYS | {"AWS_REGION": REGION})


def test_both_sides_give_the_same_bytes(server, function):
    outcome = asked(server, function, SEVEN, "--top-k", "2")
    assert outcome.status == 0, outcome.out + outcome.err
    endpoint, lambda_, verdict = outcome.out.splitlines()
    assert endpoint.startswith("endpoint") and lambda_.startswith("function")
    answers = [line.partition(" ms  ")[2] for line in (endpoint, lambda_)]
    assert answers[0] == answers[1]
    results = json.loads(answers[0])["predictions"][0]["results"]
    assert results[0]["label"] == "7" and len(results) == 2
    assert verdict == f"the same answer, byte for byte ({len(answers[0])} bytes)"


def test_a_uri(server, function, host):
    outcome = asked(server, function, host.url("image/digit-3.png"))
    assert outcome.status == 0 and outcome.out.count('"label":"3"') == 2


def test_a_picture_that_is_none_fails_in_its_place_on_both(server, function):
    outcome = asked(server, function, __file__)
    assert outcome.status == 0 and outcome.out.count("Function.ImageUndecodable") == 2


def test_a_refusal_is_the_same_in_both_envelopes(server, function):
    outcome = asked(server, function, SEVEN, "--top-k", "0")
    assert outcome.status == 2 and outcome.out.count("Function.BadRequest") == 2
    assert outcome.out.splitlines()[-1] == "refused alike"


def test_another_model_is_noticed(function, tmp_path):
    """The same network with other labels, as after a forgotten push."""
    for name in ("digits.onnx", "amphora.json"):
        (tmp_path / name).write_bytes((DIGITS / name).read_bytes())
    (tmp_path / "labels.txt").write_text("\n".join("abcdefghij"))
    with Server(model=tmp_path) as other:
        outcome = asked(other, function, SEVEN)
    assert outcome.status == 1 and "THE ANSWERS DIFFER" in outcome.out


def test_a_function_url_is_asked_as_clients_do(server):
    """Here the URL leads to the server: the platform in between changes no body."""
    outcome = run("invoke", SEVEN, "--endpoint-name", "digits", "--function-url", server.url + "/",
                  "--sagemaker-endpoint-url", server.url, env=KEYS | {"AWS_REGION": REGION})
    assert outcome.status == 0 and "byte for byte" in outcome.out
    assert "only" not in outcome.out and outcome.out.splitlines()[1].startswith("URL")


def test_one_side_is_nothing_to_compare(server):
    outcome = run("invoke", SEVEN, "--endpoint-name", "digits", "--sagemaker-endpoint-url", server.url,
                  env=KEYS | {"AWS_REGION": REGION})
    assert outcome.status == 0 and "nothing to compare" in outcome.out


def test_a_host_that_is_not_there_is_named(server):
    outcome = run("invoke", SEVEN, "--endpoint-name", "x", "--sagemaker-endpoint-url",
                  "http://127.0.0.1:1", env=KEYS | {"AWS_REGION": REGION})
    assert outcome.status == 1 and "http://127.0.0.1:1" in outcome.err


def test_a_picture_that_lambda_cannot_take_is_named_before(server, function, tmp_path):
    (tmp_path / "large.png").write_bytes(bytes(5_000_000))
    outcome = asked(server, function, tmp_path / "large.png")
    assert outcome.status == 1 and "6,291,456" in outcome.err and "s3://" in outcome.err
