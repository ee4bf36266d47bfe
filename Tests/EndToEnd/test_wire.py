"""HTTP/1.1 on the wire: connections, framing, and clients with unusual but legal behaviour."""

import json
import re
import subprocess
import threading

import pytest
import requests
from patience import HANG_S
from raw_client import RawClient
from server import Server

PNG = {"Content-Type": "image/png"}


def test_one_connection_serves_many_requests(server, samples):
    with RawClient(server.port) as client:
        for digit in list(range(10)) * 5:
            client.request("POST", "/invocations", samples[f"digit-{digit}.png"], PNG)
            answer = client.answer()
            assert answer.json()["results"][0]["label"] == str(digit)
            assert not answer.closes


def test_pipelined_requests_are_answered_in_order(server, samples, host):
    with RawClient(server.port) as client:
        for digit in range(10):
            client.request("POST", "/invocations", samples[f"digit-{digit}.png"], PNG)
            client.request("GET", "/ping")
            body = json.dumps({"uri": host.url(f"image/digit-{digit}.png")}).encode()
            client.request("POST", "/invocations", body)
        for digit in range(10):
            assert client.answer().json()["results"][0]["label"] == str(digit)
            assert client.answer().body == b""
            assert client.answer().json()["results"][0]["label"] == str(digit)


def chunks(data: bytes, size: int, extension: str = "") -> bytes:
    pieces = [data[start:start + size] for start in range(0, len(data), size)]
    return b"".join(b"%x%s\r\n%s\r\n" % (len(piece), extension.encode(), piece) for piece in pieces)


@pytest.mark.parametrize("size,extension,trailer", [
    (1, "", ""), (7, ";a=b", "X-Sum: 1\r\n"), (100_000, "", ""), (333, ';n="q;\\"x"', "")])
def test_chunked_upload(server, seven, size, extension, trailer):
    with RawClient(server.port) as client:
        client.send("POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n",
                    chunks(seven, size, extension), f"0\r\n{trailer}\r\n")
        assert client.answer().json()["results"][0]["label"] == "7"
        client.request("GET", "/ping")
        assert client.answer().status == 200


def test_chunked_upload_by_requests(server, seven):
    pieces = (seven[start:start + 64] for start in range(0, len(seven), 64))
    answer = requests.post(server.url + "/invocations", data=pieces, headers=PNG, timeout=HANG_S)
    assert answer.json()["results"][0]["label"] == "7"


def test_a_request_byte_by_byte(server, seven):
    with RawClient(server.port) as client:
        head = (f"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n"
                f"Content-Length: {len(seven)}\r\n\r\n").encode()
        for byte in head + seven[:200]:
            client.send(bytes([byte]))
        client.send(seven[200:])
        assert client.answer().json()["results"][0]["label"] == "7"


def test_expect_100_continue(server, seven):
    with RawClient(server.port) as client:
        client.send(f"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n"
                    f"Expect: 100-continue\r\nContent-Length: {len(seven)}\r\n\r\n")
        assert client.head().status == 100
        client.send(seven)
        assert client.answer().json()["results"][0]["label"] == "7"


@pytest.mark.parametrize("field,status", [
    ("Content-Length: 999999999", 413), ("Content-Type: text/csv\r\nContent-Length: 5", 415)])
