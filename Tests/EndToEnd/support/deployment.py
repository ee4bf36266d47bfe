"""`deploy.py` as the tests run it: in this process, with its output and exit status.

Its environment comes from the test only: no credentials, region or configuration of the machine.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import io
import os
import sys

import botocore.loaders
import pytest
from process import ROOT

DEPLOY = ROOT / "container" / "deploy"
sys.path.insert(0, str(DEPLOY))

import deploy  # noqa: E402
from amphora_deploy import model, stack  # noqa: E402
from amphora_deploy.cloud import Problem  # noqa: E402

__all__ = ["DEPLOY", "Outcome", "Problem", "model", "run", "stack"]

# Each command line has its own session. The descriptions of AWS's services are read only once.
botocore.loaders.create_loader = functools.cache(botocore.loaders.create_loader)
NOWHERE = {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
           "AWS_EC2_METADATA_DISABLED": "true"}


class Cloud(deploy.Cloud):
    """The real Cloud, but command lines of one environment share their clients, which are slow to make."""

    held: dict = {}

    def client(self, service: str):
        settings = sorted(item for item in os.environ.items() if item[0].startswith("AWS_"))
        self.clients = self.held.setdefault(str((self.region, self.endpoints, settings)), {})
        return super().client(service)


@dataclasses.dataclass
class Outcome:
    status: int
    out: str
    err: str


def run(*arguments, env: dict[str, str] | None = None) -> Outcome:
    """Runs one command line to its end."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("AWS_") or name.lower().endswith("_proxy"):
                patch.delenv(name)
        for name, value in (NOWHERE | (env or {})).items():
            patch.setenv(name, value)
        patch.setattr(deploy, "Cloud", Cloud)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = deploy.main([str(argument) for argument in arguments])
    return Outcome(status, out.getvalue(), err.getvalue())
