"""AWS for `deploy.py`: a `moto` server of its own process, with the services that a deployment needs.

moto makes and deletes the stack's roles, logs, function, version, model, endpoint configuration and
endpoint. It accepts alias, function URL and scaling but does nothing about them. It checks no
permission. Two faults are patched below: moto leaves `AWS::NoValue` in lists, where CloudFormation
removes the item, and it forgets the outputs of a stack made by a change set.
"""

from __future__ import annotations

import functools
import json
import sys

import boto3
from patience import wait_until
from process import Process
from server import listening_port

REGION = "eu-central-1"
ACCOUNT = "123456789012"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG"}
MANIFEST = {"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 2,
                       "digest": "sha256:" + "a" * 64}, "layers": []}
INDEX = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [
    {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "sha256:" + "b" * 64,
     "size": 2, "platform": {"architecture": "amd64", "os": "linux"}}]}


class AWS(Process):
    """The services. Use as a context manager."""

    def __init__(self) -> None:
        super().__init__([sys.executable, __file__])
        try:
            port = wait_until(self.listening, "moto did not start")
        except BaseException:
            self.stop()
            raise
        self.url = f"http://127.0.0.1:{port}"

    def listening(self) -> int | None:
        if not self.alive():
            raise RuntimeError(f"moto did not start:\n{self.text()}")
        return listening_port(self.pid)

    @functools.cache
    def client(self, service: str):
        return boto3.client(service, endpoint_url=self.url, region_name=REGION,
                            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
                            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"])

    @property
    def environment(self) -> dict[str, str]:
        return {"AWS_ENDPOINT_URL": self.url, "AWS_REGION": REGION, "AWS_CONFIG_FILE": "/dev/null",
                "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true"} | KEYS

    def put_image(self, tag: str, manifest: dict = MANIFEST, repository: str = "amphora") -> str:
        """An image in ECR; its digest."""
        image = self.client("ecr").put_image(
            repositoryName=repository, imageManifest=json.dumps(manifest), imageTag=tag,
            imageManifestMediaType=manifest["mediaType"])["image"]
        return image["imageId"]["imageDigest"]


def serve() -> None:
    import moto.server
    import werkzeug.serving
    import yaml
    from moto.cloudformation import models, parsing

    evaluate, apply = parsing.clean_json, models.ChangeSet.apply

    def without_nothing(value, resources):
        result = evaluate(value, resources)
        return [item for item in result if item is not None] if isinstance(result, list) else result

    def with_outputs(change) -> None:
        apply(change)
        change.stack.template, change.stack.parameters = change.template, change.parameters
        change.stack._parse_template()
        change.stack.output_map = change.stack._create_output_map()

    # A head and a body are two writes. With Nagle's algorithm the second would wait for a delayed ACK.
    werkzeug.serving.WSGIRequestHandler.disable_nagle_algorithm = True
    # libyaml parses the template sixteen times as fast, and moto parses it often.
    yaml.Loader = yaml.loader.Loader = getattr(yaml, "CLoader", yaml.Loader)
    parsing.clean_json, models.ChangeSet.apply = without_nothing, with_outputs
    moto.server.main(["-H", "127.0.0.1", "-p", "0"])


if __name__ == "__main__":
    serve()
