"""`amphora verify`: what it records, and that it compares every way of asking with the recording.

The tests change a recording in every way that must be noticed. A host that changes its pictures shows
that each way really asks by itself.
"""

import base64
import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from patience import LOOK_S
from process import Process, run_on_terminal
from server import BINARY, DIGITS, clean_environment, run

FETCH = ("--fetch-allow", "127.0.0.0/8")
RECORDINGS = pathlib.Path(__file__).parent / "recordings"
WAYS = ["in process", "HTTP (bytes)", "HTTP (JSON)", "Lambda (function URL)", "Lambda (event)"]


def record(out: pathlib.Path, *inputs, model=DIGITS) -> list[dict]:
    done = run("verify", model, "--record", out, *inputs)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in out.read_text().splitlines()]


def write(path: pathlib.Path, lines: list) -> pathlib.Path:
    path.write_text("".join(
        (line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return path


def replay(golden: pathlib.Path, *options, model=DIGITS, status: int = 0, **more) -> dict:
    """The report as JSON, and the exit status as expected."""
    done = run("verify", model, "--golden", golden, "--json", *options, **more)
    assert done.returncode == status, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def golden(tmp_path) -> list[dict]:
    """The lines of a recording of the samples, for tests that change them."""
    return record(tmp_path / "samples.jsonl", DIGITS / "samples")


# What is recorded


def test_a_line_for_each_picture(tmp_path, samples):
    lines = record(tmp_path / "out.jsonl", DIGITS / "samples", "--top-k", "2")
    assert [pathlib.Path(line["request"]["uri"]).name for line in lines] == sorted(samples)
    for line in lines:
        path = pathlib.Path(line["request"]["uri"])
        assert list(line) == ["request", "sha256", "response"]
        assert line["request"]["top_k"] == 2
        assert line["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert line["response"]["uri"] == str(path)
        assert [len(line["response"]["results"])] == [2]


def test_the_response_is_that_of_invocations(tmp_path, server, host, seven):
    uris = [host.url("image/digit-7.png"), host.url("image/none.png"),
            "data:image/png;base64," + base64.b64encode(seven).decode()]
    lines = record(tmp_path / "out.jsonl", *FETCH, *uris)
    digest = hashlib.sha256(seven).hexdigest()
    assert [line.get("sha256") for line in lines] == [digest, None, digest]
    for uri, line, text in zip(uris, lines, (tmp_path / "out.jsonl").read_bytes().splitlines()):
        assert line["request"] == {"uri": uri}
        answer = server.invoke(json={"uri": uri})
        if answer.status_code == 200:
            assert text.endswith(b'"response":' + answer.content + b"}")
        else:
            assert line["response"] == {"uri": uri, **answer.json()}


def test_a_picture_that_cannot_be_decoded_is_recorded_one_that_is_missing_is_not(tmp_path):
    text = tmp_path / "text.png"
    text.write_text("no picture")
    out = tmp_path / "out.jsonl"
    done = run("verify", DIGITS, "--record", out, text, "nowhere.png", tmp_path)
    assert done.returncode == 1
    assert "nowhere.png" in done.stderr and "--recursive" in done.stderr
    assert done.stdout == f"{out}: 1 recorded, 1 of them failures\n"
    [line] = map(json.loads, out.read_text().splitlines())
    assert line["response"]["code"] == "Function.ImageUndecodable"
    assert replay(out)["identical"] == 1


def test_nothing_is_replaced_and_nothing_half_is_left(tmp_path):
    out = tmp_path / "out.jsonl"
    out.write_text("mine")
    assert run("verify", DIGITS, "--record", out, DIGITS / "samples").returncode == 73
    assert out.read_text() == "mine"
    assert run("verify", DIGITS, "--record", out, "--force", "nowhere.png").returncode == 1
    assert out.read_text() == "mine"
    assert run("verify", DIGITS, "--record", out, "--force", DIGITS / "samples").returncode == 0
    assert len(out.read_text().splitlines()) == 10
    assert run("verify", DIGITS, "--record", tmp_path / "no" / "out", DIGITS / "samples"
               ).returncode == 1
    assert os.listdir(tmp_path) == ["out.jsonl"]


def test_a_signal_leaves_nothing(tmp_path, host):
    with Process([BINARY, "verify", DIGITS, "--record", tmp_path / "out", *FETCH,
                  "--fetch-timeout", "600", host.url("hang")]) as process:
        assert host.wait_for(lambda: host.hanging == 1)
        assert os.listdir(tmp_path) != []
        os.kill(process.pid, signal.SIGINT)
        assert process.wait() == 130
    assert os.listdir(tmp_path) == []


# What is replayed


@pytest.mark.parametrize("options", [
    (), ("--workers", "1"), ("--invoke-mode", "response-stream"), ("--lambda-concurrency", "3"),
    ("--direct-errors", "answer"), ("--queue", "1"), ("--threads", "2")], ids=" ".join)
def test_no_skew(tmp_path, options):
    """Also of pictures that can't be decoded, and with every label."""
    pictures = tmp_path / "pictures"
    shutil.copytree(DIGITS / "samples", pictures)
    (pictures / "cut.png").write_bytes((pictures / "digit-7.png").read_bytes()[:200])
    (pictures / "huge.png").write_bytes(
        b"\x89PNG\r\n\x1a\n" + bytes.fromhex("0000000d49484452") + b"\xff" * 17)
    out = tmp_path / "out.jsonl"
    lines = record(out, pictures, "--top-k", "10")
    assert {line["response"].get("code") for line in lines} >= {None, "Function.ImageUndecodable"}
    report = replay(out, *options)
    assert report["verdict"] == "no skew" and report["ways"] == WAYS
    assert report["identical"] == report["records"] == 12
    assert report["worst"]["difference"] == 0 and report["differences"] == []


def test_a_larger_network(tmp_path):
    out = tmp_path / "out.jsonl"
    record(out, RECORDINGS / "pictures", model=RECORDINGS / "model")
    assert replay(out, model=RECORDINGS / "model")["identical"] == 10


def test_the_report_for_people(tmp_path, golden):
    golden[2]["response"]["results"][0]["prob"] = "0.992"
    golden[4]["sha256"] = "0" * 64
    done = run("verify", DIGITS, "--golden", write(tmp_path / "g", golden))
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    name = golden[2]["request"]["uri"]
    assert lines[2] == (f"✗ line 3 · {name} · every way: label 1 “2”: 0.9920365, recorded 0.992 "
                        "(3.6e-05 apart)")
    assert lines[3].startswith(f"✗ line 5 · {golden[4]['request']['uri']} · the picture has changed")
    summary = dict(line.split("  ", 1) for line in lines[5:])
    assert {name: text.strip() for name, text in summary.items()} == {
        "records": "10", "ways": ", ".join(WAYS), "identical": "8, byte for byte",
        "different": "1", "picture changed": "1, or absent", "tolerance": "0",
        "verdict": "skew: 1 record differs",
        "worst difference": f"3.6e-05, label “2” of {name}, line 3"}
    assert done.stderr == ""


def tampered_results(change):
    def tamper(lines):
        change(lines[3]["response"]["results"])
    return tamper


def swap(results):
    results[1], results[2] = results[2], results[1]


def name_otherwise(lines):
    lines[3]["response"]["uri"] = "other.png"


def fail(lines):
    lines[3]["response"] = {"uri": lines[3]["request"]["uri"], "error": "no",
                            "code": "Function.ImageUndecodable"}


def add_key(lines):
    lines[3]["response"]["more"] = 1


@pytest.mark.parametrize("tamper, reason", [
    (tampered_results(lambda results: results[0].update(prob=results[0]["prob"][:-1] + "0")),
     "label 1 “3”: "),
    (tampered_results(lambda results: results[4].update(label="?")), "label 5: "),
    (tampered_results(swap), "label 2: "),
    (tampered_results(lambda results: results.pop()), "5 labels, recorded 4"),
    (tampered_results(lambda results: results[0].update(prob=results[0]["prob"] + "0")), "byte "),
    (name_otherwise, "uri "), (fail, "labels, recorded Function.ImageUndecodable"),
    (add_key, "byte ")])
def test_tampering_is_noticed(tmp_path, golden, tamper, reason):
    tamper(golden)
    report = replay(write(tmp_path / "g", golden), status=1)
    assert report["verdict"] == "skew" and report["identical"] == 9 and report["different"] == 1
    [difference] = report["differences"]
    assert difference["line"] == 4
    [told] = difference["reasons"]
    assert told["ways"] == ["every way"] and told["reason"].startswith(reason)


@pytest.mark.parametrize("key, text", [("error", "other words"), ("code", "Function.ImageTooLarge")])
def test_failures_need_code_and_sentence(tmp_path, key, text):
    (tmp_path / "bad.png").write_text("no picture")
    lines = record(tmp_path / "out.jsonl", tmp_path / "bad.png")
    lines[0]["response"][key] = text
    report = replay(write(tmp_path / "g", lines), "--tolerance", "1", status=1)
    assert text in report["differences"][0]["reasons"][0]["reason"]


def test_a_tolerance_counts_up_to_its_edge(tmp_path, golden):
    result = golden[3]["response"]["results"][0]
    result["prob"] = f"{float(result['prob']) - 0.001:.9f}"
    difference = "0.001"
    path = write(tmp_path / "g", golden)
    report = replay(path, "--tolerance", difference)
    assert (report["identical"], report["within_tolerance"], report["different"]) == (9, 1, 0)
    assert abs(report["worst"]["difference"] - 0.001) < 1e-9
    assert replay(path, "--tolerance", "0.00099999", status=1)["different"] == 1
    assert replay(path, status=1)["different"] == 1


def test_neighbours_may_change_places_within_the_tolerance(tmp_path, golden):
    results = golden[3]["response"]["results"]
    apart = float(results[1]["prob"]) - float(results[2]["prob"])
    results[1], results[2] = results[2], results[1]
    # Another machine may swap the labels of two nearly equal numbers.
    results[1]["prob"], results[2]["prob"] = results[2]["prob"], results[1]["prob"]
    path = write(tmp_path / "g", golden)
    assert replay(path, "--tolerance", f"{apart * 1.01:.9f}")["within_tolerance"] == 1
    assert replay(path, "--tolerance", f"{apart * 0.99:.9f}", status=1)["different"] == 1


# Pictures


def test_pictures_may_stand_beside_the_recording(tmp_path):
    shutil.copytree(DIGITS / "samples", tmp_path / "p")
    done = subprocess.run([str(BINARY), "verify", str(DIGITS), "--record", "g.jsonl", "p"],
                          cwd=tmp_path, env=clean_environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "g.jsonl").read_text().splitlines()[0])["request"]["uri"] \
        == "p/digit-0.png"
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("p", "g.jsonl"):
        shutil.move(tmp_path / name, moved / name)
    assert replay(moved / "g.jsonl")["identical"] == 10


def test_a_changed_or_absent_picture(tmp_path, samples):
    for name, picture in samples.items():
        (tmp_path / name).write_bytes(picture)
    out = tmp_path / "out.jsonl"
    record(out, tmp_path)
    (tmp_path / "digit-3.png").write_bytes(samples["digit-4.png"])
    (tmp_path / "digit-5.png").unlink()
    report = replay(out, status=1)
    reasons = {difference["line"]: difference["reasons"][0]["reason"]
               for difference in report["differences"]}
    assert set(reasons) == {4, 6} and report["identical"] == 8
    assert (report["verdict"], report["picture_changed"]) == ("not proved", 2)
    assert reasons[4].startswith("the picture has changed: its SHA-256 is ")
    assert reasons[6] == "the picture cannot be read: No such file or directory"


def test_pictures_elsewhere(tmp_path, host, samples):
    uris = [host.url(f"image/{name}") for name in samples] + [host.url("status/500")]
    out = tmp_path / "out.jsonl"
    record(out, *FETCH, *uris)
    host.reset()
    report = replay(out, *FETCH)
    assert report["identical"] == 11
    assert report["ways"] == [way for way in WAYS if way != "HTTP (bytes)"]
    # Each way has fetched the picture itself.
    assert len(host.requests) == 4 * len(uris)
    # Without permission it can't be fetched: another answer, equal in every way.
    report = replay(out, status=1)
    assert report["different"] == 11
    assert {reason["ways"][0] for difference in report["differences"]
            for reason in difference["reasons"]} == {"every way"}


def test_objects_of_s3(tmp_path, shared_host, seven):
    """Buckets are routes of the host of pictures."""
    env = {"AWS_ENDPOINT_URL_S3": shared_host.url("").rstrip("/"), "AWS_REGION": "eu-west-1"}
    out = tmp_path / "out.jsonl"
    done = run("verify", DIGITS, "--record", out, "s3://image/digit-7.png", env=env)
    assert done.returncode == 0, done.stderr
    [line] = map(json.loads, out.read_text().splitlines())
    assert line["sha256"] == hashlib.sha256(seven).hexdigest()
    assert line["response"]["results"][0]["label"] == "7"
    assert replay(out, env=env)["identical"] == 1


class Changing(dict):
    """Serves pictures; one of them changes after the first request."""

    def get(self, name, default=None):
        asked, self.asked = getattr(self, "asked", 0), getattr(self, "asked", 0) + 1
        return super().get("digit-1.png" if asked else name, default)


def test_ways_that_differ_from_each_other_are_told(tmp_path, host, samples):
    """The picture changes after the answer in process, so only that answer is as recorded."""
    out = tmp_path / "out.jsonl"
    record(out, *FETCH, host.url("image/digit-7.png"))
    pictures, host.pictures = host.pictures, Changing(samples)
    try:
        report = replay(out, *FETCH, "--tolerance", "1", status=1)
    finally:
        host.pictures = pictures
    [difference] = report["differences"]
    assert [reason["ways"] for reason in difference["reasons"]] == [[way] for way in WAYS[2:]]
    for reason in difference["reasons"]:
        assert reason["reason"].startswith("label 1: “1” ")
        assert ", in process “7” " in reason["reason"]


def test_a_changed_picture_elsewhere(tmp_path, host, samples):
    out = tmp_path / "out.jsonl"
    record(out, *FETCH, host.url("image/digit-7.png"))
    pictures, host.pictures = host.pictures, {"digit-7.png": samples["digit-1.png"]}
    try:
        report = replay(out, *FETCH, status=1)
    finally:
        host.pictures = pictures
    assert report["differences"][0]["reasons"][0]["reason"].startswith("the picture has changed")


def test_every_form_of_a_request(tmp_path, server, host, seven):
    """Recorded from `/invocations`, as a client would."""
    uri, b64 = host.url("image/digit-7.png"), base64.b64encode(seven).decode()
    requests = [
        {"uri": uri, "top_k": 1000}, {"uri": uri, "top_k": 0}, {"uri": 5}, {},
        {"uri": f"data:image/png;base64,{b64}", "top_k": 2}, {"uris": [uri, "ftp://a", uri]},
        {"instances": [{"b64": b64}, {"uri": uri}, {"b64": "*"}, 7], "top_k": 3},
        {"instances": []}, {"uri": uri, "uris": [uri]}, {"uri": "file:///etc/passwd"}]
    lines = [{"response": server.invoke(json=request).json(), "request": request}
             for request in requests]
    report = replay(write(tmp_path / "g", lines), *FETCH)
    assert report["identical"] == len(requests), report


def test_a_response_may_lack_its_uri(tmp_path, golden, server):
    for line in golden:
        picture = pathlib.Path(line["request"]["uri"]).read_bytes()
        line["response"] = server.invoke(picture, "image/png").json()
        del line["sha256"]
    assert replay(write(tmp_path / "g", golden))["identical"] == 10


def test_what_is_too_large_for_a_way_is_said(tmp_path):
    picture = tmp_path / "large.png"
    picture.write_bytes((DIGITS / "samples" / "digit-7.png").read_bytes() + b"\0" * 3000)
    out = tmp_path / "out.jsonl"
    record(out, picture)
    report = replay(out, "--max-body", "5000")
    assert report["identical"] == 1 and report["not_asked"] == 1
    assert "HTTP (JSON)" not in report["ways"]


# What can't be replayed


def test_each_malformed_line_is_told(tmp_path, golden):
    lines = ["{", *golden[:2], "", "[]", '{"request": {"uri": "a"}}', "\0\x1b[31m", golden[2],
             '{"request": {"uri": "a"}, "response": {"results": 1}}']
    path = write(tmp_path / "g", lines)
    report = replay(path, status=65)
    assert report["verdict"] == "unusable"
    assert (report["records"], report["identical"], report["malformed"]) == (8, 3, 5)
    told = {difference["line"]: difference["malformed"] for difference in report["differences"]}
    assert set(told) == {1, 5, 6, 7, 9} and told[6] == '"response" is missing'
    done = run("verify", DIGITS, "--golden", path)
    assert done.returncode == 65 and "\0" not in done.stdout and "\x1b" not in done.stdout


def test_what_is_no_recording(tmp_path):
    (tmp_path / "empty").write_text("\n \n")
    (tmp_path / "binary").write_bytes(os.urandom(300_000))
    for name in ("empty", "nowhere", "", "binary"):
        done = run("verify", DIGITS, "--golden", tmp_path / name)
        assert done.returncode == 65, name
        assert (done.stderr.startswith("amphora: ") and str(tmp_path / name) in done.stderr
                ) or name == "binary"
    assert run("verify", tmp_path, "--golden", tmp_path / "empty").returncode == 1


@pytest.mark.parametrize("arguments", [
    [], [DIGITS], [DIGITS, "--record", "x"], [DIGITS, "--golden", "x", "a.png"],
    [DIGITS, "--record", "x", "--golden", "x", "a.png"], [DIGITS, "--golden", "x", "--force"],
    [DIGITS, "--golden", "x", "--tolerance", "-1"], [DIGITS, "--golden", "x", "--tolerance", "y"],
    [DIGITS, "--record", "x", "a.png", "--tolerance", "1"],
    [DIGITS, "--golden", "x", "--tolerance", "nan"], [DIGITS, "--golden", "x", "--workers", "0"]])
def test_a_wrong_call_is_one_line(arguments, tmp_path):
    done = run("verify", *arguments)
    assert done.returncode == 64
    assert done.stderr.startswith("amphora: ") and done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_it_is_itself_where_lambda_is(tmp_path, golden):
    path = write(tmp_path / "g", golden)
    environment = {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9", "_HANDLER": "x"}
    assert replay(path, env=environment)["identical"] == 10


# Long recordings


def peak_memory(golden: pathlib.Path, status: int) -> float:
    """The peak of a replay's resident memory in MiB, sampled nearly to its end."""
    peak = 0.0
    with Process([BINARY, "verify", DIGITS, "--golden", golden, "--workers", "2",
                  "--json"]) as process:
        while process.alive():
            with contextlib.suppress(OSError, RuntimeError):
                peak = max(peak, process.memory_mib("VmHWM"))
            # The peak is sampled, since it is gone once the process has ended.
            time.sleep(LOOK_S)
        assert process.wait(0) == status, process.text()
    return peak


def test_a_long_recording_takes_no_more_memory(tmp_path, golden, seven):
    """60 MB of large requests; and 1,500 lines of small ones, every one of which differs."""
    picture = base64.b64encode(seven + b"\0" * 450_000).decode()
    request = {"instances": [{"b64": picture}]}
    line = json.dumps({"request": request, "response": {"predictions": [
        {"results": golden[7]["response"]["results"]}]}}) + "\n"
    few, many = tmp_path / "few", tmp_path / "many"
    few.write_text(line * 10)
    many.write_text(line * 100)
    small = tmp_path / "small"
    golden[0]["response"]["results"][0]["prob"] = "0.5"
    small.write_text((json.dumps(golden[0]) + "\n") * 1_500)
    assert peak_memory(many, 0) < peak_memory(few, 0) + 24
    assert peak_memory(small, 1) < 100


def test_progress_is_for_terminals(tmp_path, golden, host):
    """Progress is shown after a second. The run takes as long because its last two pictures are held."""
    slow = {"request": {"uri": host.url("slow/digit-7.png")},
            "response": {"results": golden[7]["response"]["results"]}}
    path = write(tmp_path / "long", [golden[0]] * 1_000 + [slow] * 2)
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(run_on_terminal, "verify", DIGITS, "--golden", path, *FETCH,
                          "--fetch-timeout", "600", "--request-timeout", "600")
        try:
            assert host.wait_for(lambda: host.hanging > 0)
            # This second itself is tested, so there is no event to wait for.
            time.sleep(1.1)
        finally:
            host.released.set()
        status, shown = run.result()
    assert status == 0, shown
    assert " of 1,002 · " in shown and " records/s" in shown
    assert shown.endswith("\r\x1b[2K")


# The reference


def test_the_engine_agrees_with_itself_unoptimised(samples):
    done = run("verify", DIGITS, "--reference", DIGITS / "samples", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["verdict"] == "equal" and report["tolerance"] == 1e-4
    assert report["pictures"] == len(samples) == len(report["results"])
    assert report["worst_difference"] < 1e-5
    text = run("verify", DIGITS, "--reference", DIGITS / "samples").stdout
    assert text.count("\n✓ ") == len(samples)
    assert text.endswith("verdict           the engine's optimisations keep the answers\n")


def test_a_difference_beyond_the_tolerance_is_told(tmp_path):
    # Fused normalisations round in another order.
    model = pathlib.Path(__file__).parent / "exporters" / "hf-vit"
    picture = DIGITS / "samples" / "digit-3.png"
    done = run("verify", model, "--reference", picture, "--tolerance", "0", "--json")
    assert done.returncode == 1, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["verdict"] == "different" and report["different"] == 1
    result = report["results"][0]
    apart = abs(result["served"] - result["reference"])
    assert result["difference"] == pytest.approx(apart, rel=0.1)
    assert 0 < report["worst_difference"] < 1e-4
    text = run("verify", model, "--reference", picture, "--tolerance", "0").stdout
    assert "\n✗ " in text and "without optimisations" in text


def test_a_picture_that_cannot_be_compared_is_told(tmp_path):
    (tmp_path / "not.png").write_bytes(b"nothing")
    done = run("verify", DIGITS, "--reference", tmp_path / "not.png", "https://example.invalid/a.png")
    assert done.returncode == 1
    assert done.stdout.count("✗ ") == 2 and "--reference takes files" in done.stdout
    assert "verdict           not proved" in done.stdout


@pytest.mark.parametrize("arguments", [
    ["--reference"], ["--reference", "a.png", "--record", "x.jsonl"],
    ["--reference", "a.png", "--golden", "x.jsonl"], ["--reference", "a.png", "--tolerance", "-1"],
])
def test_usage_of_the_reference(arguments):
    assert run("verify", DIGITS, *arguments).returncode == 64
