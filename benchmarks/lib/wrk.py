"""Runs wrk and parses its output."""

import os
import re
import shutil
import subprocess

_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}


def require_tools(**packages):
    """Ends with one sentence if programs are missing; takes program=Debian package."""
    missing = [name for name in packages if not shutil.which(name, path=_path())]
    if missing:
        names = " ".join(packages[name] for name in missing)
        raise SystemExit(f"{' and '.join(missing)} not found; on Debian: apt-get install {names}")


def tool(name):
    """The path of a program, /usr/sbin included."""
    return shutil.which(name, path=_path())


def _path():
    return os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


class Load:
    """The result of one run of wrk."""

    def __init__(self, requests, seconds, p50, p99, failed):
        self.requests, self.seconds = requests, seconds
        self.p50, self.p99, self.failed = p50, p99, failed

    @property
    def rate(self):
        return self.requests / self.seconds


def run(url, core, seconds, connections=64, script=None):
    """Loads a server from one core; answers other than 2xx and lost connections count as failed."""
    command = [
        "taskset", "-c", str(core), tool("wrk"), "-t1", f"-c{connections}", f"-d{seconds}s",
        "--latency", "--timeout", "10s"]
    command += ["-s", script] if script else []
    text = subprocess.run(command + [url], capture_output=True, text=True, check=True).stdout
    requests, duration, unit = re.search(r"(\d+) requests in ([\d.]+)([a-z]+)", text).groups()
    failed = sum(map(int, re.findall(r"Non-2xx or 3xx responses: (\d+)", text)))
    for errors in re.findall(r"Socket errors: (.*)", text):
        failed += sum(map(int, re.findall(r"\d+", errors)))
    return Load(
        int(requests), float(duration) * _UNITS[unit], _percentile(text, 50),
        _percentile(text, 99), failed)


def _percentile(text, percent):
    number, unit = re.search(rf"^\s*{percent}%\s+([\d.]+)([a-z]+)", text, re.M).groups()
    return float(number) * _UNITS[unit]
