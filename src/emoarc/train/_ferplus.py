"""Reading FER+: face pictures with the votes of ten people each.

Barsoum et al. 2016, "Training deep networks for facial expression recognition with crowd-sourced
label distribution". The cleaning follows the authors' reader (github.com/microsoft/FERPlus,
src/ferplus.py): an emotion with a single vote counts as an outlier and gets none.
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from emoarc.corpora import find_corpora
from emoarc.errors import OptionError
from emoarc.labels import EMOTIONS, emotion_of

_cv: Any = cv2

__all__ = [
    "FERPLUS_LABELS",
    "FaceSet",
    "find_ferplus",
    "read_fer2013_labels",
    "read_ferplus",
    "without_copies",
]

FERPLUS_LABELS = (*EMOTIONS, "contempt")
"""The eight classes, in the order of targets and logits."""

_COLUMNS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
_USAGES = {"Train": "Training", "Valid": "PublicTest", "Test": "PrivateTest"}
_ORDER = [_COLUMNS.index(label) for label in FERPLUS_LABELS]


@dataclass(frozen=True)
class FaceSet:
    """One split of FER+."""

    names: tuple[str, ...]
    images: NDArray[np.uint8]
    """Grey, shape (n, side, side)."""
    votes: NDArray[np.float32]
    """The share of the votes for each of `FERPLUS_LABELS`, shape (n, 8); all zero for a picture
    that most people called unknown or no face."""
    majority: NDArray[np.int64]
    """The class with more than half of all votes, -1 where there is none, shape (n,)."""
    original: NDArray[np.int64]
    """The label of FER2013, an index in `EMOTIONS`, -1 where there is none, shape (n,)."""

    def take(self, rows: NDArray[np.bool_]) -> "FaceSet":
        """Return the pictures for which `rows`, shape (n,), holds."""
        names = tuple(name for name, taken in zip(self.names, rows, strict=True) if taken)
        return FaceSet(
            names, self.images[rows], self.votes[rows], self.majority[rows], self.original[rows]
        )


def find_ferplus(data: Path) -> Path:
    """Return the folder of FER+, which is `data` or lies up to three levels below it.

    Raises:
        OptionError: It is not there.
    """
    folders = find_corpora(data, ["ferplus"]).get("ferplus")
    if not folders:
        raise OptionError(f"{data}: FER+ is not here; give the folder that holds it with --data")
    return folders[0]


def read_ferplus(folder: Path, split: str, side: int = 48) -> FaceSet:
    """Read a split, `Train`, `Valid` or `Test`, its pictures resampled to `side` pixels.

    Raises:
        OptionError: The corpus is not in `folder`.
    """
    rows = _read_csv(folder / f"FER2013{split}" / "label.csv")
    names = tuple(row[0] for row in rows)
    images = np.stack([_read_image(folder / f"FER2013{split}" / name, side) for name in names])
    counts = np.array([row[2:12] for row in rows], dtype=np.float32)
    counts[counts <= 1] = 0
    emotions, others = counts[:, _ORDER], counts[:, len(_COLUMNS) :]
    top = emotions.max(axis=1)
    emotions[top <= others.max(axis=1)] = 0
    has_majority = top > counts.sum(axis=1) / 2
    majority = np.where(has_majority, emotions.argmax(axis=1), -1)
    shares = emotions / np.maximum(emotions.sum(axis=1, keepdims=True), 1)
    labels = read_fer2013_labels(folder, _USAGES[split])
    original = np.array([labels.get(name, -1) for name in names], np.int64)
    return FaceSet(names, images, shares, majority, original)


def without_copies(faces: FaceSet, *held_out: FaceSet) -> FaceSet:
    """Leave out the pictures that are, pixel by pixel, among those held out."""
    return faces.take(~copied(faces, *held_out))


def copied(faces: FaceSet, *others: FaceSet) -> NDArray[np.bool_]:
    """Say of each picture whether it is, pixel by pixel, among those of the others."""
    there = {image.tobytes() for each in others for image in each.images}
    return np.array([image.tobytes() in there for image in faces.images], bool)


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
        raise OptionError(f"{path}: missing; this copy of FER+ is not whole") from error


def _read_image(path: Path, side: int) -> NDArray[np.uint8]:
    image: Any = _cv.imread(str(path), _cv.IMREAD_GRAYSCALE)
    if image is None:
        raise OptionError(f"{path}: missing, or no picture")
    return image if image.shape == (side, side) else _cv.resize(image, (side, side))
