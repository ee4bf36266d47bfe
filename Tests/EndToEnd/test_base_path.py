"""Paths with a prefix: an API's stage, the base path of its domain, a proxy's rule."""

import events
import pytest
import requests
from envelopes import opened, opened_by_load_balancer
from lambda_function import LambdaFunction
from patience import HANG_S
from process import run
from runtime_api import RuntimeAPI
from server import Server

BASE = "/v1/digits"


@pytest.fixture(scope="module", params=["--base-path", "AWS_LWA_REMOVE_BASE_PATH"])
def handles(request):
    """A server and a function with the base path set, by the option or by the other adapter's variable."""
    name = request.param
    options, env = ((name, BASE), {}) if name.startswith("-") else ((), {name: BASE + "/"})
    with (Server(*options, env=env) as server,
          RuntimeAPI() as api, LambdaFunction(api, *options, env=env)):
        yield server, api


def asked(api, path: str, picture: bytes) -> list:
    """The answers to a picture sent to a path, through each service that does not change paths."""
    kind = {"content-type": "image/png"}
    url = events.function_url("POST", path, picture, "image/png", binary=True)
    rest = events.rest_api("POST", path, picture, kind, binary=True)
    balancer = events.load_balancer("POST", path, picture, kind, binary=True)
    lattice = events.lattice("POST", path, picture, kind)
    return [opened(api.call(url).body), opened(api.call(rest).body),
            opened_by_load_balancer(api.call(balancer).body, False),
            opened_by_load_balancer(api.call(lattice).body, False)]


@pytest.mark.parametrize("path,status", [
    ("/invocations", 200), (BASE + "/invocations", 200), ("/endpoints/x/invocations", 200),
    (BASE + "/endpoints/x/invocations", 200), (BASE, 404), (BASE + "/", 405),
    (BASE + BASE + "/invocations", 404), ("/v1/invocations", 404), ("/v1/digitsinvocations", 404),
    (BASE + "/ping", 200)])
def test_with_and_without(handles, seven, path, status):
    server, api = handles
    kind = {"Content-Type": "image/png"}
    served = requests.post(server.url + path, seven, timeout=HANG_S, headers=kind)
    assert served.status_code == status
    if path.endswith("/invocations") and status == 200:
        assert served.json()["results"][0]["label"] == "7"
    if status == 404:
        assert served.json()["error"].endswith(f"with or without {BASE} before them")
    for answer in asked(api, path, seven):
        assert (answer.status, answer.body) == (served.status_code, served.content)


@pytest.mark.parametrize("path,stage", [
    (BASE + "/ping", "$default"), ("/prod" + BASE + "/ping", "prod"), (BASE + "/ping", "prod"),
    ("/prod/ping", "prod")])
def test_a_stage_stands_before_it(handles, path, stage):
    event = events.function_url("GET", path)
    event["requestContext"]["stage"] = stage
    assert opened(handles[1].call(event).body).status == 200


def test_a_domain_of_an_api_of_its_own(handles):
    """Behind a custom domain no path contains what the mapping names (localstack, #12296)."""
    for path, status in [(BASE + "/ping", 200), ("/v2/ping", 404)]:
        event = events.rest_api("GET", path)
        event["requestContext"] |= {"path": path, "domainName": "api.example.com"}
        assert opened(handles[1].call(event).body).status == status
    # A service that the mapping does not name removes no stage either.
    event = events.rest_api("GET", "/Prod/ping")
    event["requestContext"]["path"] = "/Prod/ping"
    assert opened(handles[1].call(event).body).status == 200


@pytest.mark.parametrize("path", ["v1", "/v 1", "/v1?x", "/v%31", "//", "/../x"])
def test_what_is_no_base_path(path):
    done = run("serve", "--base-path", path, "--port", "0")
    assert done.returncode > 0
    assert "--base-path takes a path like /models/digits" in done.stderr
