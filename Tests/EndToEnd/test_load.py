"""Slow hosts, slow clients, crowds: none of them may cost anyone else an answer."""

import contextlib
import json
import shutil
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hostile_pictures import gray_jpeg
from raw_client import RawClient
from server import Server

PING_S = 0.05


def ping_times(server, count: int = 40) -> list[float]:
    """Seconds of each /ping on a connection of its own, sorted."""
    times = []
    for _ in range(count):
        start = time.monotonic()
        with RawClient(server.port) as client:
            client.request("GET", "/ping")
            assert client.answer().status == 200
        times.append(time.monotonic() - start)
    return sorted(times)


def assert_quick(times: list[float]) -> None:
    # One in twenty may have met a busy machine.
    late = [f"{seconds * 1000:.0f} ms" for seconds in times if seconds > PING_S]
    assert len(late) <= len(times) // 20, f"slow: {', '.join(late)}"


def test_a_hundred_hanging_fetches_cost_nobody_anything(server, host, seven):
    """Two of them stopped the predecessor altogether."""
    with contextlib.ExitStack() as stack:
        body = json.dumps({"uri": host.url("hang")}).encode()
        clients = [stack.enter_context(RawClient(server.port)) for _ in range(100)]
        for client in clients:
            client.request("POST", "/invocations", body)
        assert host.wait_for(lambda: host.hanging == 100), f"{host.hanging} of 100 are fetching"
        assert_quick(ping_times(server))
        assert server.invoke(seven, "image/png").status_code == 200
        assert server.invoke(json={"uri": host.url("image/digit-7.png")}).status_code == 200
        host.released.set()
        for client in clients:
            assert client.answer().status == 424


def test_dripping_origins(server, host, seven):
    with contextlib.ExitStack() as stack:
        body = json.dumps({"uri": host.url("drip")}).encode()
        for _ in range(50):
            stack.enter_context(RawClient(server.port)).request("POST", "/invocations", body)
        assert host.wait_for(lambda: host.hanging == 50)
        assert_quick(ping_times(server))
        assert server.invoke(seven, "image/png").status_code == 200


def test_a_full_queue_answers_at_once():
    picture = gray_jpeg(6000, 6000)
    with Server("--workers", "1", "--queue", "2") as server:
        def ask(_) -> tuple[int, float, str | None]:
            with RawClient(server.port, timeout=50) as client:
                client.request("POST", "/invocations", picture, {"Content-Type": "image/jpeg"})
                start = time.monotonic()
                answer = client.answer()
                return answer.status, time.monotonic() - start, answer.fields.get("retry-after")

        with ThreadPoolExecutor(24) as pool:
            asked = [pool.submit(ask, number) for number in range(24)]
            pings = ping_times(server, 20)
            answers = [one.result() for one in asked]
    refused = [(took, retry) for status, took, retry in answers if status == 503]
    assert {status for status, _, _ in answers} == {200, 503}
    assert all(retry and int(retry) >= 1 for _, retry in refused)
    assert sorted(took for took, _ in refused)[len(refused) // 2] < 0.1
    assert_quick(pings)


def test_a_refusal_says_so(host):
    with Server("--workers", "1", "--queue", "1", "--max-fetches", "1",
                "--fetch-allow", "127.0.0.0/8") as server, contextlib.ExitStack() as stack:
        body = json.dumps({"uri": host.url("hang")}).encode()
        clients = [stack.enter_context(RawClient(server.port)) for _ in range(12)]
        answers = []
        for client in clients:
            client.request("POST", "/invocations", body)
        assert host.wait_for(lambda: host.hanging == 1)
        server.ping()
        host.released.set()
        answers = [client.answer() for client in clients]
    refused = [answer for answer in answers if answer.status == 503]
    assert refused and {answer.status for answer in answers} == {424, 503}
    for answer in refused:
        assert answer.json()["code"] == "Function.Overloaded"
        assert answer.fields["retry-after"].isdigit()
        assert answer.fields["content-type"] == "application/json"


def test_idle_connections_and_slow_clients_disturb_nobody(server, seven):
    stop = threading.Event()

    def write_slowly() -> None:
        with RawClient(server.port) as client, contextlib.suppress(OSError):
            for byte in b"POST /invocations HTTP/1.1\r\nHost: x\r\nX-Slow: " + b"a" * 500:
                client.send(bytes([byte]))
                if stop.wait(0.02):
                    return

    def never_read() -> None:
        request = (f"POST /invocations?top_k=10 HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n"
                   f"Content-Length: {len(seven)}\r\n\r\n").encode() + seven
        with RawClient(server.port, timeout=0.2, receive_buffer=2048) as client:
            with contextlib.suppress(OSError):
                for _ in range(2000):
                    client.send(request)
            stop.wait()

    before = server.memory_mib()
    slow = [threading.Thread(target=task) for task in [write_slowly, never_read] * 15]
    with contextlib.ExitStack() as stack:
        stack.callback(lambda: [thread.join() for thread in slow])
        stack.callback(stop.set)
        for _ in range(200):
            stack.enter_context(server.connect())
        for thread in slow:
            thread.start()
        assert_quick(ping_times(server, 60))
        with RawClient(server.port) as client:
            for _ in range(100):
                client.request("POST", "/invocations", seven, {"Content-Type": "image/png"})
                assert client.answer().json()["results"][0]["label"] == "7"
        assert server.memory_mib() < before + 100
    server.ping()


def test_connections_do_not_leak(server):
    import os

    def descriptors() -> int:
        return len(os.listdir(f"/proc/{server.pid}/fd"))

    before = descriptors()
    for leave in ("close", "reset") * 50:
        client = RawClient(server.port)
        client.request("GET", "/ping")
        client.answer()
        getattr(client, leave)()
    deadline = time.monotonic() + 5
    while descriptors() > before + 2 and time.monotonic() < deadline:
        server.ping()
    assert descriptors() <= before + 2


def test_a_connection_is_accepted_while_all_workers_are_busy(server):
    picture = gray_jpeg(6000, 6000)
    with ThreadPoolExecutor(8) as pool:
        busy = [pool.submit(server.invoke, picture, "image/jpeg", timeout=50) for _ in range(8)]
        times = []
        while not all(one.done() for one in busy):
            start = time.monotonic()
            with socket.create_connection(("127.0.0.1", server.port), timeout=5):
                times.append(time.monotonic() - start)
            server.ping()
        assert max(times) < 0.25


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_wrk(server):
    done = subprocess.run(["wrk", "-t1", "-c32", "-d1s", server.url + "/ping"],
                          capture_output=True, text=True, timeout=20)
    assert done.returncode == 0
    assert "Non-2xx" not in done.stdout and "Socket errors" not in done.stdout, done.stdout


@pytest.mark.skipif(shutil.which("h2load") is None, reason="h2load is not installed")
def test_h2load_over_http_1(server):
    done = subprocess.run(
        ["h2load", "--h1", "-n", "20000", "-c", "50", "-m", "8", server.url + "/ping"],
        capture_output=True, text=True, timeout=30)
    assert "20000 succeeded, 0 failed" in done.stdout, done.stdout
