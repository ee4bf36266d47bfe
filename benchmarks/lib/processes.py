"""Processes under measurement: started on given cores, watched by their CPU time, ended by pid."""

import contextlib
import glob
import os
import re
import signal
import socket
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_TICK = 1 / os.sysconf("SC_CLK_TCK")


class CPU:
    """CPU seconds of a process tree: all of it, and how much of that in user mode."""

    def __init__(self, total=0.0, user=0.0):
        self.total, self.user = total, user

    def __add__(self, other):
        return CPU(self.total + other.total, self.user + other.user)

    def __sub__(self, other):
        return CPU(self.total - other.total, self.user - other.user)


def cpu_of(pid):
    """The CPU time that a process and its children have used.

    The total is the scheduler's, in nanoseconds (/proc/PID/task/*/schedstat); only its split into
    user and system comes in ticks.
    """
    sum_ns = 0
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        with contextlib.suppress(OSError):
            with open(path) as file:
                sum_ns += int(file.read().split()[0])
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    user, system = int(fields[11]) * _TICK, int(fields[12]) * _TICK
    share = user / (user + system) if user + system else 0
    own = CPU(sum_ns / 1e9, sum_ns / 1e9 * share)
    for child in children(pid):
        own += cpu_of(child)
    return own


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(child) for child in file.read().split()]


def memory_kib(pid, field="RssAnon"):
    """A line of /proc/PID/status, in KiB."""
    with open(f"/proc/{pid}/status") as file:
        return int(re.search(rf"^{field}:\s+(\d+)", file.read(), re.M).group(1))


@contextlib.contextmanager
def process(command, cores, ready=None, seconds=30, **options):
    """Runs a command on the cores. With `ready`, it waits until the output matches.

    Yields the process, whose `seen` is the match; ends it with SIGTERM.
    """
    log = tempfile.NamedTemporaryFile("w+", suffix=".log")
    started = subprocess.Popen(
        command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, cores), **options)
    try:
        started.log = log.name
        started.seen = _wait_for(ready, started, log, seconds) if ready else None
        yield started
    finally:
        if started.poll() is None:
            started.send_signal(signal.SIGTERM)
            try:
                started.wait(10)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait()
        log.close()


def _wait_for(pattern, started, log, seconds):
    end = time.monotonic() + seconds
    while True:
        with open(log.name) as file:
            text = file.read()
        seen = re.search(pattern, text)
        if seen:
            return seen
        if started.poll() is not None or time.monotonic() > end:
            raise SystemExit(f"{started.args[0]} did not come up:\n{text}")
        time.sleep(0.002)


def wait_for_port(port, seconds=10):
    """Returns when a process accepts connections on the port."""
    end = time.monotonic() + seconds
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > end:
                raise SystemExit(f"nothing listens on port {port}")
            time.sleep(0.01)


def add_server_options(parser):
    """The options by which a benchmark finds the server it measures."""
    parser.add_argument("--binary", default=os.path.join(ROOT, ".build/release/amphora"))
    parser.add_argument("--model-path", default=os.path.join(ROOT, "models/digits"))


def require(options):
    """Ends with an error sentence if the server or the model is missing."""
    if not os.access(options.binary, os.X_OK):
        raise SystemExit(f"there is no {options.binary}; run `make build`, or name one by --binary")
    if not os.path.isdir(options.model_path):
        raise SystemExit(f"there is no model folder {options.model_path}; see --model-path")


def amphora(options, cores, *arguments, binary=None, before=(), seconds=30):
    """The server under measurement, ready, on a free port: `seen.group(1)` is the port.

    `before` is the command that runs it, such as valgrind's.
    """
    command = [
        *before, binary or options.binary, "serve", "--host", "127.0.0.1", "--port", "0",
        "--log-format", "text", "--model-path", options.model_path, *arguments]
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("AMPHORA_", "AWS_"))}
    return process(
        command, cores, ready=r"(?s)listening on http://[^\n]*:(\d+)\n.*serving ", seconds=seconds,
        env=environment)
