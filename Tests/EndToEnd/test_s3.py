"""`s3://` URIs against a service that checks signatures, keys and permissions as S3 does."""

import json

import pytest
from s3_host import S3Host, provider_answer
from s3_service import BUCKET, ODD_KEYS, REGION, Moto
from server import DIGITS, Server, run


@pytest.fixture(scope="module")
def moto():
    with Moto() as service:
        yield service


@pytest.fixture(scope="module")
def stored(moto, samples):
    """Every odd key holds the picture of a digit; its position says which one."""
    for number, key in enumerate(ODD_KEYS):
        moto.put(key, samples[f"digit-{number % 10}.png"])
    moto.put("text", b"This is no picture.")
    moto.put("hidden", samples["digit-1.png"], bucket="secrets")
    return moto


@pytest.fixture(scope="module")
def server(stored):
    """A server with the keys of a user who may read `photos`; it may fetch no URL of this machine."""
    with Server(env=stored.environment(stored.reader)) as running:
        yield running
        assert running.alive()
        secret = stored.reader["AWS_SECRET_ACCESS_KEY"]
        log = running.end()
        assert log and secret not in log and "Signature=" not in log


def label(answer) -> str:
    return answer["results"][0]["label"]


def failure(server, uri: str) -> str:
    answer = server.invoke(json={"uri": uri})
    assert (answer.status_code, answer.json()["code"]) == (424, "Function.FetchFailed")
    return answer.json()["error"]


# Objects

def test_an_object_is_answered_as_its_bytes_are(server, samples):
    by_uri = server.invoke(json={"uri": f"s3://{BUCKET}/plain.png"})
    by_bytes = server.invoke(samples["digit-0.png"], "image/png")
    assert by_uri.status_code == 200
    assert by_uri.json() == {"uri": f"s3://{BUCKET}/plain.png"} | by_bytes.json()


def test_odd_keys(server):
    uris = [f"s3://{BUCKET}/{key}" for key in ODD_KEYS]
    predictions = server.invoke(json={"uris": uris}).json()["predictions"]
    assert [prediction["uri"] for prediction in predictions] == uris
    found = [(key, label(prediction)) for key, prediction in zip(ODD_KEYS, predictions)]
    assert found == [(key, str(number % 10)) for number, key in enumerate(ODD_KEYS)]


def test_one_bad_object_does_not_fail_the_rest(server):
    uris = [f"s3://{BUCKET}/plain.png", f"s3://{BUCKET}/missing", "s3://secrets/hidden",
            "s3://No_Bucket/k", "S3://photos/folder/plain.png"]
    predictions = server.invoke(json={"uris": uris}).json()["predictions"]
    assert [prediction.get("code", "ok") for prediction in predictions] == [
        "ok", "Function.FetchFailed", "Function.FetchFailed", "Function.BadRequest", "ok"]


def test_lines_of_uris(server):
    lines = [f'"s3://{BUCKET}/plain.png"', json.dumps({"uri": f"s3://{BUCKET}/missing"})]
    answer = server.invoke("\n".join(lines).encode(), "application/jsonlines")
    first, second = map(json.loads, answer.text.splitlines())
    assert label(first) == "0"
    assert second["code"] == "Function.FetchFailed"


def test_the_keys_of_one_folder_all_at_once(server, stored, samples):
    keys = [f"many/{number}.png" for number in range(100)]
    for number, key in enumerate(keys):
        stored.put(key, samples[f"digit-{number % 10}.png"])
    answer = server.invoke(json={"uris": [f"s3://{BUCKET}/{key}" for key in keys]})
    labels = [label(prediction) for prediction in answer.json()["predictions"]]
    assert labels == [str(number % 10) for number in range(100)]


def test_predict_in_the_terminal(stored):
    result = run("predict", "--json", "--model-path", DIGITS, f"s3://{BUCKET}/a b",
                 env=stored.environment(stored.reader))
    assert result.returncode == 0, result.stderr
    assert label(json.loads(result.stdout)) == "2"


def test_what_is_no_picture(server):
    answer = server.invoke(json={"uri": f"s3://{BUCKET}/text"})
    assert (answer.status_code, answer.json()["code"]) == (422, "Function.ImageUndecodable")


def test_an_object_that_is_too_large(stored):
    with Server("--fetch-max-bytes", 100, env=stored.environment(stored.reader)) as server:
        assert "larger than the limit of 100 bytes" in failure(server, f"s3://{BUCKET}/plain.png")


def test_versions(stored, samples):
    # The reader may read versions here, for which S3 requires another permission.
    stored.s3.create_bucket(
        Bucket="versioned", CreateBucketConfiguration={"LocationConstraint": REGION})
    stored.s3.put_bucket_versioning(
        Bucket="versioned", VersioningConfiguration={"Status": "Enabled"})
    old = stored.put("k", samples["digit-3.png"], bucket="versioned")
    stored.put("k", samples["digit-7.png"], bucket="versioned")
    with Server(env=stored.environment(stored.administrator)) as server:
        def answer(uri):
            return server.invoke(json={"uri": uri})
        assert label(answer("s3://versioned/k").json()) == "7"
        assert label(answer(f"s3://versioned/k?versionId={old}").json()) == "3"
        sentence = failure(server, "s3://versioned/k?versionId=unknown")
        assert sentence.startswith("S3 answered 4")


