"""SageMaker's own client, boto3's `sagemaker-runtime`, pointed at the server instead of AWS."""

import json

import boto3
import pytest
import requests
from botocore.config import Config
from patience import HANG_S
from server import Server


@pytest.fixture(scope="module")
def client(server):
    return boto3.client(
        "sagemaker-runtime", endpoint_url=server.url, region_name="eu-central-1",
        aws_access_key_id="local", aws_secret_access_key="local",
        config=Config(retries={"total_max_attempts": 1}))


def streamed(client, **request) -> tuple[dict, list[bytes]]:
    """The answer and the parts of its body."""
    answer = client.invoke_endpoint_with_response_stream(EndpointName="digits", **request)
    return answer, [event["PayloadPart"]["Bytes"] for event in answer["Body"]]


def test_a_picture(client, server, seven):
    answer = client.invoke_endpoint(
        EndpointName="any-name", Body=seven, ContentType="image/png", InferenceId="my-request")
    assert answer["ContentType"] == "application/json"
    assert answer["InvokedProductionVariant"] == "AllTraffic"
    assert answer["Body"].read() == server.invoke(seven, "image/png").content


def test_json_and_json_lines(client, server, host):
    request = {"uris": [host.url("image/digit-3.png")], "top_k": 2}
    for body, content_type in [
            (json.dumps(request).encode(), "application/json"),
            (b"\n".join([json.dumps(request).encode()] * 3), "application/jsonlines")]:
        answer = client.invoke_endpoint(EndpointName="e", Body=body, ContentType=content_type)
        assert answer["ContentType"] == content_type
        assert answer["Body"].read() == server.invoke(body, content_type).content


@pytest.mark.parametrize("stream", [False, True])
def test_a_failure_is_a_model_error(client, server, stream):
    call = client.invoke_endpoint_with_response_stream if stream else client.invoke_endpoint
    with pytest.raises(client.exceptions.ModelError) as caught:
        call(EndpointName="e", Body=b"no picture", ContentType="image/png")
    answer = caught.value.response
    original = server.invoke(b"no picture", "image/png")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert answer["OriginalStatusCode"] == original.status_code == 422
    assert answer["OriginalMessage"] == original.text
    assert 'Received client error (422) from primary with message "' in answer["Error"]["Message"]


def test_a_refusal_before_the_body_is_a_model_error_too(client):
    with pytest.raises(client.exceptions.ModelError) as caught:
        client.invoke_endpoint(EndpointName="e", Body=b"x", ContentType="text/csv")
    assert caught.value.response["OriginalStatusCode"] == 415


def test_a_stream_of_one_answer(client, server, seven):
    answer, parts = streamed(client, Body=seven, ContentType="image/png")
    assert answer["ContentType"] == "application/json"
    assert answer["InvokedProductionVariant"] == "AllTraffic"
    assert b"".join(parts) == server.invoke(seven, "image/png").content


def test_lines_are_streamed_as_they_finish(client, server, host):
    lines = [{"uri": host.url("image/digit-3.png")}, {"uri": host.url("slow/digit-4.png")}]
    body = b"\n".join(json.dumps(line).encode() for line in lines)
    answer = client.invoke_endpoint_with_response_stream(
        EndpointName="digits", Body=body, ContentType="application/jsonlines")
    assert answer["ContentType"] == "application/jsonlines"
    parts = (event["PayloadPart"]["Bytes"] for event in answer["Body"])
    first = next(parts)
    # The second picture is still held back.
    assert json.loads(first)["results"][0]["label"] == "3"
    host.released.set()
    whole = first + b"".join(parts)
    assert whole == server.invoke(body, "application/jsonlines").content


def test_a_long_stream_is_cut_into_parts(client, server, seven):
    lines = b'{"instances":[{"b64":"AAAA"}]}\n' * 5000
    _, parts = streamed(client, Body=lines, ContentType="application/jsonlines")
    assert len(parts) > 1
    assert b"".join(parts) == server.invoke(lines, "application/jsonlines").content


def test_what_a_stream_accepts_is_asked_in_a_field_of_its_own(client, seven):
    _, parts = streamed(client, Body=seven, ContentType="image/png", Accept="application/json")
    assert parts
    with pytest.raises(client.exceptions.ModelError) as caught:
        streamed(client, Body=seven, ContentType="image/png", Accept="text/csv")
    assert caught.value.response["OriginalStatusCode"] == 406


def test_other_operations_are_not_there(server, seven):
    for path in ("/endpoints/a/async-invocations", "/endpoints//invocations", "/endpoints/a"):
        assert requests.post(server.url + path, data=seven, timeout=HANG_S).status_code == 404
    assert requests.get(server.url + "/endpoints/a/invocations", timeout=HANG_S).status_code == 405


def test_a_body_over_the_limit_is_the_connections_own_refusal(seven):
    with Server("--max-body", "10") as server:
        answer = requests.post(server.url + "/endpoints/a/invocations", data=seven, timeout=HANG_S,
                               headers={"Content-Type": "image/png"})
        assert answer.status_code == 413 and answer.json()["code"] == "Function.PayloadTooLarge"
