"""costs.py: its arithmetic by hand, its command line, and the table of docs/deploy.md."""

import subprocess
import sys

import pytest
from deployment import DEPLOY
from server import ROOT

import costs
from costs import Load
from patience import HANG_S

MARK = "<!-- costs: {} -->\n"


def printed(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-S", str(DEPLOY / "costs.py"), *arguments],
                          capture_output=True, text=True, timeout=HANG_S)


def test_lambda_bills_whole_milliseconds_of_memory():
    # 15 ms, 30 ms of waiting, 1 ms of Lambda's own: 46 ms of 1769 MB, and the request.
    expected = 0.20 / 1e6 + 0.046 * 1769 / 1024 * 0.0000166667
    assert costs.lambda_request(Load("", 15, fetch_ms=30)) == pytest.approx(expected)
    assert costs.lambda_request(Load("", 14.2, fetch_ms=30)) == pytest.approx(expected)
    assert expected * 1e6 == pytest.approx(1.52, abs=0.005)


def test_half_a_processor_takes_twice_as_long():
    load = Load("", 100)
    half = 0.20 / 1e6 + (200 + 1) / 1000 * 884.5 / 1024 * 0.0000133334
    assert costs.lambda_request(load, 884.5, "arm64") == pytest.approx(half)
    assert costs.lambda_request(load, 3538) == pytest.approx(
        0.20 / 1e6 + 0.101 * 3538 / 1024 * 0.0000166667)


def test_an_endpoint_bills_bytes_and_hours():
    load = Load("", 15, request_bytes=100_000)
    assert costs.endpoint_data(load) * 1e6 == pytest.approx(1.6048)
    assert costs.instance_month("ml.c5.large") == pytest.approx(74.46)
    assert costs.serverless_request(load) * 1e6 == pytest.approx(0.6 + 1.6048)


def test_at_the_break_even_both_cost_the_same():
    load = Load("", 15, fetch_ms=30)
    requests = costs.break_even(load, "ml.c5.large", 1769, "x86_64")
    assert requests * costs.lambda_request(load) == pytest.approx(
        74.46 + requests * costs.endpoint_data(load))
    # 2 processors, 15 ms each, 60 % busy: capacity for 80 a second, demand of 19.
    assert costs.capacity(load, "ml.c5.large") == pytest.approx(80)
    assert requests / costs.SECONDS == pytest.approx(18.7, abs=0.05)


def test_there_is_none_where_instances_never_win():
    # Its data alone costs more than Lambda; then: full instances cost more than Lambda.
    assert costs.break_even(Load("", 1, request_bytes=100_000), "ml.c5.large", 1769, "x86_64") is None
    heavy = Load("", 100, request_bytes=100_000)
    assert costs.endpoint_data(heavy) < costs.lambda_request(heavy)
    assert costs.break_even(heavy, "ml.c5.large", 1769, "x86_64") is None
    full = costs.capacity(heavy, "ml.c5.large") * costs.SECONDS
    assert 74.46 + full * costs.endpoint_data(heavy) > full * costs.lambda_request(heavy)


def test_the_documents_table_is_what_it_prints():
    text = (ROOT / "docs" / "deploy.md").read_text()
    held = text.partition(MARK.format("made by container/deploy/costs.py"))[2]
    assert held.partition(MARK.format("end"))[0] == printed().stdout


def test_a_network_of_ones_own():
    done = printed("--service-ms", "40", "--fetch-ms", "30", "--instance", "ml.c5.xlarge")
    assert done.returncode == 0 and done.stdout.splitlines()[-1].startswith("| 40 ms | $2.24 |")
    for wrong in (["--service-ms", "0"], ["--memory", "64"], ["--instance", "ml.none"]):
        assert printed(*wrong).returncode == 2
