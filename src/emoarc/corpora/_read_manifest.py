"""Reading a manifest that was written as a table."""

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pyarrow as pa
import pyarrow.parquet as pq

from emoarc.corpora._clip import MANIFEST_SCHEMA, NUMBERS, Clip, Manifest
from emoarc.errors import InputError

__all__ = ["read_manifest"]

_REQUIRED = ("file", "corpus", "kind")
_CHOICES = {name: get_args(get_type_hints(Clip)[name]) for name in ("kind", "sex", "split")}


def read_manifest(path: Path) -> Manifest:
    """Read what `Manifest.write_csv` or `write_parquet` wrote; the suffix says which.

    Columns may be absent, other than file, corpus and kind; columns of other names are left alone.

    Raises:
        InputError: The file is missing, or is no such table.
    """
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
        for name, choices in _CHOICES.items():
            if (row.get(name) or "") not in (*choices, ""):
                raise ValueError(f"row {number}: {name} is {row[name]!r}")
        yield _clip(row, number)


def _clip(row: Mapping[str, Any], number: int) -> Clip:
    given: dict[str, Any] = {
        name: row[name] for name in MANIFEST_SCHEMA.names if row.get(name) not in (None, "")
    }
    try:
        for name in NUMBERS.intersection(given):
            given[name] = float(given[name])
        if "votes" in given:
            given["votes"] = json.loads(given["votes"])
        given["file"] = Path(given["file"])
        return Clip(**given)
    except ValueError as error:
        raise ValueError(f"row {number}: {error}") from error
