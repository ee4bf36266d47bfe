"""One connection of a function to the stub of the Runtime API: the answer to each call.

The statuses are the platform's (400 for a wrong id, 403 for a second answer, 410 for a late one, 413 for
one that is too large) unless a `Fault` says otherwise. A client's mistakes become the stub's problems.
"""

from __future__ import annotations

import dataclasses
import json
import re
import select
import socket
import socketserver
import threading
import time
import typing
import urllib.parse

from runtime_wire import Request, read_body, read_head, write_answer

if typing.TYPE_CHECKING:
    from runtime_api import Invocation, RuntimeAPI

PATHS = {
    ("GET", "/2018-06-01/runtime/invocation/next"): "next",
    ("POST", "/2018-06-01/runtime/init/error"): "init/error",
    ("GET", "/2018-06-01/runtime/restore/next"): "restore/next",
    ("POST", "/2018-06-01/runtime/restore/error"): "restore/error",
    ("POST", "/2020-01-01/extension/register"): "register",
    ("GET", "/2020-01-01/extension/event/next"): "event/next",
}
ANSWER_PATH = re.compile(r"/2018-06-01/runtime/invocation/([^/]*)/(response|error)")
ERROR_TYPE = re.compile(r"(Runtime|Function)\.[A-Z][a-zA-Z]+")
BUFFERED_LIMIT = 6 * 1024 * 1024 + 100
PROBE_S = 0.02


@dataclasses.dataclass
class Fault:
    """A fault that replaces the answer to a call.

    `drop` closes the connection: "unread" before the body is read, "unanswered" after it, "within" in
    the middle of the answer, "after" after the whole answer. `early` answers before reading the body.
    `delay` delays the answer by some seconds, `until` until the test sets the event.
    """

    status: int | None = None
    body: bytes | None = None
    drop: str | None = None
    early: bool = False
    delay: float = 0
    until: threading.Event | None = None


