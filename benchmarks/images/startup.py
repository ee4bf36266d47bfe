#!/usr/bin/env python3
"""From the start of the process to its listening socket, and to the first /ping answered 200."""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import cores, processes, table

PING = b"GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n"


def start(options, core, port):
    """Milliseconds to listening, to ready; the CPU milliseconds used until then."""
    began = time.perf_counter()
    server = subprocess.Popen(
        ["taskset", "-c", str(core), options.binary, "serve", "--host", "127.0.0.1", "--port",
         str(port), "--workers", "1", "--model-path", options.model_path],
        stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                client = socket.create_connection(("127.0.0.1", port))
                break
            except ConnectionRefusedError:
                if server.poll() is not None:
                    raise SystemExit(f"{options.binary} ended with status {server.returncode}")
                time.sleep(0.0002)
        listening = time.perf_counter() - began
        while True:
            client.sendall(PING)
            if client.recv(4096).startswith(b"HTTP/1.1 200"):
                break
            time.sleep(0.001)
        ready = time.perf_counter() - began
        return listening * 1e3, ready * 1e3, processes.cpu_of(server.pid).total * 1e3
    finally:
        server.terminate()
        server.wait()


def bare(command):
    """Milliseconds of a command from start to end."""
    began = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return (time.perf_counter() - began) * 1e3


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    processes.add_server_options(parser)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--cores", help="the server's and the client's, as 2,3")
    options = parser.parse_args()
    processes.require(options)
    core, client = cores.choose(options.cores, 2)[:2]
    os.sched_setaffinity(0, [client])
    empty, version, starts = [], [], []
    for number in range(options.rounds):
        empty.append(bare(["taskset", "-c", str(core), "true"]))
        version.append(bare(["taskset", "-c", str(core), options.binary, "--version"]))
        starts.append(start(options, core, 18200 + number))
    columns = [("`true` (the cost of measuring)", empty), ("`amphora --version`", version)]
    names = ["start to listening", "start to ready", "CPU until ready"]
    columns += [(name, [values[index] for values in starts]) for index, name in enumerate(names)]
    table.show(
        ["start, milliseconds", "median", "best"],
        [[name, f"{statistics.median(values):.1f}", f"{min(values):.1f}"]
         for name, values in columns])


if __name__ == "__main__":
    sys.exit(main())
