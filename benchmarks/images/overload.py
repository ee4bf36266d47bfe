#!/usr/bin/env python3
"""Ten times the load that a server can carry: goodput, the latency of refusals, /ping meanwhile.

First a closed-loop client finds the peak, without refusals. Then an open-loop client offers ten times
that, and asks for /ping a hundred times a second meanwhile. Exit status 1 if a bar is missed.
"""

import argparse
import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import clients, cores, pictures, processes, table, wrk


PING = b"GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n"
# The rate that one Python thread can send and read without falling behind.
CLIENT_RATE = 3000


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    processes.add_server_options(parser)
    pictures.add_options(parser)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--times", type=float, default=10, help="the load as a multiple of the peak")
    parser.add_argument("--cores", help="the server's, then the client's: 1,2,3")
    options = parser.parse_args()
    processes.require(options)
    wrk.require_tools(wrk="wrk", taskset="util-linux")
    *pinned, client = cores.choose(options.cores, 2)
    with open(options.image, "rb") as file:
        request = clients.post("/invocations", pictures.content_type(options.image), file.read())

    workers = len(pinned)
    with tempfile.TemporaryDirectory() as folder:
        served = processes.amphora(
            options, pinned, "--workers", str(workers), "--access-log", "off")
        with served as server:
            port = int(server.seen.group(1))
            peak = wrk.run(
                f"http://127.0.0.1:{port}/invocations", client, options.seconds, 4 * workers,
                pictures.body_script(folder, options.image)).rate
            if options.times * peak > CLIENT_RATE:
                print(
                    f"not measured: {options.times * peak:,.0f} requests a second are more than this "
                    "client can offer; take a slower model by --model-path")
                return 2
            os.sched_setaffinity(0, [client])
            outcome, pings = clients.offer(
                port, options.seconds, (request, options.times * peak, 256), (PING, 100, 16))

    goodput = outcome.count(200) / options.seconds / peak
    refused = outcome.latencies.get(503, [])
    others = sum(map(len, outcome.latencies.values())) - outcome.count(200) - len(refused)
    slowest = clients.percentile(pings.latencies.get(200, []), 99)
    results = [
        ("goodput ÷ peak", goodput, "≥ 0.95", goodput >= 0.95),
        ("refusal p50, ms", clients.percentile(refused, 50) * 1e3, "-", True),
        ("refusal p99, ms", clients.percentile(refused, 99) * 1e3, "< 5",
         clients.percentile(refused, 99) < 0.005),
        ("/ping p99, ms", slowest * 1e3, "< 10", slowest < 0.010),
        ("answers neither 200 nor 503", others, "0", others == 0),
    ]
    print(
        f"peak {peak:,.0f} pictures/s; offered {options.times * peak:,.0f}/s: {outcome.count(200)} "
        f"answered, {len(refused)} refused, {outcome.lost} without a free connection")
    table.show(
        ["overload", "measured", "bar", "met"],
        [[name, f"{value:.2f}", bar, "yes" if met else "NO"] for name, value, bar, met in results])
    return 0 if all(met for *_, met in results) else 1


if __name__ == "__main__":
    sys.exit(main())
