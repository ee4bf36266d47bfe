"""Encoded GIF, BMP, TIFF and AVIF pictures of every kind that Pillow opens, made with Pillow and by hand.

The counterpart of `image_samples.py` for the formats that are rarer in requests.
"""

import io
import struct
import zlib

import numpy as np
from image_samples import picture, saved
from PIL import Image, TiffImagePlugin


def image(rng, size, channels=3):
    return Image.fromarray(picture(rng, *size, channels))


# GIF


def gif(screen, frame, data, flags=0, palette=b"", local=b"", before=b"", interlaced=False, bits=8):
    """A GIF by hand: `frame` is left, top, width, height; the palettes have 256 colours or none."""
    local_flags = (0x87 if local else 0) | (0x40 if interlaced else 0)
    head = b"GIF89a" + struct.pack("<HHBBB", *screen, flags | (0x87 if palette else 0), 0, 0) + palette
    return (head + before + b"," + struct.pack("<HHHHB", *frame, local_flags) + local + bytes([bits])
            + data + b";")


def uncompressed(values):
    """LZW of 8 bits that never uses a string: a clear code often enough."""
    codes = []
    for index, value in enumerate(values):
        if index % 200 == 0:
            codes.append(256)
        codes.append(value)
    number = 0
    for index, code in enumerate(codes + [257]):
        number |= code << 9 * index
    stream = number.to_bytes(9 * (len(codes) + 1) // 8 + 1, "little")
    blocks = b"".join(bytes([len(stream[i:i + 255])]) + stream[i:i + 255]
                      for i in range(0, len(stream), 255))
    return blocks + b"\0"


def gifs(rng, size):
    colours = lambda: rng.integers(0, 256, 768, dtype=np.uint8).tobytes()
    yield "gif", saved(image(rng, size()), "GIF")
    yield "gif-few-colours", saved(image(rng, size()).quantize(5), "GIF")
    yield "gif-gray", saved(image(rng, size(), 1), "GIF")
    yield "gif-not-interlaced", saved(image(rng, size()), "GIF", interlace=0)
    yield "gif-transparent", saved(image(rng, size()).quantize(30), "GIF", transparency=3)
    frames = size()
    yield "gif-animated", saved(image(rng, frames), "GIF", save_all=True, loop=0, disposal=2,
                                append_images=[image(rng, frames) for _ in range(2)])
    w, h = (side + 3 for side in size())
    values = rng.integers(0, 256, w * h, dtype=np.uint8).tobytes()
    data = uncompressed(values)
    transparent = b"!\xf9\4\1\0\0\7\0"
    yield "gif-offset", gif((w + 9, h + 5), (4, 3, w, h), data, palette=colours())
    yield "gif-offset-transparent", gif((w + 9, h + 5), (4, 3, w, h), data, palette=colours(),
                                        before=transparent)
    yield "gif-larger-than-screen", gif((2, 1), (1, 2, w, h), data, palette=colours(), interlaced=True)
    yield "gif-local-palette", gif((w, h), (0, 0, w, h), data, palette=colours(), local=colours())
    gray = bytes(value for value in range(256) for _ in range(3))
    yield "gif-local-gray", gif((w, h), (0, 0, w, h), data, palette=colours(), local=gray)
    yield "gif-without-palette", gif((w, h), (0, 0, w, h), data, before=transparent)
    yield "gif-extensions", gif((w, h), (0, 0, w, h), data, palette=colours(), before=(
        b"!\xfe\5hello\0!\xfe\0!\xff\x0bNETSCAPE2.0\3\1\0\0\0!\xff\x0bXMP DataXMP\3abc\0junk!\1\2ab\0"))


# BMP


def bmp(width, height, bits, rows, compression=0, palette=b"", masks=b"", header=40, colours=0, gap=0,
        top_down=False):
    """A BMP by hand; masks behind a header of 40 bytes stand after it."""
    if header == 12:
        info = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        info = struct.pack("<IiiHHIIiiII", header, width, -height if top_down else height, 1, bits,
                           compression, len(rows), 2835, 2835, colours, 0)
        info += masks
        info = info.ljust(header if header > 40 else len(info), b"\0")
    start = 14 + len(info) + len(palette) + gap
    return b"BM" + struct.pack("<IHHI", start + len(rows), 0, 0, start) + info + palette + bytes(gap) + rows


def rows(rng, width, height, bits):
    return rng.integers(0, 256, ((width * bits + 31) // 32 * 4, height), dtype=np.uint8).tobytes()


def runs(rng, width, height, bits, whole=True):
    """Random run lengths, which fill the picture or end early."""
    out = b""
    for _ in range(height if whole else height // 2):
        left = width
        while left > 0:
            count = min(left, int(rng.integers(1, 9)))
            if rng.random() < 0.5 or count < 3:
                out += bytes([count, int(rng.integers(0, 256))])
            else:
                data = rng.integers(0, 256, count if bits == 8 else (count + 1) // 2, np.uint8).tobytes()
                out += bytes([0, count]) + data + b"\0" * (len(data) % 2)
            left -= count
        out += b"\0\0"
    return out + b"\0\1"


def bmps(rng, size):
    yield "bmp", saved(image(rng, size()), "BMP")
    yield "bmp-alpha", saved(image(rng, size(), 4), "BMP")
    yield "bmp-gray", saved(image(rng, size(), 1), "BMP")
    yield "bmp-bilevel", saved(image(rng, size(), 1).convert("1"), "BMP")
    yield "bmp-palette", saved(image(rng, size()).quantize(200), "BMP")
    for bits in (1, 4, 8):
        (w, h), n = size(), 1 << bits
        colours = rng.integers(0, 256, 4 * n, dtype=np.uint8).tobytes()
        yield f"bmp-palette{bits}", bmp(w, h, bits, rows(rng, w, h, bits), palette=colours)
        yield f"bmp-os2-palette{bits}", bmp(w, h, bits, rows(rng, w, h, bits), palette=colours[:3 * n],
                                            header=12)
        grays = b"".join(bytes([255 * v if n == 2 else v] * 3 + [0]) for v in range(n))
        yield f"bmp-gray{bits}", bmp(w, h, bits, rows(rng, w, h, 8), palette=grays, top_down=True)
    colours = rng.integers(0, 256, 40, dtype=np.uint8).tobytes()
    w, h = size()
    yield "bmp-few-colours", bmp(w, h, 8, rows(rng, w, h, 8), palette=colours, colours=10)
    yield "bmp-gap", bmp(w, h, 8, rows(rng, w, h, 8), palette=colours, colours=10, gap=7)
    yield "bmp-top-down", bmp(w, h, 24, rows(rng, w, h, 24), top_down=True)
    yield "bmp-os2", bmp(w, h, 24, rows(rng, w, h, 24), header=12)
    for header in (52, 56, 64, 108, 124):
        yield f"bmp-header{header}", bmp(w, h, 24, rows(rng, w, h, 24), header=header)
    for bits in (16, 32):
        yield f"bmp-plain{bits}", bmp(w, h, bits, rows(rng, w, h, bits))
    for bits, *masks in ((16, 0xF800, 0x7E0, 0x1F), (16, 0x7C00, 0x3E0, 0x1F), (24, 0xFF0000, 0xFF00, 0xFF),
                         (32, 0xFF0000, 0xFF00, 0xFF), (32, 0xFF000000, 0xFF0000, 0xFF00),
                         (32, 0xFF000000, 0xFF00, 0xFF), (32, 0, 0, 0), (32, 0xFF, 0xFF00, 0xFF0000),
                         (32, 0xFF000000, 0xFF0000, 0xFF00, 0xFF),
                         (32, 0xFF0000, 0xFF00, 0xFF, 0xFF000000), (32, 0xFF, 0xFF00, 0xFF0000, 0xFF000000),
                         (32, 0xFF000000, 0xFF00, 0xFF, 0xFF0000), (32, 0xF, 0xF0, 0xF00), (16, 1, 2, 4)):
        data, packed = rows(rng, w, h, bits), struct.pack(f"<{len(masks)}I", *masks)
        for header in (40, 52, 108) if len(masks) == 3 else (56, 124):
            yield f"bmp-masks-{bits}-{header}", bmp(w, h, bits, data, 3, masks=packed, header=header)
    for bits, compression in ((8, 1), (4, 2)):
        for count in (1 << bits, 2, 7):
            colours = rng.integers(0, 256, 4 * count, dtype=np.uint8).tobytes()
            yield f"bmp-runs{bits}", bmp(w, h, bits, runs(rng, w, h, bits), compression, palette=colours,
                                         colours=count)
            yield f"bmp-runs{bits}-short", bmp(w, h, bits, runs(rng, w, h, bits, False), compression,
                                               palette=colours, colours=count)
        grays = b"".join(bytes([v] * 3 + [0]) for v in (0, 255))
        yield f"bmp-runs{bits}-bilevel", bmp(w, h, bits, runs(rng, w, h, bits), compression, palette=grays,
                                             colours=2)
        jump = b"\0\2\1\1" + runs(rng, w, h, bits)
        yield f"bmp-runs{bits}-jump", bmp(w, h, bits, jump, compression, palette=grays, colours=2)


# TIFF


def tiff(size, tags, data, order="<"):
    """A TIFF by hand: one directory, one strip or tile after the other; `tags` is {tag: (type, values)}."""
    strips = data if isinstance(data, list) else [data]
    starts, lengths = (324, 325) if 322 in tags else (273, 279)
    tags = {256: (4, [size[0]]), 257: (4, [size[1]]), starts: (4, [0] * len(strips)),
            lengths: (4, [len(strip) for strip in strips])} | tags
    codes = {1: "B", 3: "H", 4: "I"}
    place = 8 + 2 + 12 * len(tags) + 4
    for kind, values in tags.values():
        length = struct.calcsize(order + codes[kind] * len(values))
        place += length + length % 2 if length > 4 else 0
    offsets = [place + sum(len(strip) for strip in strips[:i]) for i in range(len(strips))]
    tags[starts] = (4, offsets)
    entries, outside, at = b"", b"", 8 + 2 + 12 * len(tags) + 4
    for tag in sorted(tags):
        kind, values = tags[tag]
        packed = struct.pack(order + codes[kind] * len(values), *values)
        entries += struct.pack(order + "HHI", tag, kind, len(values))
        if len(packed) > 4:
            entries += struct.pack(order + "I", at + len(outside))
            outside += packed + b"\0" * (len(packed) % 2)
        else:
            entries += packed.ljust(4, b"\0")
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    return (head + struct.pack(order + "H", len(tags)) + entries + struct.pack(order + "I", 0) + outside
            + b"".join(strips))


def written_tiffs(rng, size):
    """Those that Pillow writes, in all compressions."""
    for compression in (None, "packbits", "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate"):
        name = f"tiff-{compression or 'raw'}"
        yield name, saved(image(rng, size()), "TIFF", compression=compression)
        yield f"{name}-alpha", saved(image(rng, size(), 4), "TIFF", compression=compression)
        yield f"{name}-gray", saved(image(rng, size(), 1), "TIFF", compression=compression)
        yield f"{name}-palette", saved(image(rng, size()).quantize(99), "TIFF", compression=compression)
        yield f"{name}-bilevel", saved(image(rng, size(), 1).convert("1"), "TIFF", compression=compression)
        yield f"{name}-cmyk", saved(image(rng, size()).convert("CMYK"), "TIFF", compression=compression)
        wide = Image.fromarray(rng.integers(0, 500, size()[::-1]).astype(np.uint16))
        yield f"{name}-gray16", saved(wide, "TIFF", compression=compression)
    for compression in ("group3", "group4", "tiff_ccitt"):
        yield f"tiff-{compression}", saved(image(rng, size(), 1).convert("1"), "TIFF",
                                           compression=compression)
    for compression in ("tiff_lzw", "tiff_adobe_deflate"):
        yield f"{compression}-predictor", saved(image(rng, size()), "TIFF", compression=compression,
                                                tiffinfo={317: 2})
    yield "tiff-jpeg", saved(image(rng, size()), "TIFF", compression="jpeg", quality=85)
    yield "tiff-jpeg-gray", saved(image(rng, size(), 1), "TIFF", compression="jpeg")
    yield "tiff-ycbcr", saved(image(rng, size()).convert("YCbCr"), "TIFF")
    for number in (2, 3, 4, 5, 6, 7, 8):
        info = TiffImagePlugin.ImageFileDirectory_v2()
        info[274] = number
        yield f"tiff-orientation{number}", saved(image(rng, size()), "TIFF", tiffinfo=info,
                                                 compression="tiff_lzw" if number % 2 else None)
    pages = size()
    yield "tiff-pages", saved(image(rng, pages), "TIFF", save_all=True, append_images=[image(rng, (5, 4))])
    yield "tiff-strips", saved(image(rng, size()), "TIFF", compression="tiff_lzw", strip_size=300)
    yield "tiff-integers", saved(Image.fromarray(rng.integers(-99, 500, size()[::-1]).astype(np.int32)),
                                 "TIFF")
    yield "tiff-floats", saved(Image.fromarray(rng.normal(100, 120, size()[::-1]).astype(np.float32)),
                               "TIFF")
    yield "tiff-big", saved(image(rng, size()), "TIFF", big_tiff=True)


def tiffs(rng, size):
    yield from written_tiffs(rng, size)
    for order in "<>":
        for bits, samples, photometric, extra in (
                (1, 1, 0, ()), (2, 1, 0, ()), (2, 1, 1, ()), (4, 1, 0, ()), (4, 1, 1, ()), (8, 1, 0, ()),
                (16, 1, 1, ()), (8, 2, 1, (2,)), (8, 2, 1, (0,)), (8, 3, 2, ()), (8, 4, 2, ()),
                (8, 4, 2, (0,)), (8, 4, 2, (1,)), (8, 4, 2, (2,)), (8, 5, 2, (2, 0)), (16, 3, 2, ()),
                (16, 4, 2, (1,)), (16, 4, 2, (2,)), (8, 4, 5, ()), (16, 4, 5, ()), (8, 5, 5, (0,))):
            w, h = size()
            data = rng.integers(0, 256, ((w * samples * bits + 7) // 8, h), dtype=np.uint8).tobytes()
            tags = {258: (3, [bits] * samples), 262: (3, [photometric]), 277: (3, [samples])}
            if extra:
                tags[338] = (3, list(extra))
            yield f"tiff-{bits}x{samples}-{photometric}-{extra}", tiff((w, h), tags, data, order)
        for bits in (1, 2, 4, 8):
            w, h = size()
            data = rng.integers(0, 256, ((w * bits + 7) // 8, h), dtype=np.uint8).tobytes()
            colours = [int(value) for value in rng.integers(0, 65536, 3 << bits)]
            yield f"tiff-palette{bits}", tiff((w, h), {258: (3, [bits]), 262: (3, [3]), 320: (3, colours)},
                                              data, order)
    w, h = size()
    planes = [rng.integers(0, 256, w * h, dtype=np.uint8).tobytes() for _ in range(3)]
    yield "tiff-planes", tiff((w, h), {258: (3, [8] * 3), 262: (3, [2]), 277: (3, [3]), 284: (3, [2])},
                              planes)
    tiles = [rng.integers(0, 256, 768, dtype=np.uint8).tobytes() for _ in range(6)]
    tags = {258: (3, [8] * 3), 262: (3, [2]), 277: (3, [3]), 322: (3, [16]), 323: (3, [16])}
    yield "tiff-tiles", tiff((41, 23), tags, tiles)
    yield "tiff-tiles-deflate", tiff((41, 23), tags | {259: (3, [8])}, [zlib.compress(t) for t in tiles])


# AVIF


def avifs(rng, size):
    for sampling in ("4:2:0", "4:2:2", "4:4:4"):
        yield f"avif-{sampling}", saved(image(rng, size()), "AVIF", subsampling=sampling,
                                        quality=int(rng.integers(40, 95)))
        yield f"avif-{sampling}-limited", saved(image(rng, size()), "AVIF", subsampling=sampling,
                                                range="limited")
    yield "avif-alpha", saved(image(rng, size(), 4), "AVIF")
    yield "avif-gray", saved(image(rng, size(), 1), "AVIF")
    yield "avif-lossless", saved(image(rng, size()), "AVIF", quality=100, subsampling="4:4:4")
    frames = size()
    yield "avif-animated", saved(image(rng, frames), "AVIF", save_all=True,
                                 append_images=[image(rng, frames)])
    for number in range(2, 9):
        exif = Image.Exif()
        exif[274] = number
        yield f"avif-orientation{number}", saved(image(rng, size()), "AVIF", exif=exif)


def samples(rng, size):
    yield from gifs(rng, size)
    yield from bmps(rng, size)
    yield from tiffs(rng, size)
    yield from avifs(rng, size)


if __name__ == "__main__":
    for sample, encoded in samples(np.random.default_rng(1), lambda: (9, 7)):
        try:
            opened = Image.open(io.BytesIO(encoded))
            print(sample, len(encoded), opened.mode, opened.size, opened.convert("RGB").size)
        except Exception as error:
            print(sample, len(encoded), repr(error))
