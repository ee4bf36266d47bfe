"""The stub's side of HTTP/1.1: reads requests strictly and records all of them with their times.

Bodies are kept whole, and chunk by chunk with the time of each, with their trailers. Malformed framing
is a ValueError. The content of answers is decided elsewhere.
"""

from __future__ import annotations

import base64
import dataclasses
import http
import json
import time

SEPARATOR = bytes(8)


@dataclasses.dataclass(eq=False, repr=False)
class Request:
    """One request as it arrived. Times are of the monotonic clock, in seconds; `ended` is when its body
    was read, or would not be; `answered` is just before its answer is written."""

    connection: int
    method: str
    path: str
    fields: dict[str, str]
    head: bytes
    arrived: float
    call: str = ""
    body: bytes = b""
    chunks: list[tuple[float, bytes]] = dataclasses.field(default_factory=list)
    trailers: dict[str, str] = dataclasses.field(default_factory=dict)
    ended: float = 0
    answered: float = 0
    status: int | None = None
    invocation: object = None

    def __repr__(self) -> str:
        return f"<{self.call} on connection {self.connection}: {self.body[:300]!r}>"

    def json(self):
        """The body as JSON, without a byte before or after it."""
        assert self.body == self.body.strip()
        return json.loads(self.body)

    def error(self) -> tuple[str, str]:
        """The type and the sentence of a failure; header and body must agree."""
        assert self.call.endswith("error"), f"{self.call}: {self.body[:500]!r}"
        report = self.json()
        assert report["errorType"] == self.fields["lambda-runtime-function-error-type"]
        return report["errorType"], report["errorMessage"]

    def trailing_error(self) -> dict | None:
        """The error in the trailers of a stream."""
        if "lambda-runtime-function-error-type" not in self.trailers:
            return None
        report = json.loads(base64.b64decode(
            self.trailers["lambda-runtime-function-error-body"], validate=True))
        assert report["errorType"] == self.trailers["lambda-runtime-function-error-type"]
        return report

    def prelude(self) -> tuple[dict, bytes]:
        """A streamed HTTP answer: the prelude before the eight NULs, and the payload after them."""
        before, separator, payload = self.body.partition(SEPARATOR)
        assert separator, f"no separator in {self.body[:200]!r}"
        return json.loads(before), payload


def read_line(file) -> bytes:
    line = file.readline(1 << 21)
    if not line.endswith(b"\r\n"):
        raise ValueError(f"a line without CR LF: {line[:100]!r}") if line else EOFError
    return line


def read_fields(file) -> tuple[dict[str, str], bytes]:
    fields: dict[str, str] = {}
    raw = b""
    while (line := read_line(file)) != b"\r\n":
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or name != name.strip() or name.lower() in fields:
            raise ValueError(f"field line {line!r}")
        fields[name.lower()] = value.strip()
        raw += line
    return fields, raw


def read_head(file, connection: int) -> Request | None:
    """The next request without its body; None if the connection ends instead."""
    try:
        start = read_line(file)
        fields, raw = read_fields(file)
    except (EOFError, OSError):
        return None
    parts = start.decode("latin-1").split()
    if len(parts) != 3 or parts[2] != "HTTP/1.1":
        raise ValueError(f"request line {start!r}")
    return Request(connection, parts[0], parts[1], fields, start + raw, time.monotonic())


def read_body(file, request: Request, notify=lambda: None) -> None:
    """Reads the body to its end, calling `notify` for each chunk."""
    if request.fields.get("transfer-encoding", "").lower() == "chunked":
        if "content-length" in request.fields:
            raise ValueError("both framings at once")
        while size := int(read_line(file).strip(), 16):
            data = file.read(size)
            if len(data) < size or read_line(file) != b"\r\n":
                raise EOFError("a truncated chunk")
            request.chunks.append((time.monotonic(), data))
            notify()
        request.trailers, _ = read_fields(file)
        announced = {name.strip().lower() for name in request.fields.get("trailer", "").split(",")}
        if not set(request.trailers) <= announced:
            raise ValueError(f"trailers that were not announced: {request.trailers}")
        request.body = b"".join(data for _, data in request.chunks)
    else:
        length = int(request.fields.get("content-length", "0"))
        request.body = file.read(length)
        if len(request.body) < length:
            raise EOFError("a truncated body")
    request.ended = time.monotonic()
    notify()


def write_answer(file, status: int, body: bytes, fields: dict[str, str], whole: bool = True,
                 chunk: int | None = None) -> None:
    """Writes an answer, or less than half of its body; in chunks of `chunk` bytes, if given."""
    fields = {"Content-Type": "application/json"} | fields
    if chunk:
        fields["Transfer-Encoding"] = "chunked"
        pieces = [body[start:start + chunk] for start in range(0, len(body), chunk)]
        body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    else:
        fields["Content-Length"] = str(len(body))
    lines = [f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in fields.items()]
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
    file.write(head + (body if whole else body[: len(body) // 2]))
    file.flush()
