"""A real `amphora serve` process for a test, on a free port.

The port is read from the kernel (the listening socket of the process), not from the log, so that no
test depends on the wording of a log line. It does not retry requests and hides no failure.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import socket

import requests
from patience import HANG_S, wait_until
from process import BINARY, DIGITS, ROOT, Process, clean_environment, run

__all__ = ["BINARY", "DIGITS", "ROOT", "Server", "clean_environment", "listening_port", "run"]


def listening_port(pid: int) -> int | None:
    """The port that a process listens on, from /proc; None if it listens on none, or has ended."""
    inodes = set()
    try:
        for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                target = os.readlink(entry)
                if target.startswith("socket:["):
                    inodes.add(target[8:-1])
        for table in ("tcp", "tcp6"):
            for line in pathlib.Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == "0A" and fields[9] in inodes:
                    return int(fields[1].rsplit(":", 1)[1], 16)
    except OSError:
        pass
    return None


class Server(Process):
    """One running server. Use as a context manager."""

    def __init__(self, *options: str, model: pathlib.Path | None = DIGITS,
                 env: dict[str, str] | None = None, port: int | None = 0) -> None:
        arguments = [BINARY, "serve"]
        if model is not None:
            arguments += ["--model-path", model]
        if port is not None:
            arguments += ["--port", port]
        super().__init__([*arguments, *options], env)
        try:
            self.port = self.wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def wait_until_ready(self) -> int:
        def ready() -> int | None:
            if not self.alive():
                raise RuntimeError(f"the server ended with {self.wait(0)}:\n{self.text()}")
            port = listening_port(self.pid)
            if port is not None:
                with contextlib.suppress(requests.RequestException):
                    url = f"http://127.0.0.1:{port}/ping"
                    if requests.get(url, timeout=HANG_S).status_code == 200:
                        return port
            return None

        return wait_until(ready, lambda: f"the server is not ready:\n{self.text()}")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ping(self) -> None:
        """One /ping on a fresh connection; fails unless it is 200."""
        assert requests.get(self.url + "/ping", timeout=HANG_S).status_code == 200

    def invoke(self, body=None, content_type: str | None = None, *, json=None,
               query: str = "", headers: dict[str, str] | None = None, timeout: float = HANG_S):
        """POST /invocations with a body of bytes, or an object as JSON."""
        headers = dict(headers or {})
        if content_type is not None:
            headers["Content-Type"] = content_type
        return requests.post(self.url + "/invocations" + query, data=body, json=json,
                             headers=headers, timeout=timeout)

    def connect(self, timeout: float = HANG_S) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)
