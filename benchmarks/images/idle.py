#!/usr/bin/env python3
"""Memory of 10,000 idle connections, each of which has had one answer.

Other connections come first and stay open: they use up the heap that loading the model left free. Exit
status 1 above 2 KiB each.
"""

import argparse
import os
import resource
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import processes, table

PING = b"GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n"

WARM_UP = 4000


def ask(connection):
    connection.sendall(PING)
    if not connection.recv(4096).startswith(b"HTTP/1.1 200"):
        raise SystemExit("/ping does not answer 200")


def connect(port):
    connection = socket.create_connection(("127.0.0.1", port))
    ask(connection)
    return connection


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    processes.add_server_options(parser)
    parser.add_argument("--connections", type=int, default=10_000)
    options = parser.parse_args()
    processes.require(options)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    total = options.connections + WARM_UP
    if hard < total + 64:
        raise SystemExit(f"at most {hard} descriptors are allowed here; see --connections")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    everywhere = os.sched_getaffinity(0)
    with processes.amphora(
            options, everywhere, "--max-connections", str(total + 16)) as server:
        port = int(server.seen.group(1))
        first = [connect(port) for _ in range(WARM_UP)]
        before = processes.memory_kib(server.pid)
        held = [connect(port) for _ in range(options.connections)]
        after = processes.memory_kib(server.pid)
        for connection in first + held:
            ask(connection)
    each = (after - before) * 1024 / options.connections
    table.show(
        ["idle connections", "held", "bytes each", "bar"],
        [["anonymous memory", f"{len(held):,}", f"{each:,.0f}", "≤ 2,048"]])
    return 0 if each <= 2048 else 1


if __name__ == "__main__":
    sys.exit(main())
