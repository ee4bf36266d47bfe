"""The Lambda Runtime API on loopback. It records every byte and time, and fails on demand.

Events are queued with `invoke`; the function's POST comes back as a `Request`. The stub answers as the
platform does (400 for a wrong id, 403 for a second answer, 410 for a late one, 413 for one that is too
large), and `fail` replaces or drops the next answer to a call. It collects a client's mistakes (a missing
User-Agent, a header that is not echoed, a truncated chunk) in `problems`, which fail the test at its
end. Each connection has its own thread. It knows no AWS service and starts no process.
"""

from __future__ import annotations

import collections
import dataclasses
import json
import socket
import socketserver
import threading

from patience import HANG_S
from runtime_connection import Connection, Fault
from runtime_wire import Request

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:amphora"


@dataclasses.dataclass(eq=False)
class Invocation:
    """One event, and the function's answer."""

    api: RuntimeAPI
    body: bytes
    id: str
    nonce: str | None
    fields: dict[str, str]
    deadline_s: float
    chunk: int | None = None
    deadline_ms: int = 0
    delivered: float = 0
    deliveries: int = 0
    reports: list[Request] = dataclasses.field(default_factory=list)
    settled: bool = False

    def wait(self, timeout: float = HANG_S) -> Request:
        """The function's POST for it, once it is complete."""
        done = self.api.wait_for(lambda: any(one.ended for one in self.reports), timeout)
        assert done, f"no answer to {self.body[:200]!r} within {timeout} s"
        return self.reports[0]


class RuntimeAPI(socketserver.ThreadingTCPServer):
    """The stub. Use as a context manager; `concurrent` allows several events in flight."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, concurrent: bool = False, restored: bool = True) -> None:
        super().__init__(("127.0.0.1", 0), Connection)
        self.concurrent = concurrent
        self.changed = threading.Condition()
        self.queue: collections.deque[Invocation] = collections.deque()
        self.invocations: list[Invocation] = []
        self.named: dict[str, list[Invocation]] = collections.defaultdict(list)
        self.last: Invocation | None = None
        self.requests: list[Request] = []
        self.problems: list[str] = []
        self.faults: dict[str, list[Fault]] = collections.defaultdict(list)
        self.connections: dict[int, socket.socket] = {}
        self.connected = self.waiting = self.most_waiting = 0
        self.restored, self.closing = restored, False
        self.thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    @property
    def address(self) -> str:
        """The value of AWS_LAMBDA_RUNTIME_API."""
        return f"127.0.0.1:{self.server_address[1]}"

    def invoke(self, event, *, deadline_s: float = 30, id: str | None = None,
               nonce: str | None = "one of its own", chunk: int | None = None,
               **fields: str | None) -> Invocation:
        """Queues an event (an object, or its bytes). `fields` are further headers of `next` by their
        names' last parts (`trace_id="x"`), None leaves one out; so does `nonce=None`. `chunk` sends
        it in chunks of that size."""
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
        invocation = Invocation(self, body, id, nonce, kept, deadline_s, chunk)
        with self.changed:
            self.invocations.append(invocation)
            self.named[id].append(invocation)
            self.queue.append(invocation)
            self.changed.notify_all()
        return invocation

    def call(self, event, timeout: float = HANG_S, **options) -> Request:
        """Queues an event and waits for the function's POST for it."""
        return self.invoke(event, **options).wait(timeout)

    def fail(self, call: str, times: int = 1, **fault) -> None:
        """The next `times` answers to `call` ("next", "response", …) are this `Fault`."""
        with self.changed:
            self.faults[call] += [Fault(**fault)] * times
            self.changed.notify_all()

    def restore(self) -> None:
        """Answers `restore/next`, which waits if the stub was made with `restored=False`."""
        with self.changed:
            self.restored = True
            self.changed.notify_all()

    def seen(self, call: str) -> list[Request]:
        with self.changed:
            return [one for one in self.requests if one.call == call]

    def wait_for(self, condition, timeout: float = HANG_S) -> bool:
        """Waits until `condition()` holds, checked whenever something happens."""
        with self.changed:
            return self.changed.wait_for(condition, timeout)

    def wait_for_next(self, count: int = 1, timeout: float = HANG_S) -> None:
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
        """Closes every connection, also in the middle of a request."""
        for connection in list(self.connections.values()):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def handle_error(self, request, client_address) -> None:
        """Many tests end the function in mid-request on purpose: no traceback for that."""

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
