#!/usr/bin/env python3
"""Pictures per second: in the body, and by a URI whose host is 200 ms away, over a bare loop's.

The bare loop (`benchmarks/bare`) does the same work with the same code on the same cores, without
HTTP and without a client. Rounds alternate; the ratios are of medians. Exit status 1 if a bar is
missed.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import cores, pictures, processes, table, wrk

BARS = {"body": 0.95, "uri": 0.90}


def bare(options, pinned, workers):
    command = [
        "taskset", "-c", ",".join(map(str, pinned)), options.bare, options.model_path,
        options.image, str(workers), str(options.seconds)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{options.bare}: {done.stdout}{done.stderr}")
    told = json.loads(done.stdout)
    return told["images"] / told["seconds"], told["cpu"] / told["images"] * 1e6


def measure(options, pinned, client):
    """Pictures per second of each way, and CPU microseconds per picture, as lists by rounds."""
    rates, used = {"bare": [], "body": [], "uri": []}, {"bare": [], "body": [], "uri": []}
    workers = len(pinned)
    with tempfile.TemporaryDirectory() as folder:
        host = processes.process(
            [sys.executable, os.path.join(processes.ROOT, "benchmarks/lib/image_host.py"),
             options.image, str(options.delay)], [client], ready=r"port (\d+)")
        # The way to the host holds rate × delay pictures, and what set out together comes back
        # together: room for both, so that waiting is measured and not refusing.
        served = processes.amphora(
            options, pinned, "--workers", str(workers), "--fetch-allow", "127.0.0.1",
            "--max-fetches", "4096", "--queue", "4096", *options.setting)
        with host as host, served as server:
            scripts = {
                "body": pictures.body_script(folder, options.image),
                "uri": pictures.uri_script(
                    folder, f"http://127.0.0.1:{host.seen.group(1)}/picture"),
            }
            url = f"http://127.0.0.1:{server.seen.group(1)}/invocations"
            for _ in range(options.rounds):
                best, cost = bare(options, pinned, workers)
                rates["bare"].append(best)
                used["bare"].append(cost)
                for name, script in scripts.items():
                    # Enough clients to keep workers busy, behind the delay too; few enough that
                    # nobody is refused.
                    clients = 4 * workers
                    if name == "uri":
                        clients += int(1.1 * best * options.delay / 1000)
                    cpu = processes.cpu_of(server.pid)
                    load = wrk.run(url, client, options.seconds, clients, script)
                    cpu = processes.cpu_of(server.pid) - cpu
                    if load.failed:
                        raise SystemExit(f"{name}: {load.failed} of {load.requests} failed")
                    rates[name].append(load.rate)
                    used[name].append(cpu.total / load.requests * 1e6)
    return rates, used


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    processes.add_server_options(parser)
    pictures.add_options(parser)
    parser.add_argument(
        "--bare", default=os.path.join(processes.ROOT, ".build/release/bare"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--delay", type=float, default=200, help="of the picture's host, milliseconds")
    parser.add_argument(
        "--cores", help="the server's, then the client's: 1,2,3; one worker a server core")
    parser.add_argument(
        "--setting", action="append", default=[], help="an option for `amphora serve`")
    options = parser.parse_args()
    processes.require(options)
    wrk.require_tools(wrk="wrk", taskset="util-linux")
    if not os.access(options.bare, os.X_OK):
        raise SystemExit(
            f"there is no {options.bare}; run "
            "`swift build -c release --static-swift-stdlib --product bare`")
    *pinned, client = cores.choose(options.cores, 2)
    rates, used = measure(options, pinned, client)

    rows, missed, base = [], False, statistics.median(rates["bare"])
    for name, values in rates.items():
        rate = statistics.median(values)
        bar = BARS.get(name)
        missed |= bar is not None and rate / base < bar
        cpu = statistics.median(used[name])
        rows.append([
            name, f"{rate:,.1f}", f"{rate / base:.3f}", f"≥ {bar:.2f}" if bar else "-",
            f"{cpu:,.0f}", f"{statistics.median(used['bare']) / cpu:.3f}"])
    table.show(["pictures", "pictures/s", "÷ bare", "bar", "CPU µs/picture", "bare ÷ CPU"], rows)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
