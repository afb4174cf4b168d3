"""Reading FER+: face pictures with the votes of ten people each.

Barsoum et al. 2016, "Training deep networks for facial expression recognition with crowd-sourced
label distribution". The cleaning follows the authors' reader (github.com/microsoft/FERPlus,
src/ferplus.py): an emotion with a single vote counts as an outlier and gets none.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from emoarc.errors import OptionError
from emoarc.labels import EMOTIONS, emotion_of

__all__ = ["FERPLUS_LABELS", "FaceSet", "read_fer2013_labels", "read_ferplus"]

FERPLUS_LABELS = (*EMOTIONS, "contempt")
"""The eight classes, in the order of targets and logits."""

_COLUMNS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
_ORDER = [_COLUMNS.index(label) for label in FERPLUS_LABELS]


@dataclass(frozen=True)
class FaceSet:
    """One split of FER+."""

    names: tuple[str, ...]
    images: NDArray[np.uint8]
    """Grey, shape (n, 48, 48)."""
    votes: NDArray[np.float32]
    """The share of the votes for each of `FERPLUS_LABELS`, shape (n, 8)."""
    majority: NDArray[np.int64]
    """The class with more than half of all votes, -1 where there is none, shape (n,)."""


def read_ferplus(folder: Path, split: str) -> FaceSet:
    """Read a split: `Train`, `Valid` or `Test`.

    Pictures most people called unknown or no face are left out.

    Raises:
        OptionError: The corpus is not in `folder`.
    """
    rows = _read_csv(folder / f"FER2013{split}" / "label.csv")
    counts = np.array([row[2:12] for row in rows], dtype=np.float32)
    counts[counts <= 1] = 0
    usable = (counts[:, :8].max(axis=1) > counts[:, 8:].max(axis=1)).nonzero()[0]
    counts = counts[usable]
    names = tuple(rows[i][0] for i in usable)
    images = np.stack([_read_image(folder / f"FER2013{split}" / name) for name in names])
    emotions = counts[:, _ORDER]
    has_majority = emotions.max(axis=1) > counts.sum(axis=1) / 2
    majority = np.where(has_majority, emotions.argmax(axis=1), -1)
    return FaceSet(names, images, emotions / emotions.sum(axis=1, keepdims=True), majority)


def read_fer2013_labels(folder: Path, usage: str) -> dict[str, int]:
    """Return picture name → index in `EMOTIONS` for one usage of the original FER2013 labels."""
    rows = _read_csv(folder / "fer2013_labels.csv")
    labels = {name: emotion_of(word) for use, name, word in rows if use == usage}
    return {name: EMOTIONS.index(word) for name, word in labels.items() if word is not None}


def _read_csv(path: Path) -> list[list[str]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return [row for row in csv.reader(file) if row]
    except OSError as error:
        raise OptionError(f"{path}: FER+ is not here; give its folder with --data") from error


def _read_image(path: Path) -> NDArray[np.uint8]:
    image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if image is None or image.shape != (48, 48):
        raise OptionError(f"{path}: missing, or not a FER2013 picture of 48x48")
    return image.astype(np.uint8)
