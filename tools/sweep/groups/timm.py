"""timm's classifiers with its `config.json`, as `save_for_hf` writes it, and its evaluation transform.

Beside the networks' own data configurations, odd ones: every crop mode and interpolation, other sizes,
means, one channel, and the old flat form of the file.
"""

import json
import pathlib

import numpy as np
import timm
import torch
from PIL import Image
from timm.models._hub import save_config_for_hf

from sweep.cases import Case, Reference, softmax
from sweep.torch_export import EXPORTS, Export, runner, spread_out

CLASSES = 24
NAMES = [f"kind {index}" for index in range(CLASSES)]
NETWORKS = [
    "test_vit", "test_vit2", "test_vit3", "test_resnet", "test_efficientnet", "test_efficientnet_gn",
    "test_efficientnet_ln", "test_efficientnet_evos", "test_byobnet", "test_convnext", "test_convnext2",
    "test_convnext3", "test_mambaout", "test_nfnet", "resnet10t", "resnet18", "resnetv2_18",
    "mobilenetv3_small_050", "efficientnet_lite0", "tf_efficientnet_lite0", "tf_efficientnetv2_b0",
    "mixnet_s", "mnasnet_small", "fbnetc_100", "dla46_c", "ghostnet_050", "lcnet_050", "tinynet_e",
    "semnasnet_075", "spnasnet_100", "rexnet_100", "regnetx_002", "regnety_002", "repvgg_a0",
    "convnext_atto", "convnextv2_atto", "edgenext_xx_small", "mobilevit_xxs", "mobilevitv2_050",
    "mobileone_s0", "levit_128s", "deit_tiny_patch16_224", "vit_tiny_patch16_224",
    "xcit_nano_12_p16_224", "poolformer_s12", "crossvit_9_240", "coat_lite_tiny", "efficientformer_l1",
    "fastvit_t8", "repghostnet_050", "resnetv2_50x1_bit", "mixer_s32_224", "resmlp_12_224",
    "skresnet18", "pit_ti_224", "visformer_tiny", "inception_next_atto", "hgnetv2_b0", "starnet_s1",
    "tiny_vit_5m_224", "mambaout_femto", "efficientvit_b0", "efficientvit_m0", "repvit_m0_9",
    "mobilenetv4_conv_small_035", "hardcorenas_a", "selecsls42", "ese_vovnet19b_dw", "cs3darknet_s",
    "gernet_s", "darknet17", "bat_resnext26ts", "eca_resnext26ts", "seresnext26d_32x4d",
]
# Data configurations as people have them; each goes to a small network.
DATA = {
    "squash": {"crop_mode": "squash", "crop_pct": 0.97, "interpolation": "bilinear"},
    "squash-full": {"crop_mode": "squash", "crop_pct": 1.0, "interpolation": "bicubic"},
    "border": {"crop_mode": "border", "crop_pct": 0.9, "interpolation": "bicubic"},
    "border-full": {"crop_mode": "border", "crop_pct": 1.0, "interpolation": "bilinear"},
    "center-full": {"crop_mode": "center", "crop_pct": 1.0, "interpolation": "lanczos"},
    "nearest": {"interpolation": "nearest", "crop_pct": 0.9},
    "box": {"interpolation": "box", "crop_pct": 0.88},
    "hamming": {"interpolation": "hamming", "crop_pct": 0.95},
    "random": {"interpolation": "random"},
    "wide": {"input_size": (3, 128, 192), "crop_pct": 0.93},
    "tall-squash": {"input_size": (3, 192, 128), "crop_pct": 0.95, "crop_mode": "squash"},
    "tall-border": {"input_size": (3, 192, 128), "crop_pct": 0.875, "crop_mode": "border"},
    "inception": {"mean": (0.5, 0.5, 0.5), "std": (0.5, 0.5, 0.5)},
    "unit": {"mean": (0.0, 0.0, 0.0), "std": (1.0, 1.0, 1.0), "crop_pct": 0.96},
    "clip": {"mean": (0.48145466, 0.4578275, 0.40821073), "std": (0.26862954, 0.26130258, 0.27577711)},
    "odd-size": {"input_size": (3, 149, 149), "crop_pct": 0.8965},
    "test-size": {"input_size": (3, 128, 128), "test_input_size": (3, 160, 160), "crop_pct": 0.9,
                  "test_crop_pct": 0.95},
}


def built(name: str, data: dict, **more) -> torch.nn.Module:
    """A random network with its configuration changed."""
    torch.manual_seed(len(name))
    network = timm.create_model(name, pretrained=False, num_classes=CLASSES, **more).eval()
    network.pretrained_cfg.update(data)
    return network


def write_config(network: torch.nn.Module, path: pathlib.Path, is_flat: bool) -> None:
    """The file as timm writes it, or as it did before 0.9."""
    save_config_for_hf(network, str(path), {"label_names": NAMES})
    if is_flat:
        settings = json.loads(path.read_text())
        flat = settings.pop("pretrained_cfg") | settings
        path.write_text(json.dumps(flat, indent=2) + "\n")


def exported(name: str, export: Export, data: dict, mode: str = "RGB", is_flat: bool = False, **more):
    """A folder of timm's; the transform is what timm makes from the folder's own file."""
    def make(folder: pathlib.Path) -> Reference:
        network = built(name, data, **more)
        use_test = "test_input_size" in data
        config = timm.data.resolve_data_config(
            {}, pretrained_cfg=network.pretrained_cfg, use_test_size=use_test)
        if mode == "L":
            config |= {"input_size": (1, *config["input_size"][1:]), "mean": (0.5,), "std": (0.5,)}
            network.pretrained_cfg.update(
                {key: config[key] for key in ("input_size", "mean", "std")})
        transform = timm.data.create_transform(**config, is_training=False)
        shape = tuple(config["input_size"])
        spread_out(network, shape)
        write_config(network, folder / "config.json", is_flat)
        export.write(network, shape, folder / "model.onnx")

        def prepare(path: pathlib.Path) -> np.ndarray:
            with Image.open(path) as image:
                return transform(image.convert(mode))[None].numpy()
        return Reference(prepare, runner(network), softmax, NAMES)
    return make


def planted(folder: pathlib.Path) -> Reference:
    """A folder that says bilinear where the pipeline is bicubic: a skew that the sweep has to see."""
    reference = exported("test_resnet", EXPORTS[0], {"interpolation": "bicubic"})(folder)
    settings = json.loads((folder / "config.json").read_text())
    settings["pretrained_cfg"]["interpolation"] = "bilinear"
    (folder / "config.json").write_text(json.dumps(settings) + "\n")
    return reference


def cases() -> list[Case]:
    """Every network with its own configuration, then the odd ones."""
    found = []
    for index, name in enumerate(NETWORKS):
        export = EXPORTS[index % len(EXPORTS)]
        found.append(Case(name, export.words, True, exported(name, export, {}),
                          is_turned=name == "test_vit"))
    hosts = ["test_resnet", "test_efficientnet", "test_convnext", "test_byobnet"]
    for index, (kind, data) in enumerate(DATA.items()):
        export = EXPORTS[(index + 3) % len(EXPORTS)]
        host = hosts[index % len(hosts)]
        found.append(Case(f"{host}-{kind}", export.words, True,
                          exported(host, export, data, is_flat=index % 5 == 4)))
    found.append(Case("test_efficientnet-gray", EXPORTS[0].words, True,
                      exported("test_efficientnet", EXPORTS[0], {}, mode="L", in_chans=1)))
    found.append(Case("planted-bilinear-for-bicubic", EXPORTS[0].words, True, planted, is_planted=True))
    return found
