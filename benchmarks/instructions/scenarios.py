"""The scenarios: a server and a Lambda function, each sent the same request many times.

`serve` and `function` return, by the scenario's name, the loop thread's instructions for one
request. The loop thread is the one that answers a `/ping` or a warm-up event: no other thread takes
part in those. Start-up cancels out, because only requests after the first ones are counted.
"""

import base64
import contextlib
import json
import os
import re
import socket

from lib import clients, pictures, processes
import callgrind
import runtimes

PING, PICTURE = "/ping", "picture in the body"
FIRST, NEXT = "Lambda start to the first request", "Lambda start to `next`"
WARM_UP, PICTURE_EVENT = "Lambda warm-up event", "Lambda picture event"
ATTEMPTS = 5
NAMES = [PING, PICTURE, FIRST, NEXT, WARM_UP, PICTURE_EVENT]


class Count:
    """Instructions of one request, and the path of the profile of all of them together."""

    def __init__(self, counts, thread, requests=1):
        self.profile, total = counts[thread]
        self.each = total / requests


def ask(connection, request):
    """Sends one request and reads its answer, which must be a 200."""
    connection.sendall(request)
    answer = b""
    while True:
        part = connection.recv(65536)
        answer += part
        head, end, body = answer.partition(b"\r\n\r\n")
        if not part or end and not head.startswith(b"HTTP/1.1 200 "):
            raise SystemExit(f"the server answered {answer[:200]}")
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        if end and len(body) >= int(length.group(1)):
            return


def serve(binary, folder, core, options):
    """Pings, then pictures, one after the other on one keep-alive connection."""
    with open(options.image, "rb") as file:
        picture = clients.post("/invocations", pictures.content_type(options.image), file.read())
    requests = {
        PING: (b"GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n", options.pings),
        PICTURE: (picture, options.pictures)}
    measured, thread = {}, None
    valgrind = callgrind.Callgrind(folder, from_start=False)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(processes.amphora(
            options, [core], "--workers", "1", *options.setting, binary=binary,
            before=valgrind.command, seconds=600))
        valgrind.begin(server.pid)
        connection = stack.enter_context(
            socket.create_connection(("127.0.0.1", int(server.seen.group(1)))))
        for name, (request, count) in requests.items():
            for _ in range(1 + count // 10):
                ask(connection, request)
            valgrind.take(server.pid)
            for _ in range(count):
                ask(connection, request)
            counts = valgrind.take(server.pid)
            thread = thread or callgrind.busiest(counts, name)
            measured[name] = Count(counts, thread, count)
    return measured


def function(binary, folder, core, options, programs):
    """A start to the first request; then, in another process, a start to `next`, and events."""
    os.makedirs(folder)
    events = write_events(folder, options.image)
    def start(name, hold=False):
        place = os.path.join(folder, name)
        return starting(binary, place, core, options, programs, events[WARM_UP], hold)
    with start("first", hold=True) as (valgrind, process, _):
        first = valgrind.take(process.pid)
    for attempt in range(ATTEMPTS):
        with start(f"next-{attempt}") as (valgrind, process, stub):
            stub.ask("first", 600)
            whole = valgrind.take(process.pid)
            # A registration that takes a second is given up, which costs other instructions.
            if stub.ask("extension")[1] == "1":
                measured, thread = warm(valgrind, process, stub, events, options)
                return {FIRST: Count(first, thread), NEXT: Count(whole, thread), **measured}
    raise SystemExit(f"the extension's registration timed out {ATTEMPTS} times: the machine is too busy")


def warm(valgrind, process, stub, events, options):
    """The counts of events, and the loop's thread."""
    measured, thread = {}, None
    for name, count in [(WARM_UP, options.events), (PICTURE_EVENT, options.pictures)]:
        stub.ask(f"event {events[name]}")
        send(stub, 1 + count // 10)
        valgrind.take(process.pid)
        send(stub, count)
        counts = valgrind.take(process.pid)
        thread = thread or callgrind.busiest(counts, name)
        measured[name] = Count(counts, thread, count)
    return measured, thread


@contextlib.contextmanager
def starting(binary, folder, core, options, programs, event, hold):
    """A function that has made its first request, which registers the extension.

    Yields what counts it, its process and its Runtime API. `hold` leaves that request unanswered.
    """
    valgrind = callgrind.Callgrind(folder, from_start=True)
    command = [*valgrind.command, *runtimes.ours(binary, options)]
    with runtimes.stub(programs, event, core) as stub:
        if hold:
            stub.ask("hold")
        with runtimes.runtime(programs, command, core, stub, options) as process:
            stub.ask("contact", 120)
            yield valgrind, process, stub


def send(stub, count):
    """Has the function answer so many events, without a failure."""
    *_, failed = stub.ask(f"events {count}", 600)
    if int(failed):
        raise SystemExit(f"{failed} of {count} invocations failed")


def write_events(folder, image):
    """Writes the events; returns their paths by scenario."""
    with open(image, "rb") as file:
        encoded = base64.b64encode(file.read()).decode()
    named = {WARM_UP: {"warmup": True}, PICTURE_EVENT: {"instances": [{"b64": encoded}]}}
    paths = {}
    for number, (name, event) in enumerate(named.items()):
        paths[name] = os.path.join(folder, f"event-{number}.json")
        with open(paths[name], "w") as file:
            json.dump(event, file)
    return paths
