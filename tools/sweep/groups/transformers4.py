"""Folders of transformers 4.57: its processors on Pillow, and those on torchvision, `…Fast`."""

import dataclasses

import transformers as hf

from sweep.cases import Case
from sweep.huggingface import FAMILIES, exported
from sweep.torch_export import EXPORTS, OPTIMUM


def cases() -> list[Case]:
    """Every family twice where both processors exist."""
    found = []
    for index, family in enumerate(FAMILIES):
        export = OPTIMUM if index % 2 or family.is_traced_only else dataclasses.replace(
            EXPORTS[(index + 2) % len(EXPORTS)], input_name="pixel_values", output_name="logits")
        words = "Optimum's call" if export is OPTIMUM else export.words
        found.append(Case(family.name, words, True, exported(
            family, family.processor, export, "model.onnx", is_fast=False), is_turned=index == 0))
        if hasattr(hf, f"{family.processor}Fast") and not family.edits:
            found.append(Case(f"{family.name}-fast", words, True, exported(
                family, f"{family.processor}Fast", export, "model.onnx", is_fast=True)))
    return found
