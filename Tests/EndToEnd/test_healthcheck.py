"""`amphora healthcheck`: exit 0 if ready, else 1 with one line that says what it found."""

import contextlib
import socket
import threading

import pytest
from server import run


def test_a_ready_server(server):
    done = run("healthcheck", "--port", server.port)
    assert done.returncode == 0, done.stderr
    assert done.stdout == (f"http://127.0.0.1:{server.port}/ping answered with status 200: "
                           "the server is ready\n")


@pytest.mark.parametrize("variable", ["AMPHORA_PORT", "SAGEMAKER_BIND_TO_PORT", "PORT"])
def test_the_port_comes_from_the_environment_of_the_server(server, variable):
    assert run("healthcheck", env={variable: str(server.port)}).returncode == 0


def complaint(*arguments) -> str:
    """The one line of a failed check."""
    done = run("healthcheck", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    return line


@contextlib.contextmanager
def peer(answer: bytes | None):
    """A port where every connection gets this answer, or none."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def serve() -> None:
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65536)
                    if answer is None:
                        connection.recv(1)
                    else:
                        connection.sendall(answer)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(5)


def test_nothing_listens():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert f"127.0.0.1:{port}" in (line := complaint("--port", port))
    assert "nothing accepts connections there" in line


def test_a_server_that_drains_or_loads():
    with peer(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n") as port:
        assert "answered with status 503: the server is not ready" in complaint("--port", port)


def test_a_redirect_is_not_ready():
    with peer(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n") as port:
        assert "status 302" in complaint("--port", port)


def test_what_is_no_http():
    with peer(b"SSH-2.0-OpenSSH_9.2\r\n") as port:
        assert f"127.0.0.1:{port}" in complaint("--port", port)


def test_silence_ends_after_two_seconds():
    with peer(None) as port:
        assert "did not answer within 2 s" in complaint("--port", port)


def test_a_port_that_is_none():
    done = run("healthcheck", "--port", "0")
    assert done.returncode == 64 and "--port" in done.stderr
