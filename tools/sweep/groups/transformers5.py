"""Folders of transformers 5: its processors run on torchvision where that is installed.

Also folders that version 4 wrote, as version 5 loads them, without a version in their files.
"""

import dataclasses

from sweep.cases import Case
from sweep.huggingface import FAMILIES, exported
from sweep.torch_export import EXPORTS, OPTIMUM


def cases() -> list[Case]:
    """Every family; some with a processor that asks for Pillow."""
    found = []
    for index, family in enumerate(FAMILIES):
        export = OPTIMUM if index % 2 == 0 or family.is_traced_only else dataclasses.replace(
            EXPORTS[index % len(EXPORTS)], input_name="pixel_values", output_name="logits")
        at = "onnx/model.onnx" if index % 3 == 2 else "model.onnx"
        found.append(Case(family.name, "Optimum's call" if export is OPTIMUM else export.words, True,
                          exported(family, family.processor, export, at), is_turned=index == 0))
    for family in FAMILIES[4::12]:
        # As Xenova's and onnx-community's repositories lie.
        found.append(Case(f"{family.name}-variants", "Optimum's call", True, exported(
            family, family.processor, OPTIMUM, "onnx/model.onnx", has_variants=True)))
    for family in FAMILIES[::6]:
        found.append(Case(f"{family.name}-pil", "Optimum's call", True,
                          exported(family, f"{family.processor}Pil", OPTIMUM, "model.onnx")))
    for family in FAMILIES[::9]:
        found.append(Case(f"{family.name}-unversioned", "Optimum's call", False, exported(
            family, family.processor, OPTIMUM, "model.onnx", removed=("transformers_version",))))
    return found
