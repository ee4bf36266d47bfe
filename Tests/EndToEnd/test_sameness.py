"""One answer, whatever the handle: bodies of `serve` and of Lambda, byte by byte.

For every form of a request and every picture at hand: the digits', the recordings', over their
larger network with as many threads as each handle takes by itself, and those of a folder that
IMAGES_FOR_SAMENESS names, if it is set.
"""

import base64
import json
import os
import pathlib

import events
import pytest
from envelopes import opened, opened_by_load_balancer
from lambda_function import LambdaFunction
from process import DIGITS
from runtime_api import RuntimeAPI
from server import Server

RECORDINGS = pathlib.Path(__file__).parent / "recordings"
FOLDERS = [DIGITS / "samples", RECORDINGS / "pictures"]
if further := os.environ.get("IMAGES_FOR_SAMENESS"):
    FOLDERS.append(pathlib.Path(further))
# Whatever is in there, pictures of other formats and files that are none included.
PICTURES = {path.name: path.read_bytes() for folder in FOLDERS for path in sorted(folder.iterdir())
            if path.is_file()}
# A damaged picture, and bytes that are none.
PICTURES |= {"cut.png": PICTURES["digit-7.png"][:200], "text.jpg": b"no picture"}
NAMES = list(PICTURES)
LINES = "application/jsonlines"


@pytest.fixture(scope="module", params=["digits", "recordings"])
def handles(request):
    """The same model in every handle: `serve`, Lambda, and Lambda that streams."""
    model = DIGITS if request.param == "digits" else RECORDINGS / "model"
    with (Server("--fetch-allow", "127.0.0.0/8", model=model) as server,
          RuntimeAPI() as api, LambdaFunction(api, model=model),
          RuntimeAPI() as streaming,
          LambdaFunction(streaming, "--invoke-mode", "response-stream", model=model)):
        yield server, api, streaming


def media_type(name: str) -> str:
    return "image/" + name.rpartition(".")[2].replace("jpg", "jpeg")


@pytest.fixture
def pictures(host):
    """The host has all of them."""
    host.pictures.update(PICTURES)
    return host


def json_requests(host, name: str) -> list[dict]:
    """Every JSON form that asks about one picture."""
    uri, b64 = host.url(f"image/{name}"), base64.b64encode(PICTURES[name]).decode()
    return [{"uri": uri}, {"uri": uri, "top_k": 1000},
            {"uri": f"data:{media_type(name)};base64,{b64}"},
            {"uris": [uri, host.url("image/none.png"), uri]},
            {"instances": [{"b64": b64}, {"uri": uri}]}, {"instances": [{"b64": b64}], "top_k": 3}]


@pytest.mark.parametrize("name", NAMES)
def test_json(handles, pictures, name):
    server, api, streaming = handles
    for request in json_requests(pictures, name):
        served = server.invoke(json=request)
        for lambda_api in (api, streaming):
            answer = lambda_api.call(request)
            if served.status_code == 200:
                assert (answer.call, answer.body) == ("response", served.content)
            else:
                assert answer.error() == (served.json()["code"], served.json()["error"])
        body = json.dumps(request).encode()
        told = events.function_url("POST", "/invocations", body, "application/json")
        reply = opened(api.call(told).body)
        assert (reply.status, reply.body) == (served.status_code, served.content)
        assert streaming.call(told).prelude()[1] == served.content


@pytest.mark.parametrize("name", NAMES)
def test_bytes(handles, name):
    server, api, streaming = handles
    picture, kind = PICTURES[name], media_type(name)
    served = server.invoke(picture, kind, query="?top_k=10")
    url = events.function_url("POST", "/invocations", picture, kind, query="top_k=10", binary=True)
    rest = events.rest_api("POST", "/invocations", picture, {"Content-Type": kind},
                           query={"top_k": ["10"]}, binary=True)
    balancer = events.load_balancer("POST", "/invocations", picture, {"content-type": kind},
                                    query={"top_k": "10"}, binary=True)
    for reply in [opened(api.call(url).body), opened(api.call(rest).body),
                  opened_by_load_balancer(api.call(balancer).body, False)]:
        assert (reply.status, reply.body) == (served.status_code, served.content)
    prelude, payload = streaming.call(url).prelude()
    assert (prelude["statusCode"], payload) == (served.status_code, served.content)


def test_lines(handles, pictures):
    server, api, streaming = handles
    lines = [json.dumps(request) for name in NAMES for request in json_requests(pictures, name)[:2]]
    body = "\n".join([*lines, "{", "17", json.dumps(pictures.url("text"))]).encode()
    served = server.invoke(body, LINES).content
    assert len(served.splitlines()) == len(lines) + 3
    told = events.function_url("POST", "/invocations", body, LINES)
    assert opened(api.call(told).body).body == served
    assert streaming.call(told).prelude()[1] == served


def test_all_pictures_in_one_request(handles, pictures):
    server, api, _ = handles
    request = {"uris": [pictures.url(f"image/{name}") for name in NAMES]}
    assert api.call(request).body == server.invoke(json=request).content


def test_again_and_again(handles):
    """Neither order nor what came before changes an answer."""
    server, api, _ = handles
    picture = base64.b64encode(PICTURES[NAMES[-3]]).decode()
    request = {"instances": [{"b64": picture}], "top_k": 1000}
    served = server.invoke(json=request).content
    assert {api.call(request).body for _ in range(20)} == {served}
