"""Sends one request to both sides, and compares their answers byte for byte.

The request is JSON, the form that both accept directly: SageMaker forwards no query, and a direct event
of Lambda is JSON. A Function URL gets the same. Answers must be equal byte for byte. An error arrives in
the envelope of its platform, and must have the same code and sentence.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import pathlib
import time
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.httpsession

from .cloud import Cloud, Problem, Refusal, guarded

# The largest direct event, and the largest bodies of InvokeEndpoint and Serverless Inference.
LAMBDA_BYTES = 6_291_456
ENDPOINT_BYTES = 25 << 20


@dataclasses.dataclass(frozen=True)
class Answer:
    """The answer of one side: a body, or an error with code and sentence in the body's place."""

    side: str
    body: bytes
    milliseconds: float
    refused: bool = False


def request_for(picture: str, top_k: int | None) -> bytes:
    """The request for a file, or for a URI that the server fetches."""
    if urllib.parse.urlsplit(picture).scheme in ("http", "https", "s3", "data"):
        request: dict = {"uri": picture}
    else:
        try:
            content = pathlib.Path(picture).read_bytes()
        except OSError as error:
            raise Problem(f"{picture} cannot be read ({error.strerror}): name a picture's file, or an "
                          "https:// or s3:// URI") from None
        request = {"instances": [{"b64": base64.b64encode(content).decode()}]}
    if top_k is not None:
        request["top_k"] = top_k
    return json.dumps(request).encode()


def bounded(side: str, body: bytes, most: int) -> None:
    if len(body) > most:
        raise Problem(f"the request is {len(body):,} bytes with the picture in base64; the {side} takes "
                      f"{most:,}: take a smaller picture, or name it by an s3:// URI")


def refusal(code: str, sentence: str) -> bytes:
    return json.dumps({"error": sentence, "code": code}, ensure_ascii=False).encode()


def ask_endpoint(cloud: Cloud, name: str, body: bytes) -> Answer | None:
    bounded("endpoint", body, ENDPOINT_BYTES)
    start = time.perf_counter()
    try:
        answer = cloud.call("sagemaker-runtime", "invoke_endpoint", EndpointName=name, Body=body,
                            ContentType="application/json", shown={"Body": "fileb://request.json"})
    except Refusal as failure:
        if failure.original is None:
            raise
        return Answer("endpoint", failure.original.encode(), elapsed(start), refused=True)
    return answer and Answer("endpoint", answer["Body"].read(), elapsed(start))


def ask_function(cloud: Cloud, name: str, body: bytes) -> Answer | None:
    bounded("function", body, LAMBDA_BYTES)
    start = time.perf_counter()
    answer = cloud.call("lambda", "invoke", FunctionName=name, Payload=body,
                        shown={"Payload": "fileb://request.json"})
    if answer is None:
        return None
    payload = answer["Payload"].read()
    time_ms = elapsed(start)
    error = error_of(payload)
    if error is None and not answer.get("FunctionError"):
        return Answer("function", payload, time_ms)
    return Answer("function", error or payload, time_ms, refused=True)


def error_of(payload: bytes) -> bytes | None:
    """A Lambda error in the HTTP interface's form. The emulator marks it by its keys only."""
    try:
        error = json.loads(payload)
    except ValueError:
        return None
    if isinstance(error, dict) and "errorType" in error and "errorMessage" in error:
        return refusal(error["errorType"], error["errorMessage"])
    return None


def ask_url(cloud: Cloud, url: str, body: bytes) -> Answer | None:
    """Asks the Function URL as an HTTP client does; signed if there are credentials."""
    bounded("function", body, LAMBDA_BYTES)
    request = botocore.awsrequest.AWSRequest(
        "POST", url.rstrip("/") + "/invocations", data=body,
        headers={"Content-Type": "application/json"})
    if cloud.dry_run:
        print(f"curl --aws-sigv4 aws:amz:{cloud.region}:lambda --user \"$AWS_ACCESS_KEY_ID:"
              f"$AWS_SECRET_ACCESS_KEY\" --json @request.json {request.url}")
        return None
    start = time.perf_counter()

    def send():
        if keys := cloud.session.get_credentials():
            botocore.auth.SigV4Auth(keys.get_frozen_credentials(), "lambda", cloud.region).add_auth(request)
        return botocore.httpsession.URLLib3Session(timeout=70).send(request.prepare())
    answer = guarded("the Function URL", send)
    if answer.status_code in (401, 403) and b'"code"' not in answer.content:
        raise Problem(f"the Function URL answered {answer.status_code}: it takes signed requests of "
                      "those who have lambda:InvokeFunctionUrl and lambda:InvokeFunction")
    return Answer("URL", answer.content, elapsed(start), refused=answer.status_code != 200)


def elapsed(start: float) -> float:
    return (time.perf_counter() - start) * 1000


def compared(answers: list[Answer]) -> int:
    """Prints and compares the answers; returns the exit status: 0 equal, 1 different, 2 refused."""
    for answer in answers:
        print(f"{answer.side:<9} {answer.milliseconds:8.1f} ms  "
              f"{answer.body.decode(errors='backslashreplace').rstrip()}")
    first = answers[0]
    refused = [answer.side for answer in answers if answer.refused]
    if len(refused) == len(answers):
        same = all(meaning(answer.body) == meaning(first.body) for answer in answers)
        print("refused alike" if same else "refused, but not alike")
        return 2
    if refused:
        print(f"only the {' and the '.join(refused)} refused")
        return 2
    if len(answers) == 1:
        print(f"only the {first.side} was asked: nothing to compare")
        return 0
    if all(answer.body == first.body for answer in answers):
        print(f"the same answer, byte for byte ({len(first.body)} bytes)")
        return 0
    print("THE ANSWERS DIFFER: the sides have other models or other images; compare `deploy.py status`")
    return 1


def meaning(body: bytes):
    """Code and sentence of an error."""
    try:
        error = json.loads(body)
        return error["code"], error["error"]
    except (ValueError, KeyError, TypeError):
        return body
