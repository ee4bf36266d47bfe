"""Runs the examples of a document as its reader does: in a shell, in a folder like the checkout.

Two things differ from the reader's machine. Another, free port takes the place of 8080: it is replaced
in commands, and back again in their output. And a command that serves runs in the background, as in a
terminal of its own, until the next one or the end.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys

from documents import Block, Example
from emulator import emulator_binary, free_ports
from patience import HANG_S, wait_until
from process import DIGITS, ROOT, clean_environment

PORT = "8080"
# Blocks with these words can't run in the tests: they need an engine, an account, a download or much time.
ABSENT = {"docker", "aws", "optimum-cli", "pip", "make", ".ci/run", "container/test",
          "container/deploy/deploy.py", "tools/export_torchvision.py"}
END = "end-of-the-example"


def words(command: str) -> list[str]:
    return shlex.split(command.replace("\\\n", " "), comments=True)


def is_runnable(example: Example) -> bool:
    """Whether a command can run here. `make run` can: only the serving is left to do."""
    return words(example.command) == ["make", "run"] or not ABSENT & set(words(example.command))


def serves(command: str) -> bool:
    """Whether a command runs until it is stopped."""
    first, second = (words(command) + ["", ""])[:2]
    return (first, second) == ("make", "run") or (
        first.endswith("/amphora") and second in ("serve", "lambda"))


class Shell:
    """One shell for the examples of one document. Use as a context manager."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        port, runtime_api = free_ports(2)
        self.port = str(port)
        self.server: int | None = None
        self.status = 0
        self._lay_out()
        tools = folder / ".tools"
        self._put_emulator_on_path(tools, runtime_api)
        # curl shows its progress if its output is not a terminal.
        (tools / ".curlrc").write_text("silent\nshow-error\n")
        self.bash = subprocess.Popen(
            ["bash", "--noprofile", "--norc"], cwd=folder, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=clean_environment({"PATH": f"{tools}:{os.environ['PATH']}", "CURL_HOME": str(tools),
                                   "AMPHORA_PORT": self.port}))
        self._ask("set -m")  # Each job gets its own process group, which can be ended as a whole.

    def _lay_out(self) -> None:
        """A writable copy of the checkout, with stand-ins for the reader's own files."""
        for path in ROOT.iterdir():
            (self.folder / path.name).symlink_to(path)
        shutil.copytree(DIGITS, self.folder / "my-model")

    def _put_emulator_on_path(self, tools: pathlib.Path, runtime_api: int) -> None:
        tools.mkdir()
        stand_in = tools / "aws-lambda-rie"
        stand_in.write_text(
            f"#!/bin/sh\nexec {ROOT}/.build/aws-lambda-rie/aws-lambda-rie "
            f"--runtime-api-address 127.0.0.1:{runtime_api} "
            f'--runtime-interface-emulator-address 127.0.0.1:{self.port} --log-level error "$@"\n')
        stand_in.chmod(0o755)

    def run(self, example: Example) -> str:
        """Runs a command; returns its output, with the port that the document names."""
        if serves(example.command):
            return self._serve(example)
        return self._ask(example.command.replace(PORT, self.port)).replace(self.port, PORT)

    def run_python(self, block: Block) -> None:
        script = self.folder / "example.py"
        script.write_text(block.text.replace(PORT, self.port))
        output = self._ask(f"{shlex.quote(sys.executable)} example.py")
        assert self.status == 0, output

    def _ask(self, command: str) -> str:
        """Runs a command in the shell; sets `status`. The command sees the previous status as `$?`."""
        assert self.bash.stdin and self.bash.stdout
        self.bash.stdin.write(
            f"(exit {self.status})\n{{ {command}\n}} </dev/null\nprintf '\\n{END} %d\\n' $?\n")
        self.bash.stdin.flush()
        lines: list[str] = []
        for line in self.bash.stdout:
            if found := re.fullmatch(rf"{END} (\d+)\n", line):
                self.status = int(found[1])
                return "".join(lines).strip("\n")
            lines.append(line)
        raise RuntimeError(f"the shell ended within {command}:\n{''.join(lines)}")

    # Servers

    def _serve(self, example: Example) -> str:
        """Starts a server; returns its output once it matches the document."""
        self._stop_server()
        command = example.command.rstrip(" &")
        if words(command)[0] == "make":
            command = self._ask(f"make --no-print-directory --dry-run run PORT={self.port}")
            command = command.splitlines()[-1]
        elif words(command)[1] == "lambda":
            emulator_binary()
        log = self.folder / "server.log"
        log.write_text("")
        self.server = int(self._ask(f"{command} >{log.name} 2>&1 &\necho $!"))

        def said() -> str:
            return log.read_text().replace(self.port, PORT)

        wait_until(lambda: self._listens() and example.matches(said()),
                   lambda: f"{command} does not say what is shown, but:\n{said()}")
        return said()

    def _listens(self) -> bool:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", int(self.port)), timeout=1).close()
            return True
        return False

    def _stop_server(self) -> None:
        if self.server is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.server, signal.SIGTERM)
        self._ask(f"wait {self.server}")
        self.server, self.status = None, 0

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        if self.bash.poll() is None:
            self._stop_server()
        assert self.bash.stdin
        self.bash.stdin.close()
        self.bash.wait(HANG_S)
