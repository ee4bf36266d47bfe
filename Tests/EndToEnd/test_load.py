"""Slow hosts, slow clients, crowds: none of them may cost another client its answer.

The tests check the order of events, not times: a request is answered while the others still wait, and
only the test ends their wait. `benchmarks/images/bystanders.py` and `overload.py` measure the times.
"""

import contextlib
import json
import shutil
import socket
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from endless_model import BLACK, WHITE, endless_model, wait_for_held_workers
from hostile_pictures import gray_jpeg
from patience import HANG_S, wait_until
from raw_client import RawClient
from server import Server


# Only the test ends hanging requests.
PATIENT = ("--fetch-allow", "127.0.0.0/8", "--fetch-timeout", "600", "--request-timeout", "600",
           "--head-timeout", "600", "--write-timeout", "600", "--drain-timeout", "0")


@pytest.fixture(scope="module")
def server():
    with Server(*PATIENT) as running:
        yield running
        assert running.alive(), "the server died:\n" + "\n".join(running.log[-20:])


def ping(server, count: int = 40) -> None:
    """Asks for /ping on new connections, one after the other; each answer is 200."""
    for _ in range(count):
        with RawClient(server.port) as client:
            client.request("GET", "/ping")
            assert client.answer().status == 200


def ask(server, picture: bytes, stack: contextlib.ExitStack) -> RawClient:
    """Sends a request on a new connection; does not read its answer."""
    client = stack.enter_context(RawClient(server.port))
    client.request("POST", "/invocations", picture, {"Content-Type": "image/png"})
    return client


def test_a_hundred_hanging_fetches_cost_nobody_anything(server, host, seven):
    """Two such hosts stopped the predecessor altogether."""
    with contextlib.ExitStack() as stack:
        body = json.dumps({"uri": host.url("hang")}).encode()
        clients = [stack.enter_context(RawClient(server.port)) for _ in range(100)]
        for client in clients:
            client.request("POST", "/invocations", body)
        assert host.wait_for(lambda: host.hanging == 100), f"{host.hanging} of 100 are fetching"
        ping(server)
        assert server.invoke(seven, "image/png").status_code == 200
        assert server.invoke(json={"uri": host.url("image/digit-7.png")}).status_code == 200
        # Those answers came while all hundred fetches were hanging.
        assert host.hanging == 100 and not any(client.has_answer() for client in clients)
        host.released.set()
        for client in clients:
            assert client.answer().status == 424


def test_dripping_origins(server, host, seven):
    with contextlib.ExitStack() as stack:
        body = json.dumps({"uri": host.url("drip")}).encode()
        clients = [stack.enter_context(RawClient(server.port)) for _ in range(50)]
        for client in clients:
            client.request("POST", "/invocations", body)
        assert host.wait_for(lambda: host.hanging == 50)
        ping(server)
        assert server.invoke(seven, "image/png").status_code == 200
        assert host.hanging == 50 and not any(client.has_answer() for client in clients)


@pytest.fixture
def held(tmp_path):
    """Starts servers whose workers are all in an endless inference."""
    with contextlib.ExitStack() as stack:
        def start(workers: int, *options: str):
            server = stack.enter_context(
                Server(*PATIENT, "--workers", workers, *options,
                       model=endless_model(tmp_path / "model")))
            clients = [ask(server, WHITE, stack) for _ in range(workers)]
            wait_for_held_workers(server, workers)
            return server, clients

        yield start


def test_a_full_queue_answers_at_once(held):
    """Requests that find the queue full are refused while those before them still wait."""
    server, clients = held(1, "--queue", "2")
    with contextlib.ExitStack() as stack:
        waiting = [ask(server, BLACK, stack) for _ in range(24)]
        wait_until(lambda: sum(client.has_answer() for client in waiting) == 22,
                   lambda: f"{sum(client.has_answer() for client in waiting)} of 22 are refused")
        ping(server, 20)
        refused = [client.answer() for client in waiting if client.has_answer()]
        assert len(refused) == 22 and {answer.status for answer in refused} == {503}
        assert all(int(answer.fields["retry-after"]) >= 1 for answer in refused)
        assert not clients[0].has_answer()


