"""Damages to the segments of a JPEG, for `mutate_pictures.py`."""

import re
import struct

from mutate_bytes import JUNK, cut_the_end, place

# In entropy-coded data: neither an escaped byte nor a restart.
MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7]", re.DOTALL)


def segments(data):
    """(marker, bytes) of the parts of a JPEG; entropy-coded data belongs to the scan before it."""
    at, parts = 2, [(0xD8, data[:2])]
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        end = at + 2
        if marker not in range(0xD0, 0xDA):
            end += struct.unpack(">H", data[at + 2:at + 4])[0]
        if marker == 0xDA:
            marker_after = MARKER.search(data, end)
            end = marker_after.start() if marker_after else len(data)
        parts.append((marker, data[at:end]))
        at = end
    return parts + [(0, data[at:])]


def without_end(rng, data):
    body = data[:-2] if data.endswith(b"\xff\xd9") else data
    return body + JUNK[int(rng.integers(0, len(JUNK)))][:int(rng.integers(0, 40))]


def restarts(rng, data):
    marks = [i for i in range(len(data) - 1) if data[i] == 0xFF and data[i + 1] in range(0xD0, 0xD8)]
    if not marks:
        return without_end(rng, data)
    at = marks[int(rng.integers(0, len(marks)))]
    mark = bytes([0xFF, 0xD0 + int(rng.integers(0, 8))])
    return data[:at] + (b"", mark, b"\0\0", data[at:at + 2] * 2)[int(rng.integers(0, 4))] + data[at + 2:]


def joined(parts):
    return b"".join(part for _, part in parts)


def lost_segment(rng, data):
    parts = segments(data)
    del parts[place(rng, parts, 1)]
    return joined(parts)


def doubled_segment(rng, data):
    parts = segments(data)
    at = place(rng, parts)
    parts.insert(place(rng, parts), parts[at])
    return joined(parts)


def exchanged_segments(rng, data):
    parts = segments(data)
    one, other = place(rng, parts, 1), place(rng, parts, 1)
    parts[one], parts[other] = parts[other], parts[one]
    return joined(parts)


def new_segment(rng, data):
    parts = segments(data)
    kind, body = [(0xE0, b"JFIF\0"), (0xE0, b"JFIF\0\1\2\0\0\1\0\1\0\0"), (0xEE, b"Adobe"),
                  (0xED, b"Photoshop 3.0\0" + b"8BIM\3\xed\0\0\0\0\0\x10" + bytes(16)),
                  (0xED, b"Photoshop 3.0\0" + b"8BIM\4\4"), (0xE2, b"ICC_PROFILE\0"), (0xFE, b"text"),
                  (0xE2, b"ICC_PROFILE\0\1\1" + bytes(9)), (0xE1, b"Exif\0\0"), (0xC8, b"12"),
                  (0xDC, b"\0\x10"), (0xDD, b"\0\3"), (0x01, b""), (0xF0, b"junk"), (0xDE, b"\10\0\1\0\1\0"),
                  (0xDB, b"\0" + bytes(range(1, 64)))][int(rng.integers(0, 16))]
    length = len(body) + 2 + (int(rng.integers(-3, 4)) if rng.random() < 0.2 else 0)
    parts.insert(place(rng, parts, 1), (kind, struct.pack(">BBH", 0xFF, kind, max(0, length)) + body))
    return joined(parts)


def padded_markers(rng, data):
    parts = segments(data)
    at = place(rng, parts, 1)
    parts[at] = (0, (b"\xff", b"\0", b"\xff\0", b"ab", b"\xff\xff")[int(rng.integers(0, 5))] + parts[at][1])
    return joined(parts)


def wrong_length(rng, data):
    parts = segments(data)
    at = place(rng, parts, 1)
    marker, part = parts[at]
    if len(part) < 4:
        return cut_the_end(rng, data)
    length = struct.unpack(">H", part[2:4])[0] + int(rng.integers(-9, 10))
    parts[at] = (marker, part[:2] + struct.pack(">H", length % 65536) + part[4:])
    return joined(parts)


JPEG = (without_end, without_end, restarts, restarts, lost_segment, doubled_segment, exchanged_segments,
        new_segment, new_segment, padded_markers, wrong_length)
