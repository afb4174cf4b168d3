"""Any collection that a CSV table lists, with columns named after the fields of `Clip`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emoarc.corpora._clip import Clip, Manifest
from emoarc.corpora._corpus import MEDIA, Corpus, TableError, kind_of, read_rows, table_rows
from emoarc.corpora._read_manifest import fields_of
from emoarc.labels import canonical

__all__ = ["TABLE", "table_fault"]

_NEEDED = ("file", "emotion")


def _tables(folder: Path) -> list[Path]:
    if folder.is_file():
        return [folder] if _is_table(folder) else []
    return [path for path in sorted(folder.glob("[!.]*.csv")) if _is_table(path)]


def _is_table(path: Path) -> bool:
    try:
        next(table_rows(path, _NEEDED), None)
    except TableError:
        return False
    return True


def table_fault(folder: Path) -> str:
    """Say why no table in a folder can be read, the first one's fault; empty if there is none."""
    for path in [folder] if folder.is_file() else sorted(folder.glob("[!.]*.csv")):
        try:
            next(table_rows(path, _NEEDED), None)
        except TableError as error:
            what = str(error).partition(";")[0]
            return f"{path}: {what}; a table has the columns {' and '.join(_NEEDED)}"
    return ""


def _recognise(folder: Path) -> bool:
    return bool(_tables(folder))


def _read(folder: Path) -> Manifest:
    parts = [
        read_rows(table, _NEEDED, lambda _, row, table=table: _clip(table, row))
        for table in _tables(folder)
    ]
    return sum(parts, Manifest(()))


def _clip(table: Path, row: Mapping[str, str]) -> Clip | str:
    emotion = canonical(row["emotion"]) if row["emotion"] else ""
    if emotion is None:
        return f"{row['emotion']!r} is no emotion that emoarc knows"
    if not row["file"]:
        return "names no file; mend the row"
    if _is_missing(table.parent / row["file"]):
        return f"{row['file']} is missing or empty; mend the row or the file"
    try:
        return _built(table.parent / row["file"], emotion, row)
    except ValueError as error:
        return f"{error}; mend the row"


def _is_missing(path: Path) -> bool:
    path = path.with_name(path.name.rpartition("#")[0]) if ".csv#" in path.name else path
    try:
        return path.stat().st_size == 0
    except (OSError, ValueError):
        return True


def _built(path: Path, emotion: str, row: Mapping[str, str]) -> Clip:
    """Make a clip of a row; ValueError says what no clip can have."""
    given: dict[str, Any] = {**fields_of(row), "file": path, "emotion": emotion}
    corpus = given.setdefault("corpus", "table")
    if "kind" not in given:
        if not any(path.suffix.lower() in suffixes for suffixes in MEDIA.values()):
            raise ValueError(f"{path.name}: no known suffix, so name its kind")
        given["kind"] = kind_of(path)
    if "speaker" in given:
        given["speaker"] = f"{corpus}-{given['speaker'].removeprefix(f'{corpus}-')}"
    clip = Clip(**given)
    if clip.end is not None and clip.end <= clip.start:
        raise ValueError(f"end {clip.end:g} is not after start {clip.start:g}")
    return clip


TABLE = Corpus(
    "table",
    "Your collection, listed in a CSV table",
    "yours to say",
    "unknown",
    "columns file and emotion, and any other field of emoarc.corpora.Clip",
    _recognise,
    _read,
)
