"""Requests for labels, as wrk scripts: the picture in the body, or the address of one."""

import json
import os

from . import processes

TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}


def add_options(parser):
    parser.add_argument(
        "--image", default=os.path.join(processes.ROOT, "models/digits/samples/digit-0.png"))


def content_type(path):
    kind = TYPES.get(os.path.splitext(path)[1].lower())
    if not kind:
        raise SystemExit(f"{path}: use a picture named {', '.join(TYPES)}")
    if not os.path.isfile(path):
        raise SystemExit(f"there is no picture {path}; see --image")
    return kind


def body_script(folder, image):
    """A wrk script that sends a picture's bytes."""
    return _script(
        folder, "body.lua", content_type(image),
        f'local file = io.open({json.dumps(os.path.abspath(image))}, "rb")\n'
        'wrk.body = file:read("*a")\nfile:close()\n')


def uri_script(folder, uri):
    """A wrk script that sends a picture's address."""
    body = json.dumps(json.dumps({"uri": uri}))
    return _script(folder, "uri.lua", "application/json", f"wrk.body = {body}\n")


def _script(folder, name, kind, body):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        file.write(f'wrk.method = "POST"\nwrk.headers["Content-Type"] = "{kind}"\n{body}')
    return path
