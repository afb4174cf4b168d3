"""Reading a manifest that was written as a table."""

import csv
import json
import math
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, cast, get_args, get_type_hints

import pyarrow as pa
import pyarrow.parquet as pq

from emoarc.corpora._clip import MANIFEST_SCHEMA, NUMBERS, Clip, Manifest
from emoarc.errors import InputError

__all__ = ["fields_of", "read_manifest"]

_REQUIRED = ("file", "corpus", "kind")
_CHOICES = {name: get_args(get_type_hints(Clip)[name]) for name in ("kind", "sex", "split")}


def read_manifest(path: str | os.PathLike[str]) -> Manifest:
    """Read what `Manifest.write_csv` or `write_parquet` wrote; the suffix says which.

    Columns may be absent, other than file, corpus and kind; columns of other names are left alone.

    Raises:
        InputError: The file is missing, or is no such table.
    """
    path = Path(path)
    try:
        rows = _parquet(path) if path.suffix.lower() == ".parquet" else _csv(path)
        return Manifest(tuple(_clips(rows)))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (ValueError, pa.ArrowException, csv.Error) as error:
        raise InputError(
            f"{path}: no manifest of clips ({error}); make one with emoarc corpora scan"
        ) from error


def _parquet(path: Path) -> list[dict[str, Any]]:
    with path.open("rb") as file:
        return pq.read_table(file).to_pylist()  # pyright: ignore[reportUnknownMemberType]


def _csv(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _clips(rows: Iterable[Mapping[str, Any]]) -> Iterable[Clip]:
    for number, row in enumerate(rows, 1):
        for name in _REQUIRED:
            if not row.get(name):
                raise ValueError(f"row {number} has no {name}")
        try:
            yield Clip(**fields_of(row))
        except ValueError as error:
            raise ValueError(f"row {number}: {error}") from error


def fields_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Read the fields of a clip from a row of a table; what is empty there is left out.

    Raises:
        ValueError: A value is none that the field can have.
    """
    given = {name: row[name] for name in MANIFEST_SCHEMA.names if row.get(name) not in (None, "")}
    if "file" in given:
        given["file"] = Path(given["file"])
    for name, choices in _CHOICES.items():
        if given.get(name, "") not in (*choices, ""):
            raise ValueError(
                f"{name} is {given[name]!r}, none of {', '.join(filter(None, choices))}"
            )
    for name in NUMBERS.intersection(given):
        given[name] = _number(name, given[name])
    if "votes" in given:
        given["votes"] = _votes(given["votes"])
    return given


def _number(name: str, value: Any) -> float:
    with suppress(ValueError, TypeError):
        if math.isfinite(number := float(value)):
            return number
    raise ValueError(f"{name} is {value!r}, no number")


def _votes(text: str) -> dict[str, float]:
    votes: Any = None
    with suppress(ValueError):
        votes = json.loads(text)
    if not isinstance(votes, dict):
        raise ValueError(f"votes is {text!r}, no JSON object")
    return {word: _number("votes", count) for word, count in cast("dict[str, Any]", votes).items()}
