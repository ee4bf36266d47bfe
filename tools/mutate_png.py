"""Damages to the chunks of a PNG and to its stream of pixels, for `mutate_pictures.py`."""

import struct
import zlib

from mutate_bytes import REARRANGED, cut_the_end, flipped, on_parts, place, some

# Texts of one byte less than a reader may inflate, as many, and one more.
BOMBS = [zlib.compress(bytes((1 << 20) + more)) for more in (-1, 0, 1)]


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
    bomb = BOMBS[int(rng.integers(0, 3))]
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


PNG = (with_chunk, with_chunk, with_chunk, wrong_crc, text_with_wrong_crc,
       *(on_parts(chunks, packed, change) for change in REARRANGED),
       other_stream, other_stream, other_stream, other_header)
