"""Hostile pictures: decompression bombs, false headers and fragments. Made in memory, all small.
"""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, rows: bytes | None, depth: int = 8, color: int = 2,
        extra: bytes = b"") -> bytes:
    """A PNG with this header; `rows` compressed as its data, or none at all."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))
    data = b"" if rows is None else png_chunk(b"IDAT", zlib.compress(rows, 9))
    return b"\x89PNG\r\n\x1a\n" + header + extra + data + png_chunk(b"IEND", b"")


def one_bit_png(width: int, height: int) -> bytes:
    """A valid black picture of one bit a pixel: kilobytes for hundreds of megapixels."""
    return png(width, height, bytes((1 + (width + 7) // 8) * height), depth=1, color=0)


def text_bomb_png(sample: bytes) -> bytes:
    """A good picture whose compressed text would be 200 MB."""
    packer = zlib.compressobj(9)
    text = b"".join(packer.compress(bytes(1 << 20)) for _ in range(200)) + packer.flush()
    # After the signature and IHDR: 8 + 25 bytes.
    return sample[:33] + png_chunk(b"zTXt", b"Comment\0\0" + text) + sample[33:]


def encoded(image: Image.Image, format: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def gray_jpeg(width: int, height: int) -> bytes:
    """A large, valid picture that takes a while to decode."""
    return encoded(Image.linear_gradient("L").resize((width, height), Image.Resampling.NEAREST),
                   "JPEG", quality=50)


def many_scans_jpeg(scans: int) -> bytes:
    """A progressive JPEG that repeats its last scan many times: a CPU bomb."""
    good = encoded(Image.linear_gradient("L").resize((2000, 2000)), "JPEG", progressive=True)
    last = good.rindex(b"\xff\xda")
    scan = good[last:-2]
    return good[:last] + scan * scans + b"\xff\xd9"


def jpeg_header(width: int, height: int) -> bytes:
    """A JPEG whose frame header says this size; its data ends early."""
    good = bytearray(encoded(Image.new("RGB", (16, 16)), "JPEG"))
    frame = good.index(b"\xff\xc0")
    good[frame + 5:frame + 9] = struct.pack(">HH", height, width)
    return bytes(good)
