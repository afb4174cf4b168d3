"""The timeline as CSV (RFC 4180, UTF-8), safe to open in a spreadsheet."""

import csv
import math
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from emoarc.analysis import Analysis
from emoarc.errors import InputError
from emoarc.files import atomic
from emoarc.timeline import TIMELINE_SCHEMA, Timeline

__all__ = ["DECIMALS", "read_csv", "write_csv"]

DECIMALS: Final = 6
"""Microseconds and millionths: finer than any estimate here."""

_TEXT: Final = ("file", "subject", "modality", "label", "reason")

_GUARDED: Final = ("'", "=", "+", "-", "@", "\t", "\r", "\n")
"""First characters that spreadsheets run as a formula, and the guard itself.

Source: OWASP, "CSV Injection".
"""


def write_csv(analysis: Analysis, path: Path) -> None:
    """Write one line for each row of the timeline, under a line of column names.

    Text that a spreadsheet would run as a formula gets an apostrophe in front, as does text that
    begins with one, so that `read_csv` restores every name. An empty label means abstention.
    """
    with (
        atomic(path) as temporary,
        temporary.open("w", encoding="utf-8", errors="replace", newline="") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(TIMELINE_SCHEMA.names)
        for batch in analysis.timeline.table.to_batches(max_chunksize=4096):
            columns = batch.to_pydict().values()
            writer.writerows(zip(*(map(_cell, column) for column in columns), strict=True))


def read_csv(path: Path) -> Timeline:
    """Read what `write_csv` wrote.

    Raises:
        InputError: The file is missing or is no timeline.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            names, *rows = csv.reader(file)
        if names != TIMELINE_SCHEMA.names:
            raise ValueError("the column names differ")
        columns = list(zip(*rows, strict=True)) or [()] * len(names)
        data = {
            name: [_value(cell, name) for cell in cells]
            for name, cells in zip(names, columns, strict=True)
        }
        return Timeline(pa.Table.from_pydict(data, TIMELINE_SCHEMA))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, csv.Error) as error:
        raise InputError(f"{path}: this is no timeline.csv of emoarc ({error})") from error


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return "" if math.isnan(value) else repr(round(value, DECIMALS))
    text = value or ""
    return f"'{text}" if text.startswith(_GUARDED) else text


def _value(cell: str, column: str) -> str | float | None:
    if column not in _TEXT:
        return float(cell or "nan")
    if column == "label" and not cell:
        return None
    return cell.removeprefix("'")
