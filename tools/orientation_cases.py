#!/usr/bin/env python3
"""Writes which way up the installed Pillow and OpenCV turn pictures, for PictureOrientationTests.

usage: orientation_cases.py [--rounds N] [--seed N] OUTDIR

OUTDIR/cases.bin has the format of case_file.py. kind 6, orientation: numbers = channels, width, height
(as turned), Pillow's orientation, OpenCV's orientation (0: the library refuses the picture), 1 where
EXIF is as cameras write it; input = the file; result = Pillow's pixels, after `exif_transpose`.

All eight orientations in every format that has a place for one, in every form that Pillow reads; then
EXIF data that is cut, overwritten or made of random entries. Needs Pillow, OpenCV and numpy.
"""

import io
import struct
import warnings
import zlib

import case_file
import numpy as np
import PIL
from case_file import record
from PIL import Image, ImageOps

ORIENTATION = 0x112
NAME = b"Exif\0\0"
XMP_NAME = b"http://ns.adobe.com/xap/1.0/\0"
# Four colours in the corners tell the eight orientations apart, whatever a codec loses.
COLOURS = np.array([(250, 0, 0), (0, 250, 0), (0, 0, 250), (250, 250, 0)])
PIXELS = np.repeat(np.repeat(COLOURS.reshape(2, 2, 3), 8, 0), 12, 1).astype(np.uint8)
IMAGE = Image.fromarray(PIXELS)
CORNERS = {
    (0, 1, 2, 3): 1, (1, 0, 3, 2): 2, (3, 2, 1, 0): 3, (2, 3, 0, 1): 4,
    (0, 2, 1, 3): 5, (2, 0, 3, 1): 6, (3, 1, 2, 0): 7, (1, 3, 0, 2): 8,
}


def orientation(pixels):
    """The orientation whose undoing gives these pixels."""
    height, width = pixels.shape[:2]
    return CORNERS[tuple(
        int(np.abs(COLOURS - pixels[y, x].astype(int)).sum(1).argmin())
        for y in (2, height - 3) for x in (2, width - 3))]


def by_pillow(data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))
        except Exception:  # Whatever it trips over: the picture can't be had from Pillow.
            return None


def by_opencv(data):
    import cv2

    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return None if pixels is None else pixels[..., ::-1]


def case(name, data, usual=False):
    pillow, opencv = by_pillow(data), by_opencv(data)
    found = [0 if pixels is None else orientation(pixels) for pixels in (pillow, opencv)]
    height, width = (0, 0) if pillow is None else pillow.shape[:2]
    result = b"" if pillow is None else pillow.tobytes()
    return record(6, name, [3, width, height, *found, int(usual)], data, result)


# EXIF data


def entry(tag, kind, count, value, order="<"):
    return struct.pack(order + "HHI", tag, kind, count) + value[:4].ljust(4, b"\0")


def tiff(entries, order="<", place=8, next_one=b"\0" * 4, tail=b"", mark=None):
    mark = mark or {"<": b"II*\0", ">": b"MM\0*"}[order]
    head = mark + struct.pack(order + "I", place)
    directory = struct.pack(order + "H", len(entries)) + b"".join(entries)
    return head.ljust(place, b"\0") + directory + next_one + tail


def stating(number, order="<", kind=3, **rest):
    value = struct.pack(order + {3: "HH", 4: "I", 8: "hH", 9: "i", 13: "I"}[kind],
                        *([number, 0] if kind in (3, 8) else [number]))
    return tiff([entry(ORIENTATION, kind, 1, value, order)], order, **rest)


def camera(number, order="<"):
    """As a camera writes it: other entries around, one of them with its value elsewhere."""
    maker = b"Maker of cameras\0"
    place = 8 + 2 + 12 * 3 + 4
    return tiff(
        [struct.pack(order + "HHII", 0x10F, 2, len(maker), place),
         entry(ORIENTATION, 3, 1, struct.pack(order + "H", number), order),
         entry(0x128, 3, 1, struct.pack(order + "H", 2), order)],
        order, tail=maker)


