"""The compared runtimes, and the Runtime API that they use: processes on cores, controlled by lines."""

import contextlib
import os
import selectors
import subprocess
import sys

from lib import processes

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCES = os.path.join(processes.ROOT, "Sources/COnnxRuntime")


def build(folder):
    """Compiles the C programs of this folder; returns the path of each."""
    paths = {}
    for name, *more in [
            ("stub", "-pthread"), ("exec",), ("minimal",), ("minimal.so", "-shared", "-fPIC"),
            ("engine", f"-I{SOURCES}/include", f"{SOURCES}/COnnxRuntime.c", "-ldl")]:
        paths[name] = os.path.join(folder, name)
        subprocess.run(
            ["clang", "-O2", "-Wall", "-Wextra", "-Werror", "-o", paths[name],
             os.path.join(HERE, f"{name.partition('.')[0]}.c"), *more], check=True)
    return paths


def python_with_awslambdaric():
    """An interpreter that has AWS's runtime client, made on the first call."""
    folder = os.path.join(processes.ROOT, ".venv-lambda")
    subprocess.run(
        [os.path.join(processes.ROOT, "tools/venv.sh"), folder,
         os.path.join(HERE, "requirements.txt")], check=True, stdout=sys.stderr)
    return os.path.join(folder, "bin/python")


def commands(options, programs):
    """The command of each runtime, by its name."""
    named = {
        "minimal C": [programs["minimal"]],
        "amphora": ours(options.binary, options),
        "awslambdaric": [python_with_awslambdaric(), "-m", "awslambdaric", "handler.handle"],
    }
    if options.against:
        named["against"] = ours(options.against, options)
    return named


def ours(binary, options):
    """The command as Lambda runs it: without an argument, unless a setting is given."""
    return [binary, *(["lambda", *options.setting] if options.setting else [])]


def classifying(options, programs):
    """The minimal client that classifies the picture between an event and its answer."""
    return [options.bare, "events", programs["minimal.so"], options.model_path, options.image]


class Pipe:
    """A process that answers a line with a line."""

    def __init__(self, command, core):
        self.name = os.path.basename(command[0])
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
            preexec_fn=lambda: os.sched_setaffinity(0, [core]))
        self.reading = selectors.DefaultSelector()
        self.reading.register(self.process.stdout, selectors.EVENT_READ)

    def read(self, seconds=60):
        if not self.reading.select(seconds):
            raise SystemExit(f"{self.name} printed nothing for {seconds} seconds")
        return self.process.stdout.readline().split()

    def ask(self, line, seconds=60):
        self.process.stdin.write(line + "\n")
        return self.read(seconds)

    def close(self):
        self.process.kill()
        self.process.wait()
        self.reading.close()


@contextlib.contextmanager
def stub(programs, event, core):
    """A Runtime API that gives the file's content as every event; `port` is its port."""
    pipe = Pipe([programs["stub"], event], core)
    try:
        pipe.port = int(pipe.read()[1])
        yield pipe
    finally:
        pipe.close()


@contextlib.contextmanager
def runtime(programs, command, core, stub, options):
    """A runtime on the core, watched by the stub.

    Yields its process, with `began` and `used`: the time of its birth and the CPU time before, in
    nanoseconds.
    """
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("AMPHORA_", "AWS_"))}
    environment.update(
        AWS_LAMBDA_RUNTIME_API=f"127.0.0.1:{stub.port}", AWS_LAMBDA_FUNCTION_NAME="benchmark",
        AWS_LAMBDA_FUNCTION_VERSION="1", AWS_LAMBDA_FUNCTION_MEMORY_SIZE="1769",
        AWS_REGION="eu-central-1", LAMBDA_TASK_ROOT=HERE, AMPHORA_MODEL_PATH=options.model_path)
    started = subprocess.Popen(
        [programs["exec"], str(core), *command], cwd=HERE, env=environment, text=True, bufsize=1,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with started:
        try:
            stub.ask(f"watch {started.pid}")
            started.stdin.write("\n")
            started.began, started.used = map(int, started.stdout.readline().split())
            yield started
        finally:
            started.kill()