# Refusals

def test_a_missing_object(server):
    assert failure(server, f"s3://{BUCKET}/missing") == (
        "S3 answered 404 NoSuchKey (The specified key does not exist): there is no such object; the "
        "key is used as written, not decoded")


def test_a_missing_bucket(stored):
    with Server(env=stored.environment(stored.administrator)) as server:
        assert failure(server, "s3://nowhere/k") == (
            "S3 answered 404 NoSuchBucket (The specified bucket does not exist): there is no bucket "
            "“nowhere”")


def test_an_object_without_permission(server):
    assert failure(server, "s3://secrets/hidden") == (
        "S3 answered 403 AccessDenied (Access Denied): the server's role needs s3:GetObject on the "
        "object; without s3:ListBucket on the bucket, S3 says the same of an object that does not "
        "exist")


@pytest.mark.parametrize("wrong, code, advice", [
    ({"AWS_SECRET_ACCESS_KEY": "another"}, "SignatureDoesNotMatch",
     "the server's secret access key does not belong to its access key"),
    ({"AWS_ACCESS_KEY_ID": "AKIAUNKNOWN"}, "InvalidAccessKeyId",
     "the server's credentials are not valid; AWS does not know them")])
def test_wrong_credentials(stored, wrong, code, advice):
    with Server(env=stored.environment(stored.reader | wrong)) as server:
        sentence = failure(server, f"s3://{BUCKET}/plain.png")
        assert sentence.startswith(f"S3 answered 403 {code} (")
        assert sentence.endswith(advice)
        assert not any(value in sentence for value in stored.reader.values())


@pytest.mark.parametrize("missing, sentence", [
    ("AWS_REGION", "s3 URIs can't be fetched without a region: the server's AWS_REGION is not set"),
    ("AWS_SECRET_ACCESS_KEY", "the server's credentials for S3 can't be used: AWS_ACCESS_KEY_ID is "
     "set, AWS_SECRET_ACCESS_KEY is not")])
def test_what_is_missing_is_named_and_keeps_no_server_from_starting(stored, missing, sentence):
    environment = stored.environment(stored.reader)
    del environment[missing]
    with Server(env=environment) as server:
        assert failure(server, f"s3://{BUCKET}/plain.png") == sentence


@pytest.mark.parametrize("uri", [
    "s3://127.0.0.1/k", "s3://localhost:80/k", "s3://user@photos/k", "s3://photos", "s3:photos/k",
    "s3://169.254.169.254/latest/meta-data", "s3://arn:aws:s3:eu-west-1:1:accesspoint/a/k"])
def test_uris_that_are_none(server, uri):
    answer = server.invoke(json={"uri": uri})
    assert (answer.status_code, answer.json()["code"]) == (400, "Function.BadRequest")


def test_the_way_to_s3_is_no_way_for_urls(server, stored):
    answer = server.invoke(json={"uri": f"{stored.url}/{BUCKET}/plain.png"})
    assert (answer.status_code, answer.json()["code"]) == (403, "Function.UriForbidden")


# Credentials of the platform

def test_the_role_of_a_container(stored, tmp_path):
    keys = {"AWS_ACCESS_KEY_ID": stored.role_credentials["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": stored.role_credentials["SecretAccessKey"],
            "AWS_SESSION_TOKEN": stored.role_credentials["SessionToken"]}
    token = tmp_path / "token"
    token.write_text("first-token\n")

    def answer(asked):
        if asked.fields["authorization"] != token.read_text().strip():
            return 403, b"", {}
        return provider_answer(keys, lasting_s=60)

    with S3Host(answer) as provider:
        environment = stored.environment({}) | {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": provider.url + "/role?of=mine",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(token)}
        with Server(env=environment) as server:
            uris = [f"s3://{BUCKET}/plain.png"] * 50
            predictions = server.invoke(json={"uris": uris}).json()["predictions"]
            assert [label(prediction) for prediction in predictions] == ["0"] * 50
            assert [asked.target for asked in provider.asked] == ["/role?of=mine"]
            assert keys["AWS_SESSION_TOKEN"] not in server.end()
        token.write_text("second-token")
        with Server(env=environment) as server:
            assert server.invoke(json={"uri": uris[0]}).status_code == 200


def test_a_provider_that_has_no_credentials(stored):
    with S3Host(lambda asked: (404, b'{"code":"InvalidId"}', {})) as provider:
        environment = stored.environment({}) | {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": provider.url,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "secret-token"}
        with Server(env=environment) as server:
            assert failure(server, f"s3://{BUCKET}/plain.png") == (
                "there are no credentials for S3: 127.0.0.1 answered with status 404 instead of 200")
            assert "secret-token" not in server.end()


def test_a_provider_that_is_not_there(stored):
    with S3Host(None) as provider:
        url = provider.url
    environment = stored.environment({}) | {"AWS_CONTAINER_CREDENTIALS_FULL_URI": url}
    with Server(env=environment) as server:
        assert failure(server, f"s3://{BUCKET}/plain.png").startswith(
            "there are no credentials for S3: 127.0.0.1 can't be reached")