def random_entries(rng):
    entries, tail = [], rng.integers(0, 256, 64).astype(np.uint8).tobytes()
    for _ in range(int(rng.integers(1, 6))):
        tag = int(rng.choice([ORIENTATION, ORIENTATION, 0x10F, 0x128, 0x11A]))
        kind = int(rng.choice([1, 2, 3, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 0, 99]))
        count = int(rng.choice([0, 1, 1, 1, 2, 3, 40, 70000]))
        value = [
            struct.pack("<HH", int(rng.integers(0, 10)), 0),
            struct.pack("<f", float(rng.integers(0, 10))),
            struct.pack("<I", int(rng.integers(8, 140)))][int(rng.integers(3))]
        entries.append(entry(tag, kind, count, value))
    place = 8 + 2 + 12 * len(entries) + 4
    numbers = struct.pack("<IIdQ", int(rng.integers(0, 20)), int(rng.integers(0, 3)),
                          float(rng.integers(0, 10)), int(rng.integers(0, 10)))
    entries.append(struct.pack("<HHII", ORIENTATION, int(rng.choice([5, 10, 12, 16])), 1,
                               place + 12 + int(rng.choice([0, 8, 16]))))
    data = tiff(entries, tail=numbers + tail)
    return data[: int(rng.integers(8, len(data)))] if rng.random() < 0.2 else data


def damaged(rng, data):
    data = bytearray(data)
    for _ in range(int(rng.integers(1, 4))):
        data[int(rng.integers(len(data)))] = int(rng.choice([0, 1, 6, 8, 0x2A, 0x49, 0x4D, 255]))
    return bytes(data[: int(rng.integers(1, len(data) + 1))] if rng.random() < 0.3 else data)


def xmp(number, element=False):
    attribute = "" if element else f' tiff:Orientation="{number}"'
    inside = f"<tiff:Orientation>{number}</tiff:Orientation>" if element else ""
    return (f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description xmlns:tiff="http://ns.adobe.com/'
            f'tiff/1.0/"{attribute}>{inside}</rdf:Description></x:xmpmeta>').encode()


# Files


def encoded(form, **options):
    file = io.BytesIO()
    IMAGE.save(file, form, **options)
    return file.getvalue()


def jpeg(segments, jfif=True):
    plain = encoded("JPEG")
    parts = [bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body
             for marker, body in segments]
    return plain[: 20 if jfif else 2] + b"".join(parts) + plain[20:]


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(before=(), after=()):
    plain = encoded("PNG")
    pixels, end = plain.index(b"IDAT") - 4, plain.index(b"IEND") - 4
    parts = [b"".join(chunk(*each) for each in chunks) for chunks in (before, after)]
    return plain[:pixels] + parts[0] + plain[pixels:end] + parts[1] + plain[end:]


def webp(chunks, flags):
    def piece(kind, body):
        return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
    sides = b"".join(struct.pack("<I", side - 1)[:3] for side in IMAGE.size)
    body = (b"WEBP" + piece(b"VP8X", bytes([flags, 0, 0, 0]) + sides)
            + encoded("WEBP", lossless=True)[12:] + b"".join(piece(*each) for each in chunks))
    return b"RIFF" + struct.pack("<I", len(body)) + body


def profile(data):
    return f"\nexif\n{len(data):8}\n{data.hex()}\n".encode()


PROFILE_KEY, XMP_KEY = b"Raw profile type exif\0", b"XML:com.adobe.xmp\0"


def usual():
    """The eight orientations as cameras and programs write them, which both libraries read."""
    for number in range(1, 9):
        for order in "<>":
            name = f"{number}{order}"
            data = camera(number, order)
            yield f"JPEG with JFIF {name}", jpeg([(0xE1, NAME + data)])
            yield f"JPEG without JFIF {name}", jpeg([(0xE1, NAME + data)], jfif=False)
            yield f"PNG {name}", png([(b"eXIf", data)])
            yield f"PNG, EXIF after the pixels {name}", png([], [(b"eXIf", data)])
            yield f"WebP {name}", webp([(b"EXIF", data)], 8)


