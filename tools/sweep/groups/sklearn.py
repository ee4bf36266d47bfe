"""Classifiers of scikit-learn, XGBoost and LightGBM, by skl2onnx and onnxmltools.

Two forms: a head behind a convolutional network in one file, as people join them, with timm's notes; and a
classifier of flat pixels, which takes no picture. Their graphs end in a ZipMap, or in labels and scores.
"""

import json
import pathlib
import tempfile

import numpy as np
import onnx
import timm
import torch
from lightgbm import LGBMClassifier
from onnxmltools import convert_lightgbm, convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as ToolsFloat
from PIL import Image
from random_weights import calibrate_norms, pictures
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_digits
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from xgboost import XGBClassifier

from sweep.cases import Case, Reference, plain
from sweep.groups.timm import write_config
from sweep.torch_export import Export, runner

KINDS = np.array(["bird", "cat", "dog", "frog"])
OPSET = {"": 15, "ai.onnx.ml": 3}


def classifiers() -> dict:
    """Name to a classifier that is not yet trained."""
    return {
        "logistic": LogisticRegression(max_iter=200, C=0.05),
        "scaled-logistic": make_pipeline(StandardScaler(), LogisticRegression(max_iter=200, C=0.01)),
        "forest": RandomForestClassifier(n_estimators=30, max_depth=4, random_state=1),
        "boosting": GradientBoostingClassifier(n_estimators=8, max_depth=2, random_state=1),
        "svc": SVC(probability=True, random_state=1, C=10, gamma="auto"),
        "bayes": GaussianNB(var_smoothing=0.5),
        "neighbours": KNeighborsClassifier(n_neighbors=9),
        "discriminant": LinearDiscriminantAnalysis(),
        "perceptron": MLPClassifier((12,), max_iter=60, random_state=1),
        "xgboost": XGBClassifier(n_estimators=8, max_depth=2, random_state=1, n_jobs=1),
        "lightgbm": LGBMClassifier(n_estimators=8, max_depth=2, random_state=1, n_jobs=1, verbose=-1),
    }


def converted(classifier, width: int, has_zipmap: bool) -> onnx.ModelProto:
    """The classifier as ONNX, with the converters' own names."""
    if isinstance(classifier, XGBClassifier):
        return convert_xgboost(classifier, initial_types=[("input", ToolsFloat([None, width]))],
                               target_opset=15)
    if isinstance(classifier, LGBMClassifier):
        return convert_lightgbm(classifier, initial_types=[("input", ToolsFloat([None, width]))],
                                target_opset=15, zipmap=has_zipmap)
    return convert_sklearn(classifier, initial_types=[("input", FloatTensorType([None, width]))],
                           target_opset=OPSET, options={"zipmap": has_zipmap})


def align(body: onnx.ModelProto, end: onnx.ModelProto) -> None:
    """Gives both the same versions of the operators, as joining wants: converters ask for the least."""
    versions = {entry.domain: entry.version for entry in end.opset_import if entry.domain} | {"": 15}
    for part in (body, end):
        del part.opset_import[:]
        part.opset_import.extend(
            onnx.helper.make_opsetid(domain, version) for domain, version in versions.items())


def head(name: str, has_zipmap: bool, is_named: bool):
    """Features of a network, a trained head, one file."""
    def make(folder: pathlib.Path) -> Reference:
        torch.manual_seed(3)
        network = timm.create_model("test_resnet", pretrained=False, num_classes=0).eval()
        config = timm.data.resolve_data_config({}, pretrained_cfg=network.pretrained_cfg)
        shape = tuple(config["input_size"])
        samples = pictures(48, shape, seed=6)
        with torch.no_grad():
            calibrate_norms(network, samples)
        infer = runner(network)
        features = infer(samples.numpy())
        # Groups that a classifier can find: by the direction of the largest variation.
        order = np.argsort(features @ np.linalg.svd(features - features.mean(0))[2][0])
        targets = np.empty(len(order), np.int64)
        targets[order] = np.arange(len(order)) * len(KINDS) // len(order)
        classifier = classifiers()[name]
        is_tree = isinstance(classifier, XGBClassifier)
        classifier.fit(features, KINDS[targets] if is_named and not is_tree else targets)
        with tempfile.TemporaryDirectory() as space:
            path = pathlib.Path(space) / "features.onnx"
            Export(False, 15, input_name="pixels", output_name="features").write(network, shape, path)
            body, end = onnx.load(str(path)), converted(classifier, features.shape[1], has_zipmap)
            end.ir_version = body.ir_version
            align(body, end)
            whole = onnx.compose.merge_models(
                body, end, io_map=[("features", end.graph.input[0].name)])
            onnx.save(whole, str(folder / "model.onnx"))
        write_config(network, folder / "config.json", False)
        settings = json.loads((folder / "config.json").read_text())
        del settings["label_names"]
        (folder / "config.json").write_text(json.dumps(settings) + "\n")
        transform = timm.data.create_transform(**config, is_training=False)

        def prepare(picture: pathlib.Path) -> np.ndarray:
            with Image.open(picture) as image:
                return transform(image.convert("RGB"))[None].numpy()
        return Reference(prepare, lambda pixels: classifier.predict_proba(infer(pixels)), plain,
                         [str(kind) for kind in classifier.classes_], is_exact=False)
    return make


def flat(name: str):
    """A classifier of the 64 pixels of scikit-learn's digits: no picture goes in."""
    def make(folder: pathlib.Path) -> Reference:
        digits = load_digits()
        classifier = classifiers()[name].fit(digits.data, digits.target)
        onnx.save(converted(classifier, 64, True), str(folder / "model.onnx"))

        def prepare(picture: pathlib.Path) -> np.ndarray:
            with Image.open(picture) as image:
                return np.asarray(image.convert("L").resize((8, 8)), np.float32).reshape(1, 64) / 16
        return Reference(prepare, classifier.predict_proba, plain,
                         [str(kind) for kind in classifier.classes_], is_exact=False)
    return make


def cases() -> list[Case]:
    """Heads with and without ZipMap, with names and numbers; and two of flat pixels."""
    found = []
    for index, name in enumerate(classifiers()):
        words = {"xgboost": "onnxmltools", "lightgbm": "onnxmltools"}.get(name, "skl2onnx")
        has_zipmap = index % 3 != 2
        form = "ZipMap" if has_zipmap and name != "xgboost" else "label and probabilities"
        found.append(Case(f"head-{name}", f"TorchScript and {words}, {form}", True,
                          head(name, has_zipmap, is_named=index % 2 == 0)))
    for name in ("logistic", "forest"):
        found.append(Case(f"flat-{name}", "skl2onnx", False, flat(name)))
    return found
