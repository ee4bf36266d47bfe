#!/usr/bin/env python3
"""When is Lambda cheaper than an endpoint? A Markdown table from list prices and measured times.

It assumes even traffic over the month and leaves out free tiers, savings plans, cold starts, storage and
logs: the result is the order of magnitude at which to change sides, not a bill. Needs no AWS account and
no network; check the prices below before you rely on them.

    costs.py                                            the table of docs/deploy.md
    costs.py --service-ms 40 --picture-kb 250           your network and pictures, in the request
    costs.py --service-ms 40 --fetch-ms 30 --instance ml.c5.xlarge     fetched from URIs
"""

from __future__ import annotations

import argparse
import dataclasses
import math

# List prices in US dollars, us-east-1, on demand, as collected in November 2026 from public price tables.
# They were not compared with AWS's own pages: check https://aws.amazon.com/lambda/pricing/ and
# https://aws.amazon.com/sagemaker/ai/pricing/.
LAMBDA_GB_SECOND = {"x86_64": 0.0000166667, "arm64": 0.0000133334}
LAMBDA_REQUEST = 0.20 / 1e6
# An instance's price an hour and its virtual processors.
INSTANCES = {"ml.t2.medium": (0.056, 2), "ml.c5.large": (0.102, 2), "ml.m5.large": (0.115, 2),
             "ml.c5.xlarge": (0.204, 4), "ml.c5.2xlarge": (0.408, 8)}
SERVERLESS_GB_SECOND = 0.00002
# Data into and out of endpoints of either kind.
ENDPOINT_BYTE = 0.016 / 1e9

HOURS = 730
SECONDS = HOURS * 3600
# Lambda: the memory that gives one processor. It bills whole milliseconds; one is its own overhead.
PROCESSOR_MB = 1769
OVERHEAD_MS = 1
# The mean load of an instance at which answers are still prompt.
BUSY = 0.6
URI_BYTES = 200
ANSWER_BYTES = 300


@dataclasses.dataclass(frozen=True)
class Load:
    """One kind of request: milliseconds of one processor, of waiting for a fetch, bytes of the request."""

    name: str
    service_ms: float
    fetch_ms: float = 0
    request_bytes: int = URI_BYTES


# Measured with one worker on one processor of a shared 2.5 GHz Xeon, the fastest of some hundred requests
# (other processes ran meanwhile): digits of 28 × 28, a JPEG of 640 × 427. 100 ms stand for a large network.
DOCUMENTED = [
    Load("digits, in the request", 1, request_bytes=1_600),
    Load("MobileNetV2, 100 kB in the request", 15, request_bytes=100_000),
    Load("MobileNetV2, from a URI in 30 ms", 15, fetch_ms=30),
    Load("100 ms, 100 kB in the request", 100, request_bytes=100_000),
    Load("100 ms, from a URI in 30 ms", 100, fetch_ms=30),
]


def lambda_request(load: Load, memory_mb: int = PROCESSOR_MB, architecture: str = "x86_64") -> float:
    """Dollars for one invocation. Less than a processor takes longer in proportion; more is not faster
    for one picture than the processor is (threads may say otherwise: measure and give that)."""
    slower = max(1, PROCESSOR_MB / memory_mb)
    billed_ms = math.ceil(load.service_ms * slower + load.fetch_ms + OVERHEAD_MS)
    return LAMBDA_REQUEST + billed_ms / 1000 * memory_mb / 1024 * LAMBDA_GB_SECOND[architecture]


def endpoint_data(load: Load) -> float:
    """Dollars that an endpoint costs for the bytes of one request."""
    return (load.request_bytes + ANSWER_BYTES) * ENDPOINT_BYTE


def serverless_request(load: Load, memory_mb: int = 2048) -> float:
    seconds = (load.service_ms + load.fetch_ms) / 1000
    return seconds * memory_mb / 1024 * SERVERLESS_GB_SECOND + endpoint_data(load)


def instance_month(instance: str) -> float:
    return INSTANCES[instance][0] * HOURS


def capacity(load: Load, instance: str) -> float:
    """Requests a second that an instance can serve. Waiting for a fetch uses no processor."""
    return INSTANCES[instance][1] * 1000 / load.service_ms * BUSY


def break_even(load: Load, instance: str, memory_mb: int, architecture: str) -> float | None:
    """Requests a month above which instances are cheaper; None if Lambda always is.

    Cost and capacity grow alike with instances: if one full instance saves nothing, more save nothing."""
    saved = lambda_request(load, memory_mb, architecture) - endpoint_data(load)
    if saved <= 0:
        return None
    requests = instance_month(instance) / saved
    return requests if requests <= capacity(load, instance) * SECONDS else None


def row(load: Load, instance: str, memory_mb: int, architecture: str) -> str:
    even = break_even(load, instance, memory_mb, architecture)
    if even is None:
        change = ["never", "–", "–"]
    else:
        rate = even / SECONDS
        change = [f"{even / 1e6:.1f} million", f"{rate:.1f}", f"{rate / capacity(load, instance):.0%}"]
    cells = [load.name, f"${lambda_request(load, memory_mb, architecture) * 1e6:.2f}",
             f"${serverless_request(load) * 1e6:.2f}", f"${endpoint_data(load) * 1e6:.2f}", *change]
    return "| " + " | ".join(cells) + " |"


def table(loads: list[Load], instance: str, memory_mb: int, architecture: str) -> str:
    head = ["a request", f"Lambda, {memory_mb} MB", "serverless, 2 GB", "endpoint's data",
            f"{instance} is cheaper from, a month", "a second", "of its capacity"]
    return "\n".join(["| " + " | ".join(head) + " |", "|---" + "|--:" * (len(head) - 1) + "|",
                      *(row(load, instance, memory_mb, architecture) for load in loads)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--service-ms", type=float, help="one picture on one processor, measured")
    parser.add_argument("--fetch-ms", type=float, default=0, help="the wait for a URI's picture")
    parser.add_argument("--picture-kb", type=float, help="of the picture in the request; else a URI is")
    parser.add_argument("--memory", type=int, default=PROCESSOR_MB, help="Lambda's, in MB (%(default)s)")
    parser.add_argument("--architecture", choices=list(LAMBDA_GB_SECOND), default="x86_64")
    parser.add_argument("--instance", choices=list(INSTANCES), default="ml.c5.large")
    options = parser.parse_args()
    if options.service_ms is not None and options.service_ms <= 0 or options.fetch_ms < 0:
        parser.error("times are milliseconds above zero")
    if not 128 <= options.memory <= 10240:
        parser.error("--memory is 128 to 10240 MB")
    loads = DOCUMENTED
    if options.service_ms is not None:
        size = URI_BYTES if options.picture_kb is None else round(options.picture_kb * 1000)
        loads = [Load(f"{options.service_ms:g} ms", options.service_ms, options.fetch_ms, size)]
    print(table(loads, options.instance, options.memory, options.architecture))


if __name__ == "__main__":
    main()
