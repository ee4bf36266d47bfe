"""Models by address: fetched at the start over HTTPS or from S3, checked, unpacked, cached."""

import hashlib
import json
import os
import re
import signal
import tarfile

import pytest
import requests
from archives import HOSTILE, MODEL, odd, pack
from lambda_function import LambdaFunction, assert_works
from model_host import ModelHost
from patience import HANG_S
from process import Process, run_on_terminal
from s3_service import BUCKET, Moto
from server import BINARY, DIGITS, Server, listening_port, run

SEVEN = DIGITS / "samples" / "digit-7.png"
ARCHIVE = pack()
DIGEST = hashlib.sha256(ARCHIVE).hexdigest()


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    with ModelHost(tmp_path_factory.mktemp("host")) as host:
        yield host


@pytest.fixture
def env(models, tmp_path):
    """The environment for fetching from the host, with its own folder for temporary files."""
    folder = tmp_path / "é tmp"
    folder.mkdir()
    return {"TMPDIR": str(folder), "SSL_CERT_FILE": str(models.authority),
            "AMPHORA_MODEL_PATH": "/nowhere"}


def kept(env) -> list[str]:
    """The names in the cache, including partial models."""
    root = f"{env['TMPDIR']}/amphora-models-{os.getuid()}"
    return sorted(os.listdir(root)) if os.path.isdir(root) else []


def predict(address: str, env, *options: str):
    return run("predict", "--json", "--model-name", address, *options, SEVEN, env=env)


def assert_seven(done) -> None:
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["results"][0]["label"] == "7"


def refusal(address: str, env, *options: str) -> str:
    """The last line of a start that fails; it must leave no files."""
    done = predict(address, env, *options)
    assert done.returncode == 1 and not done.stdout
    assert kept(env) == []
    return done.stderr.splitlines()[-1]


# Fetching

def test_a_model_is_served_and_kept(models, env, seven):
    address = models.put("/a/digits.tar.gz", ARCHIVE) + "?X-Amz-Signature=secret"
    with Server(model=None, env=env | {"MODEL_NAME": address}) as server:
        assert server.invoke(seven, "image/png").json()["results"][0]["label"] == "7"
        log = server.end()
    assert f"fetching the model from {models.url('/a/digits.tar.gz')}" in log
    assert "fetched the model" in log and f"bytes={len(ARCHIVE)}" in log
    assert "secret" not in log and len(models.requests) == 1
    with Server(model=None, env=env | {"MODEL_NAME": address}) as server:
        assert server.invoke(seven, "image/png").json()["results"][0]["label"] == "7"
        assert "was kept in" in server.end()
    assert len(models.requests) == 1 and len(kept(env)) == 1


@pytest.mark.parametrize("name,content", [
    ("dots.tgz", pack(prefix="./")),
    ("folder.tar.gz", pack(prefix="digits-1.0/")),
    ("folders.tar.gz", pack(MODEL | {"code/inference.py": b"pass"}, odd("./", tarfile.DIRTYPE))),
    ("gnu.tar.gz", pack(MODEL | {"n" * 150: b"x"}, format=tarfile.GNU_FORMAT)),
    ("mac.tar.gz", pack(MODEL | {"._digits.onnx": b"attributes"})),
    ("digits.onnx", MODEL["digits.onnx"]),
])
def test_shapes_of_models(models, env, name, content):
    done = predict(models.put(f"/{name}", content), env)
    assert done.returncode == 0, done.stderr
    # A single file comes without labels: its labels are the indices, which here equal the digits.
    assert str(json.loads(done.stdout)["results"][0]["label"]) == "7"


def test_a_model_folder_comes_first(models, env):
    address = models.put("/digits.tar.gz", ARCHIVE)
    assert_seven(predict(address, env, "--model-path", str(DIGITS)))
    assert models.requests == []


def test_redirects_are_followed_by_https_only(models, env):
    target = models.put("/real.tar.gz", ARCHIVE)
    address = models.put("/moved.tar.gz", b"", "http://127.0.0.1:9/m.tar.gz", target)
    assert "plain http" in refusal(address, env)
    assert_seven(predict(address, env))