def test_a_crowd_is_answered_or_refused():
    picture = gray_jpeg(6000, 6000)
    with Server("--workers", "1", "--queue", "2") as server:
        def ask(_) -> tuple[int, str | None]:
            with RawClient(server.port) as client:
                client.request("POST", "/invocations", picture, {"Content-Type": "image/jpeg"})
                answer = client.answer()
                return answer.status, answer.fields.get("retry-after")

        with ThreadPoolExecutor(24) as pool:
            asked = [pool.submit(ask, number) for number in range(24)]
            ping(server, 20)
            answers = [one.result() for one in asked]
    assert {status for status, _ in answers} == {200, 503}
    assert all(retry and int(retry) >= 1 for status, retry in answers if status == 503)


def test_a_refusal_says_so(host):
    with Server(*PATIENT, "--workers", "1", "--queue", "1", "--max-fetches", "1") as server, contextlib.ExitStack() as stack:
        body = json.dumps({"uri": host.url("hang")}).encode()
        clients = [stack.enter_context(RawClient(server.port)) for _ in range(12)]
        for client in clients:
            client.request("POST", "/invocations", body)
        assert host.wait_for(lambda: host.hanging == 1)
        # One request fetches; one is admitted for the worker and one for the queue.
        wait_until(lambda: sum(client.has_answer() for client in clients) == 9,
                   lambda: f"{sum(client.has_answer() for client in clients)} of 9 are refused")
        server.ping()
        turned_away = [client for client in clients if client.has_answer()]
        refused = [client.answer() for client in turned_away]
        assert host.hanging == 1
        host.released.set()
        assert {client.answer().status for client in clients if client not in turned_away} == {424}
    for answer in refused:
        assert answer.status == 503
        assert answer.json()["code"] == "Function.Overloaded"
        assert answer.fields["retry-after"].isdigit()
        assert answer.fields["content-type"] == "application/json"


def test_idle_connections_and_slow_clients_disturb_nobody(server, seven):
    stop = threading.Event()
    slow = threading.Semaphore(0)

    def write_slowly() -> None:
        with RawClient(server.port) as client:
            client.send(b"POST /invocations HTTP/1.1\r\nHost: x\r\nX-Slow: ")
            slow.release()
            # Slowly, but within the deadline of a head.
            for _ in range(20_000):
                if stop.wait(0.02):
                    return
                client.send(b"a")

    def never_read() -> None:
        request = (f"POST /invocations?top_k=10 HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n"
                   f"Content-Length: {len(seven)}\r\n\r\n").encode() + seven
        with RawClient(server.port, timeout=0.2, receive_buffer=2048) as client:
            with pytest.raises(TimeoutError):
                while True:
                    client.send(request)
            slow.release()
            stop.wait()

    before = server.memory_mib()
    with contextlib.ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(30))
        stack.callback(stop.set)
        for _ in range(200):
            stack.enter_context(server.connect())
        clients = [pool.submit(task) for task in [write_slowly, never_read] * 15]
        for _ in clients:
            assert slow.acquire(timeout=HANG_S), "a slow client could not be one"
        ping(server, 60)
        with RawClient(server.port) as client:
            for _ in range(100):
                client.request("POST", "/invocations", seven, {"Content-Type": "image/png"})
                assert client.answer().json()["results"][0]["label"] == "7"
        assert server.memory_mib() < before + 100
        # All of the slow clients are still connected.
        assert not any(client.done() for client in clients)
        stop.set()
        for client in clients:
            client.result()
    server.ping()


def test_connections_do_not_leak(server):
    before = server.descriptors()
    for leave in ("close", "reset") * 50:
        client = RawClient(server.port)
        client.request("GET", "/ping")
        client.answer()
        getattr(client, leave)()
    wait_until(lambda: server.descriptors() <= before + 2,
               lambda: f"{server.descriptors()} descriptors, {before} before")
    server.ping()


def test_a_connection_is_accepted_while_all_workers_are_busy(held):
    server, clients = held(2)
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", server.port), timeout=HANG_S):
            server.ping()
    assert not any(client.has_answer() for client in clients)


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_wrk(server):
    done = subprocess.run(["wrk", "-t1", "-c32", "-d1s", server.url + "/ping"],
                          capture_output=True, text=True, timeout=HANG_S)
    assert done.returncode == 0
    assert "Non-2xx" not in done.stdout and "Socket errors" not in done.stdout, done.stdout


@pytest.mark.skipif(shutil.which("h2load") is None, reason="h2load is not installed")
def test_h2load_over_http_1(server):
    done = subprocess.run(
        ["h2load", "--h1", "-n", "20000", "-c", "50", "-m", "8", server.url + "/ping"],
        capture_output=True, text=True, timeout=HANG_S)
    assert "20000 succeeded, 0 failed" in done.stdout, done.stdout
