"""Folders of Hugging Face: small random networks of transformers with their own image processors.

Shared by the groups of version 4 and 5, which load the same folders differently. The reference is
`pipeline("image-classification")`, which opens files with the library's own `load_image`.
"""

import dataclasses
import json
import pathlib
import tempfile

import numpy as np
import torch
import transformers as hf
from onnxruntime.quantization import quantize_dynamic
from PIL import Image
from transformers.image_utils import load_image

from sweep.cases import Reference, sigmoid, softmax
from sweep.torch_export import Export, runner, spread_out

CLASSES = 16
NAMES = [f"kind {index}" for index in range(CLASSES)]
VIT = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
STAGES = {"hidden_sizes": [16, 24, 32, 48], "depths": [1, 1, 1, 1]}


@dataclasses.dataclass
class Family:
    """A network and a processor that are published together."""

    name: str
    processor: str
    settings: dict
    network: str
    config: dict
    # The keys of `preprocessor_config.json` that a person or an old library wrote otherwise.
    edits: dict = dataclasses.field(default_factory=dict)
    # torch.export can't write it.
    is_traced_only: bool = False


FAMILIES = [
    Family("vit", "ViTImageProcessor", {}, "ViT", VIT),
    Family("vit-bicubic", "ViTImageProcessor", {"resample": 3, "image_mean": [0.48, 0.46, 0.41],
                                                "image_std": [0.27, 0.26, 0.28]}, "ViT", VIT),
    Family("vit-nearest", "ViTImageProcessor", {"resample": 0}, "ViT", VIT),
    Family("vit-old-size", "ViTImageProcessor", {}, "ViT", VIT, {"size": 224}),
    Family("vit-no-normalize", "ViTImageProcessor", {"do_normalize": False}, "ViT", VIT),
    Family("deit", "DeiTImageProcessor", {}, "DeiT", VIT),
    Family("beit", "BeitImageProcessor", {"size": {"height": 256, "width": 256}, "do_center_crop": True},
           "Beit", {**VIT, "use_absolute_position_embeddings": True}),
    Family("beit-exact", "BeitImageProcessor", {"size": {"height": 224, "width": 224},
                                                "do_center_crop": False},
           "Beit", {**VIT, "use_absolute_position_embeddings": True}),
    Family("data2vec", "BeitImageProcessor", {"size": {"height": 224, "width": 224},
                                              "do_center_crop": False},
           "Data2VecVision", {**VIT, "use_absolute_position_embeddings": True}),
    Family("swin", "ViTImageProcessor", {"resample": 3}, "Swin",
           {"embed_dim": 16, "depths": [1, 1], "num_heads": [2, 2], "window_size": 7, "patch_size": 8}),
    Family("swinv2", "ViTImageProcessor", {"resample": 3, "size": {"height": 256, "width": 256}},
           "Swinv2", {"embed_dim": 16, "depths": [1, 1], "num_heads": [2, 2], "window_size": 8,
                      "patch_size": 8, "image_size": 256}),
    Family("convnext", "ConvNextImageProcessor", {"size": {"shortest_edge": 224}}, "ConvNext", STAGES),
    Family("convnext-384", "ConvNextImageProcessor", {"size": {"shortest_edge": 384}}, "ConvNext",
           {**STAGES, "image_size": 384}),
    Family("convnext-288", "ConvNextImageProcessor", {"size": {"shortest_edge": 288}, "crop_pct": 0.95},
           "ConvNext", {**STAGES, "image_size": 288}),
    Family("convnextv2", "ConvNextImageProcessor", {"size": {"shortest_edge": 224}, "resample": 3},
           "ConvNextV2", STAGES),
    Family("resnet", "ConvNextImageProcessor", {"size": {"shortest_edge": 224}, "crop_pct": 0.875,
                                                "resample": 3},
           "ResNet", {"embedding_size": 16, "layer_type": "basic", **STAGES}),
    Family("resnet-multi-label", "ConvNextImageProcessor", {"size": {"shortest_edge": 224}},
           "ResNet", {"embedding_size": 16, "layer_type": "basic",
                      "problem_type": "multi_label_classification", **STAGES}),
    Family("regnet", "ConvNextImageProcessor", {"size": {"shortest_edge": 224}, "resample": 2},
           "RegNet", {"embedding_size": 16, "groups_width": 8, **STAGES}),
    Family("cvt", "ConvNextImageProcessor", {"size": {"shortest_edge": 224}}, "Cvt",
           {"embed_dim": [8, 16, 24], "num_heads": [1, 2, 3], "depth": [1, 2, 3]}),
    Family("efficientnet", "EfficientNetImageProcessor",
           {"size": {"height": 224, "width": 224}, "resample": 0}, "EfficientNet",
           {"width_coefficient": 0.25, "depth_coefficient": 0.2, "hidden_dim": 320, "image_size": 224,
            "initializer_range": 0.3}),
    Family("efficientnet-offset", "EfficientNetImageProcessor",
           {"size": {"height": 224, "width": 224}, "resample": 2, "rescale_factor": 1 / 127.5,
            "rescale_offset": True, "include_top": False}, "EfficientNet",
           {"width_coefficient": 0.25, "depth_coefficient": 0.2, "hidden_dim": 320, "image_size": 224,
            "initializer_range": 0.3}),
    Family("mobilenet-v1", "MobileNetV1ImageProcessor", {}, "MobileNetV1",
           {"depth_multiplier": 0.25, "image_size": 224}),
    Family("mobilenet-v2", "MobileNetV2ImageProcessor", {}, "MobileNetV2",
           {"depth_multiplier": 0.25, "finegrained_output": False}),
    Family("mobilevit", "MobileViTImageProcessor",
           {"size": {"shortest_edge": 288}, "crop_size": {"height": 256, "width": 256}}, "MobileViT",
           {"hidden_sizes": [16, 16, 16], "neck_hidden_sizes": [8, 8, 8, 16, 16, 16, 16],
            "num_attention_heads": 2}),
    Family("mobilevitv2", "MobileViTImageProcessor",
           {"size": {"shortest_edge": 288}, "crop_size": {"height": 256, "width": 256}}, "MobileViTV2",
           {"width_multiplier": 0.25}, is_traced_only=True),
    Family("levit", "LevitImageProcessor", {}, "Levit",
           {"hidden_sizes": [32, 48, 64], "num_attention_heads": [2, 3, 4], "depths": [1, 1, 1],
            "key_dim": [8, 8, 8]}),
    Family("poolformer", "PoolFormerImageProcessor", {}, "PoolFormer", STAGES),
    Family("dinov2", "BitImageProcessor", {"size": {"shortest_edge": 256}}, "Dinov2",
           {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "mlp_ratio": 2,
            "patch_size": 14, "image_size": 224}),
    Family("focalnet", "BitImageProcessor", {"size": {"shortest_edge": 256}}, "FocalNet",
           {"embed_dim": 16, "hidden_sizes": [16, 32, 48, 64], "depths": [1, 1, 1, 1],
            "focal_levels": [1, 1, 1, 1], "focal_windows": [3, 3, 3, 3], "image_size": 224}),
    Family("bit", "BitImageProcessor", {"size": {"shortest_edge": 448}, "crop_size": {
        "height": 448, "width": 448}, "image_mean": [0.5] * 3, "image_std": [0.5] * 3}, "Bit",
           {"embedding_size": 16, "layer_type": "bottleneck", "num_groups": 4, **STAGES}),
    Family("hiera", "BitImageProcessor", {"size": {"shortest_edge": 256}}, "Hiera",
           {"embed_dim": 16, "depths": [1, 1, 1, 1], "num_heads": [1, 2, 2, 4]}),
    Family("clip", "CLIPImageProcessor", {}, "CLIP",
           {"vision_config": {**VIT, "image_size": 224, "patch_size": 32}, "projection_dim": 16}),
    Family("siglip", "SiglipImageProcessor", {}, "Siglip",
           {"vision_config": {**VIT, "image_size": 224, "patch_size": 16}}),
    Family("pvt", "PvtImageProcessor", {}, "Pvt",
           {"num_labels": CLASSES, "hidden_sizes": [16, 24, 32, 48], "depths": [1, 1, 1, 1], "num_attention_heads": [1, 2, 2, 4]},
           is_traced_only=True),
    Family("pvt-v2", "PvtImageProcessor", {"resample": 3}, "PvtV2",
           {"hidden_sizes": [16, 24, 32, 48], "depths": [1, 1, 1, 1], "num_attention_heads": [1, 2, 2, 4]}),
    Family("segformer", "SegformerImageProcessor", {"size": {"height": 224, "width": 224}}, "Segformer",
           {"hidden_sizes": [16, 16, 24, 32], "depths": [1, 1, 1, 1], "num_attention_heads": [1, 1, 2, 2],
            "decoder_hidden_size": 32}),
    Family("vit-msn", "ViTImageProcessor", {}, "ViTMSN", VIT),
    Family("swiftformer", "ViTImageProcessor", {}, "SwiftFormer",
           {"embed_dims": [16, 24, 32, 48], "depths": [1, 1, 1, 1]}),
]


