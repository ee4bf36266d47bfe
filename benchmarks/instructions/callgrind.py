"""A process under valgrind's callgrind: how many instructions each of its threads has executed.

The counts are read while the process runs and its event loop waits, so that each count begins and
ends at the same point of the program. No symbols are needed.
"""

import glob
import os
import platform
import re
import shutil
import subprocess
import time

# System calls by which an event loop waits: epoll_wait, epoll_pwait, epoll_pwait2.
_WAITS = {"x86_64": {232, 281, 441}, "aarch64": {22, 441}}


def stripped(binary, engine, folder):
    """A copy of the program that valgrind can read, the engine beside it; returns its path.

    Valgrind can't read Swift's debug sections. The symbol table stays.
    """
    os.makedirs(folder)
    path = os.path.join(folder, "amphora")
    subprocess.run(["strip", "-g", "-o", path, binary], check=True)
    beside = os.path.join(os.path.dirname(os.path.realpath(binary)), engine)
    if not os.path.exists(beside):
        raise SystemExit(f"there is no {beside}; name the engine's library by --engine")
    shutil.copy(beside, folder)
    return path


class Callgrind:
    """Valgrind's command line, which precedes the program's own, and the profiles that it writes."""

    def __init__(self, folder, from_start):
        os.makedirs(folder)
        self.out, self.messages = os.path.join(folder, "out"), os.path.join(folder, "messages")
        self.pipes = f"--vgdb-prefix={os.path.join(folder, 'vgdb')}"
        self.command = [
            "valgrind", "-q", "--tool=callgrind", "--separate-threads=yes", "--fair-sched=try",
            f"--instr-atstart={'yes' if from_start else 'no'}", f"--log-file={self.messages}",
            f"--callgrind-out-file={self.out}", self.pipes]
        self.parts = 0

    def begin(self, pid):
        """Switches counting on. The first count is incomplete: the loop is in mid-turn."""
        self._ask(pid, "instrumentation", "on")

    def take(self, pid):
        """By thread: the path of its profile, and its instructions since the last call."""
        wait_for_loop(pid)
        self._ask(pid, "dump")
        self.parts += 1
        counts = {}
        for path in glob.glob(f"{self.out}.{self.parts}-*"):
            with open(path) as file:
                text = file.read()
            thread, total = (
                int(re.search(rf"^{name}: (\d+)", text, re.M).group(1))
                for name in ("thread", "totals"))
            counts[thread] = (path, total)
        if not counts:
            raise SystemExit("callgrind wrote no profile: " + self._said())
        return counts

    def _ask(self, pid, *words):
        try:
            asked = subprocess.run(
                ["vgdb", self.pipes, f"--pid={pid}", *words], capture_output=True, text=True,
                timeout=120)
        except subprocess.TimeoutExpired:
            raise SystemExit("valgrind does not answer; vgdb needs the right to ptrace it")
        if asked.returncode:
            raise SystemExit(f"vgdb: {asked.stderr}{self._said()}")

    def _said(self):
        if not os.path.exists(self.messages):
            return ""
        with open(self.messages) as file:
            return file.read()


def wait_for_loop(pid, seconds=120):
    """Returns when a thread waits in epoll_wait and has not run for 20 ms."""
    end, before = time.monotonic() + seconds, None
    while time.monotonic() < end:
        now = _waiting(pid)
        if now and now == before:
            return
        before = now
        time.sleep(0.02)
    raise SystemExit(f"no thread of the process waits in epoll_wait after {seconds} seconds")


def _waiting(pid):
    """The threads that wait in epoll_wait, with how long and how often each has run."""
    found = {}
    for path in glob.glob(f"/proc/{pid}/task/*"):
        try:
            with open(f"{path}/syscall") as call, open(f"{path}/schedstat") as run:
                number = call.read().split()[0]
                if number.isdigit() and int(number) in _WAITS[platform.machine()]:
                    found[path] = run.read()
        except (FileNotFoundError, ProcessLookupError):  # The thread has ended meanwhile.
            continue
    return found


def busiest(counts, what):
    """The thread that did this work; an error where more than one did."""
    thread = max(counts, key=lambda each: counts[each][1])
    total = sum(count for _, count in counts.values())
    if counts[thread][1] < 0.95 * total:
        raise SystemExit(f"more than one thread worked for {what}: which one is the loop?")
    return thread
