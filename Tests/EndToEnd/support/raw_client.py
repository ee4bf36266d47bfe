"""HTTP/1.1 by hand, for requests that well-behaved clients cannot send.

It writes any bytes and reads answers strictly: one answer is a status line, fields and a body
of Content-Length or of chunks. Anything else fails the test.
"""

from __future__ import annotations

import dataclasses
import json
import select
import socket

from patience import HANG_S


@dataclasses.dataclass
class Answer:
    version: str
    status: int
    fields: dict[str, str]
    body: bytes

    def json(self):
        return json.loads(self.body)

    @property
    def closes(self) -> bool:
        return self.fields.get("connection", "").lower() == "close"


class RawClient:
    """One connection. Use as a context manager."""

    def __init__(self, port: int, timeout: float = HANG_S, receive_buffer: int | None = None) -> None:
        self.socket = socket.socket()
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")

    def send(self, *pieces: bytes | str) -> None:
        self.socket.sendall(b"".join(
            piece.encode("latin-1") if isinstance(piece, str) else piece for piece in pieces))

    def request(self, method: str, target: str, body: bytes | None = None,
                fields: dict[str, str] | None = None, version: str = "HTTP/1.1") -> None:
        """Sends one well-formed request."""
        lines = [f"{method} {target} {version}", "Host: test"]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        lines += [f"{name}: {value}" for name, value in (fields or {}).items()]
        self.send("\r\n".join(lines) + "\r\n\r\n", body or b"")

    def line(self) -> bytes:
        line = self.file.readline(70_000)
        if line == b"":
            raise EOFError("the server closed the connection")
        assert line.endswith(b"\r\n"), f"a line that does not end in CR LF: {line[:100]!r}"
        return line[:-2]

    def head(self) -> Answer:
        """The next status line and fields, without the body."""
        version, status, _ = self.line().decode("latin-1").split(" ", 2)
        fields: dict[str, str] = {}
        while line := self.line():
            name, colon, value = line.decode("latin-1").partition(":")
            assert colon and name.lower() not in fields, f"field line: {line!r}"
            fields[name.lower()] = value.strip()
        return Answer(version, int(status), fields, b"")

    def chunk(self) -> bytes:
        """The next chunk of a chunked body; empty for the last one, whose trailers are read, too."""
        size = int(self.line().split(b";")[0], 16)
        data = self.file.read(size)
        assert len(data) == size, "a truncated chunk"
        while size == 0 and self.line():
            pass
        if size:
            assert self.line() == b"", "a chunk without its end"
        return data

    def answer(self, head_only: bool = False) -> Answer:
        """The next whole answer."""
        answer = self.head()
        if head_only or answer.status in (204, 304) or answer.status < 200:
            return answer
        if answer.fields.get("transfer-encoding", "").lower() == "chunked":
            while piece := self.chunk():
                answer.body += piece
        elif "content-length" in answer.fields:
            length = int(answer.fields["content-length"])
            answer.body = self.file.read(length)
            assert len(answer.body) == length, "a truncated body"
        else:
            assert answer.closes or answer.version == "HTTP/1.0", "a body without framing"
            answer.body = self.file.read()
        return answer

    def has_answer(self) -> bool:
        """Whether the socket is readable: an answer, or the end of the connection."""
        return bool(select.select([self.socket], [], [], 0)[0])

    def closed(self) -> bool:
        """Whether the server ends the connection without another byte."""
        try:
            return self.file.read(1) == b""
        except ConnectionError:
            return True

    def finish_sending(self) -> None:
        """Half-closes the connection: this side sends nothing more."""
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Resets the connection, as a killed client does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.close()

    def close(self) -> None:
        self.file.close()
        self.socket.close()

    def __enter__(self) -> RawClient:
        return self

    def __exit__(self, *_) -> None:
        self.close()