def by_pillow_alone():
    """Forms that OpenCV does not read, or not in the same way."""
    for number in range(1, 9):
        data = camera(number)
        yield f"JPEG, XMP {number}", jpeg([(0xE1, XMP_NAME + xmp(number))])
        yield f"JPEG, XMP element {number}", jpeg([(0xE1, XMP_NAME + xmp(number, True))])
        yield f"JPEG, EXIF and XMP {number}", jpeg(
            [(0xE1, XMP_NAME + xmp(9 - number)), (0xE1, NAME + data)])
        yield f"JPEG, named twice {number}", jpeg([(0xE1, NAME + NAME + data)])
        yield f"JPEG in two segments {number}", jpeg(
            [(0xE1, NAME + data[:30]), (0xFE, b"between"), (0xE1, NAME + data[30:])])
        yield f"JPEG, EXIF after junk {number}", jpeg([(0xFE, b"a"), (0xE1, b"no"), (0xE1, NAME + data)])
        yield f"PNG, EXIF with its name {number}", png([(b"eXIf", NAME + data)])
        yield f"PNG, two {number}", png([(b"eXIf", camera(1)), (b"eXIf", data)])
        yield f"PNG, text {number}", png([(b"tEXt", PROFILE_KEY + profile(NAME + data))])
        yield f"PNG, packed text {number}", png(
            [(b"zTXt", PROFILE_KEY + b"\0" + zlib.compress(profile(NAME + data)))])
        yield f"PNG, international text {number}", png(
            [(b"iTXt", PROFILE_KEY + b"\0\0\0\0" + profile(data))])
        yield f"PNG, broken text {number}", png(
            [(b"tEXt", PROFILE_KEY + profile(data).replace(b"2a", b"2g"))])
        yield f"PNG, XMP {number}", png([(b"iTXt", XMP_KEY + b"\0\0\0\0" + xmp(number))])
        yield f"PNG, packed XMP {number}", png(
            [(b"iTXt", XMP_KEY + b"\1\0\0\0" + zlib.compress(xmp(number)))])
        yield f"PNG, XMP as plain text {number}", png([(b"tEXt", XMP_KEY + xmp(number))])
        yield f"WebP, EXIF with its name {number}", webp([(b"EXIF", NAME + data)], 8)
        yield f"WebP, not announced {number}", webp([(b"EXIF", data)], 0)
        yield f"WebP, two {number}", webp([(b"EXIF", data), (b"EXIF", camera(1))], 8)
        yield f"WebP, XMP {number}", webp([(b"XMP ", xmp(number))], 4)
        for kind in (4, 8, 9, 13):
            yield f"JPEG, type {kind}, {number}", jpeg([(0xE1, NAME + stating(number, kind=kind))])
        for mark in (b"II\0*", b"MM*\0", b"MM\0+", b"II+\0", b"XX*\0"):
            order = ">" if mark.startswith(b"MM") else "<"
            data = stating(number, order, mark=mark)
            yield f"JPEG, mark {mark} {number}", jpeg([(0xE1, NAME + data)])
            yield f"WebP, mark {mark} {number}", webp([(b"EXIF", data)], 8)


def cases(rng, rounds, files):
    del files
    for name, data in usual():
        yield case(name, data, usual=True)
    for name, data in by_pillow_alone():
        yield case(name, data)
    for number in range(1500 * rounds):
        if number % 3:
            data = random_entries(rng)
        else:
            data = damaged(rng, camera(int(rng.integers(1, 9)), "<>"[int(rng.integers(2))]))
        form = number % 4
        if form == 0:
            file = png([(b"eXIf", data)])
        elif form == 1:
            file = webp([(b"EXIF", data)], 8)
        else:
            file = jpeg([(0xE1, NAME + data)], jfif=form == 2)
        yield case(f"damaged {number}", file)


if __name__ == "__main__":
    versions = f"Pillow {PIL.__version__} and OpenCV"
    case_file.write(cases, __doc__, versions, rounds=1)
