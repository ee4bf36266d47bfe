"""A real `amphora serve` process for a test: started on a free port, watched, ended by its pid.

The port is read from the kernel (the listening socket of the process), not from the log, so that no
test depends on the wording of a log line. It does not retry requests and hides no failure.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time

import requests

ROOT = pathlib.Path(__file__).resolve().parents[3]
BINARY = ROOT / ".build" / "release" / "amphora"
DIGITS = ROOT / "models" / "digits"
START_S = 20


def clean_environment(extra: dict[str, str] | None = None) -> dict[str, str]:
    """This process's environment without what would configure the server, plus `extra`."""
    foreign = ("AMPHORA_", "SAGEMAKER_", "AWS_", "MODEL_NAME", "LD_LIBRARY_PATH")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)
            and not name.lower().endswith("_proxy")}
    return kept | (extra or {})


def run(*arguments: str, env: dict[str, str] | None = None,
        timeout: float = 20) -> subprocess.CompletedProcess[str]:
    """Runs the binary to its end."""
    return subprocess.run([str(BINARY), *map(str, arguments)], env=clean_environment(env),
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout)


def listening_port(pid: int) -> int | None:
    """The port that a process listens on, from /proc; None while it does not, or has ended."""
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


class Server:
    """One running server. Use as a context manager."""

    def __init__(self, *options: str, model: pathlib.Path | None = DIGITS,
                 env: dict[str, str] | None = None, port: int | None = 0) -> None:
        arguments = [str(BINARY), "serve"]
        if model is not None:
            arguments += ["--model-path", str(model)]
        if port is not None:
            arguments += ["--port", str(port)]
        self.process = subprocess.Popen(
            [*arguments, *map(str, options)], env=clean_environment(env), cwd="/",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.log: list[str] = []
        self.readers = [threading.Thread(target=self.collect, args=(pipe,), daemon=True)
                        for pipe in (self.process.stdout, self.process.stderr)]
        for reader in self.readers:
            reader.start()
        try:
            self.port = self.wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def collect(self, pipe) -> None:
        for line in pipe:
            self.log.append(line.decode(errors="replace").rstrip("\n"))

    def wait_until_ready(self) -> int:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                for reader in self.readers:
                    reader.join(1)
                raise RuntimeError(
                    f"the server ended with {self.process.returncode}:\n" + "\n".join(self.log))
            port = listening_port(self.process.pid)
            if port is not None:
                try:
                    if requests.get(f"http://127.0.0.1:{port}/ping", timeout=2).status_code == 200:
                        return port
                except requests.RequestException:
                    pass
            time.sleep(0.01)
        raise RuntimeError("the server is not ready:\n" + "\n".join(self.log))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        return self.process.pid

    def alive(self) -> bool:
        return self.process.poll() is None

    def ping(self) -> float:
        """Seconds that one /ping on a fresh connection took; fails unless it is 200."""
        start = time.monotonic()
        answer = requests.get(self.url + "/ping", timeout=5)
        assert answer.status_code == 200
        return time.monotonic() - start

    def invoke(self, body=None, content_type: str | None = None, *, json=None,
               query: str = "", headers: dict[str, str] | None = None, timeout: float = 20):
        """POST /invocations with a body of bytes, or an object as JSON."""
        headers = dict(headers or {})
        if content_type is not None:
            headers["Content-Type"] = content_type
        return requests.post(self.url + "/invocations" + query, data=body, json=json,
                             headers=headers, timeout=timeout)

    def connect(self, timeout: float = 10) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)

    def memory_mib(self, field: str = "VmRSS") -> float:
        """Resident memory now (VmRSS) or at most so far (VmHWM), in MiB."""
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) / 1024
        raise RuntimeError(f"no {field} in /proc/{self.pid}/status")

    def terminate(self, signal_number: int = signal.SIGTERM) -> None:
        self.process.send_signal(signal_number)

    def wait(self, timeout: float) -> int:
        """The exit status; raises where the process does not end in time."""
        return self.process.wait(timeout)

    def stop(self) -> None:
        if self.alive():
            self.process.terminate()
            try:
                self.process.wait(3)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_) -> None:
        self.stop()
