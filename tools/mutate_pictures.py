"""Damages encoded pictures as transfers, cameras and editors do, from a seed.

`mutations(rng, data)` yields nothing but bytes: cut, flipped, inserted, removed; and, by format, segments
and chunks that are lost, doubled, exchanged, mislabelled, or followed by something else. Shared by
`pillow_cases.py`, which records what Pillow makes of them.
"""

import struct
import zlib

SAMSUNG = (b"\0\0\x01\n\x0e\0\0\0Image_UTC_Data1700000000000SEFHj\0\0\0\x01\0\0\0\0\0\x01\n#\0\0\0#\0\0\0"
           b"\x18\0\0\0SEFT")
JUNK = (b"\0" * 512, b"\r\n", b"<html>not found</html>", b"\xff", b"\xff\xd8\xff\xe0", SAMSUNG,
        b"\xff\xd9\xff\xd9", b"PK\x03\x04" + bytes(40), b"\xff\xc0\0\x05\x08", b"IEND\xaeB`\x82")


def place(rng, data, first=0):
    return int(rng.integers(first, max(first + 1, len(data))))


def some(rng, largest):
    return rng.integers(0, 256, int(rng.integers(1, largest + 1)), dtype="uint8").tobytes()


# Any bytes


def cut(rng, data):
    return data[: place(rng, data)]


def cut_the_end(rng, data):
    return data[: len(data) - int(rng.integers(1, 24))]


def flipped(rng, data):
    out = bytearray(data)
    for _ in range(int(rng.integers(1, 5))):
        out[place(rng, data, 2)] ^= 1 << int(rng.integers(0, 8))
    return bytes(out)


def overwritten(rng, data):
    at, new = place(rng, data, 2), some(rng, 12)
    return data[:at] + new + data[at + len(new):]


def inserted(rng, data):
    at = place(rng, data, 2)
    return data[:at] + some(rng, 8) + data[at:]


def removed(rng, data):
    at = place(rng, data, 2)
    return data[:at] + data[at + int(rng.integers(1, 24)):]


def blanked(rng, data):
    at, length = place(rng, data, 2), int(rng.integers(1, 200))
    out = bytearray(data)
    out[at:at + length] = bytes(len(out[at:at + length]))
    return bytes(out)


def followed(rng, data):
    return data + JUNK[int(rng.integers(0, len(JUNK)))]


ANY = (cut, cut_the_end, flipped, flipped, overwritten, inserted, removed, blanked, followed)


# JPEG


def segments(data):
    """(marker, bytes) of the parts of a JPEG; entropy-coded data belongs to the scan before it."""
    at, parts = 2, [(0xD8, data[:2])]
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        end = at + 2
        if marker not in range(0xD0, 0xDA):
            end += struct.unpack(">H", data[at + 2:at + 4])[0]
        if marker == 0xDA:
            while end + 1 < len(data) and (data[end] != 0xFF or data[end + 1] == 0
                                           or data[end + 1] in range(0xD0, 0xD8)):
                end += 1
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


# PNG


def chunks(data):
    """[kind, data, CRC] of each whole chunk."""
    at, parts = 8, []
    while at + 12 <= len(data):
        length = struct.unpack(">I", data[at:at + 4])[0]
        parts.append([data[at + 4:at + 8], data[at + 8:at + 8 + length],
                      data[at + 8 + length:at + 12 + length]])
        at += 12 + length
    return parts


def new_chunk(kind, data):
    return [kind, data, struct.pack(">I", zlib.crc32(kind + data))]


def packed(parts):
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + crc for kind, data, crc in parts)


def texts(rng):
    bomb = zlib.compress(bytes((1 << 20) + int(rng.integers(-1, 2))))
    frame = struct.pack(">IIIIIHHBB", 0, 5, 5, 0, 0, 1, 10, 0, 0)
    kinds = [(b"tEXt", b"key\0value"), (b"tEXt", b""), (b"zTXt", b"key\0\0" + zlib.compress(b"value")),
             (b"zTXt", b"key\0\1value"), (b"zTXt", b"key\0\0damaged"), (b"zTXt", b"key\0\0" + bomb),
             (b"iTXt", b"key\0\0\0en\0key\0value"), (b"iTXt", b"key\0\1\0en\0key\0" + bomb),
             (b"iTXt", b"k\0\1"), (b"iCCP", b"name\0\0" + zlib.compress(b"profile")), (b"iCCP", b"name"),
             (b"iCCP", b"name\0\1"), (b"iCCP", b""), (b"gAMA", b"\0\0\0"), (b"gAMA", b"\0\1\x86\xa0"),
             (b"cHRM", bytes(31)), (b"sRGB", b""), (b"pHYs", bytes(8)), (b"acTL", bytes(7)),
             (b"acTL", b"\0\0\0\1\0\0\0\0"), (b"acTL", b"\0\0\0\2\0\0\0\0"), (b"fcTL", frame),
             (b"fcTL", frame[:20]), (b"fdAT", b"\0\0\0\1abc"), (b"fdAT", b"\0\0"), (b"IHDR", bytes(12)),
             (b"tRNS", b"\xff\0\xff"), (b"tRNS", b"\x80"), (b"PLTE", bytes(9)), (b"PLTE", bytes(800)),
             (b"eXIf", b"MM\0*"), (b"abCd", b"private"), (b"ABCD", b"critical"), (b"DDAT", b"old"),
             (b"a\0cd", b"no name"), (b"CgBI", b"\x50\0\x20\2"), (b"IDAT", b""), (b"IEND", b"")]
    return new_chunk(*kinds[int(rng.integers(0, len(kinds)))])


