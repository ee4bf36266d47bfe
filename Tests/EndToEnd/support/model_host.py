"""A host of models over HTTPS, with its own certificate authority. On demand it breaks off, stops
sending, sends slowly or redirects. It counts requests.
"""

from __future__ import annotations

import contextlib
import datetime
import http.server
import ipaddress
import pathlib
import socket
import ssl
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def make_certificate(folder: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    """A certificate for 127.0.0.1 that is its own authority, and its key, as PEM files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "models of the tests")])
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - day).not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName(
            [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256()))
    authority, secret = folder / "authority.pem", folder / "key.pem"
    authority.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()))
    return authority, secret


class ModelHost(http.server.ThreadingHTTPServer):
    """The host. Use as a context manager.

    `files` maps paths to bytes. `faults` maps paths to a list of faults, one for each request:
    "break" (the connection ends in the middle), "silence" (sends nothing more until the end),
    "dawdle" (in slices), a status, or the target of a redirect."""

    daemon_threads = True

    def __init__(self, folder: pathlib.Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.authority, key = make_certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.authority, key)
        # The connection's own thread does the handshake.
        self.socket = context.wrap_socket(
            self.socket, server_side=True, do_handshake_on_connect=False)
        self.files: dict[str, bytes] = {}
        self.faults: dict[str, list] = {}
        self.requests: list[str] = []
        self.asked = threading.Event()
        self.closing = threading.Event()
        self.thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)

    def url(self, path: str) -> str:
        return f"https://127.0.0.1:{self.server_address[1]}{path}"

    def put(self, path: str, content: bytes, *faults) -> str:
        """Offers a file; returns its URL."""
        self.files[path] = content
        self.faults[path] = list(faults)
        self.requests.clear()
        self.asked.clear()
        return self.url(path)

    def handle_error(self, request, client_address) -> None:
        """Tests disconnect, or do not trust the certificate, on purpose: no traceback for that."""

    def __enter__(self) -> ModelHost:
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ModelHost

    def log_message(self, *_) -> None:
        pass

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.server.requests.append(self.path)
        faults = self.server.faults.get(path) or [None]
        fault = faults.pop(0)
        self.close_connection = True
        if isinstance(fault, str) and fault.startswith("http"):
            self.send_response(302)
            self.send_header("Location", fault)
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif isinstance(fault, int) or path not in self.server.files:
            self.send_response(fault or 404)
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self.give(self.server.files[path], fault)

    def give(self, content: bytes, fault: str | None) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if fault is None:
            self.wfile.write(content)
            return
        step = len(content) // (5 if fault == "dawdle" else 2)
        for start in range(0, len(content), max(step, 1)):
            self.wfile.write(content[start:start + step])
            if fault == "dawdle":
                self.server.closing.wait(0.12)
                continue
            self.server.asked.set()
            if fault == "silence":
                self.server.closing.wait()
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
