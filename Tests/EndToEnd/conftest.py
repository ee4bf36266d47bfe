"""The fixtures of all end-to-end tests: the binary, a host of pictures, and one server a module."""

from __future__ import annotations

import base64
import contextlib
import pathlib

import pytest
from image_host import ImageHost
from lambda_function import LambdaFunction
from runtime_api import RuntimeAPI
from server import BINARY, DIGITS, Server

SAMPLES = {path.name: path.read_bytes() for path in sorted((DIGITS / "samples").glob("*.png"))}


@pytest.fixture(scope="session", autouse=True)
def binary() -> pathlib.Path:
    """The release binary; without it the run ends."""
    if not BINARY.exists():
        pytest.exit(f"{BINARY} is missing: run `make build`", returncode=3)
    return BINARY


@pytest.fixture(scope="session")
def samples() -> dict[str, bytes]:
    """The sample digits: file name to bytes. `digit-7.png` shows a 7."""
    assert len(SAMPLES) == 10
    return SAMPLES


@pytest.fixture(scope="session")
def shared_host(samples):
    with ImageHost(dict(samples)) as host:
        yield host


@pytest.fixture
def host(shared_host):
    """The host of pictures, with its counts at 0. After the test its hanging requests are released."""
    shared_host.reset()
    yield shared_host
    shared_host.reset()


@pytest.fixture(scope="module")
def server():
    """A server of the digits model that may fetch from loopback."""
    with Server("--fetch-allow", "127.0.0.0/8") as running:
        yield running
        assert running.alive(), "the server died:\n" + "\n".join(running.log[-20:])


@pytest.fixture(scope="module")
def function_options() -> tuple[str, ...]:
    """The options of `function`; a module may have others."""
    return ()


@pytest.fixture(scope="module")
def functions(shared_host, function_options):
    """The functions that still run; a new one is started after a test that spoiled the last."""
    with contextlib.ExitStack() as stack:
        yield lambda: stack.enter_context(LambdaFunction(
            stack.enter_context(RuntimeAPI()), *function_options,
            env={"AWS_ENDPOINT_URL_S3": shared_host.url("").rstrip("/")})), []


@pytest.fixture
def function(functions):
    """A function of the digits model that waits for an event, before the test and after it.

    Its S3 is the host of pictures, whose routes are the buckets."""
    start, running = functions
    if not running:
        running.append(start())
    function = running.pop()
    function.wait_until_ready()
    yield function
    assert function.alive(), "the function ended:\n" + function.text()[-2000:]
    problems = list(function.api.problems)
    function.api.problems.clear()
    assert not problems, "\n".join(problems)
    if all(one.settled for one in function.api.invocations):
        running.append(function)


@pytest.fixture
def seven(samples) -> bytes:
    return samples["digit-7.png"]


@pytest.fixture
def event(seven) -> dict:
    """A good direct event of Lambda."""
    return {"instances": [{"b64": base64.b64encode(seven).decode()}]}


@pytest.fixture
def api():
    """A Runtime API for one test."""
    with RuntimeAPI() as api:
        yield api


@pytest.fixture
def unharmed(server):
    """The server answers right before and right after the test, in the same process."""
    server.ping()
    yield server
    assert server.alive(), "the server died:\n" + "\n".join(server.log[-20:])
    server.ping()