def with_chunk(rng, data):
    parts = chunks(data)
    parts.insert(place(rng, parts, 1), texts(rng))
    return packed(parts)


def wrong_crc(rng, data):
    parts = chunks(data)
    at = place(rng, parts)
    parts[at][2] = some(rng, 4).ljust(4, b"x")
    return packed(parts)


def text_with_wrong_crc(rng, data):
    parts = chunks(data)
    kind, text, _ = texts(rng)
    parts.insert(place(rng, parts, 1), [kind, text, b"nope"])
    return packed(parts)


def lost_chunk(rng, data):
    parts = chunks(data)
    del parts[place(rng, parts)]
    return packed(parts)


def doubled_chunk(rng, data):
    parts = chunks(data)
    parts.insert(place(rng, parts), parts[place(rng, parts)])
    return packed(parts)


def exchanged_chunks(rng, data):
    parts = chunks(data)
    one, other = place(rng, parts), place(rng, parts)
    parts[one], parts[other] = parts[other], parts[one]
    return packed(parts)


def other_stream(rng, data):
    """The pixels' stream damaged, but in chunks with the right checksums."""
    parts = chunks(data)
    first = next(i for i, part in enumerate(parts) if part[0] == b"IDAT")
    stream = b"".join(part[1] for part in parts if part[0] == b"IDAT")
    which = int(rng.integers(0, 6))
    try:
        rows = zlib.decompress(stream)
    except zlib.error:
        which, rows = 0, b""
    if which == 0:
        stream = flipped(rng, stream)
    elif which == 1:
        stream = cut_the_end(rng, stream)
    elif which == 2:
        stream = zlib.compress(rows[: place(rng, rows)])
    elif which == 3:
        stream = zlib.compress(rows + some(rng, 300))
    elif which == 4:
        changed = bytearray(rows)
        changed[place(rng, rows)] = int(rng.integers(0, 256))
        stream = zlib.compress(bytes(changed))
    else:
        stream += some(rng, 30)
    at = place(rng, stream)
    rest = [part for part in parts[first:] if part[0] != b"IDAT"]
    return packed(parts[:first] + [new_chunk(b"IDAT", stream[:at]), new_chunk(b"IDAT", stream[at:])] + rest)


def other_header(rng, data):
    parts = chunks(data)
    header = bytearray(parts[0][1])
    at = int(rng.integers(3, 13))
    header[at if at != 4 else 7] = int(rng.integers(0, 20))
    parts[0] = new_chunk(b"IHDR", bytes(header))
    return packed(parts)


PNG = (with_chunk, with_chunk, with_chunk, wrong_crc, text_with_wrong_crc, lost_chunk, doubled_chunk,
       exchanged_chunks, other_stream, other_stream, other_stream, other_header)


# WebP


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


def lost_riff(rng, data):
    parts = riff_chunks(data)
    del parts[place(rng, parts)]
    return riff(parts)


def doubled_riff(rng, data):
    parts = riff_chunks(data)
    parts.insert(place(rng, parts), parts[place(rng, parts)])
    return riff(parts)


def exchanged_riff(rng, data):
    parts = riff_chunks(data)
    one, other = place(rng, parts), place(rng, parts)
    parts[one], parts[other] = parts[other], parts[one]
    return riff(parts)


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


WEBP = (lost_riff, doubled_riff, exchanged_riff, new_riff, wrong_riff_size, flipped_head)


def mutation(rng, data):
    """(what was done, bytes): one or two damages."""
    own = JPEG if data.startswith(b"\xff\xd8") else PNG if data.startswith(b"\x89PNG") else WEBP
    names = []
    for _ in range(2 if rng.random() < 0.15 else 1):
        kinds = own if not names and rng.random() < 0.6 else ANY
        kind = kinds[int(rng.integers(0, len(kinds)))]
        names.append(kind.__name__)
        data = kind(rng, data)
        if len(data) < 12:
            break
    return ", ".join(names), data
