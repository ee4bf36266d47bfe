"""URIs into the server's own network (SSRF) are refused in every spelling, and are never fetched
(docs/platforms.md D3)."""

import http.server
import threading
import urllib.parse

import pytest
from server import Server

FORBIDDEN = (403, "Function.UriForbidden")


@pytest.fixture(scope="module")
def server():
    """A server with the defaults: it fetches from public addresses only."""
    with Server() as running:
        yield running
        assert running.alive()


@pytest.fixture(scope="module")
def narrow():
    """A server that may fetch from 127.0.0.1 alone."""
    with Server("--fetch-allow", "127.0.0.1/32") as running:
        yield running
        assert running.alive()


def outcome(server, uri: str) -> tuple[int, str]:
    answer = server.invoke(json={"uri": uri})
    return (answer.status_code, answer.json().get("code", "ok"))


LOOPBACK = [
    "127.0.0.1", "127.1", "127.0.1", "127.0.0.53", "0x7f.1", "0x7f000001", "2130706433",
    "017700000001", "0177.0.0.1", "0", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "localhost", "LOCALHOST",
    "user:pass@127.0.0.1", "[::127.0.0.1]", "[64:ff9b::7f00:1]"]


@pytest.mark.parametrize("address", LOOPBACK)
def test_loopback_in_every_spelling(server, host, address):
    uri = f"http://{address}:{host.port}/image/digit-7.png"
    assert outcome(server, uri) == FORBIDDEN
    assert host.requests == [], "it was fetched all the same"


def test_loopback_with_a_final_dot(server, host):
    # This name resolves on some machines only.
    assert outcome(server, f"http://localhost.:{host.port}/image/digit-7.png") in [
        FORBIDDEN, (424, "Function.FetchFailed")]
    assert host.requests == []


@pytest.mark.parametrize("address", [
    "169.254.169.254", "169.254.170.2", "0xa9fea9fe", "2852039166", "[::ffff:169.254.169.254]",
    "[fd00:ec2::254]", "[fe80::1]", "[fc00::1]", "10.0.0.1", "10.1", "172.16.0.1",
    "172.31.255.255", "192.168.1.1", "100.64.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1",
    "192.0.0.1", "198.18.0.1", "[ff02::1]"])
def test_addresses_that_are_not_public(server, address):
    assert outcome(server, f"http://{address}/latest/meta-data/") == FORBIDDEN


@pytest.mark.parametrize("uri", [
    "file:///etc/passwd", "FILE:///etc/passwd", "file://localhost/etc/passwd", "file:/etc/passwd"])
def test_files(server, uri):
    assert outcome(server, uri) == FORBIDDEN


@pytest.mark.parametrize("uri", [
    "ftp://127.0.0.1/x", "gopher://127.0.0.1:70/x", "dict://127.0.0.1:11211/stat",
    "ldap://127.0.0.1/", "tftp://127.0.0.1/x", "smb://127.0.0.1/x", "unix:///var/run/docker.sock"])
def test_other_schemes(server, uri):
    assert outcome(server, uri) == (400, "Function.BadRequest")


@pytest.mark.parametrize("target", [
    "http://169.254.169.254/latest/meta-data/", "http://[::1]:{port}/image/digit-7.png",
    "http://127.0.0.2:{port}/image/digit-7.png", "http://[::ffff:127.0.0.2]:{port}/",
    "http://10.0.0.1/", "http://2130706434:{port}/", "file:///etc/passwd", "//127.0.0.3:{port}/x"])
def test_redirects_are_checked_again(narrow, host, target):
    target = urllib.parse.quote(target.format(port=host.port), safe="")
    assert outcome(narrow, host.url(f"redirect?to={target}")) == FORBIDDEN
    assert len(host.requests) == 1


def test_redirects_to_other_schemes(narrow, host):
    status, code = outcome(narrow, host.url("redirect?to=gopher%3A%2F%2F127.0.0.1%3A70%2Fx"))
    assert (status, code) in [(424, "Function.FetchFailed"), FORBIDDEN]


def test_what_is_allowed_is_fetched(narrow, host):
    assert outcome(narrow, host.url("image/digit-7.png")) == (200, "ok")
    spelled = f"http://2130706433:{host.port}/image/digit-7.png"
    assert outcome(narrow, spelled) == (200, "ok")


def test_a_proxy_of_the_environment_does_not_open_a_door(host):
    """With a proxy the connected address is the proxy's, which must not be checked instead of the target's."""
    proxied: list[str] = []

    class Proxy(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            proxied.append(self.path)
            self.send_error(502)

        def log_message(self, format: str, *args) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as proxy:
        threading.Thread(target=proxy.serve_forever, args=(0.02,), daemon=True).start()
        address = f"http://127.0.0.1:{proxy.server_address[1]}"
        with Server(env={"http_proxy": address, "all_proxy": address}) as server:
            status, _ = outcome(server, "http://169.254.169.254/latest/meta-data/")
        proxy.shutdown()
    assert status in (403, 424)
    assert proxied == [], "the proxy was asked for a forbidden address"


def test_neither_the_error_nor_the_log_tells_a_secret():
    with Server() as server:
        answer = server.invoke(json={"uri": "http://user:hunter2@10.0.0.1/x?signature=hunter3"})
        assert answer.status_code == 403
        assert "hunter" not in answer.json()["error"]
        log = server.end()
    assert log and "hunter" not in log
