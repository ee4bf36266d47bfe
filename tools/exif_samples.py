"""JPEGs with an EXIF orientation: all eight values, in every position that a reader may look at.

OpenCV and MXNet look at few of them; `record_mxnet.py` records which.
"""

import struct

import image_samples

SOI, SOF0, SOF1, SOS = b"\xff\xd8", b"\xff\xc0", b"\xff\xc1", b"\xff\xda"


def segment(marker, data):
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def tiff(entries, order=">", directory=8, count=None, gap=b""):
    """An EXIF segment of (tag, type, number of values, four bytes)."""
    data = b"Exif\0\0" + (b"MM" if order == ">" else b"II")
    data += struct.pack(order + "HI", 42, directory) + gap
    data += struct.pack(order + "H", len(entries) if count is None else count)
    for tag, kind, number, value in entries:
        data += struct.pack(order + "HHI", tag, kind, number) + value
    return segment(0xE1, data + bytes(4))


def lying(orientation, order=">"):
    return 0x112, 3, 1, struct.pack(order + "HH", orientation, 0)


def places(jfif, rest):
    """(name, bytes) of one picture with orientation 6 in many places, good and bad."""
    exif, frame = tiff([lying(6)]), rest.index(SOF0)
    body = exif[4:]
    yield "before-jfif", SOI + exif + jfif + rest
    yield "behind-jfif", SOI + jfif + exif + rest
    yield "behind-long-jfif", SOI + segment(0xE0, jfif[4:] + b"xx") + exif + rest
    yield "behind-jfxx", SOI + segment(0xE0, b"JFXX\0\x10") + exif + rest
    yield "behind-jfif-then-fill", SOI + jfif + exif + b"\xff" + rest
    yield "behind-jfif-of-extended", SOI + jfif + exif + rest[:frame] + SOF1 + rest[frame + 2 :]
    yield "behind-comment", SOI + segment(0xFE, b"words") + exif + rest
    yield "behind-icc", SOI + segment(0xE2, b"profile") + exif + rest
    yield "behind-xmp", SOI + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>") + exif + rest
    yield "behind-fill", SOI + b"\xff" + exif + rest
    yield "behind-frame", SOI + rest[: rest.index(SOS)] + exif + rest[rest.index(SOS) :]
    yield "twice", SOI + tiff([lying(1)]) + exif + rest
    yield "other-name", SOI + segment(0xE1, b"Abcdef" + body[6:]) + rest
    yield "no-structure", SOI + segment(0xE1, b"Exif\0\0") + rest
    yield "short", SOI + segment(0xE1, b"Exif") + rest
    yield "mixed-order", SOI + segment(0xE1, body[:6] + b"MI" + body[8:]) + rest
    yield "wrong-number", SOI + segment(0xE1, body[:9] + b"+" + body[10:]) + rest
    text, far = lambda tag: (tag, 2, 100, b"\0\0\x70\0"), b"\0\0\x70\0"
    for name, entries in {
        "little-endian": None,
        "repeated-tag": [lying(3), lying(6)],
        "second-tag": [(0x100, 4, 1, b"\0\0\0\5"), lying(6)],
        "bad-text-behind": [lying(6), text(0x10F)],
        "bad-unknown-behind": [lying(6), text(0x9999)],
        "bad-rational-behind": [lying(6), (0x11A, 5, 1, far)],
        "short-text-behind": [lying(6), (0x131, 2, 4, b"abc\0")],
        "long-number": [(0x112, 4, 1, b"\0\0\0\6")],
    }.items():
        data = tiff(entries) if entries else tiff([lying(6, "<")], "<")
        yield name, SOI + data + rest
    yield "too-many-tags", SOI + tiff([lying(6)], count=3) + rest
    yield "later-directory", SOI + tiff([lying(6)], directory=16, gap=bytes(8)) + rest


def oriented_jpegs(rng, width, height):
    """(name, bytes) of JPEGs of all orientations, beginning with EXIF or with JFIF."""
    jpeg = image_samples.jpeg(rng, width, height)
    end = 4 + struct.unpack(">H", jpeg[4:6])[0]
    jfif, rest = jpeg[2:end], jpeg[end:]
    for orientation in range(10):
        exif = tiff([lying(orientation)])
        yield f"exif-{orientation}", SOI + exif + rest
        yield f"jfif-exif-{orientation}", SOI + jfif + exif + rest
    for name, data in places(jfif, rest):
        yield f"exif-{name}", data
