#!/usr/bin/env python3
"""CPU time per /ping, compared with nginx's `return 200`, in one run on the same core.

The servers take turns on one core, and wrk loads them from another. The result is the median of the
rounds in which no other process used those cores. The bar is CPU time per request, not requests per
second: one wrk is saturated long before the server is. Exit status 1 if the bar is missed, 2 if the
machine was too busy.
"""

import argparse
import contextlib
import os
import resource
import socket
import statistics
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import cores, processes, table, wrk

NGINX = """
worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log; {user}
events {{ worker_connections 4096; }}
http {{
    access_log off; keepalive_requests 1000000000; keepalive_timeout 75s;
    client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    server {{ listen 127.0.0.1:{port}; location = /ping {{ return 200; }} }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def nginx(folder, core):
    port = free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    path = os.path.join(folder, "nginx.conf")
    with open(path, "w") as file:
        file.write(NGINX.format(folder=folder, port=port, user=user))
    return port, processes.process(
        [wrk.tool("nginx"), "-c", path, "-e", f"{folder}/error.log"], [core])


class Round:
    """One server's turn: wrk's result, the CPU time of the server, the CPU time of other processes."""

    def __init__(self, server, port, pinned, options):
        busy, used, lent = cores.busy_seconds(pinned), processes.cpu_of(server.pid), reaped()
        self.load = wrk.run(
            f"http://127.0.0.1:{port}/ping", pinned[1], options.seconds, options.connections)
        used = processes.cpu_of(server.pid) - used
        own = used.total + reaped() - lent
        self.foreign = max(0, cores.busy_seconds(pinned) - busy - own) / options.seconds
        self.total = used.total / self.load.requests * 1e6
        self.user = used.user / self.load.requests * 1e6


def reaped():
    """CPU seconds of children that have ended: here, wrk's."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(options, pinned):
    """Rounds by name of server, alternating, clean ones only."""
    kept, dropped = {}, 0
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        port, start = nginx(folder, pinned[0])
        servers = {"nginx": (stack.enter_context(start), port)}
        binaries = {"amphora": options.binary, "against": options.against}
        for name, binary in binaries.items():
            if binary:
                ours = stack.enter_context(
                    processes.amphora(options, [pinned[0]], *options.setting, binary=binary))
                servers[name] = (ours, int(ours.seen.group(1)))
        for name, (server, port) in servers.items():
            kept[name] = []
            processes.wait_for_port(port)
            wrk.run(f"http://127.0.0.1:{port}/ping", pinned[1], 1, options.connections)
        for number in range(options.rounds):
            for name in sorted(servers, reverse=number % 2 == 1):
                server, port = servers[name]
                result = Round(server, port, pinned, options)
                if result.load.failed:
                    raise SystemExit(f"{name}: {result.load.failed} requests failed")
                clean = result.foreign <= options.foreign
                kept[name] += [result] if clean else []
                dropped += not clean
    return kept, dropped


def report(kept, dropped, options):
    """Prints the table; returns our CPU per request over nginx's."""
    def middle(name, value):
        return statistics.median(value(round) for round in kept[name])

    rows, base = [], middle("nginx", lambda round: round.total)
    for name, rounds in kept.items():
        total, user = middle(name, lambda r: r.total), middle(name, lambda r: r.user)
        rows.append([
            name, f"{middle(name, lambda r: r.load.rate):,.0f}", f"{total:.2f}", f"{user:.2f}",
            f"{total - user:.2f}", f"{total / base:.2f}",
            f"{middle(name, lambda r: r.load.p50) * 1e6:.0f}",
            f"{middle(name, lambda r: r.load.p99) * 1e6:.0f}", len(rounds)])
    table.show(
        ["/ping", "requests/s", "CPU µs/request", "user", "system", "CPU ÷ nginx", "p50 µs",
         "p99 µs", "rounds"], rows)
    if dropped:
        print(f"{dropped} rounds dropped: other processes used more than {options.foreign:.0%} of the cores")
    return middle("amphora", lambda r: r.total) / base


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    processes.add_server_options(parser)
    parser.add_argument("--rounds", type=int, default=7, help="turns of each server")
    parser.add_argument("--seconds", type=int, default=2, help="length of a turn")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--against", help="another amphora to measure beside this one")
    parser.add_argument("--cores", help="the server's and the client's, as 2,3")
    parser.add_argument(
        "--foreign", type=float, default=0.06, help="drop a round if others use more")
    parser.add_argument(
        "--setting", action="append", default=[], help="an option for `amphora serve`")
    options = parser.parse_args()
    processes.require(options)
    wrk.require_tools(wrk="wrk", nginx="nginx-light", taskset="util-linux")
    kept, dropped = measure(options, cores.choose(options.cores, 2)[:2])
    if not all(kept.values()):
        print("no clean round: the machine is too busy; see --foreign and --cores")
        return 2
    ratio = report(kept, dropped, options)
    met = ratio <= 1
    print(f"bar: CPU per request at most nginx's: {'met' if met else 'MISSED'} ({ratio:.2f})")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
