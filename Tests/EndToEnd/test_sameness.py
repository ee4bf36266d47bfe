"""Both handles give the same answer: bodies of `serve` and of Lambda, byte by byte.

Every form of a request, with every picture, in every shape of an event. The pictures are the digits, the
recordings, and those of the folder in IMAGES_FOR_SAMENESS, if it is set. Some combinations don't exist: a
text event of a picture's bytes, a direct event with a query or with more than one JSON document, and a
stream to a load balancer or VPC Lattice. A larger network, with each handle's default threads, gets one
shape of each kind.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import pathlib
import urllib.parse

import events
import pytest
from envelopes import HTTPAnswer, opened, opened_by_load_balancer
from lambda_function import ENVIRONMENT, LambdaFunction
from process import DIGITS
from runtime_api import RuntimeAPI
from server import Server

RECORDINGS = pathlib.Path(__file__).parent / "recordings"
FOLDERS = [DIGITS / "samples", RECORDINGS / "pictures"]
if further := os.environ.get("IMAGES_FOR_SAMENESS"):
    FOLDERS.append(pathlib.Path(further))
# All files there, including pictures of other formats and files that are no pictures.
PICTURES = {path.name: path.read_bytes() for folder in FOLDERS for path in sorted(folder.iterdir())
            if path.is_file()}
# A damaged picture, bytes that are no picture, and no bytes.
PICTURES |= {"cut.png": PICTURES["digit-7.png"][:200], "text.jpg": b"no picture", "empty.png": b""}
NAMES = list(PICTURES)
JSON, LINES = "application/json", "application/jsonlines"


@pytest.fixture(scope="module", params=["digits", "recordings"])
def handles(request, shared_host):
    """The same model in both handles: `serve`, Lambda, and Lambda that streams."""
    model = DIGITS if request.param == "digits" else RECORDINGS / "model"
    s3 = {"AWS_ENDPOINT_URL_S3": shared_host.url("").rstrip("/")} | {
        name: value for name, value in ENVIRONMENT.items() if name.startswith("AWS_")
        and "LAMBDA" not in name}
    with (Server("--fetch-allow", "127.0.0.0/8", model=model, env=s3) as server,
          RuntimeAPI() as api, LambdaFunction(api, model=model, env=s3),
          RuntimeAPI() as streaming,
          LambdaFunction(streaming, "--invoke-mode", "response-stream", model=model, env=s3)):
        yield server, api, streaming, request.param == "digits"


@pytest.fixture
def pictures(host):
    """The host has all of them."""
    host.pictures.update(PICTURES)
    return host


@dataclasses.dataclass
class Asked:
    """One request, before it is put into any shape."""

    body: bytes
    kind: str | None = JSON
    query: str = ""
    is_text: bool = True
    is_direct: bool = True


def json_requests(host, name: str) -> list[Asked]:
    """Every JSON form with one picture, and every mistake in each form."""
    uri, b64 = host.url(f"image/{name}"), base64.b64encode(PICTURES[name]).decode()
    data = f"data:{media_type(name)};base64,{b64}"
    forms = [{"uri": uri}, {"uri": uri, "top_k": 1000}, {"uri": data},
             {"uri": f"s3://image/{name}"},
             {"uris": [uri, host.url("image/none.png"), data, "s3://image/none.png", uri]},
             {"instances": [{"b64": b64}, {"uri": uri}], "top_k": 3},
             {"uris": ["ftp://x/", 7, "", "http://169.254.169.254/"]},
             {"instances": [{"b64": b64 + "!"}, {}, {"b64": b64, "uri": uri}]}, {"uris": []}, {}]
    asked = [Asked(json.dumps(form).encode()) for form in forms]
    return [*asked, Asked(asked[0].body, None),
            Asked(asked[0].body, JSON, "a=b&top_k=2", is_direct=False),
            Asked(asked[5].body, JSON, "top_k=2", is_direct=False)]


def raw_requests(name: str) -> list[Asked]:
    """The picture's bytes under every accepted Content-Type."""
    kinds = [media_type(name), "application/x-image", "application/octet-stream", None, "text/csv"]
    return [Asked(PICTURES[name], kind, query, is_text=False, is_direct=False)
            for kind in kinds for query in ("", "top_k=10")[:1 if kind else 2]]


