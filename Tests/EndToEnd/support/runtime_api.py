"""The Lambda Runtime API on loopback: records every byte and time, and fails in every way it can.

Events are queued with `invoke`; what the function posts comes back as a `Request`. It answers as the
platform does (a wrong id is a 400, a second answer a 403, a late one a 410, too large a one a 413), and
`fail` makes the next answer to a call a different one, or none. What no client may do (a missing
User-Agent, a header that is not echoed, a truncated chunk) is collected in `problems` and fails the
test at its end. Plain threads, one a connection. It knows no AWS service and starts no process.
"""

from __future__ import annotations

import collections
import dataclasses
import json
import re
import select
import socket
import socketserver
import threading
import time
import urllib.parse

from runtime_wire import Request, read_body, read_head, write_answer

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
ARN = "arn:aws:lambda:eu-central-1:123456789012:function:amphora"
PROBE_S = 0.02


@dataclasses.dataclass
class Fault:
    """What happens to a call instead of its answer.

    `drop` closes the connection: "unread" before the body is read, "unanswered" behind it, "within" in
    the middle of the answer, "after" behind the whole answer. `early` answers before reading the body.
    """

    status: int | None = None
    body: bytes | None = None
    drop: str | None = None
    early: bool = False
    delay: float = 0


@dataclasses.dataclass(eq=False)
class Invocation:
    """One event, and what the function made of it."""

    api: RuntimeAPI
    body: bytes
    id: str
    nonce: str | None
    fields: dict[str, str]
    deadline_s: float
    deadline_ms: int = 0
    delivered: float = 0
    deliveries: int = 0
    reports: list[Request] = dataclasses.field(default_factory=list)
    settled: bool = False

    def wait(self, timeout: float = 15) -> Request:
        """What the function posted for it, once that is whole."""
        done = self.api.wait_for(lambda: any(one.ended for one in self.reports), timeout)
        assert done, f"no answer to {self.body[:200]!r} within {timeout} s"
        return self.reports[0]


class RuntimeAPI(socketserver.ThreadingTCPServer):
    """The stub. Use as a context manager; `concurrent` lets several events be under way."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, concurrent: bool = False, restored: bool = True) -> None:
        super().__init__(("127.0.0.1", 0), Connection)
        self.concurrent = concurrent
        self.changed = threading.Condition()
        self.queue: collections.deque[Invocation] = collections.deque()
        self.invocations: list[Invocation] = []
        self.requests: list[Request] = []
        self.problems: list[str] = []
        self.faults: dict[str, list[Fault]] = collections.defaultdict(list)
        self.connections: dict[int, socket.socket] = {}
        self.connected = self.waiting = self.most_waiting = 0
        self.restored, self.closing = restored, False
        self.thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    @property
    def address(self) -> str:
        """What AWS_LAMBDA_RUNTIME_API holds."""
        return f"127.0.0.1:{self.server_address[1]}"

    def invoke(self, event, *, deadline_s: float = 30, id: str | None = None,
               nonce: str | None = "one of its own", **fields: str | None) -> Invocation:
        """Queues an event (an object, or its bytes). `fields` are further headers of `next` by their
        names' last parts (`tenant_id="x"`), None leaves one out; so does `nonce=None`."""
        number = len(self.invocations)
        id = id or f"8476a536-e9f4-11e8-9739-{number:012x}"
        nonce = f"nonce-{number}" if nonce == "one of its own" else nonce
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        names = {"Lambda-Runtime-Invoked-Function-Arn": ARN,
                 "Lambda-Runtime-Trace-Id": f"Root=1-5bef4de7-{number:024x};Sampled=1"}
        for name, value in fields.items():
            name = "-".join(part.capitalize() for part in name.split("_"))
            names[f"Lambda-Runtime-{name}"] = value
        kept = {name: value for name, value in names.items() if value is not None}
        invocation = Invocation(self, body, id, nonce, kept, deadline_s)
        with self.changed:
            self.invocations.append(invocation)
            self.queue.append(invocation)
            self.changed.notify_all()
        return invocation

    def call(self, event, timeout: float = 15, **options) -> Request:
        """Queues an event and waits for what the function posts for it."""
        return self.invoke(event, **options).wait(timeout)

    def fail(self, call: str, times: int = 1, **fault) -> None:
        """The next `times` answers to `call` ("next", "response", …) are this `Fault`."""
        with self.changed:
            self.faults[call] += [Fault(**fault)] * times
            self.changed.notify_all()

    def restore(self) -> None:
        """Answers `restore/next`, which hangs where the stub was made with `restored=False`."""
        with self.changed:
            self.restored = True
            self.changed.notify_all()

    def seen(self, call: str) -> list[Request]:
        with self.changed:
            return [one for one in self.requests if one.call == call]

    def wait_for(self, condition, timeout: float = 10) -> bool:
        """Waits until `condition()` holds, checked whenever something happens."""
        with self.changed:
            return self.changed.wait_for(condition, timeout)

    def wait_for_next(self, count: int = 1, timeout: float = 15) -> None:
        """Waits until the function asks for an event, `count` times at once."""
        reached = self.wait_for(lambda: self.waiting >= count, timeout)
        assert reached, f"{self.waiting} of {count} `next` after {timeout} s"

    def problem(self, text: str) -> None:
        with self.changed:
            self.problems.append(text)

    def notify(self) -> None:
        with self.changed:
            self.changed.notify_all()

    def disconnect(self) -> None:
        """Closes every connection, whatever is under way on it."""
        for connection in list(self.connections.values()):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def handle_error(self, request, client_address) -> None:
        """A function that leaves in the middle is what many tests are about."""

    def __enter__(self) -> RuntimeAPI:
        self.thread.start()
        return self

    def __exit__(self, failure, *_) -> None:
        self.closing = True
        self.notify()
        self.disconnect()
        self.shutdown()
        self.server_close()
        if failure is None:
            assert not self.problems, "\n".join(self.problems)


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
        """Answers one request; whether the connection stays."""
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
            if fault.early or fault.drop == "unread":
                request.ended = time.monotonic()
            else:
                read_body(self.rfile, request, self.server.notify)
            status, body, fields = self.answer(request, answer and urllib.parse.unquote(answer[1]), fault)
        if status is None or fault.drop in ("unread", "unanswered"):
            return False
        request.status = status
        write_answer(self.wfile, status, body, fields, whole=fault.drop != "within")
        request.answered = time.monotonic()
        self.server.notify()
        return fault.drop is None and not fault.early

    def check(self, request: Request) -> None:
        """What holds for every request of every client."""
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
        """Answers a call that waits: for an event, for the restore, or for ever."""
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
        """The next event; the same again where the last has no answer yet, as the emulator does."""
        if not self.server.concurrent:
            for one in self.server.invocations:
                if one.delivered and not one.settled:
                    return one
        return self.server.queue.popleft() if self.server.queue else None

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
        """Finds the invocation that a POST answers; a status and a type where it is refused."""
        server, nonce = self.server, request.fields.get("lambda-runtime-invocation-id")
        with server.changed:
            known = [one for one in server.invocations if one.id == id and one.delivered]
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