def test_a_refusal_comes_instead_of_100_continue(server, field, status):
    with RawClient(server.port) as client:
        client.send(f"POST /invocations HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                    f"{field}\r\n\r\n")
        assert client.answer().status == status


@pytest.mark.parametrize("options", [
    [], ["--http1.0"], ["-H", "Expect: 100-continue"], ["-H", "Transfer-Encoding: chunked"],
    ["-H", "Content-Type: image/png"], ["--no-keepalive"]])
def test_curl(server, seven, options, tmp_path):
    picture = tmp_path / "seven.png"
    picture.write_bytes(seven)
    done = subprocess.run(
        ["curl", "-sS", "--noproxy", "*", "--fail", "--max-time", str(HANG_S), *options,
         "--data-binary", f"@{picture}", server.url + "/invocations"],
        capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["results"][0]["label"] == "7"


def test_half_close_after_the_request(server, seven):
    with RawClient(server.port) as client:
        client.request("POST", "/invocations", seven, PNG)
        client.finish_sending()
        assert client.answer().json()["results"][0]["label"] == "7"
        assert client.closed()


def test_half_close_while_the_image_is_being_fetched(server, host):
    body = json.dumps({"uri": host.url("slow/digit-7.png")}).encode()
    with RawClient(server.port) as client:
        client.request("POST", "/invocations", body)
        client.finish_sending()
        assert host.wait_for(lambda: host.hanging == 1)
        assert host.left == 0
        host.released.set()
        assert client.answer().json()["results"][0]["label"] == "7"


def test_a_half_closed_incomplete_request_is_not_answered_with_success(server):
    with RawClient(server.port) as client:
        client.send("POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nshort")
        client.finish_sending()
        try:
            assert client.answer().status == 400
        except EOFError:
            pass


@pytest.mark.parametrize("leave", ["reset", "close"])
def test_a_client_that_has_left_stops_its_fetch(host, leave):
    body = json.dumps({"uri": host.url("hang")}).encode()
    # Only this limit ends the fetch.
    with Server("--fetch-allow", "127.0.0.0/8", "--fetch-timeout", "600", "--request-timeout",
                "600", "--drain-timeout", "0") as server:
        client = RawClient(server.port)
        client.request("POST", "/invocations", body)
        assert host.wait_for(lambda: host.hanging == 1)
        getattr(client, leave)()
        if leave == "reset":
            assert host.wait_for(lambda: host.left == 1), "the fetch outlived its client"
        server.ping()


def test_http_1_0_closes(server):
    with RawClient(server.port) as client:
        client.send("GET /ping HTTP/1.0\r\n\r\n")
        assert client.answer().status == 200
        assert client.closed()


def test_connection_close_is_obeyed(server):
    with RawClient(server.port) as client:
        client.request("GET", "/ping", fields={"Connection": "close"})
        answer = client.answer()
        assert answer.closes and client.closed()


def test_absolute_form(server):
    with RawClient(server.port) as client:
        client.request("GET", "http://model.aws.local:8080/ping")
        assert client.answer().status == 200


@pytest.mark.parametrize("name", ["model.aws.local:8080", "169.254.255.131:8080", "[::1]", "a_b"])
def test_any_host_will_do(server, name):
    with RawClient(server.port) as client:
        client.send(f"GET /ping HTTP/1.1\r\nHost: {name}\r\n\r\n")
        assert client.answer().status == 200


def test_sixteen_kibibytes_of_fields(server):
    fields = {f"X-Amzn-{number}": "a" * 1000 for number in range(16)}
    with RawClient(server.port) as client:
        client.request("GET", "/ping", fields=fields)
        assert client.answer().status == 200


def test_answers_carry_what_http_asks_for(server, seven):
    answer = server.invoke(seven, "image/png")
    assert "Date" in answer.headers
    assert int(answer.headers["Content-Length"]) == len(answer.content)


def test_an_answer_does_not_wait_for_a_delayed_acknowledgement(server, seven):
    """One call sends the whole answer, so no part of it waits for the acknowledgement of another."""
    with RawClient(server.port) as client:
        for number in range(50):
            if number % 2:
                client.request("GET", "/ping")
            else:
                client.request("POST", "/invocations", seven, PNG)
            head, end, body = client.socket.recv(65536).partition(b"\r\n\r\n")
            [length] = re.findall(rb"(?i)\r\ncontent-length: (\d+)", head)
            assert end and len(body) == int(length)


def test_twenty_connections_at_once(server, samples):
    right = []

    def work(digit: int) -> None:
        with RawClient(server.port) as client:
            for _ in range(20):
                client.request("POST", "/invocations", samples[f"digit-{digit}.png"], PNG)
                answer = client.answer()
                right.append(answer.status == 503
                             or answer.json()["results"][0]["label"] == str(digit))

    threads = [threading.Thread(target=work, args=(number % 10,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(right) == 400 and all(right)
