"""Packs bytes in the content codings of HTTP, each with its own library's encoder."""

import ctypes
import gzip
import zlib


def deflate(content: bytes) -> bytes:
    return zlib.compress(content)


def raw_deflate(content: bytes) -> bytes:
    """What some hosts call deflate: without zlib's frame."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def brotli(content: bytes) -> bytes:
    """By the library of brotli, which libcurl brings along."""
    library = ctypes.CDLL("libbrotlienc.so.1")
    count = ctypes.c_size_t(len(content) + 1000)
    packed = ctypes.create_string_buffer(count.value)
    assert library.BrotliEncoderCompress(
        5, 22, 0, ctypes.c_size_t(len(content)), content, ctypes.byref(count), packed)
    return packed.raw[:count.value]


PACK = {"gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": deflate, "br": brotli,
        "raw": raw_deflate}
