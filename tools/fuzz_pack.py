#!/usr/bin/env python3
"""Packs many small inputs of the fuzzer into one file, and unpacks them.

usage: fuzz_pack.py pack FOLDER FILE BYTES | unpack FILE FOLDER

FILE holds, for each input, its length (u32, little-endian) and its bytes, the smallest first. `pack` takes
as many of them as make at most BYTES. Unpacked, an input is named by its place.
"""

import pathlib
import struct
import sys


def pack(folder, file, room):
    inputs = sorted((path.read_bytes() for path in pathlib.Path(folder).iterdir()),
                    key=lambda data: (len(data), data))
    packed = b""
    for data in inputs:
        if len(packed) + 4 + len(data) > room:
            break
        packed += struct.pack("<I", len(data)) + data
    pathlib.Path(file).write_bytes(packed)


def unpack(file, folder):
    packed, position, number = pathlib.Path(file).read_bytes(), 0, 0
    while position < len(packed):
        end = position + 4 + struct.unpack_from("<I", packed, position)[0]
        (pathlib.Path(folder) / f"packed-{number}").write_bytes(packed[position + 4:end])
        position, number = end, number + 1


if __name__ == "__main__":
    if sys.argv[1] == "pack":
        pack(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        unpack(*sys.argv[2:])
