#!/usr/bin/env python3
"""Brings a model folder to AWS as a SageMaker endpoint and a Lambda function of one image.

    push     the image, with the model in it, into ECR
    create   the stack of template.yaml; `update` changes it
    invoke   sends both sides the same request, and compares their answers byte for byte
    status   what is there, and in what state
    delete   the stack and all in it; with --all the archive and the image, too

Exit status: 0 done (invoke: the same answer), 1 a problem (invoke: the answers differ), 2 the command
line, or refused by the model (invoke), 130 interrupted. With --dry-run it only prints its calls.
"""

from __future__ import annotations

import argparse
import pathlib
import shutil
import sys

try:
    from amphora_deploy import image, invoke, model, stack, storage
    from amphora_deploy.cloud import Cloud, Problem
except ModuleNotFoundError as missing:
    sys.exit(f"{missing}: run `pip install -r {pathlib.Path(__file__).with_name('requirements.txt')}`")


def command_line() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--region", help="default: AWS_REGION, or the profile's")
    common.add_argument("--profile", help="of the AWS CLI's configuration")
    common.add_argument("--stack", default="amphora", metavar="NAME",
                        help="the name of stack, function and endpoint (%(default)s)")
    common.add_argument("--dry-run", action="store_true", help="print the calls, make none")
    source = argparse.ArgumentParser(add_help=False)
    source.add_argument("--model", type=pathlib.Path, metavar="FOLDER", help="the model folder")
    source.add_argument("--repository", default="amphora", help="in ECR (%(default)s)")
    source.add_argument("--tag", help="of the image; default: the model's name and digest, else latest")

    parser = argparse.ArgumentParser(
        description=__doc__.partition("\n\n")[0], epilog="Each has --help.", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, text: str, *parents) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text, parents=[common, *parents],
                                   allow_abbrev=False)

    push = add("push", "Push an image into ECR, with a model folder in it.", source)
    push.add_argument("image", help="a local image, such as localhost/amphora:sagemaker")
    push.add_argument("--tool", choices=["docker", "podman", "skopeo"],
                      help="default: the first that is on PATH")
    for name, text in (("create", "Create the stack."),
                       ("update", "Update the stack; what is not given stays as it is.")):
        change = add(name, text, source)
        change.add_argument("--image", metavar="URI", help="an image in ECR, instead of --repository")
        change.add_argument("--bucket", help="for the archive; default: one that is made")
        change.add_argument("--endpoint", choices=["instances", "serverless", "off"])
        change.add_argument("--function", choices=["yes", "no"])
        change.add_argument("--pictures", action="append", metavar="BUCKET[/PREFIX]",
                            help="what s3:// URIs may name; may be repeated")
        change.add_argument("--set", action="append", default=[], metavar="PARAMETER=VALUE",
                            help="any other parameter of template.yaml; may be repeated")
    ask = add("invoke", "Ask both sides the same and compare.")
    ask.add_argument("picture", help="a file, or an https:// or s3:// URI")
    ask.add_argument("--top-k", type=int)
    for side in ("endpoint-name", "function-name", "function-url"):
        ask.add_argument("--" + side, help="instead of the stack's")
    for side in ("sagemaker", "lambda"):
        ask.add_argument(f"--{side}-endpoint-url", metavar="URL", help=f"another host for {side}")
    add("status", "Say what is there, and in what state.")
    delete = add("delete", "Delete the stack and all in it.")
    delete.add_argument("--all", action="store_true", help="its archive in S3 and its image, too")
    delete.add_argument("--yes", action="store_true", help="do not ask")
    return parser


def push(cloud: Cloud, options) -> int:
    found = options.model and model.opened(options.model)
    tool = options.tool or next(filter(shutil.which, ("docker", "podman", "skopeo")), None)
    if tool is None and not cloud.dry_run:
        raise Problem("none of docker, podman and skopeo is on PATH: one of them has to push the image")
    print(image.push(cloud, options.image, found, options.repository, tag_of(options, found),
                     tool or "docker"))
    return 0


def tag_of(options, found: model.Model | None) -> str:
    return options.tag or (found.tag if found else "latest")


def change(cloud: Cloud, options) -> int:
    """Create and update."""
    creating = options.command == "create"
    given = settings(options)
    found = options.model and model.opened(options.model)
    place = stack.Stack(cloud, options.stack)
    account = cloud.account()
    place.require(creating)
    given |= image_parameters(cloud, options, account, found, creating)
    if found:
        given["ModelName"] = found.name
        if given.get("Endpoint") != "off":
            given["ModelBucket"] = storage.upload(cloud, account, options.bucket, found)
            given["ModelKey"] = found.key
    if options.pictures:
        given["ImageObjectArns"] = ",".join(
            f"arn:{cloud.partition}:s3:::{name if '/' in name else name + '/'}*"
            for name in options.pictures)
    changed = place.change(given, creating)
    print("done" if changed else "nothing to change")
    show(place.existing())
    return 0


