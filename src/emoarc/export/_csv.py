"""The timeline and the faces as CSV (RFC 4180, UTF-8), safe to open in a spreadsheet."""

import csv
import math
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from emoarc.analysis import FACE_SCHEMA, GEOMETRY_COLUMNS, Analysis
from emoarc.errors import InputError
from emoarc.files import atomic
from emoarc.timeline import TIMELINE_SCHEMA, Timeline

__all__ = ["DECIMALS", "read_csv", "read_faces_csv", "write_csv", "write_faces_csv", "write_table"]

DECIMALS: Final = 6
"""Microseconds and millionths: finer than any estimate here."""

_NULLABLE: Final = ("label", *GEOMETRY_COLUMNS)
"""Columns in which an empty cell is null."""

_GUARDED: Final = ("'", "=", "+", "-", "@", "\t", "\r", "\n")
"""First characters that spreadsheets run as a formula, and the guard itself.

Source: OWASP, "CSV Injection".
"""


def write_csv(analysis: Analysis, path: Path) -> None:
    """Write one line for each row of the timeline, under a line of column names.

    Text that a spreadsheet would run as a formula gets an apostrophe in front, as does text that
    begins with one, so that `read_csv` restores every name. An empty label means abstention.
    """
    write_table(analysis.timeline.table, path)


def write_faces_csv(analysis: Analysis, path: Path) -> None:
    """Write one line for each face in each frame, as `write_csv` does; what is null is empty."""
    write_table(analysis.faces, path)


def read_csv(path: Path) -> Timeline:
    """Read what `write_csv` wrote.

    Raises:
        InputError: The file is missing or is no timeline.
    """
    return Timeline(_read(path, TIMELINE_SCHEMA, "timeline"))


def read_faces_csv(path: Path) -> pa.Table:
    """Read what `write_faces_csv` wrote.

    Raises:
        InputError: The file is missing or holds no faces.
    """
    return _read(path, FACE_SCHEMA, "faces")


def write_table(table: pa.Table, path: Path) -> None:
    """Write any table, guarded likewise."""
    with (
        atomic(path) as temporary,
        temporary.open("w", encoding="utf-8", errors="replace", newline="") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(table.column_names)
        for batch in table.to_batches(max_chunksize=4096):
            columns = batch.to_pydict().values()
            writer.writerows(zip(*(map(_cell, column) for column in columns), strict=True))


def _read(path: Path, schema: pa.Schema, what: str) -> pa.Table:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            names, *rows = csv.reader(file)
        if names != schema.names:
            raise ValueError("the column names differ")
        columns = list(zip(*rows, strict=True)) or [()] * len(names)
        data = {
            name: [_value(cell, name, kind) for cell in cells]
            for name, kind, cells in zip(names, schema.types, columns, strict=True)
        }
        return pa.Table.from_pydict(data, schema)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, csv.Error) as error:
        raise InputError(f"{path}: this is no {what}.csv of emoarc ({error})") from error


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return "" if math.isnan(value) else repr(round(value, DECIMALS))
    text = str(value)
    return f"'{text}" if text.startswith(_GUARDED) else text


def _value(cell: str, column: str, kind: pa.DataType) -> str | float | None:
    if not cell and column in _NULLABLE:
        return None
    if pa.types.is_string(kind):
        return cell.removeprefix("'")
    return int(cell) if pa.types.is_integer(kind) else float(cell or "nan")
