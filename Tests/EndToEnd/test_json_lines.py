"""`application/jsonlines`: a line in, a line out, in order, each as soon as it is done."""

import base64
import json

import pytest
from raw_client import RawClient

ALIASES = ["application/jsonlines", "application/jsonl", "application/x-jsonlines"]


def body_of(*lines, end: str = "\n") -> bytes:
    return end.join(line if isinstance(line, str) else json.dumps(line) for line in lines).encode()


def answers(response) -> list:
    assert response.content.endswith(b"\n")
    return [json.loads(line) for line in response.content.splitlines()]


@pytest.mark.parametrize("content_type", ALIASES)
def test_order(server, host, samples, content_type):
    names = list(samples) * 4
    lines = [{"uri": host.url(f"image/{name}")} for name in names]
    answer = server.invoke(body_of(*lines), content_type)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/jsonlines"
    assert [(one["uri"], one["results"][0]["label"]) for one in answers(answer)] == [
        (host.url(f"image/{name}"), name[6]) for name in names]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n", "\n \t\n"])
@pytest.mark.parametrize("last", ["", "\n"])
def test_line_endings_and_blank_lines(server, host, end, last):
    lines = [{"uri": host.url(f"image/digit-{digit}.png")} for digit in range(3)]
    answer = server.invoke(body_of(*lines, end=end) + last.encode(), ALIASES[0])
    assert [one["results"][0]["label"] for one in answers(answer)] == ["0", "1", "2"]


def test_every_form_on_a_line(server, host, samples):
    uri = host.url("image/digit-1.png")
    picture = base64.b64encode(samples["digit-2.png"]).decode()
    answer = server.invoke(body_of(
        json.dumps(uri), {"uri": uri, "top_k": 1}, {"uris": [uri, uri]},
        {"instances": [{"b64": picture}]}), ALIASES[0])
    bare, one, two, instances = answers(answer)
    assert bare["uri"] == uri and len(bare["results"]) == 5
    assert len(one["results"]) == 1
    assert [each["uri"] for each in two["predictions"]] == [uri, uri]
    assert instances["predictions"][0]["results"][0]["label"] == "2"


def test_errors_stand_in_their_place(server, host):
    good = {"uri": host.url("image/digit-4.png")}
    answer = server.invoke(body_of(
        good, "{not json", good, "[]", {"uri": host.url("image/none.png")}, "\x00", "17", good,
        {"uri": host.url("text")}), ALIASES[0])
    assert answer.status_code == 200
    assert [one.get("code", "ok") for one in answers(answer)] == [
        "ok", "Function.BadRequest", "ok", "Function.BadRequest", "Function.FetchFailed",
        "Function.BadRequest", "Function.BadRequest", "ok", "Function.ImageUndecodable"]


def test_top_k_of_the_query_holds_for_lines_that_do_not_say(server, host):
    uri = host.url("image/digit-4.png")
    answer = server.invoke(body_of({"uri": uri}, {"uri": uri, "top_k": 3}), ALIASES[0],
                           query="?top_k=1")
    assert [len(one["results"]) for one in answers(answer)] == [1, 3]


def test_a_line_is_sent_before_the_next_is_done(server, host):
    body = body_of({"uri": host.url("image/digit-1.png")}, {"uri": host.url("slow/digit-2.png")})
    with RawClient(server.port) as client:
        client.request("POST", "/invocations", body, {"Content-Type": ALIASES[0]})
        head = client.head()
        assert head.status == 200 and head.fields["transfer-encoding"] == "chunked"
        first = client.chunk()
        assert host.wait_for(lambda: host.hanging == 1), "the second line was not under way"
        assert json.loads(first)["results"][0]["label"] == "1"
        host.released.set()
        rest = b""
        while piece := client.chunk():
            rest += piece
    assert json.loads(rest)["results"][0]["label"] == "2"


def test_a_slow_first_line_keeps_its_place(server, host):
    body = body_of({"uri": host.url("slow/digit-1.png")}, {"uri": host.url("image/digit-2.png")})
    with RawClient(server.port) as client:
        client.request("POST", "/invocations", body, {"Content-Type": ALIASES[0]})
        assert host.wait_for(lambda: len(host.requests) == 2 and host.hanging == 1)
        host.released.set()
        answer = client.answer()
    assert [json.loads(line)["results"][0]["label"] for line in answer.body.splitlines()] == [
        "1", "2"]


def test_ten_thousand_lines(unharmed, seven):
    line = json.dumps({"instances": [{"b64": base64.b64encode(seven).decode()}], "top_k": 1})
    before = unharmed.memory_mib()
    answer = unharmed.invoke(((line + "\n") * 5000).encode(), ALIASES[0])
    lines = answer.content.splitlines()
    assert len(lines) == 5000 and len(set(lines)) == 1
    assert json.loads(lines[0])["predictions"][0]["results"][0]["label"] == "7"
    assert unharmed.memory_mib() < before + 100


def test_an_empty_body(server):
    answer = server.invoke(b"\n", ALIASES[0])
    assert answer.status_code in (200, 400)
    assert answer.status_code == 400 or answer.content == b""


def test_accept_of_json_lines(server, host):
    body = body_of({"uri": host.url("image/digit-1.png")})
    for accept, status in [(ALIASES[0], 200), ("*/*", 200), ("text/html", 406)]:
        answer = server.invoke(body, ALIASES[0], headers={"Accept": accept})
        assert answer.status_code == status


def test_http_1_0_streams_until_the_end_of_the_connection(server, host):
    body = body_of({"uri": host.url("image/digit-1.png")}, {"uri": host.url("image/digit-2.png")})
    with RawClient(server.port) as client:
        client.request("POST", "/invocations", body, {"Content-Type": ALIASES[0]}, "HTTP/1.0")
        answer = client.answer()
    assert "transfer-encoding" not in answer.fields
    assert [json.loads(line)["results"][0]["label"] for line in answer.body.splitlines()] == [
        "1", "2"]