def test_two_starts_at_once(models, env):
    address = models.put("/digits.tar.gz", ARCHIVE, "dawdle", "dawdle")
    command = [BINARY, "predict", "--json", "--model-name", address, SEVEN]
    with Process(command, env) as one, Process(command, env) as other:
        for process in (one, other):
            assert process.wait() == 0, process.text()
    assert len(kept(env)) == 1


def test_progress_on_a_terminal(models, env):
    address = models.put("/digits.tar.gz", ARCHIVE, "dawdle")
    status, shown = run_on_terminal("predict", "--json", "--model-name", address, SEVEN, env=env)
    assert status == 0
    assert re.search(r"KiB of \S+ KiB · \d\d % · \S+ KiB/s", shown)
    assert shown.endswith("\r\x1b[2K")


# Checking

def test_a_digest_is_checked_and_names_what_is_kept(models, env):
    address = models.put("/digits.tar.gz", ARCHIVE)
    assert_seven(predict(address + "?signature=1", env, "--model-sha256", DIGEST.upper()))
    assert_seven(predict(address + "?signature=2", env | {"MODEL_SHA256": DIGEST}))
    assert len(models.requests) == 1
    other = pack(MODEL | {"note.txt": b"another"})
    models.put("/digits.tar.gz", other)
    assert_seven(predict(address, env, "--model-sha256", hashlib.sha256(other).hexdigest()))
    assert len(models.requests) == 1 and len(kept(env)) == 2


@pytest.mark.parametrize("name", ["digits.tar.gz", "digits.onnx"])
def test_another_file_is_not_served(models, env, name):
    content = ARCHIVE if name.endswith("gz") else MODEL["digits.onnx"]
    line = refusal(models.put(f"/{name}", content), env, "--model-sha256", "0" * 64)
    assert hashlib.sha256(content).hexdigest() in line and "0" * 64 in line


def test_what_is_kept_must_be_whole_and_ours(models, env):
    address = models.put("/digits.tar.gz", ARCHIVE)
    assert_seven(predict(address, env))
    root = f"{env['TMPDIR']}/amphora-models-{os.getuid()}"
    [key] = kept(env)
    os.truncate(f"{root}/{key}/model/digits.onnx", 10)
    assert_seven(predict(address, env))
    os.chmod(f"{root}/{key}", 0o777)
    assert_seven(predict(address, env))
    assert len(models.requests) == 3 and kept(env) == [key]
    os.chmod(root, 0o777)
    done = predict(address, env)
    assert done.returncode == 1 and f"{root} is not a folder that only this user" in done.stderr


def test_a_model_that_does_not_load_is_not_kept(models, env):
    address = models.put("/digits.onnx", b"no network")
    assert "digits.onnx" in refusal(address, env)
    models.put("/digits.onnx", MODEL["digits.onnx"])
    assert predict(address, env).returncode == 0


@pytest.mark.parametrize("content,said", [case[1:] for case in HOSTILE],
                         ids=[case[0] for case in HOSTILE])
def test_hostile_archives(models, env, tmp_path, content, said):
    line = refusal(models.put("/m.tar.gz", content), env, "--model-max-bytes", "50000000")
    assert said in line
    assert not list(tmp_path.rglob("evil")) and not os.path.exists("/tmp/amphora-evil")


# Failing

def test_a_connection_that_breaks_off_once(models, env):
    assert_seven(predict(models.put("/m.tar.gz", ARCHIVE, "break"), env))
    assert len(models.requests) == 2


def test_a_connection_that_always_breaks_off(models, env):
    line = refusal(models.put("/m.tar.gz", ARCHIVE, "break", "break", "break"), env)
    assert "closed the connection in the middle" in line and len(models.requests) == 2


