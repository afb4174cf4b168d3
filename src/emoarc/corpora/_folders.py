"""Any collection whose files lie in folders named after emotions."""

from collections.abc import Iterator
from pathlib import Path

from emoarc.corpora._clip import Clip, Manifest, Problem, Split
from emoarc.corpora._corpus import Corpus, kind_of, media_files, read_files
from emoarc.labels import EMOTIONS, canonical

__all__ = ["FOLDERS"]

_SPLITS: dict[str, Split] = {
    "train": "train", "training": "train", "validation": "validation", "valid": "validation",
    "val": "validation", "dev": "validation", "test": "test",
}  # fmt: skip


def _recognise(folder: Path) -> bool:
    return len({name for name, *_ in _classes(folder)}) > 1


def _classes(folder: Path) -> Iterator[tuple[str, Split, Path]]:
    """The emotion, the split and the place of each class."""
    for split, place in _places(folder):
        if word := _word(place):
            yield word, split, place


def _places(folder: Path) -> Iterator[tuple[Split, Path]]:
    """The folders that should be named after emotions, below the folder or one of a split."""
    for child in _folders(folder):
        split = _SPLITS.get(child.name.lower(), "")
        for place in _folders(child) if split else (child,):
            yield split, place


def _folders(folder: Path) -> Iterator[Path]:
    return (child for child in sorted(folder.glob("[!.]*")) if child.is_dir())


def _word(folder: Path) -> str | None:
    # One letter is an abbreviation in a file's name, hardly the name of a folder.
    return canonical(folder.name) if len(folder.name) > 1 else None


def _read(folder: Path) -> Manifest:
    manifest = Manifest(())
    for word, split, place in _classes(folder):
        paths = media_files(place, "audio", "video", "image")
        manifest += read_files(
            paths, lambda path, word=word, split=split: _clip(path, word, split), unique=False
        )
    return manifest + Manifest((), tuple(_unknown(folder)))


def _unknown(folder: Path) -> Iterator[Problem]:
    """Tell of folders whose name is no emotion, and whose files are therefore lost."""
    for _, place in _places(folder):
        if not _word(place) and next(media_files(place, "audio", "video", "image"), None):
            words = ", ".join(EMOTIONS)
            yield Problem(place, f"not named after an emotion such as {words}; rename or move it")


def _clip(path: Path, emotion: str, split: Split) -> Clip:
    return Clip(path, "folders", kind_of(path), emotion, split=split)


FOLDERS = Corpus(
    "folders",
    "Your collection, a folder per emotion",
    "yours to say",
    "unknown",
    "EMOTION/FILE, or SPLIT/EMOTION/FILE with train, validation and test",
    _recognise,
    _read,
)
