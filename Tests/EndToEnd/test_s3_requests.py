"""The requests for `s3://` URIs on the wire: the same as boto3's, with the same signatures as botocore's;
and the reaction to S3's less common answers."""

import threading
import urllib.parse

import boto3
import pytest
from botocore.config import Config
from s3_host import S3Host, error
from s3_service import ODD_KEYS
from server import Server

KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
TOKEN = {"AWS_SESSION_TOKEN": "IQoJb3JpZ2luX2VjE/+=" * 200}
VERSIONS = [None, "null", "3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY-._~="]


@pytest.fixture
def s3(seven):
    with S3Host(lambda asked: (200, seven, {})) as host:
        yield host


def environment(host, **more: str) -> dict[str, str]:
    return {"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL_S3": host.url} | more


def failure(server, uri: str, code: str = "Function.FetchFailed") -> str:
    answer = server.invoke(json={"uri": uri})
    assert (answer.status_code, answer.json()["code"]) == (424, code)
    return answer.json()["error"]


def boto3_targets(host, objects: list[tuple[str, str | None]]) -> list[str]:
    """The request targets of boto3's for keys and versions."""
    client = boto3.client(
        "s3", endpoint_url=host.url, region_name="eu-west-1", aws_access_key_id="a",
        aws_secret_access_key="b", config=Config(retries={"max_attempts": 0}))
    for key, version in objects:
        client.get_object(Bucket="photos", Key=key, **({"VersionId": version} if version else {}))
    return [asked.target for asked in host.asked]


# Signatures

@pytest.mark.parametrize("token", [{}, TOKEN], ids=["long-term keys", "session token"])
def test_every_request_is_boto3s_with_botocores_signature(s3, token):
    objects = [(key, version) for key in ODD_KEYS for version in VERSIONS]
    expected = boto3_targets(s3, objects)
    s3.asked.clear()
    uris = [f"s3://photos/{key}" + (f"?versionId={version}" if version else "")
            for key, version in objects]
    with Server(env=environment(s3, **KEYS, **token)) as server:
        predictions = server.invoke(json={"uris": uris}).json()["predictions"]
        assert all("results" in prediction for prediction in predictions)
    assert sorted(asked.target for asked in s3.asked) == sorted(expected)
    for asked in s3.asked:
        assert asked.fields["host"] == f"127.0.0.1:{s3.port}"
        assert asked.fields["x-amz-content-sha256"] == "UNSIGNED-PAYLOAD"
        assert asked.fields.get("x-amz-security-token") == token.get("AWS_SESSION_TOKEN")
        parts = asked.authorization
        day = asked.fields["x-amz-date"][:8]
        assert parts["Credential"] == f"AKIDEXAMPLE/{day}/eu-west-1/s3/aws4_request"
        names = ["host", "x-amz-content-sha256", "x-amz-date"]
        assert parts["SignedHeaders"].split(";") == names + ["x-amz-security-token"] * bool(token)
        by_botocore = asked.signature_by_botocore(KEYS["AWS_SECRET_ACCESS_KEY"], "eu-west-1")
        assert parts["Signature"] == by_botocore, asked.target
        assert by_botocore != asked.signature_by_botocore("another", "eu-west-1")


@pytest.mark.parametrize("endpoint, host, prefix", [
    ("http://s3.localhost:{port}", "s3.localhost:{port}", ""),
    ("http://127.0.0.1:{port}/behind/a/path/", "127.0.0.1:{port}", "/behind/a/path")])
def test_endpoints_with_a_name_or_a_path(s3, endpoint, host, prefix):
    url = endpoint.format(port=s3.port)
    with Server(env=environment(s3, **KEYS) | {"AWS_ENDPOINT_URL_S3": url}) as server:
        assert server.invoke(json={"uri": "s3://my.photos/a b"}).status_code == 200
    [asked] = s3.asked
    assert asked.target == f"{prefix}/my.photos/a%20b"
    assert asked.fields["host"] == host.format(port=s3.port)
    signature = asked.signature_by_botocore(KEYS["AWS_SECRET_ACCESS_KEY"], "eu-west-1")
    assert asked.authorization["Signature"] == signature


def test_without_credentials_nothing_is_signed(s3):
    with Server(env=environment(s3)) as server:
        assert server.invoke(json={"uri": "s3://public/a//../b"}).status_code == 200
    [asked] = s3.asked
    assert asked.target == "/public/a//../b"
    assert not [name for name in asked.fields if name.startswith(("authorization", "x-amz-"))]


def test_without_credentials_a_refusal_says_so(s3):
    s3.answer = lambda asked: error(403, "AccessDenied", "Access Denied")
    with Server(env=environment(s3)) as server:
        sentence = failure(server, "s3://private/k")
    assert "the request was not signed" in sentence
    assert "EC2 instance metadata is not used" in sentence


