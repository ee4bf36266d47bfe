"""What a group of the sweep hands over: a case, and the reference that belongs to its model folder.

A reference is the user's own pipeline in three steps, so that the network's part can also be given to
ONNX Runtime: a picture to an input, an input to raw output, raw output to scores.
"""

import dataclasses
import pathlib
from collections.abc import Callable

import numpy as np


@dataclasses.dataclass
class Reference:
    """The pipeline of a model's own library."""

    # The picture's file to the network's input: one row, as the ONNX file takes it.
    prepare: Callable[[pathlib.Path], np.ndarray]
    # Inputs to the original network's raw output, one row a picture.
    infer: Callable[[np.ndarray], np.ndarray]
    # Raw output to the scores that the pipeline shows, one a class.
    scores: Callable[[np.ndarray], np.ndarray]
    # Names of the classes where the folder or its library states them.
    labels: list[str] | None = None
    # The model file inside the folder.
    file: str = "model.onnx"
    # Which of the ONNX file's outputs is the raw output: a name, or None for the first.
    output: str | None = None
    # Whether the file computes the same with and without optimisations; quantised and half files round.
    is_exact: bool = True


@dataclasses.dataclass
class Case:
    """One model folder."""

    name: str
    # What wrote the ONNX file, in words.
    exporter: str
    # Whether the folder's files say how pictures are treated, without amphora.json.
    is_stated: bool
    # Writes the model folder and returns its reference. Deterministic.
    make: Callable[[pathlib.Path], Reference]
    # Asked with all orientations of several formats too.
    is_turned: bool = False
    # Parts of names of pictures that the pipeline itself misreads.
    leaves_out: tuple[str, ...] = ()
    # Made wrong on purpose: the sweep must report it.
    is_planted: bool = False


def softmax(logits: np.ndarray) -> np.ndarray:
    """Rows of logits to rows of probabilities."""
    powers = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """Each logit to its probability."""
    return 1 / (1 + np.exp(-logits.astype(np.float64)))


def plain(scores: np.ndarray) -> np.ndarray:
    """Scores that are shown as they come out."""
    return scores


def both(positive: np.ndarray) -> np.ndarray:
    """One column with the second class's probability, to a column for each of the two classes."""
    return np.concatenate([1 - positive, positive], axis=-1)
