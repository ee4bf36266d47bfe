"""Pillow's and OpenCV's preprocessing, step by step; prints microseconds of CPU time as JSON.

usage: libraries.py pillow|opencv IMAGE SECONDS      (needs Pillow, numpy, opencv-python-headless)
"""

import io
import json
import sys
import time

import cv2
import numpy as np
from PIL import Image

MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)


def size(width, height):
    return (256, 256 * height // width) if height > width else (256 * width // height, 256)


def tensor(pixels):
    top, left = ((length - 224) // 2 for length in pixels.shape[:2])
    pixels = pixels[top : top + 224, left : left + 224].astype(np.float32) / np.float32(255)
    return np.ascontiguousarray(((pixels - MEAN) / STD).transpose(2, 0, 1))


def pillow(data):
    decode = lambda: Image.open(io.BytesIO(data)).convert("RGB")
    image = decode()
    resize = lambda: image.resize(size(*image.size), Image.Resampling.BILINEAR)
    return decode, resize, lambda: tensor(np.asarray(resize()))


def opencv(data):
    cv2.setNumThreads(1)
    encoded = np.frombuffer(data, np.uint8)
    decode = lambda: cv2.cvtColor(cv2.imdecode(encoded, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    image = decode()
    resize = lambda: cv2.resize(image, size(*image.shape[1::-1]), interpolation=cv2.INTER_LINEAR)
    return decode, resize, lambda: tensor(resize())


def median(step, seconds):
    times = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.thread_time_ns()
        step()
        times.append(time.thread_time_ns() - start)
    return sorted(times)[len(times) // 2] / 1000


def main():
    library, path, seconds = sys.argv[1:]
    with open(path, "rb") as file:
        steps = {"pillow": pillow, "opencv": opencv}[library](file.read())
    names = ("decode", "resize", "preprocess")
    print(json.dumps({name: median(step, float(seconds) / 3) for name, step in zip(names, steps)}))


if __name__ == "__main__":
    main()
