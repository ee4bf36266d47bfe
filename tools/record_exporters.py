"""Records answers of transformers and timm, for the end-to-end tests to compare with the server's.

Writes `Tests/EndToEnd/exporters/`: one model folder a case (`exporter_cases.py`), its `config.json` and
`preprocessor_config.json` as the libraries themselves write them, and `answers.json` with the results of
their own processors and PyTorch for the pictures in `recordings/pictures`. `make record` runs it;
`make test` needs neither library.

The reference for Hugging Face is here the processor on Pillow and numpy, which an `amphora.json` asks for;
`record_processors.py` has those on torchvision and those of version 4. Some cases have, instead of a
network, a graph that returns 128 values of its input, so that every step is compared value by value.
"""

import importlib.metadata
import json
import pathlib
import shutil

import numpy as np
import onnx
import timm
import torch
from onnx import TensorProto, helper
from PIL import Image
from timm.models._hub import save_config_for_hf

from exporter_cases import (NAMES, Timm, Transformers, processor_cases, timm_cases,
                            transformers_cases)
from onnx_export import OPSET, export
from random_weights import calibrate

END_TO_END = pathlib.Path(__file__).resolve().parent.parent / "Tests" / "EndToEnd"
FOLDER = END_TO_END / "exporters"
PICTURES = END_TO_END / "recordings" / "pictures"
# JPEG decoders differ by a level between versions, so the cases that compare values have no JPEGs.
LOSSLESS = ["alpha-251x190.png", "palette-400x225.png", "tiny-31x17.png", "photo-like-512x384.webp"]
PROBES = 128
ACTIVATIONS = {None: lambda logits: logits.softmax(1),
               "multi_label_classification": lambda logits: logits.sigmoid()}


class Logits(torch.nn.Module):
    """A transformers classifier as a function from pixels to logits."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        return self.network(pixel_values=pixel_values).logits


def opened(name: str) -> Image.Image:
    """A picture as users hand it to a processor."""
    return Image.open(PICTURES / name).convert("RGB")


def rounded(values: np.ndarray) -> list[float]:
    """Numbers with all digits that a float32 has."""
    return [float(f"{value:.9g}") for value in values.tolist()]


def answers_of(network: torch.nn.Module, prepare, problem_type: str | None = None) -> list[dict]:
    """Every class's probability for each picture."""
    recorded = []
    for path in sorted(PICTURES.iterdir()):
        with torch.no_grad():
            logits = network(prepare(opened(path.name)))
        probabilities = ACTIVATIONS[problem_type](logits)[0].numpy()
        recorded.append({"picture": path.name, "values": rounded(probabilities)})
    return recorded


def write_processor(case: Transformers, folder: pathlib.Path) -> None:
    """The processor's own file, edited as the case wants it."""
    case.processor.save_pretrained(folder)
    path = folder / "preprocessor_config.json"
    settings = json.loads(path.read_text()) | case.edits
    path.write_text(json.dumps(
        {key: value for key, value in settings.items() if value is not None}, indent=2) + "\n")
    (folder / "amphora.json").write_text(json.dumps(
        {"preprocess": {"resize": {"library": case.library}}}) + "\n")


def record_transformers(case: Transformers, folder: pathlib.Path) -> dict:
    """A network of transformers and its processor."""
    torch.manual_seed(7)
    network = case.network().eval()
    shape = tuple(case.processor(opened("tiny-31x17.png"), return_tensors="pt")
                  ["pixel_values"].shape[1:])
    calibrate(Logits(network), shape, spread=1.5)
    write_processor(case, folder)
    network.config.architectures = [type(network).__name__]
    network.config.save_pretrained(folder)
    worst = export(Logits(network), shape, folder / "model.onnx", input_name="pixel_values",
                   is_open=case.is_open)
    recorded = answers_of(
        Logits(network), lambda image: case.processor(image, return_tensors="pt")["pixel_values"],
        case.problem_type)
    return {"labels": NAMES, "onnx_minus_torch": float(f"{worst:.2g}"), "answers": recorded}


