"""The figures of each epoch, as a table that any spreadsheet opens."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from emoarc.files import write_text

__all__ = ["History", "read_history", "write_history"]

History = Sequence[Mapping[str, float]]
"""The figures of each epoch, by name."""


def write_history(path: Path, history: History) -> None:
    """Write a CSV file with a row per epoch and a column for every name that occurs.

    Raises:
        OutputError: The file cannot be written.
    """
    text = io.StringIO()
    names = dict.fromkeys(name for figures in history for name in figures)
    writer = csv.DictWriter(text, list(names), lineterminator="\n")
    writer.writeheader()
    writer.writerows(history)
    write_text(path, text.getvalue())


def read_history(path: Path) -> list[dict[str, float]]:
    """Read what `write_history` wrote; what an epoch did not measure is not in its figures."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [{name: float(value) for name, value in row.items() if value} for row in rows]
