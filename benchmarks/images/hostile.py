#!/usr/bin/env python3
"""Time and CPU time that hostile input costs, compared with the largest valid picture.

The input is that of `Tests/EndToEnd/test_hostile.py`, which tests answers and memory. Needs the Python
environment that `make test` makes. Exit status 1 if a bar is missed.
"""

import argparse
import http.client
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import cores, processes, table, tests

PNG, JPEG, JSON = "image/png", "image/jpeg", "application/json"
HONEST = "64 megapixels, honest"


def inputs(seven):
    """Name: type, body, and the seconds in which it must be answered."""
    import hostile_pictures as made
    return {
        HONEST: (PNG, made.one_bit_png(8000, 8000), None),
        "a giant's header, PNG": (PNG, made.png(60_000, 60_000, None), 0.5),
        "a giant's header, JPEG": (JPEG, made.jpeg_header(60_000, 60_000), 0.5),
        "256 megapixels in kilobytes": (PNG, made.one_bit_png(16_000, 16_000), 0.5),
        "200 MB of text in a picture": (PNG, made.text_bomb_png(seven), 2),
        "more rows than there are": (PNG, made.png(8, 8, bytes(50_000_000)), 2),
        "a JPEG of 2,000 scans": (JPEG, made.many_scans_jpeg(2000), 5),
        "a million brackets": (JSON, b"[" * 1_000_000, 3),
        "half a million objects": (JSON, b'{"a":' * 500_000, 3),
        "a string of 5 MB": (JSON, b'{"uri": "' + b"a" * 5_000_000 + b'"}', 3),
        "a number of 1 MB": (JSON, b'{"uri": ' + b"1" * 1_000_000 + b"}", 3),
        "200,000 URIs": (JSON, b'{"uris": [' + b'"",' * 200_000 + b'""]}', 3),
        "200,000 instances": (JSON, b'{"instances": [' + b"{}," * 200_000 + b"{}]}", 3),
        "5 MB of Base64": (JSON, b'{"uri": "data:image/png;base64,' + b"A" * 5_000_001 + b'"}', 3),
    }


def ask(server, kind, body):
    """Seconds to the answer, CPU seconds of the server, and the status."""
    connection = http.client.HTTPConnection("127.0.0.1", int(server.seen.group(1)), timeout=120)
    used, began = processes.cpu_of(server.pid).total, time.perf_counter()
    connection.request("POST", "/invocations", body, {"Content-Type": kind})
    answer = connection.getresponse()
    answer.read()
    took = time.perf_counter() - began
    connection.close()
    return took, processes.cpu_of(server.pid).total - used, answer.status


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    processes.add_server_options(parser)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cores", help="the server's, then the client's: 2,3")
    options = parser.parse_args()
    processes.require(options)
    tests.use_support()
    *pinned, client = cores.choose(options.cores, 2)
    os.sched_setaffinity(0, [client])
    with open(os.path.join(processes.ROOT, "models/digits/samples/digit-7.png"), "rb") as file:
        sent = inputs(file.read())
    with processes.amphora(options, pinned, "--access-log", "off") as server:
        rounds = {name: [] for name in sent}
        for _ in range(options.rounds):
            for name, (kind, body, _) in sent.items():
                rounds[name].append(ask(server, kind, body))
    honest = statistics.median(used for _, used, _ in rounds[HONEST])
    rows, missed = [], False
    for name, (_, body, bar) in sent.items():
        took = statistics.median(took for took, _, _ in rounds[name])
        used = statistics.median(used for _, used, _ in rounds[name])
        missed |= bar is not None and took >= bar
        rows.append([
            name, f"{len(body):,}", rounds[name][0][2], f"{took * 1e3:,.1f}",
            f"< {bar * 1e3:,.0f}" if bar else "-", f"{used * 1e3:,.1f}", f"{used / honest:.2f}"])
    table.show(["input", "bytes", "status", "ms", "bar", "CPU ms", "÷ honest"], rows)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