def record_processor(case: Transformers, folder: pathlib.Path) -> dict:
    """A processor before a graph that returns some of its input values."""
    write_processor(case, folder)
    pixels = {name: case.processor(opened(name), return_tensors="np")["pixel_values"]
              for name in LOSSLESS}
    shape = pixels[LOSSLESS[0]].shape
    positions = np.random.default_rng(5).integers(0, np.prod(shape), PROBES)
    positions[:3] = 0, shape[3] - 1, np.prod(shape) - 1
    write_probe(positions, shape, folder / "model.onnx")
    # Plain values: the graph's output is not a score.
    (folder / "config.json").write_text(json.dumps({"problem_type": "regression",
                                                    "model_type": "vit"}) + "\n")
    return {"labels": None, "answers": [
        {"picture": name, "values": rounded(values.astype(np.float32).ravel()[positions])}
        for name, values in pixels.items()]}


def write_probe(positions: np.ndarray, shape: tuple[int, ...], path: pathlib.Path) -> None:
    """A graph from pixels, with all dimensions open as exporters leave them, to those at `positions`."""
    nodes = [
        helper.make_node("Flatten", ["pixel_values"], ["flat"], axis=1),
        helper.make_node("Gather", ["flat", "positions"], ["values"], axis=1),
    ]
    graph = helper.make_graph(
        nodes, "probe",
        [helper.make_tensor_value_info(
            "pixel_values", TensorProto.FLOAT,
            ["batch_size", "num_channels", "height", "width"])],
        [helper.make_tensor_value_info("values", TensorProto.FLOAT, ["batch_size", len(positions)])],
        [onnx.numpy_helper.from_array(positions.astype(np.int64), "positions")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)],
                              producer_name="record_exporters")
    model.ir_version = 10
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def record_timm(case: Timm, folder: pathlib.Path) -> dict:
    """A network of timm with its evaluation transform."""
    torch.manual_seed(7)
    network = case.network().eval()
    network.pretrained_cfg.update(case.data)
    data = timm.data.resolve_data_config({}, pretrained_cfg=network.pretrained_cfg,
                                         use_test_size=case.side is not None)
    transform = timm.data.create_transform(**data, is_training=False)
    assert case.side in (None, data["input_size"][1])
    calibrate(network, tuple(data["input_size"]), spread=1.5)
    save_config_for_hf(network, str(folder / "config.json"), {"label_names": NAMES})
    settings = json.loads((folder / "config.json").read_text())
    for key, value in case.data.items():
        assert settings["pretrained_cfg"][key] == (list(value) if isinstance(value, tuple) else value)
    if case.is_flat:
        settings = settings["pretrained_cfg"] | {
            key: value for key, value in settings.items() if key != "pretrained_cfg"}
    (folder / "config.json").write_text(json.dumps(settings, indent=2) + "\n")
    worst = export(network, tuple(data["input_size"]), folder / "model.onnx")
    recorded = answers_of(network, lambda image: transform(image)[None])
    return {"labels": NAMES, "onnx_minus_torch": float(f"{worst:.2g}"), "answers": recorded}


def main() -> None:
    """Rewrites the recordings."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    record = {"made_by": {name: importlib.metadata.version(name).split("+")[0]
                          for name in ("torch", "torchvision", "transformers", "timm", "pillow")},
              "cases": {}}
    for cases, recorded in ((transformers_cases(), record_transformers),
                            (processor_cases(), record_processor),
                            (timm_cases(), record_timm)):
        for case in cases:
            folder = FOLDER / case.name
            folder.mkdir(parents=True)
            record["cases"][case.name] = recorded(case, folder)
            size = sum(path.stat().st_size for path in folder.iterdir())
            spread = np.ptp([answer["values"] for answer in
                             record["cases"][case.name]["answers"]], axis=0).max()
            print(f"{case.name}: {size:,} bytes, answers vary by {spread:.3g}")
    (FOLDER / "answers.json").write_text(json.dumps(record, separators=(",", ":")).replace(
        '},"', '},\n"').replace('},{', '},\n{') + "\n")


if __name__ == "__main__":
    main()
