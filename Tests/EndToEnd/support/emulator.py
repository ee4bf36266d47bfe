"""The real `aws-lambda-rie` around the real binary, in its classic and its multi-concurrency mode.

tools/install_emulator.sh puts it into a folder that git ignores. The classic mode ends at a
second invocation while one runs, so callers take turns. The multi-concurrency mode runs
/var/runtime/bootstrap without arguments as an unprivileged user: it gets a /var of its own in a mount
namespace, which changes nothing on the machine but needs root.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pathlib
import signal
import socket
import subprocess

import boto3
import botocore.config
import pytest
import requests
from patience import HANG_S, wait_until
from process import BINARY, DIGITS, ROOT, Process

CACHE = ROOT / ".build" / "aws-lambda-rie"
INVOKE = "/2015-03-31/functions/function/invocations"

# A /var that only the emulator sees: the binary as its runtime, the model beside it.
PRIVATE_VAR = """set -e
mount -t tmpfs tmpfs /var
mkdir /var/runtime /var/task /var/model
touch /var/runtime/bootstrap
mount --bind "$1" /var/runtime/bootstrap
for library in "$(dirname "$1")"/libonnxruntime*; do
    touch "/var/runtime/${library##*/}"
    mount --bind "$library" "/var/runtime/${library##*/}"
done
mount --bind "$2" /var/model
shift 2
exec "$@"
"""


def emulator_binary() -> pathlib.Path:
    """The emulator, downloaded if it is missing; skips the test if it cannot be downloaded."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run([ROOT / "tools" / "install_emulator.sh", CACHE],
                              capture_output=True, text=True, timeout=HANG_S)
    if done.returncode:
        pytest.skip("no aws-lambda-rie: " + (done.stderr.strip().splitlines() or ["?"])[-1])
    return CACHE / "aws-lambda-rie"


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def children(pid: int) -> list[int]:
    """All descendants of a process."""
    found = []
    for status in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            if parent == pid:
                child = int(status.parent.name)
                found += [child, *children(child)]
    return found


def private_mounts_refused() -> str | None:
    """Why this machine allows no mount namespace; None if it does."""
    if os.geteuid() != 0:
        return "the emulator's multi-concurrency mode needs root"
    done = subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/var"],
                          capture_output=True, text=True)
    return f"no mount namespace: {done.stderr.strip()}" if done.returncode else None


class Emulator(Process):
    """A running emulator around the binary. Use as a context manager.

    `concurrency` chooses the multi-concurrency mode. The binary itself is started by the emulator: at
    the first invocation in the classic mode, at once in the other. `around` is another command that
    becomes an emulator on `port`.
    """

    def __init__(self, *options: str, model: pathlib.Path | str = DIGITS,
                 concurrency: int | None = None, timeout_s: int | None = None,
                 env: dict[str, str] | None = None, around: list | None = None,
                 port: int | None = None) -> None:
        api, free = free_ports(2)
        self.url = f"http://127.0.0.1:{port or free}"
        command = around or [
            emulator_binary(), "--runtime-api-address", f"127.0.0.1:{api}",
            "--runtime-interface-emulator-address", f"127.0.0.1:{free}", "--log-level", "error"]
        environment = {"AMPHORA_FETCH_ALLOW": "127.0.0.0/8"}
        if timeout_s is not None:
            environment["AWS_LAMBDA_FUNCTION_TIMEOUT"] = str(timeout_s)
        if concurrency is not None:
            if reason := private_mounts_refused():
                pytest.skip(reason)
            command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", PRIVATE_VAR,
                       "sh", BINARY, model, *command]
            environment |= {"AWS_LAMBDA_MAX_CONCURRENCY": str(concurrency),
                            "_HANDLER": "app.handler", "AMPHORA_MODEL_PATH": "/var/model"}
        elif not around:
            command += [BINARY, "lambda", "--model-path", model, *options]
        super().__init__(command, environment | (env or {}))
        self.client = boto3.client(
            "lambda", endpoint_url=self.url, region_name="eu-central-1",
            aws_access_key_id="x", aws_secret_access_key="x",
            config=botocore.config.Config(retries={"total_max_attempts": 1}, read_timeout=HANG_S,
                                          max_pool_connections=32))
        try:
            self.wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def wait_until_ready(self) -> None:
        def ready() -> bool:
            if not self.alive():
                raise RuntimeError(f"the emulator ended with {self.wait(0)}:\n{self.text()}")
            with contextlib.suppress(requests.ConnectionError):
                return bool(requests.get(self.url + "/ready", timeout=HANG_S).status_code)
            return False

        wait_until(ready, lambda: f"the emulator is not ready:\n{self.text()}")

    def invoke(self, event: bytes, **options) -> bytes:
        """The answer that a caller of Lambda gets for this event."""
        answer = self.client.invoke(FunctionName="function", Payload=event, **options)
        return answer["Payload"].read()

    def post(self, event: bytes, timeout: float = HANG_S) -> requests.Response:
        """The same without boto3, which hides the status."""
        return requests.post(self.url + INVOKE, data=event, timeout=timeout)

    def runtimes(self) -> list[int]:
        """The running processes of the binary under this emulator."""
        def is_ours(pid: int) -> bool:
            with contextlib.suppress(OSError):
                return pathlib.Path(f"/proc/{pid}/exe").resolve().name in ("amphora", "bootstrap")
            return False
        return [pid for pid in children(self.pid) if is_ours(pid)]

    def stop(self) -> None:
        # A runtime outlives its emulator, and would ask the port's next emulator for events.
        processes = children(self.pid)
        super().stop()
        for pid in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
