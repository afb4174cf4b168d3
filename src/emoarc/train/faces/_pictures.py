"""The pictures that the face networks learn from, and those set aside to judge them by."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from emoarc.corpora import Clip, read_corpora
from emoarc.errors import InputError

_cv: Any = cv2

__all__ = ["PICTURE_CORPORA", "Picture", "Split", "read_pictures"]

Split = Literal["training", "validation"]

_FERPLUS_SPLITS: Final = {"training": "train", "validation": "validation"}
_VALIDATION_SHARE: Final = 10
"""One in so many pictures of a corpus without splits is for validation."""
_GREY: Final = 6
"""Channels that differ by no more grey levels hold no colour, only rounding."""

PICTURE_CORPORA: Final = (
    {
        "name": "muxspace facial_expressions (LFW pictures among them)",
        "licence": "repository Apache-2.0; pictures collected from the web",
        "left_out": "a tenth by content hash",
    },
    {
        "name": "FER2013 pictures (Goodfellow et al. 2013), Train split of FER+",
        "licence": "pictures collected from the web for a public challenge",
        "left_out": "the Valid and Test splits",
    },
)
"""What `read_pictures` reads for training, as a manifest names it."""


@dataclass(frozen=True)
class Picture:
    """One still picture, mostly of one face."""

    name: str
    """Corpus and file, `muxspace/NAME.jpg`."""
    pixels: NDArray[np.uint8]
    """Grey (height, width), or RGB (height, width, 3) where there is colour: most have none, and
    thousands are held at once."""

    @property
    def image(self) -> NDArray[np.uint8]:
        """RGB, shape (height, width, 3)."""
        grey = self.pixels.ndim == 2
        return np.repeat(self.pixels[:, :, None], 3, axis=2) if grey else self.pixels


def read_pictures(data: Path, split: Split) -> list[Picture]:
    """Read muxspace and FER+ below `data`, in a fixed order.

    Of muxspace, which has no splits, a tenth by the hash of the file is for validation, so that
    copies stay together; of FER+ it is the Valid split, and the Test split is never read. Pictures
    of FER+ that most people called unknown or no face are left out.

    Raises:
        OptionError: A corpus is not there.
        InputError: A file is no picture.
    """
    clips = read_corpora(data, ["muxspace", "ferplus"]).clips
    pictures = (_read(clip, split) for clip in clips)
    return [picture for picture in pictures if picture is not None]


def _read(clip: Clip, split: Split) -> Picture | None:
    if clip.corpus == "ferplus" and (
        clip.split != _FERPLUS_SPLITS[split] or _no_face(clip.votes or {})
    ):
        return None
    content = clip.file.read_bytes()
    if clip.corpus == "muxspace" and _split_of(content) != split:
        return None
    pixels = _decode(content)
    if pixels is None:
        raise InputError(f"{clip.file}: no picture; fetch it again")
    return Picture(f"{clip.corpus}/{clip.file.name}", pixels)


def _split_of(content: bytes) -> Split:
    first = hashlib.sha256(content).digest()[:4]
    return "training" if int.from_bytes(first) % _VALIDATION_SHARE else "validation"


def _no_face(votes: Mapping[str, float]) -> bool:
    return votes.get("no face", 0) + votes.get("unknown", 0) > sum(votes.values()) / 2


def _decode(content: bytes) -> NDArray[np.uint8] | None:
    image = cast(
        "NDArray[np.uint8] | None",
        _cv.imdecode(np.frombuffer(content, np.uint8), _cv.IMREAD_COLOR_RGB),
    )
    if image is None:
        return None
    spread = image.max(axis=2).astype(int) - image.min(axis=2)
    return np.ascontiguousarray(image[:, :, 1]) if spread.max() <= _GREY else image
