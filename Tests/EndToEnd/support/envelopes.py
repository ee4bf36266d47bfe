"""Opens the answers to HTTP-shaped events as the service does that sent the event.

It fails where that service would answer 502. It compares nothing.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import re


@dataclasses.dataclass
class HTTPAnswer:
    status: int
    fields: dict[str, str]
    body: bytes

    def json(self):
        return json.loads(self.body)


def opened(reply: bytes) -> HTTPAnswer:
    """The answer in a Function URL's or a REST API's envelope."""
    envelope = json.loads(reply)
    assert type(envelope["statusCode"]) is int and type(envelope["body"]) is str
    assert type(envelope["isBase64Encoded"]) is bool
    single, many = envelope.get("headers") or {}, envelope.get("multiValueHeaders") or {}
    assert all(type(value) is str for value in single.values())
    assert all(type(value) is list for value in many.values())
    fields = single | {name: ", ".join(values) for name, values in many.items()}
    body = envelope["body"]
    return HTTPAnswer(
        envelope["statusCode"], {name.lower(): value for name, value in fields.items()},
        base64.b64decode(body, validate=True) if envelope["isBase64Encoded"] else body.encode())


def opened_by_load_balancer(reply: bytes, multi_value: bool) -> HTTPAnswer:
    """The answer in a load balancer's envelope; the header form must be the request's."""
    envelope = json.loads(reply)
    assert ("multiValueHeaders" in envelope) == multi_value
    assert ("headers" in envelope) == (not multi_value)
    # The reason phrase is free; Python's differs between versions.
    assert re.fullmatch(rf"{envelope['statusCode']} [A-Z][A-Za-z -]+", envelope["statusDescription"])
    return opened(reply)
