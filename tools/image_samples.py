"""Encoded pictures of every kind that the decoders support, made with Pillow and by hand.

Shared by `pillow_cases.py` (many, random, large) and `make_image_fixtures.py` (few, tiny). Pillow
cannot write every kind of PNG, WebP and JPEG, so this module assembles the rest chunk by chunk.
"""

import io
import struct
import zlib

import numpy as np
from PIL import Image


def picture(rng, width, height, channels):
    """A smooth picture with some noise: both extremes for encoders."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    planes = []
    for _ in range(channels):
        a, b, c = rng.uniform(-0.2, 0.2, 3)
        planes.append(127 + 90 * np.sin(a * x + b * y + 20 * c) + rng.normal(0, 20, x.shape))
    pixels = np.clip(np.stack(planes, axis=-1), 0, 255).astype(np.uint8)
    return pixels[..., 0] if channels == 1 else pixels


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


# JPEG


def jpeg(rng, width, height, mode="RGB", **options):
    channels = {"L": 1, "RGB": 3, "CMYK": 4}[mode]
    image = Image.fromarray(picture(rng, width, height, channels), mode if channels == 4 else None)
    options.setdefault("quality", int(rng.integers(20, 98)))
    return saved(image, "JPEG", **options)


def resampled_jpeg(rng, side, source, factors):
    """A square JPEG whose header claims other sampling factors with as many blocks per unit."""
    data = bytearray(jpeg(rng, side, side, subsampling=source))
    frame = data.index(b"\xff\xc0")
    data[frame + 11] = factors[0] << 4 | factors[1]
    return bytes(data)


def with_adobe_transform(data, transform):
    """The same JPEG with another colour transform in its Adobe segment; None takes it out."""
    start = data.index(b"\xff\xee")
    if transform is None:
        length = struct.unpack(">H", data[start + 2 : start + 4])[0]
        return data[:start] + data[start + 2 + length :]
    flag = start + 2 + 2 + 11
    return data[:flag] + bytes([transform]) + data[flag + 1 :]


def jpegs(rng, size):
    """(name, bytes) of JPEGs of every kind; `size()` gives a width and a height."""
    for sampling in ("4:4:4", "4:2:2", "4:2:0"):
        name = sampling.replace(":", "")
        yield f"jpeg-{name}", jpeg(rng, *size(), subsampling=sampling)
        yield f"jpeg-{name}-progressive", jpeg(
            rng, *size(), subsampling=sampling, progressive=True
        )
    yield "jpeg-gray", jpeg(rng, *size(), mode="L")
    yield "jpeg-gray-progressive", jpeg(rng, *size(), mode="L", progressive=True)
    yield "jpeg-restarts", jpeg(rng, *size(), restart_marker_blocks=3)
    yield "jpeg-rgb", jpeg(rng, *size(), keep_rgb=True)
    cmyk = jpeg(rng, *size(), mode="CMYK")
    yield "jpeg-cmyk", cmyk
    yield "jpeg-ycck", with_adobe_transform(cmyk, 2)
    yield "jpeg-cmyk-without-adobe", with_adobe_transform(cmyk, None)
    yield "jpeg-exif-orientation", jpeg(rng, *size(), exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12"
                                        b"\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0")
    side = max(32, size()[0] // 32 * 32)
    yield "jpeg-440", resampled_jpeg(rng, side, "4:2:2", (1, 2))
    yield "jpeg-411", resampled_jpeg(rng, side, "4:2:0", (4, 1))
    yield "jpeg-one-pixel", jpeg(rng, 1, 1)


# PNG

COLOUR_TYPES = {"gray": (0, 1), "rgb": (2, 3), "palette": (3, 1), "la": (4, 2), "rgba": (6, 4)}
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
         (0, 1, 1, 2))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed_row(row, depth):
    """One row of samples (flat) as PNG bytes."""
    if depth == 16:
        return row.astype(">u2").tobytes()
    if depth == 8:
        return row.astype(np.uint8).tobytes()
    bits = np.unpackbits(row.astype(np.uint8)[:, None], axis=1)[:, 8 - depth :]
    return np.packbits(bits.reshape(-1)).tobytes()


def filtered(rows, step, rng):
    """Rows with a random filter each."""
    out = b""
    prior = bytes(len(rows[0])) if rows else b""
    for row in rows:
        kind = int(rng.integers(0, 5))
        current = np.frombuffer(row, np.uint8).astype(int)
        up = np.frombuffer(prior, np.uint8).astype(int)
        pad = np.zeros(step, int)
        left = np.concatenate([pad, current])[: len(current)]
        corner = np.concatenate([pad, up])[: len(current)]
        estimate = left + up - corner
        near = (abs(estimate - left), abs(estimate - up), abs(estimate - corner))
        paeth = np.where((near[0] <= near[1]) & (near[0] <= near[2]), left,
                         np.where(near[1] <= near[2], up, corner))
        predicted = (0 * up, left, up, (left + up) // 2, paeth)[kind]
        out += bytes([kind]) + ((current - predicted) % 256).astype(np.uint8).tobytes()
        prior = row
    return out


def png(rng, width, height, kind, depth, interlaced=False, extra=b"", pieces=1, palette=None):
    """A PNG of random samples, written by hand."""
    colour, samples = COLOUR_TYPES[kind]
    top = len(palette) // 3 - 1 if palette else (1 << depth) - 1
    grid = rng.integers(0, top + 1, (height, width, samples))
    if depth == 16:
        grid = np.where(rng.random(grid.shape) < 0.5, grid % 300, grid)
    step = max(1, samples * depth // 8)
    raw = b""
    for x0, y0, dx, dy in ADAM7 if interlaced else ((0, 0, 1, 1),):
        part = grid[y0::dy, x0::dx]
        if part.size:
            raw += filtered([packed_row(row.reshape(-1), depth) for row in part], step, rng)
    stream = zlib.compress(raw)
    cut = max(1, -(-len(stream) // pieces))
    data = b"".join(chunk(b"IDAT", stream[i : i + cut]) for i in range(0, len(stream), cut))
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    before = chunk(b"PLTE", palette) if palette else b""
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + extra + data
            + chunk(b"IEND", b""))


def pngs(rng, size):
    """(name, bytes) of PNGs of every kind."""
    kinds = [("gray", d) for d in (1, 2, 4, 8, 16)] + [("rgb", 8), ("rgb", 16)]
    kinds += [("la", 8), ("la", 16), ("rgba", 8), ("rgba", 16)]
    for kind, depth in kinds:
        for interlaced in (False, True):
            name = f"png-{kind}{depth}" + ("-interlaced" if interlaced else "")
            yield name, png(rng, *size(), kind, depth, interlaced)
    for depth in (1, 2, 4, 8):
        colours = bytes(rng.integers(0, 256, 3 << depth, dtype=np.uint8))
        yield f"png-palette{depth}", png(rng, *size(), "palette", depth, palette=colours)
        yield f"png-palette{depth}-interlaced-transparent", png(
            rng, *size(), "palette", depth, True, chunk(b"tRNS", b"\0\x80"), palette=colours)
    yield "png-palette8-short", png(rng, *size(), "palette", 8, palette=bytes(range(30)))
    for kind, depth, key in (("gray", 1, 2), ("gray", 8, 2), ("gray", 16, 2), ("rgb", 8, 6),
                             ("rgb", 16, 6)):
        yield f"png-{kind}{depth}-transparent", png(
            rng, *size(), kind, depth, extra=chunk(b"tRNS", bytes(range(key))))
    gamma = chunk(b"gAMA", struct.pack(">I", 100000)) + chunk(b"sRGB", b"\1")
    yield "png-gamma", png(rng, *size(), "rgb", 8, extra=gamma)
    yield "png-many-chunks", png(rng, *size(), "rgb", 8, pieces=7)
    yield "png-text", png(rng, *size(), "rgb", 8, extra=chunk(b"zTXt", b"a\0\0" + zlib.compress(
        bytes(100000))))
    frames = size()
    yield "png-animated", saved(
        Image.fromarray(picture(rng, *frames, 3)), "PNG", save_all=True,
        append_images=[Image.fromarray(picture(rng, *frames, 3))])
    yield "png-one-pixel", png(rng, 1, 1, "rgb", 8)


def png_bomb(unfolded=1 << 30):
    """A small picture whose stream goes on for a gigabyte after its last row."""
    squeeze = zlib.compressobj()
    stream = squeeze.compress(bytes(range(1, 13)).join([b"\0"] * 5)[:52])
    for _ in range(unfolded >> 20):
        stream += squeeze.compress(bytes(1 << 20))
    stream += squeeze.flush()
    header = struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", stream)
            + chunk(b"IEND", b""))


# WebP


def riff(*chunks):
    body = b"WEBP"
    for kind, data in chunks:
        body += kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def uint24(value):
    return struct.pack("<I", value)[:3]


def webp_with_offset_frame(rng, width, height):
    """An animation whose first frame covers only a part of the canvas."""
    left, top = 2 * (width // 6), 2 * (height // 6)
    w, h = max(1, width - left - 1), max(1, height - top - 1)
    still = saved(Image.fromarray(picture(rng, w, h, 3)), "WEBP", quality=80)
    canvas = bytes([0x02, 0, 0, 0]) + uint24(width - 1) + uint24(height - 1)
    place = uint24(left // 2) + uint24(top // 2) + uint24(w - 1) + uint24(h - 1)
    frame = place + uint24(100) + b"\0" + still[12:]
    return riff((b"VP8X", canvas), (b"ANIM", b"\x10\x20\x30\xff\0\0"), (b"ANMF", frame))


def webps(rng, size):
    """(name, bytes) of WebPs of every kind."""
    rgb = lambda: Image.fromarray(picture(rng, *size(), 3))
    rgba = lambda: Image.fromarray(picture(rng, *size(), 4))
    yield "webp-lossy", saved(rgb(), "WEBP", quality=int(rng.integers(5, 95)))
    yield "webp-lossless", saved(rgb(), "WEBP", lossless=True)
    yield "webp-lossy-alpha", saved(rgba(), "WEBP", quality=70)
    yield "webp-lossless-alpha", saved(rgba(), "WEBP", lossless=True, exact=True)
    yield "webp-icc", saved(rgb(), "WEBP", quality=70, icc_profile=b"profile")
    first = rgba()
    second = Image.fromarray(picture(rng, *first.size, 4))
    yield "webp-animated", saved(first, "WEBP", save_all=True, append_images=[second])
    width, height = size()
    yield "webp-animated-offset", webp_with_offset_frame(rng, width + 8, height + 8)
    yield "webp-one-pixel", saved(Image.new("RGB", (1, 1), (10, 200, 30)), "WEBP")


def samples(rng, size):
    yield from jpegs(rng, size)
    yield from pngs(rng, size)
    yield from webps(rng, size)


FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")


def decoded(data, mode):
    """Pillow's pixels as (width, height, bytes), or None where Pillow refuses."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            image.seek(0)
            image = image.convert(mode)
            return image.width, image.height, image.tobytes()
    except Exception:  # Pillow refuses with many kinds of exception
        return None
