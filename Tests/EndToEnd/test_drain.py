"""SIGTERM: requests in flight are answered, no new ones begin, exit 0 (docs/platforms.md A1); exit 75
if a second signal or the end of the drain time abandons requests."""

import contextlib
import json
import signal
import time

import pytest
from patience import wait_until
from raw_client import RawClient
from server import Server

# Only the test ends hanging requests, not a limit or the end of the drain time.
PATIENT = ("--fetch-allow", "127.0.0.0/8", "--fetch-timeout", "600", "--request-timeout", "600",
           "--drain-timeout", "600")
ABANDONED = 75


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_server_leaves_at_once(number):
    with Server(*PATIENT) as server:
        with RawClient(server.port) as idle:
            idle.request("GET", "/ping")
            assert idle.answer().status == 200
            server.terminate(number)
            assert idle.closed()
        # The server does not wait for the drain time.
        assert server.wait() == 0


def begin(server, host, path: str = "slow/digit-7.png") -> RawClient:
    """A request whose picture is being fetched."""
    hanging = host.hanging
    client = RawClient(server.port)
    client.request("POST", "/invocations", json.dumps({"uri": host.url(path)}).encode())
    assert host.wait_for(lambda: host.hanging == hanging + 1)
    return client


def test_in_flight_is_answered_then_exit_0(host):
    with Server(*PATIENT) as server, contextlib.ExitStack() as stack:
        clients = [stack.enter_context(begin(server, host)) for _ in range(5)]
        server.terminate()
        wait_until_draining(server)
        host.released.set()
        for client in clients:
            answer = client.answer()
            assert answer.json()["results"][0]["label"] == "7"
            assert answer.closes and client.closed()
        assert server.wait() == 0


def wait_until_draining(server) -> None:
    wait_until(lambda: new_ping(server) != 200, "/ping is still 200 after SIGTERM")


def new_ping(server) -> int | None:
    """The status of /ping on a new connection; None if the server accepts none."""
    try:
        with RawClient(server.port) as client:
            client.request("GET", "/ping")
            return client.answer().status
    except (ConnectionError, EOFError):
        return None


def test_ping_is_503_while_draining(host):
    with Server(*PATIENT) as server, begin(server, host) as client:
        server.terminate()
        wait_until_draining(server)
        assert new_ping(server) == 503
        host.released.set()
        assert client.answer().status == 200
        assert server.wait() == 0


def test_new_work_is_refused_while_draining(host, seven):
    with Server(*PATIENT) as server, begin(server, host) as client:
        server.terminate()
        wait_until_draining(server)
        with contextlib.suppress(ConnectionError):
            answer = server.invoke(seven, "image/png")
            assert (answer.status_code, answer.json()["code"]) == (503, "Function.Unavailable")
            assert answer.headers["Retry-After"]
        host.released.set()
        assert client.answer().status == 200
        assert server.wait() == 0


def test_the_lines_of_a_stream_are_all_answered(host):
    lines = [{"uri": host.url("image/digit-1.png")}, {"uri": host.url("slow/digit-2.png")},
             {"uri": host.url("image/digit-3.png")}]
    body = "\n".join(json.dumps(line) for line in lines).encode()
    with Server(*PATIENT) as server, RawClient(server.port) as client:
        client.request("POST", "/invocations", body, {"Content-Type": "application/jsonlines"})
        # The head has been sent, so it can no longer announce that the connection closes.
        assert client.head().status == 200
        sent = client.chunk()
        server.terminate()
        wait_until_draining(server)
        host.released.set()
        while piece := client.chunk():
            sent += piece
        labels = [json.loads(line)["results"][0]["label"] for line in sent.splitlines()]
        assert labels == ["1", "2", "3"]
        assert client.closed()
        assert server.wait() == 0


def test_the_drain_time_ends_the_wait(host):
    with Server(*PATIENT, "--drain-timeout", "0.5") as server, begin(server, host, "hang"):
        start = time.monotonic()
        server.terminate()
        # Only the drain time ends it, and not too early.
        assert server.wait() == ABANDONED
        assert 0.3 < time.monotonic() - start
        assert "drain time is over abandoned=1" in server.text()
        assert f"stopped status={ABANDONED}" in server.text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_at_once(host, number):
    with Server(*PATIENT) as server, contextlib.ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(begin(server, host, "hang"))
        server.terminate()
        wait_until_draining(server)
        server.terminate(number)
        assert server.wait() == ABANDONED
        assert "a second signal: stopping at once abandoned=3" in server.text()


def test_a_body_that_is_still_arriving_is_abandoned_too(seven):
    with Server("--drain-timeout", "0.2") as server, RawClient(server.port) as client:
        client.send(b"POST /invocations HTTP/1.1\r\nHost: a\r\nContent-Type: image/png\r\n"
                    b"Content-Length: %d\r\n\r\n" % len(seven) + seven[:-1])
        # Once the server has answered a later request, it has read this one.
        server.ping()
        server.terminate()
        assert server.wait() == ABANDONED
        assert "abandoned=1" in server.text()


def test_a_second_signal_that_abandons_nothing(host):
    """An answer that has been sent is not lost, though its client does not hang up."""
    with Server(*PATIENT) as server, begin(server, host) as client:
        server.terminate()
        wait_until_draining(server)
        host.released.set()
        assert client.answer().status == 200
        server.terminate()
        assert server.wait() == 0
        assert "abandoned=1" not in server.text()
