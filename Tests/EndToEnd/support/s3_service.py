"""S3 with real access control: a `moto` server of its own process, which checks every signature with
botocore's signer, every key and every permission.

`Moto.reader` holds the keys of a user who may read the bucket `photos` and nothing else. Tests upload as
the administrator.
"""

from __future__ import annotations

import json
import subprocess
import sys

import boto3
import requests
from patience import HANG_S, wait_until
from server import clean_environment, listening_port

REGION = "eu-west-1"
BUCKET = "photos"
READ_PHOTOS = [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:GetObjectVersion"],
                "Resource": f"arn:aws:s3:::{BUCKET}/*"}]

# Keys that are easily encoded wrongly between a URI, a URL and a signature.
ODD_KEYS = [
    "plain.png", "folder/plain.png", "a b", " ", "a+b", "+", "100%", "a%20b", "%2F", "a//b", "//",
    "/lead", "trail/", ".", "..", "../up", "a/../b", "./c", "a?b", "a?b=c&d", "a#b",
    "~t=!'()*&;:@,$[]{}|^`", 'a"b', "<x>", "a\\b", "a\tb", "é/日本語", "e\u0301", "😀", "k?versionId=",
    "A" * 1024]


def policy(statements: list[dict]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


class Moto:
    """The service. Use as a context manager."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
            env=clean_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        try:
            self.port = wait_until(self.listening, "moto did not start")
            self.set_up()
        except BaseException:
            self.stop()
            raise

    def listening(self) -> int | None:
        if self.process.poll() is not None:
            raise RuntimeError("moto did not start")
        return listening_port(self.process.pid)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, service: str, keys: dict[str, str]):
        return boto3.client(
            service, endpoint_url=self.url, region_name=REGION,
            aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=keys.get("AWS_SESSION_TOKEN"))

    def set_up(self) -> None:
        """Makes users, a role and a bucket; after that moto checks every permission."""
        nobody = {"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing"}
        iam = self.client("iam", nobody)
        administrator = self.user(iam, "administrator", [
            {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}])
        self.administrator = administrator
        self.reader = self.user(iam, "reader", READ_PHOTOS)
        role = iam.create_role(RoleName="server", AssumeRolePolicyDocument=policy([
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}]))["Role"]
        iam.put_role_policy(RoleName="server", PolicyName="read", PolicyDocument=policy(READ_PHOTOS))
        # In the form of a provider of credentials for containers.
        self.role_credentials = self.client("sts", nobody).assume_role(
            RoleArn=role["Arn"], RoleSessionName="server")["Credentials"]
        self.s3 = self.client("s3", administrator)
        for bucket in (BUCKET, "secrets"):
            self.s3.create_bucket(
                Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        requests.post(f"{self.url}/moto-api/reset-auth", data="0", timeout=HANG_S).raise_for_status()

    @staticmethod
    def user(iam, name: str, statements: list[dict]) -> dict[str, str]:
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="its", PolicyDocument=policy(statements))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}

    def put(self, key: str, body: bytes, bucket: str = BUCKET) -> str | None:
        """Uploads an object; returns its version, if the bucket has versions."""
        return self.s3.put_object(Bucket=bucket, Key=key, Body=body).get("VersionId")

    def environment(self, keys: dict[str, str]) -> dict[str, str]:
        """The environment of a server that reads from here."""
        return {"AWS_REGION": REGION, "AWS_ENDPOINT_URL_S3": self.url} | keys

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> Moto:
        return self

    def __exit__(self, *_) -> None:
        self.stop()
