"""Makes a group's model folders and stores what the users' own pipelines answer: `python -m sweep.recording`.

Runs inside the environment of the group. A case's folder holds `model/`, what the user has, and
`expected.json`. A case is only made again when its expected answers are missing.
"""

import argparse
import fnmatch
import importlib
import importlib.metadata
import json
import pathlib
import shutil
import sys
import time
import traceback

import numpy as np
import onnx

from sweep.cases import Case, Reference
from sweep.engines import Engine
from sweep.photographs import ten, write_photographs

EXPECTED = "expected.json"
# Random networks whose logits are larger than this answer by chance: float noise decides.
LARGEST_RAW = 300
# Packages whose versions are noted where they are there.
NOTED = ["torch", "torchvision", "timm", "transformers", "ultralytics", "tensorflow", "keras", "tf2onnx",
         "scikit-learn", "skl2onnx", "onnxmltools", "onnxruntime", "onnx", "pillow", "numpy",
         "opencv-python-headless"]


def versions() -> dict[str, str]:
    """The versions of the libraries at hand."""
    found = {}
    for name in NOTED:
        try:
            found[name] = importlib.metadata.version(name).split("+")[0]
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def record(case: Case, folder: pathlib.Path, photographs: pathlib.Path) -> dict:
    """Makes a model folder and asks its reference."""
    model = folder / "model"
    model.mkdir(parents=True)
    reference = case.make(model)
    paths = write_photographs(photographs) if case.is_turned else ten(photographs)
    paths = [path for path in paths if not any(part in path.name for part in case.leaves_out)]
    inputs, asked, failed = [], [], []
    for path in paths:
        try:
            inputs.append(reference.prepare(path))
            asked.append(path)
        except Exception as problem:  # The user's pipeline may refuse a picture: that is its answer.
            failed.append({"picture": str(path.relative_to(photographs)), "says": str(problem)[:200]})
    if not inputs:
        raise ValueError(f"the reference refuses every picture: {failed[0]['says']}")
    raw = np.concatenate([reference.infer(pixels).reshape(1, -1) for pixels in inputs])
    if np.abs(raw).max() > LARGEST_RAW:
        raise ValueError(f"this random network explodes: {np.abs(raw).max():.2g}")
    scores = reference.scores(raw)
    record = {
        "name": case.name, "exporter": f"{case.exporter}; {form_of(model / reference.file)}",
        "is_stated": case.is_stated,
        "is_planted": case.is_planted, "labels": reference.labels, "versions": versions(),
        "pictures": {str(path.relative_to(photographs)): [float(f"{value:.9g}") for value in row]
                     for path, row in zip(asked, scores, strict=True)},
        "refused_by_reference": failed,
        # How much the answers depend on the picture, and on a shift by one pixel: both must be large.
        "spread": float(np.ptp(scores, axis=0).max()),
        "shifted": shifted(reference, inputs[:3], scores[:3]),
    }
    if reference.is_exact:
        record |= compared_engines(reference, model / reference.file, inputs, scores)
    return record


def form_of(path: pathlib.Path) -> str:
    """The opset and the input's shape, from the file itself."""
    model = onnx.load(str(path), load_external_data=False)
    opset = next(entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx"))
    weights = {tensor.name for tensor in model.graph.initializer}
    shape = next(value.type.tensor_type.shape for value in model.graph.input
                 if value.name not in weights)
    sides = [str(side.dim_value) if side.HasField("dim_value") else "?" for side in shape.dim]
    return f"opset {opset}, {'×'.join(sides)}"


def shifted(reference: Reference, inputs: list[np.ndarray], scores: np.ndarray) -> float:
    """How far answers move when the picture moves by one pixel: what a wrong resize would do."""
    axis = 2 if inputs[0].ndim == 4 else inputs[0].ndim - 1
    rolled = np.concatenate([
        reference.infer(np.roll(pixels, 1, axis=axis)).reshape(1, -1) for pixels in inputs])
    return float(np.abs(reference.scores(rolled) - scores).max())


def compared_engines(reference: Reference, path: pathlib.Path, inputs: list[np.ndarray],
                     scores: np.ndarray) -> dict:
    """What the optimisations change, and what the exporter changed."""
    plain = reference.scores(Engine(path, False, reference.output).run(inputs))
    optimised = reference.scores(Engine(path, True, reference.output).run(inputs))
    return {"optimised_minus_plain": float(np.abs(optimised - plain).max()),
            "exported_minus_original": float(np.abs(plain - scores).max()),
            "exported": [[float(f"{value:.9g}") for value in row] for row in plain]}


def main() -> int:
    """Records one group; returns 1 if a case can't be made."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("group")
    parser.add_argument("--into", type=pathlib.Path, required=True)
    parser.add_argument("--photographs", type=pathlib.Path, required=True)
    parser.add_argument("--only", default="*", help="names of cases, with * and ?")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin no case after that")
    arguments = parser.parse_args()
    write_photographs(arguments.photographs)
    failures, began = 0, time.monotonic()
    for case in importlib.import_module(f"sweep.groups.{arguments.group}").cases():
        folder = arguments.into / case.name
        if not fnmatch.fnmatch(case.name, arguments.only) or (folder / EXPECTED).exists():
            continue
        if time.monotonic() - began > arguments.seconds:
            break
        shutil.rmtree(folder, ignore_errors=True)
        start = time.monotonic()
        try:
            made = record(case, folder, arguments.photographs)
        except Exception as problem:
            failures += 1
            print(f"{case.name}: can't be made: {problem!r:.300}", flush=True)
            traceback.print_exc(limit=-4)
            continue
        (folder / EXPECTED).write_text(json.dumps(made) + "\n")
        print(f"{case.name}: spread {made['spread']:.2g}, shifted {made['shifted']:.2g}, exported "
              f"{made.get('exported_minus_original', 0):.1g}, optimised "
              f"{made.get('optimised_minus_plain', 0):.1g}; {time.monotonic() - start:.0f} s", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
