"""Damages to the chunks of a WebP, for `mutate_pictures.py`."""

import struct

from mutate_bytes import REARRANGED, on_parts, place, some


def riff_chunks(data):
    at, parts = 12, []
    while at + 8 <= len(data):
        length = struct.unpack("<I", data[at + 4:at + 8])[0]
        end = at + 8 + length + length % 2
        parts.append(data[at:end])
        at = end
    return parts


def riff(parts):
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def new_riff(rng, data):
    parts = riff_chunks(data)
    kind = (b"EXIF", b"XMP ", b"ICCP", b"ABCD", b"ALPH", b"ANIM", b"VP8 ")[int(rng.integers(0, 7))]
    body = some(rng, 9)
    parts.insert(place(rng, parts) + 1, kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2))
    return riff(parts)


def wrong_riff_size(rng, data):
    at = 4 if rng.random() < 0.6 else 16
    size = struct.unpack("<I", data[at:at + 4])[0] + int(rng.integers(-9, 10))
    return data[:at] + struct.pack("<I", max(0, size)) + data[at + 4:]


def flipped_head(rng, data):
    out = bytearray(data)
    out[int(rng.integers(12, min(40, len(data))))] ^= 1 << int(rng.integers(0, 8))
    return bytes(out)


WEBP = (*(on_parts(riff_chunks, riff, change) for change in REARRANGED), new_riff, wrong_riff_size,
        flipped_head)
