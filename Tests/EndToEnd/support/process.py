"""The binary under test as a process: its path, its environment, its output, its resources.

A thread collects its output all the time, so that the process never blocks on a full pipe. The modes of
the binary are in `server.py` and `lambda_function.py`.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import pty
import signal
import subprocess
import threading

from patience import HANG_S, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[3]
BINARY = ROOT / ".build" / "release" / "amphora"
DIGITS = ROOT / "models" / "digits"


def clean_environment(extra: dict[str, str] | None = None) -> dict[str, str]:
    """This process's environment without the variables that configure the server, plus `extra`."""
    foreign = ("AMPHORA_", "SAGEMAKER_", "AWS_", "MODEL_", "SSL_CERT_", "LD_LIBRARY_PATH",
               "_HANDLER")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)
            and not name.lower().endswith("_proxy")}
    return kept | (extra or {})


def run(*arguments: str, env: dict[str, str] | None = None, timeout: float = HANG_S,
        cwd: pathlib.Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs the binary to its end."""
    return subprocess.run([str(BINARY), *map(str, arguments)], env=clean_environment(env),
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, cwd=cwd)


def run_on_terminal(*arguments: str, env: dict[str, str] | None = None,
                    timeout: float = HANG_S) -> tuple[int, str]:
    """Runs the binary to its end; returns its exit status, and its standard error as a terminal got it."""
    inner, outer = pty.openpty()
    with subprocess.Popen([str(BINARY), *map(str, arguments)], env=clean_environment(env),
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=outer) as process:
        os.close(outer)
        shown = b""
        with contextlib.suppress(OSError):
            while more := os.read(inner, 4096):
                shown += more
        os.close(inner)
        return process.wait(timeout), shown.decode()


class Process:
    """A running process whose output is collected in `log`. Use as a context manager."""

    def __init__(self, arguments: list, env: dict[str, str] | None = None, **options) -> None:
        self.process = subprocess.Popen(
            [*map(str, arguments)], env=clean_environment(env), cwd="/", stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
        self.log: list[str] = []
        self.logged = threading.Condition()
        self.readers = [threading.Thread(target=self.collect, args=(pipe,), daemon=True)
                        for pipe in (self.process.stdout, self.process.stderr)]
        for reader in self.readers:
            reader.start()

    def collect(self, pipe) -> None:
        for line in pipe:
            with self.logged:
                self.log.append(line.decode(errors="replace").rstrip("\n"))
                self.logged.notify_all()

    def wait_for_line(self, part: str) -> str:
        """Waits for a line of its output that contains a text; returns the line."""
        def found() -> str | None:
            return next((line for line in self.log if part in line), None)

        with self.logged:
            said = self.logged.wait_for(found, HANG_S)
        assert said, f"it does not say {part!r}:\n{self.text()}"
        return said

    def text(self) -> str:
        """All output so far; complete once the process has ended."""
        if not self.alive():
            for reader in self.readers:
                reader.join(HANG_S)
        return "\n".join(self.log)

    @property
    def pid(self) -> int:
        return self.process.pid

    def alive(self) -> bool:
        return self.process.poll() is None

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def memory_mib(self, field: str = "VmRSS") -> float:
        """Resident memory now (VmRSS) or at most so far (VmHWM), in MiB."""
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) / 1024
        raise RuntimeError(f"no {field} in /proc/{self.pid}/status")

    def terminate(self, signal_number: int = signal.SIGTERM) -> None:
        self.process.send_signal(signal_number)

    def forget_peak(self) -> None:
        """Resets the peak VmHWM to the present size (proc(5), clear_refs), where the kernel allows it."""
        with contextlib.suppress(OSError):
            pathlib.Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def freeze(self) -> None:
        """Stops it, as Lambda freezes a function; returns when all of its threads have stopped."""
        def states() -> set[str]:
            return {path.read_text().rpartition(")")[2].split()[0]
                    for path in pathlib.Path(f"/proc/{self.pid}/task").glob("*/stat")}

        self.terminate(signal.SIGSTOP)
        wait_until(lambda: states() == {"T"}, lambda: f"it is not frozen but {states()}")

    def thaw(self) -> None:
        self.terminate(signal.SIGCONT)

    def wait(self, timeout: float = HANG_S) -> int:
        """Waits for its end; returns the exit status."""
        return self.process.wait(timeout)

    def end(self, timeout: float = HANG_S) -> str:
        """Ends it by SIGTERM, as the platforms do; returns all its output.

        Only an ended process's output is sure to have arrived."""
        self.terminate()
        assert self.wait(timeout) == 0, self.text()
        return self.text()

    def stop(self) -> None:
        if self.alive():
            self.process.terminate()
            try:
                self.process.wait(3)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.stop()
