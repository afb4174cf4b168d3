"""FER2013: 35,887 grey faces of 48×48 pixels from a web search, in a table or in folders."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from emoarc.corpora._clip import Clip, Manifest, Problem, Split
from emoarc.corpora._corpus import (
    Corpus,
    file_sizes,
    lacking,
    media_files,
    read_files,
    read_rows,
)
from emoarc.labels import canonical

__all__ = ["FER2013", "FER_FOLDERS", "FER_SPLITS", "fer_take"]

_WORDS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
"""The classes in the order of their numbers in the table."""

_NUMBERS = {str(number): word for number, word in enumerate(_WORDS)}

FER_SPLITS: Final[dict[str, Split]] = {
    "Training": "train", "PublicTest": "validation", "PrivateTest": "test",
}  # fmt: skip
"""The corpus's words for its splits."""

FER_FOLDERS: Final = {
    "Training": "FER2013Train", "PublicTest": "FER2013Valid", "PrivateTest": "FER2013Test",
}  # fmt: skip
"""Where FER+ keeps the pictures of each split."""

_TABLES = ("fer2013.csv", "icml_face_data.csv")
_LABELS = "fer2013_labels.csv"
_TREES: dict[str, Split] = {
    "train": "train", "training": "train", "validation": "validation", "valid": "validation",
    "val": "validation", "publictest": "validation", "test": "test", "privatetest": "test",
}  # fmt: skip


def fer_take(stem: str) -> str:
    """Name a picture alike in every copy, by its row in the table: `fer0000017` as in FER+."""
    return f"fer2013-{stem.removeprefix('fer')}"


def _recognise(folder: Path) -> bool:
    named = any((folder / name).is_file() for name in (*_TABLES, _LABELS))
    return named or len(_trees(folder)) > 1


def _trees(folder: Path) -> list[Path]:
    """The folders of splits that hold the seven classes, spelled as FER2013 spells them."""
    children = [child for child in sorted(folder.glob("*")) if child.name.lower() in _TREES]
    return [child for child in children if _is_tree(child)]


def _is_tree(folder: Path) -> bool:
    names = {child.name.lower() for child in folder.glob("[!.]*") if child.is_dir()}
    return "angry" in names and {canonical(name) for name in names} == set(_WORDS)


def _read(folder: Path) -> Manifest:
    table = next((folder / name for name in _TABLES if (folder / name).is_file()), None)
    if table is not None:
        columns = ("emotion", "pixels", "Usage")
        return read_rows(table, columns, lambda number, row: _row_clip(table, number, row))
    if (folder / _LABELS).is_file():
        return _read_labels(folder)
    # Pictures of two classes may have one name.
    trees = [read_files(media_files(tree, "image"), _tree_clip, False) for tree in _trees(folder)]
    return sum(trees, Manifest(()))


def _row_clip(table: Path, number: int, row: Mapping[str, str]) -> Clip | str:
    emotion, usage = row["emotion"], row["Usage"]
    if emotion not in _NUMBERS or usage not in FER_SPLITS:
        return f"no class {emotion!r} or no split {usage!r}; fetch the table again"
    if row["pixels"].count(" ") != 48 * 48 - 1:
        return "not 48×48 pixels; fetch the table again"
    place = table.with_name(f"{table.name}#{number}")
    return _clip(place, _NUMBERS[emotion], FER_SPLITS[usage], fer_take(f"{number:07}"))


def _read_labels(folder: Path) -> Manifest:
    """Read the labels that lie beside the pictures of FER+."""
    sizes = {usage: file_sizes(folder / name) for usage, name in FER_FOLDERS.items()}
    if not any(sizes.values()):
        return Manifest((), (Problem(folder, "no pictures here; fetch those of FER+"),))

    def clip_of(_: int, row: Mapping[str, str]) -> Clip | str:
        usage, name, emotion = row["usage"], row["image"], canonical(row["fer2013_emotion"])
        if emotion not in _WORDS or usage not in FER_SPLITS:
            return f"no class {row['fer2013_emotion']!r} or no split {usage!r}; mend the row"
        path = folder / FER_FOLDERS[usage] / name
        clip = _clip(path, emotion, FER_SPLITS[usage], fer_take(path.stem))
        return lacking(sizes[usage], name) or clip

    return read_rows(folder / _LABELS, ("usage", "image", "fer2013_emotion"), clip_of)


def _tree_clip(path: Path) -> Clip | str:
    emotion = canonical(path.parent.name)
    if emotion is None:
        return "not in a folder named after an emotion; move or remove it"
    # Some copies put the public and the private test into one folder; the names tell them apart.
    split = FER_SPLITS.get(path.stem.partition("_")[0]) or _TREES[path.parent.parent.name.lower()]
    return _clip(path, emotion, split)


def _clip(path: Path, emotion: str, split: Split, take: str = "") -> Clip:
    return Clip(path, "fer2013", "image", emotion, take=take, split=split)


FER2013 = Corpus(
    "fer2013",
    "Facial Expression Recognition 2013",
    "none stated; collected from the web for a public challenge",
    "unknown",
    'Goodfellow et al. 2013, "Challenges in representation learning", and the challenge\'s page at '
    "kaggle.com/c/challenges-in-representation-learning-facial-expression-recognition-challenge",
    _recognise,
    _read,
)