class Connection(socketserver.StreamRequestHandler):
    """One connection of the function: reads requests and answers them, one after the other."""

    server: RuntimeAPI
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        with self.server.changed:
            self.number = self.server.connected
            self.server.connected += 1
            self.server.connections[self.number] = self.connection

    def finish(self) -> None:
        with self.server.changed:
            self.server.connections.pop(self.number, None)
            self.server.changed.notify_all()
        super().finish()

    def handle(self) -> None:
        try:
            while (request := read_head(self.rfile, self.number)) and self.serve(request):
                pass
        except ValueError as error:
            self.server.problem(f"malformed HTTP: {error}")

    def serve(self, request: Request) -> bool:
        """Answers one request; returns whether the connection stays open."""
        answer = ANSWER_PATH.fullmatch(request.path)
        request.call = answer[2] if answer else PATHS.get((request.method, request.path), "unknown")
        with self.server.changed:
            self.server.requests.append(request)
            self.server.changed.notify_all()
        self.check(request)
        if request.call in ("next", "restore/next", "event/next"):
            status, body, fields, fault = self.hold(request)
        else:
            fault = self.take_fault(request.call) or Fault()
            time.sleep(fault.delay)
            if fault.until:
                fault.until.wait()
            if fault.early or fault.drop == "unread":
                request.ended = time.monotonic()
            else:
                read_body(self.rfile, request, self.server.notify)
            id = urllib.parse.unquote(answer[1], "latin-1") if answer else None
            status, body, fields = self.answer(request, id, fault)
        if status is None or fault.drop in ("unread", "unanswered"):
            return False
        request.status = status
        # Recorded first, so that the function's next step can't appear to be earlier than its answer.
        request.answered = time.monotonic()
        write_answer(self.wfile, status, body, fields, whole=fault.drop != "within",
                     chunk=request.call == "next" and request.invocation and request.invocation.chunk)
        self.server.notify()
        return fault.drop is None and not fault.early

    def check(self, request: Request) -> None:
        """Checks the rules for every request of every client."""
        names = ["host", "user-agent"] + (["content-type"] if request.method == "POST" else [])
        for name in names:
            if not request.fields.get(name):
                self.server.problem(f"{request.call}: no {name}")
        if "expect" in request.fields:
            self.server.problem(f"{request.call}: waits for a 100 that nobody sends")
        if request.call == "unknown":
            self.server.problem(f"{request.method} {request.path} is no call")
        if request.call.endswith("error"):
            kind = request.fields.get("lambda-runtime-function-error-type", "")
            if not ERROR_TYPE.fullmatch(kind):
                self.server.problem(f"{request.call}: the error type {kind!r} becomes Unknown")

    def take_fault(self, call: str, which=lambda fault: True) -> Fault | None:
        with self.server.changed:
            faults = self.server.faults[call]
            return faults.pop(0) if faults and which(faults[0]) else None

    def left(self) -> bool:
        """Whether the function has closed this connection."""
        readable, _, _ = select.select([self.connection], [], [], 0)
        try:
            return bool(readable) and self.connection.recv(1, socket.MSG_PEEK) == b""
        except OSError:
            return True

    def hold(self, request: Request):
        """Answers a call that waits: for an event, for the restore, or without end."""
        server = self.server
        with server.changed:
            if request.call == "next":
                server.waiting += 1
                server.most_waiting = max(server.most_waiting, server.waiting)
                server.changed.notify_all()
            try:
                while not server.closing and not self.left():
                    fault = self.take_fault(
                        request.call, lambda one: one.status or one.drop == "unanswered")
                    if fault:
                        return fault.status, fault.body or b"{}", {}, fault
                    if request.call == "restore/next" and server.restored:
                        return 200, b"", {}, self.take_fault(request.call) or Fault()
                    if request.call == "next" and (event := self.take_event()):
                        request.invocation = event
                        return *self.deliver(event), self.take_fault("next") or Fault()
                    server.changed.wait(PROBE_S)
                return None, b"", {}, Fault()
            finally:
                server.waiting -= request.call == "next"

    def take_event(self) -> Invocation | None:
        """The next event; the same again if the last has no answer yet, as in the emulator."""
        if not self.server.concurrent:
            last = self.server.last
            if last and not last.settled:
                return last
        if self.server.queue:
            self.server.last = self.server.queue.popleft()
            return self.server.last
        return None

    def deliver(self, event: Invocation):
        event.deliveries += 1
        event.delivered = time.monotonic()
        event.deadline_ms = int((time.time() + event.deadline_s) * 1000)
        fields = {"Content-Type": "application/json", "Lambda-Runtime-Aws-Request-Id": event.id,
                  "Lambda-Runtime-Deadline-Ms": str(event.deadline_ms), **event.fields}
        if event.nonce is not None:
            fields["Lambda-Runtime-Invocation-Id"] = event.nonce
        return 200, event.body, fields

    def answer(self, request: Request, id: str | None, fault: Fault):
        """The platform's answer to a POST."""
        if id is not None:
            refusal = self.settle(request, id)
        else:
            refusal = None
        if fault.status is not None:
            return fault.status, fault.body or b'{"errorType":"Stub"}', {}
        if refusal:
            return refusal[0], json.dumps({"errorType": refusal[1]}).encode(), {}
        if request.call == "register":
            return 200, b"{}", {"Lambda-Extension-Identifier": "5ba8fe2e-stub"}
        return 202, b'{"status":"OK"}', {}

    def settle(self, request: Request, id: str) -> tuple[int, str] | None:
        """Finds the invocation that a POST answers; if it is refused, a status and an error type."""
        server, nonce = self.server, request.fields.get("lambda-runtime-invocation-id")
        with server.changed:
            known = [one for one in server.named.get(id, []) if one.delivered]
            if not known:
                return 400, "InvalidRequestID"
            event = next((one for one in known if (one.nonce or None) == nonce), None)
            if event is None:
                server.problems.append(f"{request.call}: Invocation-Id {nonce!r} was never given")
                event = known[-1]
            request.invocation = event
            event.reports.append(request)
            again, event.settled = event.settled, True
            server.changed.notify_all()
            if again:
                return 403, "InvalidStateTransition"
            if time.time() * 1000 > event.deadline_ms:
                return 410, "InvokeTimeout"
            mode = request.fields.get("lambda-runtime-function-response-mode")
            if mode not in (None, "streaming"):
                return 400, "InvalidFunctionResponseMode"
            if mode is None and len(request.body) > BUFFERED_LIMIT:
                return 413, "RequestEntityTooLarge"
        return None