# Other tries

def region_of(asked) -> str:
    return asked.authorization["Credential"].split("/")[2]


@pytest.mark.parametrize("refusal", [
    error(301, "PermanentRedirect", x_amz_bucket_region="us-east-2"),
    error(400, "AuthorizationHeaderMalformed", x_amz_bucket_region="us-east-2"),
    error(400, "AuthorizationHeaderMalformed</Code><Region>us-east-2</Region><Code>")])
def test_a_bucket_in_another_region(s3, seven, refusal):
    s3.answer = lambda asked: (200, seven, {}) if region_of(asked) == "us-east-2" else refusal
    with Server(env=environment(s3, **KEYS)) as server:
        for _ in range(2):
            assert server.invoke(json={"uri": "s3://photos/k"}).status_code == 200
    assert [region_of(asked) for asked in s3.asked] == ["eu-west-1", "us-east-2", "us-east-2"]
    signature = s3.asked[1].signature_by_botocore(KEYS["AWS_SECRET_ACCESS_KEY"], "us-east-2")
    assert s3.asked[1].authorization["Signature"] == signature


def test_a_busy_s3_is_asked_twice(s3, seven):
    s3.answer = lambda asked: (
        error(503, "SlowDown", "Please reduce your request rate.") if len(s3.asked) == 1
        else (200, seven, {}))
    with Server(env=environment(s3, **KEYS)) as server:
        assert server.invoke(json={"uri": "s3://photos/k"}).status_code == 200
        s3.answer = lambda asked: error(500, "InternalError", "We encountered an internal error.")
        assert failure(server, "s3://photos/k") == (
            "S3 answered 500 InternalError (We encountered an internal error): it was asked twice; "
            "try again later")
    assert len(s3.asked) == 4


def test_a_redirect_is_not_followed(s3, seven):
    with S3Host(lambda asked: (200, seven, {})) as elsewhere:
        s3.answer = lambda asked: (302, b"", {"Location": f"{elsewhere.url}/k"})
        with Server(env=environment(s3, **KEYS)) as server:
            assert failure(server, "s3://photos/k") == "S3 answered 302: the object can't be fetched"
        assert elsewhere.asked == []


def test_an_error_shows_nothing_but_code_and_message(s3):
    s3.answer = lambda asked: error(
        403, "SignatureDoesNotMatch",
        "The key AKIDEXAMPLE\nis wrong.</Message><SignatureProvided>"
        + asked.authorization["Signature"] + "</SignatureProvided><Message>")
    with Server(env=environment(s3, **KEYS, **TOKEN)) as server:
        sentence = failure(server, "s3://photos/k")
        assert sentence.startswith(
            "S3 answered 403 SignatureDoesNotMatch (The key …\\u{a}is wrong): ")
        told = sentence + server.end()
    secrets = [*KEYS.values(), *TOKEN.values(), s3.asked[0].authorization["Signature"]]
    assert not any(secret in told for secret in secrets)


@pytest.mark.parametrize("body", [b"", b"<html>Bad Gateway</html>", b"\0\xff" * 5000, b"<Code>" * 9000])
def test_errors_that_are_not_s3s(s3, body):
    s3.answer = lambda asked: (403, body, {})
    with Server(env=environment(s3, **KEYS)) as server:
        assert failure(server, "s3://photos/k").startswith("S3 answered 403: the server's role needs")


def test_an_s3_that_is_too_slow(s3, seven):
    def answer(asked):
        held.wait()
        return 200, seven, {}

    held = threading.Event()
    s3.answer = answer
    try:
        with Server("--fetch-timeout", 0.5, env=environment(s3, **KEYS)) as server:
            sentence = failure(server, "s3://photos/k", "Function.FetchTimedOut")
            assert sentence.startswith("127.0.0.1 did not answer within ")
            server.ping()
    finally:
        held.set()


def test_an_s3_that_is_not_there(s3):
    with S3Host(None) as gone:
        url = gone.url
    with Server(env=environment(s3, **KEYS) | {"AWS_ENDPOINT_URL_S3": url}) as server:
        assert failure(server, "s3://photos/k") == (
            "127.0.0.1 can't be reached: nothing accepts connections there")


def test_the_answer_names_the_uri_as_it_was_sent(s3):
    with Server(env=environment(s3, **KEYS)) as server:
        uri = "S3://photos/a b?versionId=1"
        assert server.invoke(json={"uri": uri}).json()["uri"] == uri
    assert s3.asked[0].target == "/photos/" + urllib.parse.quote("a b") + "?versionId=1"