def line_requests(host, name: str) -> list[Asked]:
    """JSON lines of every form, and malformed lines."""
    lines = [one.body for one in json_requests(host, name) if one.is_direct]
    lines += [json.dumps(host.url(f"image/{name}")).encode(), b"", b"{", b"17", b'"ftp:"\r']
    return [Asked(b"\n".join(lines), kind, query, is_direct=False)
            for kind, query in [(LINES, ""), ("application/x-jsonlines", "top_k=1")]]


def media_type(name: str) -> str:
    return "image/" + name.rpartition(".")[2].replace("jpg", "jpeg")


def http_events(asked: Asked):
    """The request as each service sends it, as text and as base64, and the function that opens its answer."""
    fields = {"content-type": asked.kind} if asked.kind else {}
    pairs = dict(urllib.parse.parse_qsl(asked.query))
    lists = {name: [value] for name, value in pairs.items()}
    for binary in ([False, True] if asked.is_text else [True]):
        options = {"binary": binary}
        yield (f"url {binary}", events.function_url(
            "POST", "/invocations", asked.body, asked.kind, query=asked.query, **options), opened)
        yield (f"rest {binary}", events.rest_api(
            "POST", "/invocations", asked.body, fields, query=lists or None, **options), opened)
        for many in (False, True):
            yield (f"balancer {many} {binary}", events.load_balancer(
                "POST", "/invocations", asked.body, fields, query=pairs, multi_value=many,
                **options), lambda reply, many=many: opened_by_load_balancer(reply, many))
    yield ("lattice", events.lattice("POST", "/invocations", asked.body, fields, query=lists),
           lambda reply: opened_by_load_balancer(reply, False))


def streamed(answer) -> HTTPAnswer:
    prelude, payload = answer.prelude()
    fields = {name.lower(): value for name, value in prelude["headers"].items()}
    return HTTPAnswer(prelude["statusCode"], fields, payload)


def assert_same(handles, asked: Asked) -> None:
    """Lambda answers as `serve` does, in every shape."""
    server, api, streaming, is_thorough = handles
    served = server.invoke(asked.body, asked.kind, query="?" + asked.query)
    expected = (served.status_code, served.headers.get("content-type"), served.content)
    shapes = list(http_events(asked))
    for shape, event, open_reply in shapes if is_thorough else shapes[:1]:
        answers = [open_reply(api.call(event).body)]
        # The other services take no streams.
        if shape.startswith(("url", "rest")):
            answers.append(streamed(streaming.call(event)))
        for answer in answers:
            got = (answer.status, answer.fields.get("content-type"), answer.body)
            assert got == expected, (shape, asked)
    for lambda_api in (api, streaming) if asked.is_direct else ():
        answer = lambda_api.call(asked.body)
        if served.status_code == 200:
            assert (answer.call, answer.body) == ("response", served.content), asked
        else:
            assert answer.error() == (served.json()["code"], served.json()["error"]), asked


@pytest.mark.parametrize("name", NAMES)
def test_json(handles, pictures, name):
    for asked in json_requests(pictures, name):
        assert_same(handles, asked)


@pytest.mark.parametrize("name", NAMES)
def test_bytes(handles, name):
    for asked in raw_requests(name):
        assert_same(handles, asked)


@pytest.mark.parametrize("name", NAMES)
def test_lines(handles, pictures, name):
    for asked in line_requests(pictures, name):
        assert_same(handles, asked)


def test_all_pictures_in_one_request(handles, pictures):
    uris = [pictures.url(f"image/{name}") for name in NAMES]
    assert_same(handles, Asked(json.dumps({"uris": uris}).encode()))
    assert_same(handles, Asked("\n".join(map(json.dumps, uris)).encode(), LINES, is_direct=False))


def test_again_and_again(handles):
    """Neither the order nor earlier requests change an answer."""
    server, api, *_ = handles
    picture = base64.b64encode(PICTURES[NAMES[-4]]).decode()
    request = {"instances": [{"b64": picture}], "top_k": 1000}
    served = server.invoke(json=request).content
    assert {api.call(request).body for _ in range(20)} == {served}