class Logits(torch.nn.Module):
    """A classifier of transformers as a function from pixels to logits, as exporters wrap it."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        return self.network(pixel_values=pixel_values).logits


def write_folder(family: Family, processor, network, folder: pathlib.Path, removed: tuple[str, ...]) -> None:
    """What `save_pretrained` leaves beside the weights, with some keys written otherwise."""
    network.config.architectures = [type(network).__name__]
    network.config.save_pretrained(folder)
    processor.save_pretrained(folder)
    for name, edits in (("preprocessor_config.json", family.edits), ("config.json", {})):
        path = folder / name
        settings = {key: value for key, value in (json.loads(path.read_text()) | edits).items()
                    if key not in removed}
        path.write_text(json.dumps(settings, indent=2) + "\n")


def exported(family: Family, processor_name: str, export: Export, at: str, is_fast: bool | None = None,
             removed: tuple[str, ...] = (), has_variants: bool = False):
    """The folder, and the library's own pipeline on it. `has_variants`: a quantised file lies beside."""
    def make(folder: pathlib.Path) -> Reference:
        torch.manual_seed(len(family.name))
        processor = getattr(hf, processor_name)(**family.settings)
        config = getattr(hf, f"{family.network}Config")(
            **family.config, id2label=dict(enumerate(NAMES)),
            label2id={name: index for index, name in enumerate(NAMES)})
        network = getattr(hf, f"{family.network}ForImageClassification")(config).eval()
        write_folder(family, processor, network, folder, removed)
        chosen = {} if is_fast is None else {"use_fast": is_fast}
        loaded = hf.AutoImageProcessor.from_pretrained(folder, **chosen)

        def prepare(path: pathlib.Path) -> np.ndarray:
            return loaded(load_image(str(path)), return_tensors="pt")["pixel_values"].float().numpy()

        logits = Logits(network)
        shape = loaded(drawn(), return_tensors="pt")["pixel_values"].shape[1:]
        spread_out(logits, shape)
        export.write(logits, shape, folder / at)
        if has_variants:
            quantize_dynamic(folder / at, (folder / at).with_name("model_quantized.onnx"))
        scores = sigmoid if config.problem_type == "multi_label_classification" else softmax
        reference = Reference(prepare, runner(logits), scores, NAMES, file=at)
        check_pipeline(network, loaded, reference)
        return reference
    return make


def drawn() -> Image.Image:
    """Any picture."""
    random = np.random.default_rng(3)
    return Image.fromarray(random.integers(0, 256, (70, 90, 3), dtype=np.uint8)).resize((360, 280))


def check_pipeline(network, processor, reference: Reference) -> None:
    """Holds the steps against the pipeline as a whole, on one picture. Raises AssertionError."""
    asked = hf.pipeline("image-classification", model=network, image_processor=processor)
    given = {answer["label"]: answer["score"] for answer in asked(drawn(), top_k=CLASSES)}
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        drawn().save(file.name)
        [scores] = reference.scores(reference.infer(reference.prepare(pathlib.Path(file.name))))
    worst = max(abs(given[name] - score) for name, score in zip(NAMES, scores, strict=True))
    assert worst < 1e-5, f"the pipeline differs from its steps by {worst:g}"