@pytest.mark.parametrize("status,said", [(404, "no such file"), (403, "presigned"), (500, "500")])
def test_statuses(models, env, status, said):
    address = models.put("/m.tar.gz", ARCHIVE, status)
    line = refusal(address + "?sig=secret", env)
    assert said in line and "secret" not in line and len(models.requests) == 1


def test_too_large(models, env):
    line = refusal(models.put("/m.onnx", MODEL["digits.onnx"]), env, "--model-max-bytes", "1000")
    assert "1000 bytes of --model-max-bytes" in line


def test_no_trust_no_host_no_room(models, env):
    address = models.put("/m.tar.gz", ARCHIVE)
    assert "certificate" in refusal(address, env | {"SSL_CERT_FILE": ""})
    assert "nothing accepts connections" in refusal("https://127.0.0.1:9/m.onnx", env)
    assert "TMPDIR" in refusal(address, env | {"TMPDIR": "/proc"})


@pytest.mark.parametrize("name,said", [
    ("http://host/m.onnx?secret", "https:// only"), ("https://host/m.zip?secret", ".tar.gz"),
    ("gs://bucket/m.onnx", "s3://")])
def test_addresses_that_are_none(name, said):
    done = run("serve", env={"MODEL_NAME": name})
    assert done.returncode == 64 and said in done.stderr and "secret" not in done.stderr


def test_a_digest_without_an_address_is_refused():
    done = run("serve", "--model-path", DIGITS, env={"MODEL_SHA256": "0" * 64})
    assert done.returncode == 64 and "MODEL_SHA256" in done.stderr


# Starting and ending

def test_the_port_is_open_meanwhile_and_a_signal_ends_it_at_once(models, env):
    address = models.put("/m.tar.gz", ARCHIVE, "silence")
    with Process([BINARY, "serve", "--port", "0", "--drain-timeout", "600", "--model-name", address],
                 env) as server:
        assert models.asked.wait(HANG_S)
        port = listening_port(server.pid)
        assert requests.get(f"http://127.0.0.1:{port}/ping", timeout=HANG_S).status_code == 503
        assert len(kept(env)) == 1
        # It waits neither for the host, which never answers, nor for the drain time.
        server.terminate(signal.SIGTERM)
        assert server.wait() == 0
    # The next start removes the files that this one left.
    assert_seven(predict(models.put("/m.tar.gz", ARCHIVE), env))
    assert len(kept(env)) == 1 and not kept(env)[0].startswith(".")


def test_lambda(models, env, api, event):
    address = models.put("/m.tar.gz", ARCHIVE)
    with LambdaFunction(api, model=None, env=env | {"MODEL_NAME": address}) as function:
        assert_works(function, event)


def test_lambda_is_told_why_not(models, env, api):
    address = models.put("/m.tar.gz", ARCHIVE)
    options = ("--model-name", address, "--model-sha256", "0" * 64)
    with LambdaFunction(api, *options, model=None, env=env, ready=False) as function:
        assert function.wait() == 1
        [report] = api.seen("init/error")
    kind, sentence = report.error()
    assert kind == "Runtime.ModelFetchFailed" and DIGEST in sentence
    assert not api.seen("next")


# S3

@pytest.fixture(scope="module")
def moto():
    with Moto() as service:
        yield service


def test_a_model_in_s3(moto, env):
    moto.put("models/digits 1.tar.gz", ARCHIVE)
    address = f"s3://{BUCKET}/models/digits 1.tar.gz"
    env = env | moto.environment(moto.reader)
    assert_seven(predict(address, env, "--model-sha256", DIGEST))
    # The model is cached: neither keys nor S3 are needed any more.
    assert_seven(predict(address, env | {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9"},
                         "--model-sha256", DIGEST))


def test_what_s3_refuses(moto, env):
    env = env | moto.environment(moto.reader)
    assert "NoSuchKey" in refusal(f"s3://{BUCKET}/none.onnx", env)
    assert "AccessDenied" in refusal("s3://secrets/none.onnx", env)
    assert "AWS_REGION" in refusal(f"s3://{BUCKET}/none.onnx", env | {"AWS_REGION": ""})
