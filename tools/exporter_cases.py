"""The models that `record_exporters.py` exports: small, with random weights, in the form that users have.

Each case is a folder as transformers or timm write it: networks of a few layers, with the library's
own processor or data configuration, some with defaults, some with common other settings. Old libraries
wrote some keys differently (sizes as one number, feature extractors); these are edited in by hand.
"""

import dataclasses
from collections.abc import Callable

import timm
import torch
import transformers as hf
from timm.models._efficientnet_builder import decode_arch_def
from timm.models.efficientnet import EfficientNet
from timm.models.mobilenetv3 import MobileNetV3

CLASSES = 12
NAMES = [f"kind {number}" for number in range(CLASSES)]


@dataclasses.dataclass
class Transformers:
    """One folder of Hugging Face: a network or none, and a processor."""

    name: str
    processor: object
    network: Callable[[], torch.nn.Module] | None = None
    # Replaced keys, as an older library or a person wrote them; None removes a key.
    edits: dict = dataclasses.field(default_factory=dict)
    # Whether height and width are open in the graph.
    is_open: bool = False
    problem_type: str | None = None
    # Who resizes, as amphora.json says: the processors here are those on Pillow.
    library: str = "pillow"


@dataclasses.dataclass
class Timm:
    """One folder of timm: a network and its data configuration."""

    name: str
    network: Callable[[], torch.nn.Module]
    data: dict = dataclasses.field(default_factory=dict)
    # The side that it is exported at, if it is not that of its data configuration.
    side: int | None = None
    is_flat: bool = False


def labels(**more) -> dict:
    """The keys of a transformers configuration that name the classes."""
    return {"id2label": dict(enumerate(NAMES)),
            "label2id": {name: number for number, name in enumerate(NAMES)}, **more}


VIT = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}


def transformers_cases() -> list[Transformers]:
    """Real networks of the kinds people export."""
    return [
        Transformers("hf-vit", hf.ViTImageProcessorPil(), lambda: hf.ViTForImageClassification(
            hf.ViTConfig(**VIT, **labels()))),
        Transformers("hf-deit", hf.DeiTImageProcessorPil(), lambda: hf.DeiTForImageClassification(
            hf.DeiTConfig(**VIT, **labels()))),
        Transformers(
            "hf-beit", hf.BeitImageProcessorPil(size={"height": 256, "width": 256},
                                                do_center_crop=True),
            lambda: hf.BeitForImageClassification(
                hf.BeitConfig(**VIT, use_absolute_position_embeddings=True, **labels()))),
        Transformers(
            "hf-convnext", hf.ConvNextImageProcessorPil(size={"shortest_edge": 224}),
            lambda: hf.ConvNextForImageClassification(hf.ConvNextConfig(
                hidden_sizes=[8, 12, 16, 24], depths=[1, 1, 1, 1], **labels())), is_open=True),
        Transformers(
            "hf-resnet-multi-label",
            hf.ConvNextImageProcessorPil(size={"shortest_edge": 224}, crop_pct=0.95),
            lambda: hf.ResNetForImageClassification(hf.ResNetConfig(
                embedding_size=8, hidden_sizes=[8, 12, 16, 24], depths=[1, 1, 1, 1],
                layer_type="basic", problem_type="multi_label_classification", **labels())),
            problem_type="multi_label_classification"),
        Transformers(
            "hf-mobilenet-v2", hf.MobileNetV2ImageProcessorPil(),
            lambda: hf.MobileNetV2ForImageClassification(hf.MobileNetV2Config(
                depth_multiplier=0.1, min_depth=4, depth_divisible_by=4,
                finegrained_output=False, **labels()))),
        Transformers(
            "hf-efficientnet",
            hf.EfficientNetImageProcessorPil(size={"height": 224, "width": 224}, resample=0),
            lambda: hf.EfficientNetForImageClassification(hf.EfficientNetConfig(
                width_coefficient=0.1, depth_coefficient=0.2, hidden_dim=128, image_size=224,
                initializer_range=0.3, **labels()))),
        Transformers(
            "hf-swin", hf.ViTImageProcessorPil(resample=3, image_mean=[0.485, 0.456, 0.406],
                                               image_std=[0.229, 0.224, 0.225]),
            lambda: hf.SwinForImageClassification(hf.SwinConfig(
                embed_dim=8, depths=[1, 1], num_heads=[2, 2], window_size=7, patch_size=8,
                **labels()))),
        Transformers(
            "hf-mobilevit",
            hf.MobileViTImageProcessorPil(size={"shortest_edge": 288}),
            lambda: hf.MobileViTForImageClassification(hf.MobileViTConfig(
                hidden_sizes=[8, 8, 8], neck_hidden_sizes=[4, 4, 4, 8, 8, 8, 8],
                num_attention_heads=2, **labels()))),
        Transformers(
            "hf-dinov2", hf.BitImageProcessorPil(size={"shortest_edge": 256}),
            lambda: hf.Dinov2ForImageClassification(hf.Dinov2Config(
                hidden_size=16, num_hidden_layers=2, num_attention_heads=2, mlp_ratio=2,
                patch_size=14, image_size=224, **labels()))),
    ]


