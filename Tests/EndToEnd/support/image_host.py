"""A host of pictures on loopback that serves them well, and in every bad way a host can.

Paths choose the behaviour (see `Handler.routes`). It counts requests, so that a test can wait for a
fetch instead of sleeping, and can prove that a forbidden one never arrived. Each connection has its own
thread, and all end with the host.
"""

from __future__ import annotations

import contextlib
import http.server
import socket
import threading
import time
import urllib.parse

from patience import HANG_S

HUGE_BYTES = 300 * 1024 * 1024


class ImageHost(http.server.ThreadingHTTPServer):
    """The host; `pictures` maps names to bytes. Use as a context manager."""

    daemon_threads = True
    request_queue_size = 512
    allow_reuse_address = True

    def __init__(self, pictures: dict[str, bytes], address: str = "127.0.0.1") -> None:
        super().__init__((address, 0), Handler)
        self.pictures = pictures
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.changed = threading.Condition()
        self.hanging = 0
        self.left = 0
        self.answered = 0
        self.sent = 0
        self.released = threading.Event()
        self.connections: set[socket.socket] = set()
        self.thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    @property
    def port(self) -> int:
        return self.server_address[1]

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    def wait_for(self, condition, timeout: float = HANG_S) -> bool:
        """Waits until `condition()` holds, checked whenever a count changes."""
        with self.changed:
            return self.changed.wait_for(condition, timeout)

    def count(self, **changes: int) -> None:
        with self.changed:
            for name, change in changes.items():
                setattr(self, name, getattr(self, name) + change)
            self.changed.notify_all()

    def reset(self) -> None:
        """Releases every hanging request, and resets the counts."""
        self.released.set()
        self.wait_for(lambda: self.hanging == 0)
        self.released = threading.Event()
        with self.changed:
            self.requests.clear()
            self.left = self.answered = self.sent = 0

    def disconnect(self) -> None:
        """Closes every connection, including idle ones."""
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request, client_address) -> None:
        """Many tests disconnect on purpose: no traceback for that."""

    def __enter__(self) -> ImageHost:
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.released.set()
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    server: ImageHost
    protocol_version = "HTTP/1.1"
    # A head and a body are two writes. With Nagle's algorithm the second would wait for a delayed ACK.
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        super().finish()

    def log_message(self, format: str, *args) -> None:
        pass

    def do_GET(self) -> None:
        path = urllib.parse.urlsplit(self.path)
        with self.server.changed:
            self.server.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
            self.server.changed.notify_all()
        first, _, rest = path.path.lstrip("/").partition("/")
        route = getattr(self, "route_" + first.replace("-", "_"), None)
        if route is None:
            self.answer(404, b"no such route")
        else:
            route(urllib.parse.unquote(rest), urllib.parse.parse_qs(path.query))

    def answer(self, status: int, body: bytes, content_type: str = "text/plain", **headers) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.server.count(answered=1)

    def picture(self) -> bytes:
        return next(iter(self.server.pictures.values()))

    def head(self, length: int | None) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.send_header("Connection", "close")
        self.end_headers()

    # /image/NAME: the picture.
    def route_image(self, name: str, query) -> None:
        body = self.server.pictures.get(name)
        if body is None:
            self.answer(404, b"no such picture")
        else:
            self.answer(200, body, "image/" + name.rpartition(".")[2])

    # /slow/NAME: the same, once the test calls `released.set()`.
    def route_slow(self, name: str, query) -> None:
        self.hold()
        self.route_image(name, query)

    # /hang: accepts and never answers.
    def route_hang(self, rest: str, query) -> None:
        self.close_connection = True
        self.hold()

    def hold(self) -> None:
        """Returns when released, or when the client has disconnected (counted)."""
        released = self.server.released
        self.server.count(hanging=1)
        try:
            self.connection.settimeout(0.05)
            while not released.wait(0.05):
                try:
                    if self.connection.recv(1, socket.MSG_PEEK) == b"":
                        raise ConnectionResetError
                except TimeoutError:
                    continue
                except OSError:
                    self.server.count(left=1)
                    self.close_connection = True
                    raise
        finally:
            self.connection.settimeout(None)
            self.server.count(hanging=-1)

    # /drip: a good head, then a byte a second.
    def route_drip(self, rest: str, query) -> None:
        released = self.server.released
        body = self.picture()
        self.head(len(body))
        self.server.count(hanging=1)
        try:
            for byte in body:
                self.wfile.write(bytes([byte]))
                if released.wait(1):
                    return
        finally:
            self.server.count(hanging=-1)

    # /redirect?to=URL, /loop, /chain/N: redirects.
    def route_redirect(self, rest: str, query) -> None:
        self.answer(302, b"", Location=query["to"][0])

    def route_loop(self, rest: str, query) -> None:
        self.answer(302, b"", Location="/loop")

    def route_chain(self, rest: str, query) -> None:
        hops = int(rest)
        name = next(iter(self.server.pictures))
        self.answer(302, b"", Location=f"/chain/{hops - 1}" if hops > 1 else f"/image/{name}")

    # /status/N: that status, with a good picture as its body.
    def route_status(self, rest: str, query) -> None:
        self.answer(int(rest), self.picture(), "image/png")

    # /short: declares more than it sends.  /tail: declares less than it sends.
    def route_short(self, rest: str, query) -> None:
        body = self.picture()
        self.head(len(body) + 1000)
        self.wfile.write(body)

    def route_tail(self, rest: str, query) -> None:
        body = self.picture()
        self.head(len(body) // 2)
        self.wfile.write(body)

    # /early: closes in the middle of the head.  /nothing: closes without an answer.
    def route_early(self, rest: str, query) -> None:
        self.close_connection = True
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Ty")

    def route_nothing(self, rest: str, query) -> None:
        self.close_connection = True

    # /huge and /huge/known: 300 MB, without and with Content-Length.
    def route_huge(self, rest: str, query) -> None:
        self.head(HUGE_BYTES if rest else None)
        piece = self.picture().ljust(1 << 20, b"\0")
        for _ in range(HUGE_BYTES >> 20):
            self.wfile.write(piece)
            self.server.count(sent=len(piece))

    # /text, /empty: not a picture.  /garbage: not HTTP.
    def route_text(self, rest: str, query) -> None:
        self.answer(200, b"This is a page, not a picture.\n" * 40)

    def route_empty(self, rest: str, query) -> None:
        self.answer(200, b"", "image/png")

    def route_garbage(self, rest: str, query) -> None:
        self.close_connection = True
        self.wfile.write(b"\x00\x01\x02 220 smtp ready\r\n\r\n")

    # /headers: a head that never ends.
    def route_headers(self, rest: str, query) -> None:
        self.close_connection = True
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(100_000):
            self.wfile.write(b"X-%d: %s\r\n" % (number, b"a" * 100))
            if number % 1000 == 0:
                time.sleep(0)
