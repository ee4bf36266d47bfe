#!/usr/bin/env python3
"""How long /ping takes while hosts hang or drip, clients are slow, and workers are busy.

Measured on new connections, including the time to connect, and on one keep-alive connection.
`overload.py` measures it under overload. Exit status 1 if a bar is missed.
"""

import argparse
import contextlib
import http.client
import json
import os
import socket
import struct
import sys
import threading
import time
import zlib

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import clients, cores, pictures, processes, table

PING = b"GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n"
HOST = os.path.join(processes.ROOT, "benchmarks/lib/image_host.py")
DAY_MS = 86_400_000
SIDE = 8000
# Milliseconds: the 95th percentile of new connections, the slowest connect, the median on a kept one.
PING_BAR, CONNECT_BAR, STEADY_BAR = 50, 250, 20


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def ask(connection):
    connection.sendall(PING)
    if not connection.recv(4096).startswith(b"HTTP/1.1 200"):
        raise SystemExit("/ping does not answer 200")


def times(port, count):
    """Milliseconds to connect, to the answer on a new connection, and to the answer on a kept one."""
    connects, answers, steady = [], [], []
    with connect(port) as kept:
        for _ in range(count):
            began = time.perf_counter()
            with connect(port) as connection:
                connects.append((time.perf_counter() - began) * 1e3)
                ask(connection)
                answers.append((time.perf_counter() - began) * 1e3)
            began = time.perf_counter()
            ask(kept)
            steady.append((time.perf_counter() - began) * 1e3)
    return connects, answers, steady


@contextlib.contextmanager
def waiting_fetches(options, port, core, count, *pace):
    """Requests whose pictures never arrive completely."""
    command = [sys.executable, HOST, options.image, *pace]
    with processes.process(command, [core], r"port (\d+)") as host:
        uri = f"http://127.0.0.1:{host.seen.group(1)}/picture"
        request = clients.post("/invocations", "application/json", json.dumps({"uri": uri}).encode())
        with contextlib.ExitStack() as stack:
            for _ in range(count):
                stack.enter_context(connect(port)).sendall(request)
            time.sleep(0.5)  # all of them are in flight
            yield


@contextlib.contextmanager
def slow_clients(options, port):
    """Idle connections, clients that write slowly, and clients that never read."""
    with open(options.image, "rb") as file:
        request = clients.post(
            "/invocations", pictures.content_type(options.image), file.read())
    stop = threading.Event()

    def write_slowly():
        with connect(port) as connection:
            connection.sendall(b"POST /invocations HTTP/1.1\r\nHost: x\r\nX-Slow: ")
            while not stop.wait(0.02):
                connection.sendall(b"a")

    def never_read():
        with connect(port) as connection:
            connection.settimeout(0.2)
            with contextlib.suppress(TimeoutError):
                while not stop.is_set():
                    connection.sendall(request)
            stop.wait()

    threads = [threading.Thread(target=task) for task in [write_slowly, never_read] * 15]
    with contextlib.ExitStack() as stack:
        for _ in range(200):
            stack.enter_context(connect(port))
        for thread in threads:
            thread.start()
        stack.callback(lambda: [thread.join() for thread in threads])
        stack.callback(stop.set)
        time.sleep(1)
        yield


def large_picture():
    """A valid PNG of 64 megapixels in kilobytes, which takes a worker a while."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", SIDE, SIDE, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((1 + SIDE // 8) * SIDE), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@contextlib.contextmanager
def busy_workers(port, workers):
    """Twice as many clients as workers, with large pictures one after the other."""
    stop, picture = threading.Event(), large_picture()

    def load():
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while not stop.is_set():
            client.request("POST", "/invocations", picture, {"Content-Type": "image/png"})
            client.getresponse().read()
        client.close()

    threads = [threading.Thread(target=load) for _ in range(2 * workers)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(0.5)  # every worker has one
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    processes.add_server_options(parser)
    pictures.add_options(parser)
    parser.add_argument("--count", type=int, default=200, help="requests of each measurement")
    parser.add_argument("--cores", help="the server's, then the client's: 1,2,3")
    options = parser.parse_args()
    processes.require(options)
    *pinned, client = cores.choose(options.cores, 2)
    workers = len(pinned)
    os.sched_setaffinity(0, [client])
    with processes.amphora(
            options, pinned, "--workers", str(workers), "--access-log", "off", "--fetch-allow",
            "127.0.0.1", "--fetch-timeout", "600", "--head-timeout", "600", "--write-timeout", "600",
            "--drain-timeout", "0") as server:
        port = int(server.seen.group(1))
        cases = {
            "nobody": contextlib.nullcontext(),
            "100 hanging hosts": waiting_fetches(options, port, client, 100, str(DAY_MS)),
            "50 dripping hosts": waiting_fetches(options, port, client, 50, "0", "1000"),
            "200 idle, 15 slow, 15 deaf clients": slow_clients(options, port),
            "all workers busy": busy_workers(port, workers),
        }
        rows, missed = [], False
        for name, case in cases.items():
            with case:
                connects, answers, steady = times(port, options.count)
            values = [
                (clients.percentile(answers, 50), None), (clients.percentile(answers, 95), PING_BAR),
                (max(connects), CONNECT_BAR), (clients.percentile(steady, 50), STEADY_BAR)]
            missed |= any(bar is not None and value >= bar for value, bar in values)
            rows.append([name, *(f"{value:.2f}" for value, _ in values)])
    rows.append(["bar", "-", f"< {PING_BAR}", f"< {CONNECT_BAR}", f"< {STEADY_BAR}"])
    table.show(
        ["/ping beside, milliseconds", "new, p50", "new, p95", "slowest connection",
         "kept, p50"], rows)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
