"""Any collection that a CSV table lists, with columns named after the fields of `Clip`."""

import json
import math
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, cast, get_args

from emoarc.corpora._clip import Clip, Kind, Manifest, Sex, Split
from emoarc.corpora._corpus import MEDIA, Corpus, TableError, read_rows, table_rows
from emoarc.labels import canonical

__all__ = ["TABLE"]

_NEEDED = ("file", "emotion")
_NUMBERS = ("start", "end", "age", "recognition", "valence", "arousal")
_CHOICES: dict[str, tuple[str, ...]] = {
    "kind": get_args(Kind), "sex": get_args(Sex), "split": get_args(Split),
}  # fmt: skip


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
    if not row["file"] or _is_missing(table.parent / row["file"]):
        return f"{row['file'] or 'no file'} is missing or empty; mend the row or the file"
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
    known = {field.name for field in fields(Clip)} - {"file", "corpus", "emotion"}
    facts: dict[str, Any] = {name: row[name] for name in known if row.get(name)}
    for name in facts.keys() & _CHOICES.keys():
        if facts[name] not in _CHOICES[name]:
            raise ValueError(f"{name} {facts[name]!r} is none of {', '.join(_CHOICES[name])}")
    for name in facts.keys() & set(_NUMBERS):
        facts[name] = _number(facts[name])
    if "votes" in facts:
        facts["votes"] = _votes(facts["votes"])
    corpus = row.get("corpus") or "table"
    if "speaker" in facts:
        facts["speaker"] = f"{corpus}-{facts['speaker'].removeprefix(f'{corpus}-')}"
    return Clip(path, corpus, facts.pop("kind", None) or _kind(path), emotion, **facts)


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no number")
    return number


def _votes(text: str) -> dict[str, float]:
    votes = json.loads(text)
    if not isinstance(votes, dict):
        raise ValueError(f"votes {text!r} are no JSON object")
    return {word: _number(str(count)) for word, count in cast("dict[str, Any]", votes).items()}


def _kind(path: Path) -> Kind:
    kinds: dict[str, Kind] = {"audio": "audio", "video": "audio-visual", "image": "image"}
    for held, suffixes in MEDIA.items():
        if path.suffix.lower() in suffixes:
            return kinds[held]
    raise ValueError(f"{path.name}: no known suffix, so name its kind")


TABLE = Corpus(
    "table",
    "Your collection, listed in a CSV table",
    "yours to say",
    "unknown",
    "columns file and emotion, and any other field of emoarc.corpora.Clip",
    _recognise,
    _read,
)