def processor_cases() -> list[Transformers]:
    """Processors before a network that returns some of its pixels, so that every step is visible."""
    square = {"height": 64, "width": 48}
    return [
        Transformers("pixels-vit", hf.ViTImageProcessorPil(size=square)),
        Transformers("pixels-vit-old", hf.ViTImageProcessorPil(size=96), edits={
            "size": 96, "image_processor_type": None,
            "feature_extractor_type": "ViTFeatureExtractor"}),
        Transformers("pixels-vit-lanczos", hf.ViTImageProcessorPil(
            size=square, resample=1, do_normalize=False)),
        Transformers("pixels-vit-box", hf.ViTImageProcessorPil(
            size=square, resample=4, do_rescale=False, image_mean=[127.5] * 3,
            image_std=[64.5, 60, 57])),
        Transformers("pixels-vit-hamming", hf.ViTImageProcessorPil(
            size=square, resample=5, rescale_factor=0.0078)),
        Transformers("pixels-vit-crop-only", hf.DeiTImageProcessorPil(
            do_resize=False, crop_size={"height": 131, "width": 200})),
        Transformers("pixels-deit", hf.DeiTImageProcessorPil()),
        Transformers("pixels-beit", hf.BeitImageProcessorPil()),
        Transformers("pixels-convnext-384", hf.ConvNextImageProcessorPil()),
        Transformers("pixels-convnext-old", hf.ConvNextImageProcessorPil(
            size={"shortest_edge": 288}), edits={"size": 288}),
        Transformers("pixels-efficientnet", hf.EfficientNetImageProcessorPil(
            size=square, rescale_factor=1 / 127.5, rescale_offset=True)),
        Transformers("pixels-efficientnet-notop", hf.EfficientNetImageProcessorPil(
            size=square, include_top=False, do_center_crop=True, crop_size=33)),
        Transformers("pixels-levit", hf.LevitImageProcessorPil()),
        Transformers("pixels-poolformer", hf.PoolFormerImageProcessorPil(crop_pct=0.95)),
        Transformers("pixels-poolformer-exact", hf.PoolFormerImageProcessorPil(
            size={"height": 100, "width": 120}, crop_size={"height": 96, "width": 111})),
        # Its own default: a crop larger than the resize, so that there is an edge.
        Transformers("pixels-mobilevit", hf.MobileViTImageProcessorPil()),
        Transformers("pixels-mobilenet-v1", hf.MobileNetV1ImageProcessorPil()),
        Transformers("pixels-mobilenet-odd", hf.MobileNetV2ImageProcessorPil(
            size={"shortest_edge": 101}, crop_size={"height": 64, "width": 64})),
        Transformers("pixels-bit", hf.BitImageProcessorPil()),
        Transformers("pixels-clip", hf.CLIPImageProcessorPil()),
        Transformers("pixels-siglip", hf.SiglipImageProcessorPil()),
        Transformers("pixels-pvt", hf.PvtImageProcessorPil()),
        Transformers("pixels-segformer", hf.SegformerImageProcessorPil(
            size={"height": 128, "width": 160})),
    ]


def mobile_net() -> torch.nn.Module:
    """A MobileNetV3 of four blocks, with the data configuration of the small one."""
    blocks = decode_arch_def([["ds_r1_k3_s2_e1_c8_se0.25_nre"], ["ir_r1_k3_s2_e4_c12_nre"],
                              ["ir_r1_k5_s2_e4_c16_se0.25"], ["cn_r1_k1_s1_c32"]])
    network = MobileNetV3(blocks, num_classes=CLASSES, num_features=48, stem_size=8)
    network.pretrained_cfg = dict(timm.get_pretrained_cfg("mobilenetv3_small_050").to_dict())
    return network


def efficient_net() -> torch.nn.Module:
    """An EfficientNet of three blocks, with the data configuration of B1."""
    blocks = decode_arch_def([["ds_r1_k3_s1_e1_c8_se0.25"], ["ir_r1_k3_s2_e4_c12_se0.25"],
                              ["ir_r1_k5_s2_e4_c16_se0.25"]])
    network = EfficientNet(blocks, num_classes=CLASSES, num_features=48, stem_size=8)
    network.pretrained_cfg = dict(timm.get_pretrained_cfg("efficientnet_b1").to_dict())
    return network


def residual_net() -> torch.nn.Module:
    """A ResNet-10 of few channels."""
    return timm.create_model("resnet10t", num_classes=CLASSES, channels=(6, 8, 12, 16),
                             stem_width=8)


def timm_cases() -> list[Timm]:
    """Networks of timm with each of its crop modes."""
    def convnext():
        return timm.create_model("test_convnext", num_classes=CLASSES, dims=[8, 12, 16, 20],
                                 depths=[1, 1, 1, 1])

    def vit():
        return timm.create_model("vit_tiny_patch16_224", num_classes=CLASSES, embed_dim=16,
                                 depth=2, num_heads=2)

    return [
        Timm("timm-resnet", residual_net),
        Timm("timm-resnet-test-size", residual_net, side=224),
        Timm("timm-vit", vit),
        Timm("timm-vit-squash", vit, {"crop_mode": "squash", "crop_pct": 0.97,
                                      "interpolation": "bilinear"}),
        Timm("timm-convnext-border", convnext, {"crop_mode": "border", "crop_pct": 0.9,
                                                "interpolation": "bicubic"}),
        Timm("timm-convnext-flat", convnext, {"crop_pct": 0.9, "interpolation": "nearest"},
             is_flat=True),
        Timm("timm-convnext-wide", convnext, {"input_size": (3, 128, 192), "crop_pct": 0.93,
                                              "interpolation": "lanczos"}),
        Timm("timm-efficientnet", efficient_net, {"interpolation": "hamming"}),
        Timm("timm-mobilenetv3", mobile_net, {"crop_mode": "border", "crop_pct": 1.0,
                                              "interpolation": "box"}),
    ]
