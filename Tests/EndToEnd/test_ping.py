"""`/ping`, which SageMaker requests every few seconds (docs/platforms.md A3)."""

import pytest
import requests
from patience import HANG_S
from raw_client import RawClient


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
def test_ready_is_an_empty_200(server, method):
    answer = requests.request(method, server.url + "/ping", timeout=HANG_S)
    assert (answer.status_code, answer.content) == (200, b"")


def test_post_with_a_body(server):
    answer = requests.post(server.url + "/ping", data=b"are you there?", timeout=HANG_S)
    assert (answer.status_code, answer.content) == (200, b"")


def test_query_is_ignored(server):
    assert requests.get(server.url + "/ping?from=balancer", timeout=HANG_S).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "BREW"])
def test_other_methods_are_405_and_name_the_right_ones(server, method):
    answer = requests.request(method, server.url + "/ping", timeout=HANG_S)
    assert answer.status_code == 405
    assert {word.strip() for word in answer.headers["Allow"].split(",")} == {"GET", "HEAD", "POST"}
    assert answer.json()["code"] == "Function.MethodNotAllowed"


def test_head_has_no_body_on_the_wire(server):
    with RawClient(server.port) as client:
        client.request("HEAD", "/ping")
        assert client.answer(head_only=True).status == 200
        client.request("GET", "/ping")
        assert client.answer().status == 200


@pytest.mark.parametrize("path", ["/Ping", "/ping/", "/pin", "/invocations/x", "//ping", "*"])
def test_unknown_routes_are_404(server, path):
    with RawClient(server.port) as client:
        client.request("GET", path)
        answer = client.answer()
    # `*` belongs to OPTIONS alone (RFC 9112 §3.2.4): as the target of GET it is malformed.
    assert answer.status == (400 if path == "*" else 404)
    assert set(answer.json()) == {"error", "code"}
