#!/usr/bin/env python3
"""Records what TensorFlow and Keras make of tiny pictures, for PictureTensorFlowTests to compare.

usage: record_tensorflow.py [--rounds N] [OUTFILE]   (`make record` runs it in .venv-sweep-keras)

The format is that of case_file.py:
kind 4: tf.image.resize on uint8, with and without antialias.
kind 5: keras-torch, keras-tf, keras-caffe: load_img with a target size, then preprocess_input, and
  preprocess_input on all levels;
  resize_with_pad: tf.image.resize_with_pad.
"""

import argparse
import io
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import image_samples
import keras
import numpy as np
import tensorflow as tf
from case_file import FLOAT_FILTERS, record
from keras.applications.imagenet_utils import preprocess_input
from PIL import Image

FILE = pathlib.Path(__file__).parent.parent / "Tests/InferenceTests/Fixtures/tensorflow.bin"
MODES = ("torch", "tf", "caffe")


def picture(rng, largest, channels=3):
    width, height = (int(rng.integers(1, largest)) for _ in range(2))
    if rng.random() < 0.5:
        return rng.integers(0, 256, (height, width, channels)).astype(np.uint8)
    return image_samples.picture(rng, width, height, channels).reshape(height, width, channels)


def shape(pixels):
    return [pixels.shape[2], pixels.shape[1], pixels.shape[0]]


def resizing(rng, number):
    pixels = picture(rng, 26, 1 if number % 4 == 3 else 3)
    which = number % len(FLOAT_FILTERS)
    antialias = number // len(FLOAT_FILTERS) % 2
    height, width = (int(rng.integers(1, 20)) for _ in range(2))
    if number % 11 == 0:
        height = pixels.shape[0]
    result = tf.image.resize(
        pixels, (height, width), FLOAT_FILTERS[which], antialias=bool(antialias)).numpy()
    name = (f"{FLOAT_FILTERS[which]} {pixels.shape[1]}x{pixels.shape[0]} to {width}x{height}"
            f" antialias {antialias}")
    numbers = [*shape(pixels), width, height, which, antialias]
    return record(4, name, numbers, pixels.tobytes(), result.astype(np.float32).tobytes())


def with_pad(rng):
    pixels = picture(rng, 40)
    height, width = (int(rng.integers(1, 18)) for _ in range(2))
    shrinking = max(pixels.shape[0] / height, pixels.shape[1] / width)
    if min(pixels.shape[:2]) < shrinking:  # TensorFlow fails where a side would have no pixel
        return with_pad(rng)
    result = tf.image.resize_with_pad(pixels, height, width).numpy()
    assert result.dtype == np.float32
    numbers = [*shape(pixels), height, width]
    return record(5, "resize_with_pad", numbers, pixels.tobytes(), result.tobytes())


def keras_pipeline(rng, mode):
    pixels = picture(rng, 40)
    height, width = (int(rng.integers(1, 18)) for _ in range(2))
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    file.seek(0)
    values = keras.utils.img_to_array(keras.utils.load_img(file, target_size=(height, width)))
    values = preprocess_input(values[np.newaxis], data_format="channels_last", mode=mode)[0]
    assert values.dtype == np.float32
    numbers = [*shape(pixels), height, width]
    return record(5, f"keras-{mode}", numbers, pixels.tobytes(), values.tobytes())


def levels(mode):
    pixels = np.repeat(np.arange(256, dtype=np.uint8), 3).reshape(16, 16, 3)
    values = preprocess_input(
        pixels[np.newaxis].astype(np.float32), data_format="channels_last", mode=mode)[0]
    numbers = [*shape(pixels), 16, 16]
    return record(5, f"keras-{mode}", numbers, pixels.tobytes(), values.tobytes())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("outfile", nargs="?", type=pathlib.Path, default=FILE)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    rng = np.random.default_rng(11)
    cases = [levels(mode) for mode in MODES]
    for _ in range(options.rounds):
        cases += [resizing(rng, number) for number in range(60)]
        cases += [with_pad(rng) for _ in range(12)]
        cases += [keras_pipeline(rng, mode) for mode in MODES for _ in range(3)]
    options.outfile.write_bytes(b"".join(cases))
    size = sum(map(len, cases))
    print(f"{len(cases)} cases, {size} bytes, TensorFlow {tf.__version__}, Keras {keras.__version__}")


if __name__ == "__main__":
    main()
