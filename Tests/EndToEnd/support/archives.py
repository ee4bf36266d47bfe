"""Archives of models: good ones, and ones that must be refused."""

from __future__ import annotations

import gzip
import io
import tarfile

from process import DIGITS

MODEL = {name: (DIGITS / name).read_bytes() for name in ("digits.onnx", "labels.txt", "amphora.json")}


def pack(files: dict[str, bytes] | None = None, *odd: tarfile.TarInfo, prefix: str = "",
         format: int = tarfile.PAX_FORMAT) -> bytes:
    """A .tar.gz of files, followed by odd entries."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", format=format, compresslevel=1) as archive:
        for name, content in (MODEL if files is None else files).items():
            entry = tarfile.TarInfo(prefix + name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        for entry in odd:
            archive.addfile(entry)
    return buffer.getvalue()


def odd(name: str, type: bytes, target: str = "") -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type = type
    entry.linkname = target
    return entry


# Name, archive, and a part of the error.
HOSTILE = [
    ("outside", pack({"../evil": b"x"} | MODEL), "“../evil” leads out"),
    ("absolute", pack({"/tmp/amphora-evil": b"x"}), "absolute path"),
    ("symlink", pack(None, odd("link", tarfile.SYMTYPE, "/etc/passwd")), "“link” is a link"),
    ("hardlink", pack(None, odd("link", tarfile.LNKTYPE, "digits.onnx")), "“link” is a link"),
    ("device", pack(None, odd("null", tarfile.CHRTYPE)), "device"),
    ("pipe", pack(None, odd("pipe", tarfile.FIFOTYPE)), "pipe"),
    ("twice", pack(None, odd("labels.txt", tarfile.REGTYPE)), "twice"),
    ("truncated", pack()[:-500], "too early"),
    ("damaged", pack()[:2000] + b"damage" + pack()[2006:], "damaged"),
    ("garbage", pack() + b"more", "follows the end"),
    ("plain tar", gzip.decompress(pack()), "not a gzip"),
    ("no tar", gzip.compress(b"model" * 1000), "does not hold a tar"),
    ("zip", b"PK\x03\x04" + bytes(100), "a zip file"),
    ("web page", b"<!doctype html>", "a web page"),
    ("empty", b"", "it is empty"),
    ("no model", pack({"readme.txt": b"later"}), "no model in"),
    ("bomb", pack({"zeros": bytes(60_000_000)}), "unpacks to more than the 50000000 bytes"),
    ("crowd", pack({f"{number}": b"" for number in range(10_001)}, format=tarfile.USTAR_FORMAT),
     "more than 10000 files"),
]
