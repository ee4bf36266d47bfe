#!/usr/bin/env python3
"""The Lambda handle: concurrent events, a large stream, SIGTERM while a picture is being decoded.

The Runtime API is the stub of the end-to-end tests. Needs the Python environment that `make test` makes.
Exit status 1 if a bar is missed.
"""

import argparse
import base64
import json
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import table, tests


def at_once(function, event, count):
    """Seconds until `count` events, queued at once, are answered."""
    began = time.perf_counter()
    for one in [function.api.invoke(event) for _ in range(count)]:
        if one.wait().call != "response":
            raise SystemExit(f"no answer: {one.reports[0]}")
    return time.perf_counter() - began


def share(rounds):
    """The time of four large pictures at once over four in sequence; with two workers about a half."""
    from hostile_pictures import gray_jpeg
    from lambda_function import LambdaFunction
    from runtime_api import RuntimeAPI
    event = {"instances": [{"b64": base64.b64encode(gray_jpeg(4000, 4000)).decode()}]}
    with RuntimeAPI(concurrent=True) as api, LambdaFunction(
            api, "--workers", "2", env={"AWS_LAMBDA_MAX_CONCURRENCY": "4"}) as function:
        api.wait_for_next(4)
        return statistics.median(
            at_once(function, event, 4) / sum(at_once(function, event, 1) for _ in range(4))
            for _ in range(rounds))


def stream(rounds):
    """Seconds for a streamed answer of more than 6 MB, including its event of the same size."""
    import events
    from lambda_function import LambdaFunction
    from runtime_api import RuntimeAPI
    body = json.dumps({"uris": ["ftp://x/" + "a" * 60_000 for _ in range(110)]}).encode()
    event = events.function_url("POST", "/invocations", body, "application/json")
    with RuntimeAPI() as api, LambdaFunction(
            api, "--invoke-mode", "response-stream") as function:
        return statistics.median(at_once(function, event, 1) for _ in range(rounds))


def end(rounds):
    """Seconds from SIGTERM to the end of a process whose worker is in the middle of 256 megapixels."""
    from hostile_pictures import one_bit_png
    from lambda_function import LambdaFunction
    from runtime_api import RuntimeAPI
    event = {"instances": [{"b64": base64.b64encode(one_bit_png(16_000, 16_000)).decode()}]}
    times = []
    for _ in range(rounds):
        with RuntimeAPI() as api, LambdaFunction(
                api, "--drain-timeout", "0", "--max-image-pixels", "256000000") as function:
            invocation = api.invoke(event)
            api.wait_for(lambda: invocation.delivered)
            time.sleep(0.1)  # the worker has begun
            began = time.perf_counter()
            function.terminate()
            function.wait()
            times.append(time.perf_counter() - began)
            if invocation.reports:
                raise SystemExit("the picture was done before SIGTERM: use a larger one")
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    tests.use_support()
    results = [
        ("4 pictures at once ÷ one by one, 2 workers", share(options.rounds), 0.8),
        ("a stream of 6 MB, s", stream(options.rounds), 5),
        ("SIGTERM to the end with a picture in work, s", end(options.rounds), 0.6),
    ]
    table.show(
        ["Lambda", "measured", "bar", "met"],
        [[name, f"{value:.3f}", f"< {bar}", "yes" if value < bar else "NO"]
         for name, value, bar in results])
    return 0 if all(value < bar for _, value, bar in results) else 1


if __name__ == "__main__":
    sys.exit(main())
