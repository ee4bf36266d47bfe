#!/usr/bin/env python3
"""CPU time of a request of many numbers, beside what Python's libraries need to read the same text.

The server's figure is that of the whole answer: HTTP, reading, an inference of nothing (Identity), and
writing npy. The libraries only read: orjson with numpy, Python's json with numpy, numpy.loadtxt, pandas.
`/ping` is asked meanwhile, on a connection of its own. Needs `.venv-test` of `make test`; libraries that
are not installed there are left out. Exit status 1 if a bar is missed.
"""

import argparse
import http.client
import io
import json
import os
import statistics
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import clients, cores, processes, table, tests

# The server's CPU time of the fastest library's, and the longest p99 of /ping in milliseconds.
BAR, PING_BAR = 1.0, 10


def identity(folder):
    """A model that answers with its input, of any number of rows of two."""
    from onnx import TensorProto, helper, save

    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("Identity", ["x"], ["y"])], "identity",
        [value("x", TensorProto.FLOAT, ["N", 2])], [value("y", TensorProto.FLOAT, ["N", 2])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    save(model, os.path.join(folder, "identity.onnx"))


def bodies(megabytes):
    """Name: media type and text, of about this size each."""
    import numpy

    numbers = numpy.random.default_rng(1).standard_normal((megabytes * 24_000, 2))
    rows = numbers.astype(numpy.float32).tolist()
    return {
        "JSON": ("application/json", json.dumps({"instances": rows}).encode()),
        "CSV": ("text/csv", "".join(f"{a},{b}\n" for a, b in rows).encode()),
    }


def readers():
    """Text's name: library's name: what it does."""
    import numpy

    found = {
        "JSON": {"json + numpy": lambda t: numpy.array(json.loads(t)["instances"], numpy.float32)},
        "CSV": {
            "numpy.loadtxt": lambda t: numpy.loadtxt(io.BytesIO(t), numpy.float32, delimiter=",")
        },
    }
    try:
        import orjson
        found["JSON"]["orjson + numpy"] = lambda t: numpy.array(
            orjson.loads(t)["instances"], numpy.float32)
    except ImportError:
        pass
    try:
        import pandas
        found["CSV"]["pandas"] = lambda t: pandas.read_csv(
            io.BytesIO(t), header=None, dtype=numpy.float32).to_numpy()
    except ImportError:
        pass
    return found


def ask(server, kind, body):
    """The server's CPU seconds for a request."""
    connection = http.client.HTTPConnection("127.0.0.1", int(server.seen.group(1)), timeout=120)
    used = processes.cpu_of(server.pid).total
    connection.request(
        "POST", "/invocations", body, {"Content-Type": kind, "Accept": "application/x-npy"})
    answer = connection.getresponse()
    if answer.status != 200:
        raise SystemExit(f"{kind}: {answer.status} {answer.read(200)}")
    answer.read()
    connection.close()
    return processes.cpu_of(server.pid).total - used


def ping(server, times, stop):
    """Seconds that /ping takes on a kept connection, until it is to stop."""
    connection = http.client.HTTPConnection("127.0.0.1", int(server.seen.group(1)), timeout=120)
    while not stop.is_set():
        began = time.perf_counter()
        connection.request("GET", "/ping")
        connection.getresponse().read()
        times.append(time.perf_counter() - began)
        time.sleep(0.002)
    connection.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    processes.add_server_options(parser)
    parser.add_argument("--megabytes", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cores", help="the server's, then the client's: 2,3")
    options = parser.parse_args()
    tests.use_support()
    *pinned, client = cores.choose(options.cores, 2)
    os.sched_setaffinity(0, [client])
    texts, libraries = bodies(options.megabytes), readers()
    used = {name: {"amphora": []} | {library: [] for library in libraries[name]} for name in texts}
    times, stop = [], threading.Event()
    with tempfile.TemporaryDirectory() as folder:
        identity(folder)
        options.model_path = folder
        processes.require(options)
        arguments = ["--access-log", "off", "--max-body", str(256 << 20)]
        with processes.amphora(options, pinned, *arguments) as server:
            for _ in range(options.rounds):
                for name, (kind, text) in texts.items():
                    for library, read in libraries[name].items():
                        began = time.process_time()
                        read(text)
                        used[name][library].append(time.process_time() - began)
                    stop.clear()
                    asking = threading.Thread(target=ping, args=(server, times, stop))
                    asking.start()
                    used[name]["amphora"].append(ask(server, kind, text))
                    stop.set()
                    asking.join()
    rows, missed = [], False
    for name, (_, text) in texts.items():
        medians = {who: statistics.median(seconds) for who, seconds in used[name].items()}
        fastest = min(seconds for who, seconds in medians.items() if who != "amphora")
        missed |= medians["amphora"] > BAR * fastest
        for who, seconds in medians.items():
            rows.append([
                f"{name}, {len(text) / 1e6:.1f} MB: {who}", f"{seconds * 1e3:,.0f}",
                f"{seconds / fastest:.2f}"])
    table.show(["text and reader", "CPU ms", "of the fastest library"], rows)
    slow = clients.percentile(times, 99) * 1e3
    print(f"\n/ping meanwhile: p99 {slow:.1f} ms, bar {PING_BAR} ms")
    return 1 if missed or slow > PING_BAR else 0


if __name__ == "__main__":
    sys.exit(main())
