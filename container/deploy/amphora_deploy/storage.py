"""The model archive in S3: creates a bucket if none is named, uploads, and deletes both."""

from __future__ import annotations

import pathlib
import tempfile

from .cloud import Cloud, Problem, Refusal
from .model import Model


def default_bucket(cloud: Cloud, account: str) -> str:
    """The bucket that this program creates, and deletes with the last archive."""
    return f"amphora-{account}-{cloud.region}"


def upload(cloud: Cloud, account: str, bucket: str | None, model: Model) -> str:
    """Uploads the archive, unless it is there; returns the bucket's name."""
    name = bucket or default_bucket(cloud, account)
    ensure(cloud, account, name, may_make=bucket is None)
    if held(cloud, account, name, model.key):
        print(f"s3://{name}/{model.key} is there already")
        return name
    if cloud.dry_run:
        cloud.upload(pathlib.Path("model.tar.gz"), name, model.key, account)
        return name
    with tempfile.TemporaryDirectory(prefix="amphora-") as folder:
        path = pathlib.Path(folder) / "model.tar.gz"
        model.pack(path)
        print(f"s3://{name}/{model.key}  {path.stat().st_size / 1e6:.1f} MB", flush=True)
        cloud.upload(path, name, model.key, account)
    return name


def ensure(cloud: Cloud, account: str, name: str, may_make: bool) -> None:
    try:
        found = cloud.call("s3", "head_bucket", Bucket=name, ExpectedBucketOwner=account)
    except Refusal as refusal:
        if refusal.code == "403":
            raise Problem(f"the bucket {name} belongs to another account, or these credentials may not "
                          "see it: name your own by --bucket") from None
        if refusal.code == "301":
            raise Problem(f"the bucket {name} is in another region: SageMaker takes models from one in "
                          f"{cloud.region}") from None
        if refusal.code != "404":
            raise
        found = None
    if found is not None or (cloud.dry_run and not may_make):
        return
    if not may_make:
        raise Problem(f"there is no bucket {name}: make it, or leave --bucket out")
    place = {} if cloud.region == "us-east-1" else {
        "CreateBucketConfiguration": {"LocationConstraint": cloud.region}}
    cloud.call("s3", "create_bucket", Bucket=name, **place)


def held(cloud: Cloud, account: str, bucket: str, key: str) -> bool:
    """The key contains the model's digest, so an existing object has the same content."""
    try:
        return cloud.call("s3", "head_object", Bucket=bucket, Key=key,
                          ExpectedBucketOwner=account) is not None
    except Refusal as refusal:
        if refusal.code == "404":
            return False
        raise


def delete(cloud: Cloud, account: str, bucket: str, key: str) -> None:
    """Deletes the archive, and the bucket if this program created it and it is empty then."""
    owner = {"Bucket": bucket, "ExpectedBucketOwner": account}
    cloud.call("s3", "delete_object", **owner, Key=key)
    print(f"deleted s3://{bucket}/{key}")
    if bucket != default_bucket(cloud, account):
        return
    left = cloud.call("s3", "list_objects_v2", **owner, MaxKeys=1, assume={"KeyCount": 0})
    if left["KeyCount"]:
        print(f"s3://{bucket} holds other archives: `aws s3 ls --recursive s3://{bucket}` shows them")
    else:
        cloud.call("s3", "delete_bucket", **owner)
