"""Brings the image to ECR: adds the model, pushes, and checks that Lambda accepts the result.

Lambda can't mount a model, so the function's model is in the image: two more lines put it into the zoo
and choose it by AMPHORA_MODEL_NAME. docker or podman does that and pushes; skopeo only pushes. The image
of the server itself is built by `container/`.
"""

from __future__ import annotations

import base64
import json
import pathlib
import tempfile

from .cloud import Cloud, Problem, Refusal
from .model import Model

MANIFESTS = ["application/vnd.docker.distribution.manifest.v2+json",
             "application/vnd.oci.image.manifest.v1+json"]
INDEXES = ["application/vnd.docker.distribution.manifest.list.v2+json",
           "application/vnd.oci.image.index.v1+json"]
# buildx would add attestations, and an index of them and the image.
PLAIN = {"BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}
DRY_DIGEST = "sha256:" + "0" * 64
DOCKERFILE = """FROM {image}
COPY model /opt/models/{name}
ENV AMPHORA_MODEL_NAME={name}
LABEL com.amazonaws.lambda.feature.snapstart="Allow"
"""


def registry(cloud: Cloud, account: str) -> str:
    return f"{account}.dkr.ecr.{cloud.region}.{cloud.suffix}"


def push(cloud: Cloud, source: str, model: Model | None, repository: str, tag: str, tool: str) -> str:
    """Brings a local image into ECR; returns its URI by digest."""
    if tool == "skopeo" and model:
        raise Problem("skopeo cannot put a model into an image: take --tool docker or podman, or build "
                      "the image with the model in /opt/models and leave --model out")
    account = cloud.account()
    host = registry(cloud, account)
    target = f"{host}/{repository}:{tag}"
    ensure_repository(cloud, account, repository)
    login(cloud, tool, host)
    if tool == "skopeo":
        cloud.execute(["skopeo", "copy", "--format", "v2s2", source_reference(source),
                       f"docker://{target}"])
    else:
        if model:
            build(cloud, tool, source, model, target)
        else:
            cloud.execute([tool, "tag", source, target])
        form = ["--format", "v2s2"] if tool == "podman" else []
        cloud.execute([tool, "push", *form, target])
    return resolved(cloud, account, repository, tag)


def source_reference(source: str) -> str:
    """An image's name for skopeo; a plain name means this machine's container storage."""
    transports = ("containers-storage:", "docker-daemon:", "docker-archive:", "docker://", "oci:",
                  "oci-archive:", "dir:")
    return source if source.startswith(transports) else f"containers-storage:{source}"


def build(cloud: Cloud, tool: str, source: str, model: Model, target: str) -> None:
    text = DOCKERFILE.format(image=source, name=model.name)
    if cloud.dry_run:
        print(f"# Dockerfile: {' / '.join(text.splitlines())}; model/: {len(model.files)} files")
        cloud.execute([tool, "build", "--tag", target, "FOLDER"], environment=PLAIN)
        return
    with tempfile.TemporaryDirectory(prefix="amphora-") as folder:
        (pathlib.Path(folder) / "Dockerfile").write_text(text)
        model.copy(pathlib.Path(folder) / "model")
        cloud.execute([tool, "build", "--tag", target, folder], environment=PLAIN)


def ensure_repository(cloud: Cloud, account: str, repository: str) -> None:
    """The repository, created if missing, and readable for Lambda in this account."""
    try:
        found = cloud.call("ecr", "describe_repositories", repositoryNames=[repository])
    except Refusal as refusal:
        if refusal.code != "RepositoryNotFoundException":
            raise
        found = None
    if not found:
        cloud.call("ecr", "create_repository", repositoryName=repository,
                   imageScanningConfiguration={"scanOnPush": True})
    policy = {"Version": "2012-10-17", "Statement": [{
        "Sid": "LambdaPulls", "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        "Condition": {"StringLike": {"aws:SourceArn":
                      f"arn:{cloud.partition}:lambda:{cloud.region}:{account}:function:*"}}}]}
    try:
        held = cloud.call("ecr", "get_repository_policy", repositoryName=repository)
    except Refusal as refusal:
        if refusal.code != "RepositoryPolicyNotFoundException":
            raise
        held = None
    # An existing policy stays as it is: Lambda adds what it needs.
    if not held:
        cloud.call("ecr", "set_repository_policy", repositoryName=repository,
                   policyText=json.dumps(policy))


def login(cloud: Cloud, tool: str, host: str) -> None:
    token = cloud.call("ecr", "get_authorization_token", assume={
        "authorizationData": [{"authorizationToken": base64.b64encode(b"AWS:x").decode()}]})
    data = base64.b64decode(token["authorizationData"][0]["authorizationToken"]).decode()
    user, _, password = data.partition(":")
    cloud.execute([tool, "login", "--username", user, "--password-stdin", host], secret=password)


def resolved(cloud: Cloud, account: str, repository: str, tag: str) -> str:
    """The URI by digest of a tag's image; a `Problem` if it is missing or an index."""
    name = f"{registry(cloud, account)}/{repository}"
    missing = Problem(f"the image {name}:{tag} is not in ECR: run `deploy.py push` with the same --model, "
                      "--tag and --repository first, or name another by --image")
    identity = {"imageDigest": tag} if tag.startswith("sha256:") else {"imageTag": tag}
    try:
        answer = cloud.call(
            "ecr", "batch_get_image", repositoryName=repository, imageIds=[identity],
            acceptedMediaTypes=MANIFESTS + INDEXES,
            assume={"images": [{"imageId": {"imageDigest": DRY_DIGEST}, "imageManifest": "{}",
                                "imageManifestMediaType": MANIFESTS[0]}]})
    except Refusal as refusal:
        raise missing if refusal.code == "RepositoryNotFoundException" else refusal from None
    if not answer["images"]:
        raise missing
    image = answer["images"][0]
    kind = image.get("imageManifestMediaType") \
        or json.loads(image["imageManifest"]).get("mediaType", MANIFESTS[1])
    if kind not in MANIFESTS:
        raise Problem(
            f"{name}:{tag} is an index ({kind}), which Lambda refuses: it takes the manifest of one "
            "architecture. buildx makes an index for its attestations: build with --provenance=false "
            "--sbom=false (or BUILDX_NO_DEFAULT_ATTESTATIONS=1) and one --platform")
    return f"{name}@{image['imageId']['imageDigest']}"


def delete(cloud: Cloud, repository: str, uri: str) -> None:
    """Deletes the image, and the repository if it is empty then."""
    name, at, digest = uri.partition("@")
    identity = {"imageDigest": digest} if at else {"imageTag": name.rpartition(":")[2]}
    cloud.call("ecr", "batch_delete_image", repositoryName=repository, imageIds=[identity])
    print(f"deleted {uri}")
    left = cloud.call("ecr", "list_images", repositoryName=repository, maxResults=1,
                      assume={"imageIds": []})
    if left["imageIds"]:
        print(f"the repository {repository} holds other images: `aws ecr list-images --repository-name "
              f"{repository}` shows them")
    else:
        cloud.call("ecr", "delete_repository", repositoryName=repository)
