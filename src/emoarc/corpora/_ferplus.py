"""FER+: the pictures of FER2013 with the votes of ten people each."""

from collections.abc import Mapping
from pathlib import Path

from emoarc.corpora._clip import Clip, Manifest, Problem, Split
from emoarc.corpora._corpus import Corpus, file_sizes, lacking, read_rows
from emoarc.corpora._fer2013 import FER_FOLDERS, FER_SPLITS, fer_take

__all__ = ["FERPLUS"]

_CHOICES = (
    "neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt",
    "unknown", "no face",
)  # fmt: skip
"""What people could choose, in the order of the columns."""


def _recognise(folder: Path) -> bool:
    return any((folder / name / "label.csv").is_file() for name in FER_FOLDERS.values())


def _read(folder: Path) -> Manifest:
    parts = [_read_split(folder / FER_FOLDERS[usage], split) for usage, split in FER_SPLITS.items()]
    return sum(parts, Manifest(()))


def _read_split(folder: Path, split: Split) -> Manifest:
    table, sizes = folder / "label.csv", file_sizes(folder)
    if not sizes.keys() - {table.name}:
        return Manifest((), (Problem(folder, "no pictures here; FER+ is not whole without"),))
    columns = ("image", "box", *_CHOICES)

    def clip_of(_: int, row: Mapping[str, str]) -> Clip | str:
        return lacking(sizes, row["image"]) or _clip(folder / row["image"], split, row)

    return read_rows(table, columns, clip_of, header=False)


def _clip(path: Path, split: Split, row: Mapping[str, str]) -> Clip | str:
    try:
        votes = {choice: float(row[choice]) for choice in _CHOICES}
    except ValueError:
        return "votes that are no numbers; fetch the table again"
    return Clip(
        path,
        "ferplus",
        "image",
        emotion=_majority(votes),
        take=fer_take(path.stem),
        votes=votes,
        split=split,
    )


def _majority(votes: Mapping[str, float]) -> str:
    """The choice of more than half of all votes, single ones left out, if it is an emotion.

    As the authors do (github.com/microsoft/FERPlus, src/ferplus.py, mode `majority`): an emotion
    with one vote counts as an outlier and gets none.
    """
    kept = {choice: count for choice, count in votes.items() if count > 1}
    best = max(kept, key=lambda choice: kept[choice], default="unknown")
    won = best in _CHOICES[:8] and kept[best] > sum(kept.values()) / 2
    return best if won else ""


FERPLUS = Corpus(
    "ferplus",
    "FER+",
    "labels MIT; the images are those of FER2013",
    "unknown",
    "Barsoum et al. 2016, ICMI, and github.com/microsoft/FERPlus, README.md",
    _recognise,
    _read,
)
