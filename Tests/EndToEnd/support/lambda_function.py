"""A real `amphora lambda` process for a test, against the stub of the Runtime API.

Its environment is the one that Lambda gives a container image, with loopback allowed for fetches. It
hides no failure: a process that ends is reported with all its output.
"""

from __future__ import annotations

import pathlib

from patience import wait_until
from process import BINARY, DIGITS, Process
from runtime_api import RuntimeAPI

# As in a function of 3008 MB. The credentials sign for a service that accepts any.
ENVIRONMENT = {
    "AWS_LAMBDA_FUNCTION_NAME": "amphora", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "3008", "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
    "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/amphora", "AWS_LAMBDA_LOG_STREAM_NAME": "stream",
    "AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG",
    "AWS_SESSION_TOKEN": "token/of+session=", "AWS_EC2_METADATA_DISABLED": "true",
    "LAMBDA_TASK_ROOT": "/var/task", "TZ": ":UTC"}


def assert_works(function: LambdaFunction, event: dict) -> None:
    """The function answers for a picture of a seven, in the same process."""
    answer = function.api.call(event)
    assert answer.call == "response" and b'"label":"7"' in answer.body
    assert function.alive()


class LambdaFunction(Process):
    """One running function. Use as a context manager; `ready` waits for its first `next`."""

    def __init__(self, api: RuntimeAPI, *options: str, model: pathlib.Path | None = DIGITS,
                 env: dict[str, str] | None = None, command: tuple[str, ...] = ("lambda",),
                 ready: bool = True) -> None:
        environment = ENVIRONMENT | {
            "AWS_LAMBDA_RUNTIME_API": api.address, "AMPHORA_FETCH_ALLOW": "127.0.0.0/8"}
        if model is not None:
            environment["AMPHORA_MODEL_PATH"] = str(model)
        self.api = api
        super().__init__([BINARY, *command, *options], environment | (env or {}))
        if ready:
            try:
                self.wait_until_ready()
            except BaseException:
                self.stop()
                raise

    def wait_until_ready(self) -> None:
        def asks() -> bool:
            if not self.alive():
                raise RuntimeError(
                    f"the function ended with {self.wait(0)}:\n{self.text()[-2000:]}")
            return self.api.waiting > 0

        wait_until(asks, lambda: f"no `next`:\n{self.text()}")
