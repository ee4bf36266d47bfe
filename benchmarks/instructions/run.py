#!/usr/bin/env python3
"""Instructions that the loop thread executes for a request, an event and a Lambda start.

Valgrind's callgrind counts them, in the program and its libraries but not in the kernel. Workers and
the thread that loads the model are left out. A busy machine hardly changes the counts, so they
tell two builds apart that differ by less than a percent. `--against` names the other build, or the
`--json` of an earlier run on this machine. Exit status 1 if a ratio is over the bar.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[1:1] = [os.path.dirname(HERE), os.path.join(os.path.dirname(HERE), "lambda")]
from lib import cores, pictures, processes, table, wrk
import callgrind
import runtimes
import scenarios

# A start reads its whole environment, so every run gets the same one.
KEPT = ("HOME", "PATH", "TMPDIR")


def measure(options, folder, builds):
    """The counts of each round, by build and scenario."""
    core = cores.choose(options.core, 1)[0]
    programs = runtimes.build(folder)
    counts = {build: {name: [] for name in scenarios.NAMES} for build in builds}
    copies = {
        build: callgrind.stripped(binary, options.engine, os.path.join(folder, build))
        for build, binary in builds.items()}
    for number in range(options.rounds):
        for build in sorted(builds, reverse=number % 2 == 1):
            def place(kind):
                return os.path.join(folder, f"{build}-{kind}-{number}")
            found = scenarios.serve(copies[build], place("serve"), core, options)
            found |= scenarios.function(
                copies[build], place("lambda"), core, options, programs)
            for name, count in found.items():
                counts[build][name].append(count)
    return counts


def summary(rounds):
    """The least count of a scenario's rounds, since disturbances only add, and their spread."""
    each = [count.each for count in rounds]
    return {"instructions": round(min(each)), "spread": max(each) / min(each) - 1, "rounds": each}


def keep(folder, counts):
    """Copies the profiles of the least counts, for callgrind_annotate."""
    os.makedirs(folder, exist_ok=True)
    for build, named in counts.items():
        for name, rounds in named.items():
            words = "".join(each if each.isalnum() else " " for each in name).split()
            least = min(rounds, key=lambda count: count.each)
            shutil.copy(
                least.profile, os.path.join(folder, f"{build}-{'-'.join(words)}.callgrind"))


def report(found, other, bar):
    """Prints the table; returns whether every ratio is within the bar."""
    header, rows, worst = ["instructions of the loop thread", "each", "spread"], [], 0.0
    for name, own in found.items():
        rows.append([name, f"{own['instructions']:,}", f"{own['spread']:.2%}"])
        if other:
            ratio = own["instructions"] / other[name]["instructions"]
            worst = max(worst, ratio)
            rows[-1] += [
                f"{other[name]['instructions']:,}", f"{other[name]['spread']:.2%}", f"{ratio:.4f}"]
    table.show(header + (["against", "spread", "ratio"] if other else []), rows)
    if not other:
        return True
    verdict = "met" if worst <= bar else "MISSED"
    print(f"bar: at most {bar} of the other's instructions: {verdict} ({worst:.4f})")
    return worst <= bar


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    processes.add_server_options(parser)
    pictures.add_options(parser)
    parser.add_argument("--against", help="another amphora, or the --json of an earlier run")
    parser.add_argument("--bar", type=float, default=1.02, help="the largest ratio that is accepted")
    parser.add_argument("--json", help="a file for the counts")
    parser.add_argument("--keep", help="a folder for the profiles")
    parser.add_argument("--engine", default="libonnxruntime.so.1.32.0", help="a file beside the binary")
    parser.add_argument("--rounds", type=int, default=2, help="processes of each kind")
    parser.add_argument("--pings", type=int, default=2000, help="pings in a round")
    parser.add_argument("--events", type=int, default=200, help="warm-up events in a round")
    parser.add_argument(
        "--pictures", type=int, default=40, help="in bodies and in events, each in a round")
    parser.add_argument("--core", help="for the program and its clients")
    parser.add_argument(
        "--setting", action="append", default=[], help="an option for `serve` and `lambda`")
    options = parser.parse_args()
    processes.require(options)
    wrk.require_tools(valgrind="valgrind", strip="binutils", clang="clang")
    options.model_path = os.path.abspath(options.model_path)
    return options


def main():
    options = read_options()
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    os.environ.clear()
    os.environ.update(environment, SWIFT_DETERMINISTIC_HASHING="1")
    builds, other = {"amphora": options.binary}, None
    if options.against and options.against.endswith(".json"):
        with open(options.against) as file:
            other = json.load(file)
    elif options.against:
        builds["against"] = options.against
    with tempfile.TemporaryDirectory() as folder:
        counts = measure(options, folder, builds)
        if options.keep:
            keep(options.keep, counts)
    found = {
        build: {name: summary(rounds) for name, rounds in named.items()}
        for build, named in counts.items()}
    if options.json:
        with open(options.json, "w") as file:
            json.dump(found["amphora"], file, indent=1)
    return 0 if report(found["amphora"], other or found.get("against"), options.bar) else 1


if __name__ == "__main__":
    sys.exit(main())
