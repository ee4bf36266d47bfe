"""A host on loopback in the place of S3 and of a container's provider of credentials. It answers as the
test says and records its requests; botocore computes their signatures again.

It stores nothing: tests of stored objects use moto (`s3_service`).
"""

from __future__ import annotations

import dataclasses
import http.server
import json
import threading
import time

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


@dataclasses.dataclass
class Asked:
    target: str
    fields: dict[str, str]

    @property
    def authorization(self) -> dict[str, str]:
        """The parts of the field Authorization."""
        scheme, _, rest = self.fields["authorization"].partition(" ")
        assert scheme == "AWS4-HMAC-SHA256"
        return dict(part.strip().split("=", 1) for part in rest.split(","))

    def signature_by_botocore(self, secret: str, region: str) -> str:
        """The signature that botocore makes of the same request at the same time."""
        parts = self.authorization
        signed = parts["SignedHeaders"].split(";")
        request = AWSRequest("GET", f"http://{self.fields['host']}{self.target}",
                             headers={name: self.fields[name] for name in signed})
        request.context["timestamp"] = self.fields["x-amz-date"]
        key = parts["Credential"].split("/")[0]
        signer = S3SigV4Auth(Credentials(key, secret), "s3", region)
        text = signer.string_to_sign(request, signer.canonical_request(request))
        return signer.signature(text, request)


def error(status: int, code: str, message: str = "Sorry.", **fields: str):
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return status, body.encode(), fields


class S3Host(http.server.ThreadingHTTPServer):
    """The host; `answer` maps a request to status, body and fields. Use as a context manager."""

    daemon_threads = True
    request_queue_size = 512
    allow_reuse_address = True

    def __init__(self, answer) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.lock = threading.Lock()
        self.asked: list[Asked] = []
        self.thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    @property
    def port(self) -> int:
        return self.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def handle_error(self, request, client_address) -> None:
        """Some tests disconnect on purpose: no traceback for that."""

    def __enter__(self) -> S3Host:
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    server: S3Host
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args) -> None:
        pass

    def do_GET(self) -> None:
        # The target as it arrived: the base class removes a second slash at its beginning.
        target = self.requestline.split(" ")[1]
        asked = Asked(target, {name.lower(): value for name, value in self.headers.items()})
        with self.server.lock:
            self.server.asked.append(asked)
        status, body, fields = self.server.answer(asked)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


def provider_answer(keys: dict[str, str], lasting_s: int = 3600):
    """The answer of a container's provider of credentials."""
    expiration = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + lasting_s))
    body = {"RoleArn": "arn:aws:iam::123456789012:role/server", "Expiration": expiration,
            "AccessKeyId": keys["AWS_ACCESS_KEY_ID"],
            "SecretAccessKey": keys["AWS_SECRET_ACCESS_KEY"], "Token": keys["AWS_SESSION_TOKEN"]}
    return 200, json.dumps(body).encode(), {"Content_Type": "application/json"}
