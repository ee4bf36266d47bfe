"""AWS and the programs beside it, as the subcommands use them: calls, dry runs, errors as sentences.

In a dry run nothing leaves this process: each call is checked against the service's own description,
printed as a command of the AWS CLI, and answered as by a fresh account. Errors of AWS, of the network and
of missing credentials become a `Problem`; other exceptions are bugs and are not caught.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys

import boto3
import botocore.config
import botocore.exceptions
import botocore.parsers
import botocore.validate
from botocore import xform_name

DRY_ACCOUNT = "123456789012"
SUFFIXES = {"aws-cn": "amazonaws.com.cn"}


class Problem(Exception):
    """Stops a subcommand: one sentence that says what is wrong and what is expected."""


class Refusal(Problem):
    """AWS refused. `code` is its error code, `original` the error of the model's container, if any."""

    def __init__(self, call: str, error: botocore.exceptions.ClientError) -> None:
        self.code = error.response["Error"]["Code"]
        self.text = error.response["Error"].get("Message", "")
        self.original: str | None = error.response.get("OriginalMessage")
        super().__init__(explained(call, self.code, self.text))


def explained(call: str, code: str, text: str) -> str:
    if code in ("ExpiredToken", "ExpiredTokenException", "RequestExpired"):
        return f"the credentials have expired ({call}): log in again"
    if code in ("InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch"):
        return f"AWS does not know these credentials ({call}: {code}): check the profile and the region"
    if code.startswith(("AccessDenied", "UnauthorizedOperation")):
        return f"these credentials may not call {call}: {text}"
    return f"{call} failed: {code}: {text}"


class Cloud:
    """A session with AWS in one region; with `dry_run` it only prints what it would do."""

    def __init__(self, region: str | None, profile: str | None, dry_run: bool,
                 endpoints: dict[str, str] | None = None) -> None:
        try:
            self.session = boto3.Session(profile_name=profile)
        except botocore.exceptions.ProfileNotFound as error:
            known = ", ".join(boto3.Session().available_profiles) or "none"
            raise Problem(f"{error}: known profiles are {known}") from None
        self.region = region or os.environ.get("AWS_REGION") or self.session.region_name
        if not self.region:
            raise Problem("no region is set: give --region eu-central-1, or set AWS_REGION")
        self.dry_run = dry_run
        self.endpoints = endpoints or {}
        self.clients: dict[str, object] = {}

    @property
    def partition(self) -> str:
        return self.session.get_partition_for_region(self.region)

    @property
    def suffix(self) -> str:
        """The domain of this partition's services."""
        return SUFFIXES.get(self.partition, "amazonaws.com")

    def client(self, service: str):
        if service not in self.clients:
            config = botocore.config.Config(
                connect_timeout=10, read_timeout=70, user_agent_extra="amphora-deploy",
                retries={"mode": "standard", "total_max_attempts": 3})
            try:
                self.clients[service] = self.session.client(
                    service, region_name=self.region, config=config,
                    endpoint_url=self.endpoints.get(service))
            except (botocore.exceptions.BotoCoreError, ValueError) as error:
                raise Problem(f"no client of {service} in the region {self.region}: {error}") from None
        return self.clients[service]

    def call(self, service: str, operation: str, assume=None, shown: dict | None = None, **parameters):
        """The answer to one operation; in a dry run `assume`. `shown` replaces long or binary arguments."""
        client = self.client(service)
        model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
        name = f"{service}:{model.name}"
        if self.dry_run:
            botocore.validate.validate_parameters(parameters, model.input_shape)
            print(as_cli(service, model.name, parameters | (shown or {})))
            return assume
        return guarded(name, lambda: getattr(client, operation)(**parameters))

    def upload(self, path, bucket: str, key: str, owner: str) -> None:
        if self.dry_run:
            print(shlex.join(["aws", "s3", "cp", str(path), f"s3://{bucket}/{key}"]))
            return
        guarded("s3:PutObject", lambda: self.client("s3").upload_file(
            str(path), bucket, key, ExtraArgs={"ExpectedBucketOwner": owner}))

    def account(self) -> str:
        """The account of the credentials; without credentials, a `Problem`."""
        return self.call("sts", "get_caller_identity", assume={"Account": DRY_ACCOUNT})["Account"]

    def execute(self, command: list[str], secret: str | None = None,
                environment: dict[str, str] | None = None) -> None:
        """Runs a program whose output the user sees; `secret` goes to its standard input."""
        if self.dry_run:
            settings = [f"{name}={value}" for name, value in (environment or {}).items()]
            print(*settings, shlex.join(command), *(["<<< PASSWORD"] if secret else []))
            return
        if shutil.which(command[0]) is None:
            raise Problem(f"{command[0]} is not on PATH: install it, or choose another by --tool")
        sys.stdout.flush()
        done = subprocess.run(command, input=secret and secret.encode(),
                              stdin=None if secret else subprocess.DEVNULL,
                              env=os.environ | (environment or {}))
        if done.returncode:
            raise Problem(f"{shlex.join(command)} ended with {done.returncode}; it said why above")


def guarded(name: str, work):
    """The result of `work`, with the exceptions of AWS's library turned into problems."""
    try:
        return work()
    except botocore.exceptions.ClientError as error:
        raise Refusal(name, error) from None
    except (botocore.exceptions.NoCredentialsError, botocore.exceptions.PartialCredentialsError):
        raise Problem("no credentials: run `aws configure sso` or `aws login`, give --profile, or set "
                      "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY") from None
    except boto3.exceptions.S3UploadFailedError as error:
        raise Problem(f"{name} failed: {error}") from None
    except (botocore.exceptions.BotoCoreError, botocore.parsers.ResponseParserError) as error:
        raise Problem(f"{name} failed: {error}") from None


def as_cli(service: str, operation: str, parameters: dict) -> str:
    """The call as a user would type it."""
    words = ["aws", "s3api" if service == "s3" else service, xform_name(operation, "-")]
    for name, value in parameters.items():
        option = "--" + xform_name(name, "-")
        if isinstance(value, bool):
            words.append(option if value else option.replace("--", "--no-", 1))
        elif isinstance(value, list) and all(isinstance(item, str) for item in value):
            words += [option, *value]
        elif isinstance(value, (list, dict)):
            words += [option, json.dumps(value, separators=(",", ":"))]
        else:
            words += [option, str(value)]
    return shlex.join(words)
