"""Muxspace's facial expressions: faces from the web, weakly labelled and unbalanced."""

import re
from collections.abc import Mapping
from pathlib import Path

from emoarc.corpora._clip import Clip, Manifest, Problem
from emoarc.corpora._corpus import Corpus, file_sizes, lacking, read_rows
from emoarc.labels import canonical

__all__ = ["MUXSPACE"]

_PERSON = re.compile(r"(.+)_\d{4}")
"""Most pictures come from Labeled Faces in the Wild and the like, whose names say who is shown."""


def _recognise(folder: Path) -> bool:
    return _legend(folder).is_file() and (folder / "images").is_dir()


def _legend(folder: Path) -> Path:
    official = folder / "data" / "legend.csv"
    return official if official.is_file() else folder / "legend.csv"


def _read(folder: Path) -> Manifest:
    images = folder / "images"
    sizes = file_sizes(images)
    if not sizes:
        return Manifest((), (Problem(images, "no pictures here; fetch the corpus again"),))

    def clip_of(_: int, row: Mapping[str, str]) -> Clip | str:
        return lacking(sizes, row["image"]) or _clip(images, row)

    return read_rows(_legend(folder), ("image", "emotion"), clip_of)


def _clip(images: Path, row: Mapping[str, str]) -> Clip | str:
    emotion = canonical(row["emotion"])
    if emotion is None:
        return f"{row['emotion']!r} is no emotion that emoarc knows"
    path = images / row["image"]
    person = _PERSON.fullmatch(path.stem)
    return Clip(
        path, "muxspace", "image", emotion, speaker=f"muxspace-{person[1]}" if person else ""
    )


MUXSPACE = Corpus(
    "muxspace",
    "Muxspace facial expressions",
    "Apache-2.0 (the repository); the images are from the web",
    "unknown",
    "github.com/muxspace/facial_expressions, README.md",
    _recognise,
    _read,
)