def settings(options) -> dict[str, str]:
    """The template's parameters as the command line gives them."""
    given, known = {}, stack.parameter_names()
    for item in options.set:
        name, equals, value = item.partition("=")
        if not equals or name not in known:
            raise Problem(f"--set {item}: it takes PARAMETER=VALUE, with one of {', '.join(known)}")
        given[name] = value
    for name, value in (("Endpoint", options.endpoint), ("Function", options.function)):
        if value:
            given[name] = value
    return given


def image_parameters(cloud: Cloud, options, account: str, found, creating: bool) -> dict[str, str]:
    if options.image:
        host, _, rest = options.image.partition("/")
        if host != image.registry(cloud, account) or not rest:
            raise Problem(f"--image {options.image}: both platforms pull from the ECR of their account and "
                          f"region, {image.registry(cloud, account)}/NAME:TAG; `deploy.py push` brings it")
        repository, at, digest = rest.partition("@")
        repository, _, tag = repository.partition(":")
        tag = digest if at else tag or "latest"
    elif creating or found or options.tag:
        repository, tag = options.repository, tag_of(options, found)
    else:
        return {}
    return {"ImageUri": image.resolved(cloud, account, repository, tag), "RepositoryName": repository}


def ask(cloud: Cloud, options) -> int:
    body = invoke.request_for(options.picture, options.top_k)
    names = {"EndpointName": options.endpoint_name, "FunctionAlias": options.function_name,
             "FunctionUrl": options.function_url}
    if not any(names.values()):
        found = stack.Stack(cloud, options.stack).existing()
        names = stack.outputs(found)
        if cloud.dry_run:
            names = {"EndpointName": options.stack, "FunctionAlias": options.stack + ":live"}
        elif not names:
            raise Problem(f"the stack {options.stack} has nothing to ask, it is in {found['StackStatus']}")
    asked = [(invoke.ask_endpoint, names.get("EndpointName")),
             (invoke.ask_function, names.get("FunctionAlias")),
             (invoke.ask_url, names.get("FunctionUrl"))]
    answers = [question(cloud, name, body) for question, name in asked if name]
    return 0 if cloud.dry_run else invoke.compared(answers)


def status(cloud: Cloud, options) -> int:
    found = stack.Stack(cloud, options.stack).existing()
    show(found)
    names, well = stack.outputs(found), found["StackStatus"].endswith("_COMPLETE")
    if cloud.dry_run:
        names = {"EndpointName": options.stack, "FunctionName": options.stack}
    if name := names.get("EndpointName"):
        answer = cloud.call("sagemaker", "describe_endpoint", EndpointName=name, assume={})
        counts = [str(variant["CurrentInstanceCount"]) for variant in answer.get("ProductionVariants", [])
                  if "CurrentInstanceCount" in variant]
        print("endpoint", name, answer.get("EndpointStatus", ""), *counts,
              "instances" if counts else "", answer.get("FailureReason", ""))
        well &= answer.get("EndpointStatus", "InService") == "InService"
    if name := names.get("FunctionName"):
        answer = cloud.call("lambda", "get_function_configuration", FunctionName=name, assume={})
        print("function", name, answer.get("State", ""), answer.get("StateReason", ""))
        well &= answer.get("State", "Active") in ("Active", "Inactive")
    return 0 if well else 1


def show(found: dict) -> None:
    print("stack", found.get("StackName", ""), found["StackStatus"] + stack.because(found))
    for name, value in stack.outputs(found).items():
        print(f"  {name:<14} {value}")


def delete(cloud: Cloud, options) -> int:
    place = stack.Stack(cloud, options.stack)
    found = place.existing()
    held = stack.parameters(found)
    goes = [f"the stack {place.name} with its endpoint, function, roles and logs"]
    archive = (held.get("ModelBucket", ""), held.get("ModelKey", ""))
    picture = held.get("ImageUri", "")
    if options.all:
        goes += [f"s3://{'/'.join(archive)}"] * bool(archive[1]) + [picture] * bool(picture)
    print("this goes:", *goes, sep="\n  ")
    if not options.yes and not cloud.dry_run:
        if not sys.stdin.isatty():
            raise Problem("nobody is here to ask: give --yes")
        if input("Delete? [y/N] ").strip().lower() not in ("y", "yes"):
            print("nothing was deleted")
            return 1
    place.delete()
    if options.all:
        if archive[1]:
            storage.delete(cloud, cloud.account(), *archive)
        if picture:
            image.delete(cloud, held["RepositoryName"], picture)
    elif archive[1] or picture:
        print("the archive and the image are still there, and cost their storage")
    return 0


COMMANDS = {"push": push, "create": change, "update": change, "invoke": ask, "status": status,
            "delete": delete}


def main(arguments: list[str] | None = None) -> int:
    options = command_line().parse_args(arguments)
    endpoints = {"sagemaker-runtime": getattr(options, "sagemaker_endpoint_url", None),
                 "lambda": getattr(options, "lambda_endpoint_url", None)}
    try:
        cloud = Cloud(options.region, options.profile, options.dry_run,
                      {name: url for name, url in endpoints.items() if url})
        return COMMANDS[options.command](cloud, options)
    except Problem as problem:
        stack.waiting("")
        print(f"deploy.py: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted; what AWS has begun goes on: `deploy.py status` shows it", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
