#!/usr/bin/env python3
"""Records what the image processors of the installed transformers make of tiny pictures, for
ExporterRecordingTests to compare bit for bit.

usage: record_processors.py   (`make record` runs it with both versions)

Version 4 is recorded with its classes on Pillow and with those that end in Fast, version 5 with its
classes on torchvision and with those on Pillow, which a key of `amphora.json` asks for. Pictures are
seeded (seeded_pictures.py): landscape, portrait, tiny, and of the size wanted. Each case holds the files
as the library writes them, the tensor's shape, and a hash of its float32 values for each picture.
"""

import json
import pathlib
import tempfile
import warnings

import numpy as np
import transformers
from PIL import Image

from seeded_pictures import fnv, picture

FOLDER = pathlib.Path(__file__).parent.parent / "Tests/InferenceTests/Fixtures"
SIZES = [(29, 41), (43, 26), (5, 3), (24, 24)]
RECT, SQUARE = {"height": 24, "width": 18}, {"height": 24, "width": 24}
SHORT = {"shortest_edge": 24}
CROP = {"height": 17, "width": 20}
NAMES = ["ViT", "DeiT", "Beit", "ConvNext", "EfficientNet", "MobileNetV1", "MobileNetV2", "Levit",
         "PoolFormer", "MobileViT", "Bit", "CLIP", "Siglip", "Pvt", "Segformer", "Blip"]
# Keys that differ from the defaults, so that small pictures show every step.
CASES = [
    ("ViT", {"size": RECT}), ("ViT", {"size": RECT, "resample": 0}),
    ("ViT", {"size": RECT, "resample": 1}), ("ViT", {"size": SQUARE, "resample": 3}),
    ("ViT", {"size": RECT, "do_normalize": False}),
    ("ViT", {"size": RECT, "do_rescale": False, "image_mean": [127.5, 120, 111],
             "image_std": [64.5, 60, 57]}),
    ("ViT", {"size": RECT, "rescale_factor": 0.0078}),
    ("ViT", {"size": RECT, "do_rescale": False, "do_normalize": False}),
    ("DeiT", {"size": SQUARE, "crop_size": CROP}),
    ("DeiT", {"do_resize": False, "crop_size": {"height": 31, "width": 33}}),
    ("DeiT", {"do_resize": False, "crop_size": {"height": 12, "width": 45}}),
    ("Beit", {"size": SQUARE, "crop_size": CROP, "do_center_crop": True}),
    ("ConvNext", {"size": SHORT}), ("ConvNext", {"size": {"shortest_edge": 21}, "crop_pct": 0.8}),
    ("ConvNext", {"size": {"shortest_edge": 22}, "crop_pct": 0.9}),
    ("EfficientNet", {"size": SQUARE}), ("EfficientNet", {"size": RECT, "include_top": False}),
    ("EfficientNet", {"size": RECT, "rescale_offset": True, "rescale_factor": 1 / 127.5}),
    ("EfficientNet", {"size": SQUARE, "do_center_crop": True, "crop_size": CROP, "resample": 2}),
    ("MobileNetV1", {"size": SHORT, "crop_size": CROP}),
    ("MobileNetV2", {"size": SHORT, "crop_size": {"height": 27, "width": 16}}),
    ("Levit", {"size": SHORT, "crop_size": CROP}),
    ("PoolFormer", {"size": SHORT, "crop_size": CROP, "crop_pct": 0.95}),
    ("PoolFormer", {"size": RECT, "crop_size": CROP}),
    ("MobileViT", {"size": SHORT, "crop_size": {"height": 27, "width": 27}}),
    ("MobileViT", {"size": SHORT, "crop_size": CROP, "do_flip_channel_order": False}),
    ("Bit", {"size": SHORT, "crop_size": CROP}), ("CLIP", {"size": SHORT, "crop_size": CROP}),
    ("Siglip", {"size": RECT}), ("Pvt", {"size": RECT}), ("Segformer", {"size": RECT}),
    ("Blip", {"size": RECT}),
]
DEFAULTS = [(name, {}) for name in NAMES]


def recorded(processor, version: str, pillow: bool, keys: list[str], sizes) -> dict:
    """A case: only the keys that were chosen are in the file, so that defaults are compared too."""
    with tempfile.TemporaryDirectory() as folder:
        processor.save_pretrained(folder)
        written = json.loads((pathlib.Path(folder) / "preprocessor_config.json").read_text())
    kept = {key: written[key] for key in ["image_processor_type", *keys]}
    pictures, shape = [], None
    for number, (height, width) in enumerate(sizes):
        pixels = picture(height, width, 3, 100 + number, number == 1)
        tensor = processor(Image.fromarray(pixels), return_tensors="pt")["pixel_values"][0]
        tensor = np.ascontiguousarray(tensor.numpy(), np.float32)
        shape = tensor.shape
        pictures.append([height, width, 100 + number, int(number == 1), fnv(tensor.tobytes())])
    return {"files": {"preprocessor_config.json": json.dumps(kept),
                      "config.json": json.dumps({"transformers_version": version})},
            "manifest": '{"preprocess": {"resize": {"library": "pillow"}}}' if pillow else "{}",
            "shape": list(shape), "pictures": pictures}


def main() -> None:
    """Rewrites the recording of the installed version."""
    warnings.simplefilter("ignore")
    transformers.logging.set_verbosity_error()
    version = transformers.__version__
    cases = []
    for ending in ("", "Fast") if version.startswith("4.") else ("", "Pil"):
        for name, keys in CASES + DEFAULTS:
            processor = getattr(transformers, f"{name}ImageProcessor{ending}")(**keys)
            # The defaults are large: one small picture shows them.
            sizes = SIZES if keys else SIZES[:1]
            cases.append(recorded(processor, version, ending == "Pil", list(keys), sizes))
    path = FOLDER / f"processors_{version.split('.')[0]}.json"
    lines = ",\n".join(json.dumps(case) for case in cases)
    path.write_text(f'{{"version": "{version}", "cases": [\n{lines}\n]}}\n')
    print(f"{len(cases)} cases of transformers {version}")


if __name__ == "__main__":
    main()
