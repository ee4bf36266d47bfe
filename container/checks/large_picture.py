"""Writes a small PNG of 6000 × 6000 white pixels, which can't be decoded in 64 MB."""

import struct
import sys
import zlib

SIDE = 6000


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
rows = zlib.compress((b"\0" + b"\xff" * 3 * SIDE) * SIDE, 9)
sys.stdout.buffer.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows)
                        + chunk(b"IEND", b""))
