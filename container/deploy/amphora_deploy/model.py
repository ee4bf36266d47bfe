"""Prepares a model folder for AWS: checks it, computes its fingerprint, and packs it for SageMaker.

The same files go into the archive of the endpoint and into the image of the function, and the same
fingerprint names both: a side with another model has another name. Hidden files are left out; links are
followed, since SageMaker accepts none. `amphora inspect` checks whether the network can be loaded.
"""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import json
import pathlib
import re
import shutil
import tarfile

from .cloud import Problem

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,47}")
BLOCK = 1 << 20


@dataclasses.dataclass(frozen=True)
class Model:
    """A checked model folder: its name, its files by their path in it, a digest of all of them."""

    folder: pathlib.Path
    name: str
    files: dict[str, pathlib.Path]
    digest: str

    @property
    def tag(self) -> str:
        """A unique name for this model, for tags and keys."""
        return f"{self.name.lower()}-{self.digest[:12]}"

    @property
    def key(self) -> str:
        return f"amphora/{self.tag}/model.tar.gz"

    def pack(self, path: pathlib.Path) -> None:
        """Writes the archive with the files at its root; equal files always give equal bytes."""
        with open(path, "wb") as raw, \
                gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as packed, \
                tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for name, source in self.files.items():
                entry = tarfile.TarInfo(name)
                entry.size, entry.mode = source.stat().st_size, 0o644
                with open(source, "rb") as content:
                    archive.addfile(entry, content)

    def copy(self, target: pathlib.Path) -> None:
        """The files as a folder that all users may read, since a container may run as any user."""
        for name, source in self.files.items():
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, path)
            path.chmod(0o644)
        for folder in (target, *(path for path in target.rglob("*") if path.is_dir())):
            folder.chmod(0o755)


def opened(folder: pathlib.Path) -> Model:
    """The model in a folder; if there is none, a `Problem` that says what is missing."""
    if not folder.is_dir():
        raise Problem(f"{folder} is not a folder: --model takes the folder that holds the *.onnx file")
    folder = folder.resolve()
    if not NAME.fullmatch(folder.name):
        raise Problem(f"the folder's name {folder.name!r} becomes the model's: it takes letters, digits, "
                      "dots, hyphens and underscores, 48 at most")
    files = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not any(part.startswith(".") for part in name.split("/")):
            files[name] = path
    check(folder, [name for name in files if "/" not in name])
    return Model(folder, folder.name, files, digest(files))


def check(folder: pathlib.Path, names: list[str]) -> None:
    networks = [name for name in names if name.endswith(".onnx")]
    pair = [suffix for suffix in ("symbol.json", ".params")
            if any(name.endswith(suffix) for name in names)]
    if len(networks) > 1 and not chosen(folder):
        raise Problem(f"{folder} holds several models, {', '.join(networks)}: name one as \"model\" in "
                      "amphora.json, or keep one")
    if not networks and len(pair) < 2:
        held = ", ".join(names[:8]) + (" …" if len(names) > 8 else "") or "no files"
        raise Problem(f"{folder} holds no model ({held}): it takes one *.onnx file, or MXNet's "
                      "*symbol.json and *.params, at its root")


def chosen(folder: pathlib.Path) -> bool:
    try:
        return "model" in json.loads((folder / "amphora.json").read_bytes())
    except FileNotFoundError:
        return False
    except ValueError as error:
        raise Problem(f"{folder / 'amphora.json'} is not JSON: {error}") from None


def digest(files: dict[str, pathlib.Path]) -> str:
    total = hashlib.sha256()
    for name, path in files.items():
        one = hashlib.sha256()
        with open(path, "rb") as content:
            while block := content.read(BLOCK):
                one.update(block)
        total.update(f"{name}\0{one.hexdigest()}\n".encode())
    return total.hexdigest()
