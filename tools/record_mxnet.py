#!/usr/bin/env python3
"""Records MXNet's results for tiny pictures of every kind, for PictureMXNetTests to compare: the pixels
of its `image.imdecode` (OpenCV 3.4.2), and the tensors of gluon's transforms.

usage: record_mxnet.py [OUTFILE]      (`make record` runs it in .venv-mxnet)

The format is that of case_file.py, kinds 1 and 3 (filter and layout are always 0). Left out are
pictures whose pixels MXNet takes from memory that it never wrote (`defined`), and JPEGs with 4:4:0
chroma, which libjpeg-turbo rounds otherwise since 2.0.4 (one or two levels).
"""

import pathlib
import sys
import warnings

warnings.filterwarnings("ignore")
import exif_samples
import image_samples
import mxnet
import numpy as np
from case_file import CUT, MEAN, STD, WHOLE, record
from mxnet.gluon.data.vision import transforms

CUT_KINDS = {"jpeg-444", "jpeg-422", "jpeg-420", "jpeg-420-progressive", "jpeg-gray", "jpeg-restarts",
             "jpeg-cmyk", "jpeg-ycck", "jpeg-411", "png-rgb8", "png-gray16-interlaced",
             "png-palette4"}
FILE = pathlib.Path(__file__).parent.parent / "Tests/InferenceTests/Fixtures/mxnet.bin"


def decoded(data, channels):
    """MXNet's pixels, or None where it refuses."""
    try:
        return mxnet.image.imdecode(data, flag=int(channels == 3), to_rgb=1).asnumpy()
    except mxnet.base.MXNetError:
        return None


def refusing(data):
    """Whether decoding fails if MXNet lets OpenCV find the size: then its own pixels are lost."""
    comment = exif_samples.segment(0xFE, b"not JFIF first")
    return data[:2] == exif_samples.SOI and decoded(data[:2] + comment + data[2:], 3) is None


def defined(data):
    """Whether any row came out before the bytes ended: otherwise MXNet shows memory as it was."""
    pixels = decoded(data, 3)
    return pixels is None or (pixels != pixels[0]).any()


def decoding(name, data, state=WHOLE):
    for channels in (3, 1):
        pixels = decoded(data, channels)
        if refusing(data):
            pixels = None
        height, width = (0, 0) if pixels is None else pixels.shape[:2]
        numbers = [channels, width, height, state]
        result = b"" if pixels is None else pixels.tobytes()
        yield record(1, f"{name} as {'RGB' if channels == 3 else 'L'}", numbers, data, result)


def preprocessing(rng, width, height, short, crop):
    pixels = image_samples.picture(rng, width, height, 3)
    steps = transforms.Compose([
        transforms.Resize(short, keep_ratio=True), transforms.CenterCrop(crop[::-1]),
        transforms.ToTensor(), transforms.Normalize(tuple(MEAN.tolist()), tuple(STD.tolist()))])
    values = steps(mxnet.nd.array(pixels, dtype=np.uint8)).asnumpy()
    assert values.dtype == np.float32 and values.shape == (3, *crop)
    numbers = [3, width, height, 1, short, short, *crop, 0, 0]
    name = f"{width}x{height} to {short}, {crop[0]}x{crop[1]}"
    return record(3, name, numbers, pixels.tobytes(), values.tobytes())


def records(rng):
    kept = lambda name: name.startswith(("jpeg", "png")) and name != "jpeg-440"
    for name, data in image_samples.samples(rng, lambda: (7, 5)):
        if kept(name):
            yield from decoding(name, data)
    for size in ((7, 5), (6, 6)):
        for name, data in exif_samples.oriented_jpegs(rng, *size):
            if size == (7, 5) or name.split("-")[-1].isdigit():
                yield from decoding(name, data)
    for name, data in image_samples.samples(rng, lambda: (9, 50)):
        if name not in CUT_KINDS:
            continue
        for share in (0.5, 0.8, 0.95) if name.startswith("jpeg") else (0.95,):
            cut = data[: int(len(data) * share)]
            if defined(cut):
                yield from decoding(f"{name} cut at {len(cut)}", cut, CUT)
    for size in ((32, 21), (21, 32), (17, 17), (28, 20), (50, 5), (5, 50), (14, 14)):
        for short, crop in ((14, (12, 12)), (7, (5, 6)), (10, (12, 12)), (10, (4, 15))):
            yield preprocessing(rng, *size, short, crop)


def main():
    out = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    found = list(records(np.random.default_rng(3)))
    out.write_bytes(b"".join(found))
    print(f"{len(found)} records, {out.stat().st_size} bytes, MXNet {mxnet.__version__}")


if __name__ == "__main__":
    main()
