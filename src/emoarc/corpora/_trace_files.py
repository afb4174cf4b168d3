"""Ratings over time: reading the files of the corpora, and joining raters and dimensions."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emoarc.corpora._findings import Findings, read_text

__all__ = ["NO_RATINGS", "Ratings", "Trace", "join", "mean_of", "mean_over_raters", "read_ratings"]


class Ratings(NamedTuple):
    """One dimension over time."""

    times: NDArray[np.float64]
    """Seconds, shape (n,), rising."""
    values: NDArray[np.float64]
    """Shape (n,), in [-1, 1], NaN where missing."""


class Trace(NamedTuple):
    """Valence and arousal over time."""

    times: NDArray[np.float64]
    """Seconds within the file, shape (n,), rising."""
    valence: NDArray[np.float64]
    """Shape (n,), in [-1, 1], NaN where missing."""
    arousal: NDArray[np.float64]
    """Shape (n,), in [-1, 1], NaN where missing."""


NO_RATINGS = Ratings(np.empty(0), np.empty(0))
"""A dimension that nobody rated."""


def read_ratings(file: Path, findings: Findings) -> Ratings | None:
    """Read a table of times and of one or more raters, whose mean is taken.

    ARFF (the attribute that names a time, and the last attribute), CSV with `;` or `,`, or columns
    parted by blanks; lines that do not start with a number are headers. What is beyond [-1, 1]
    counts as missing.

    Returns:
        None, and a problem is added, where the file holds no ratings.
    """
    text = read_text(file, findings)
    table = _arff(text) if file.suffix.lower() == ".arff" else _columns(text.splitlines())
    if not text:
        return None
    rows = [row for row in table if len(row) > 1 and np.isfinite(row[0])]
    widths = {len(row) for row in rows}
    if len(widths) != 1:
        findings.refuse(file, "holds no ratings over time; copy it from the corpus again")
        return None
    numbers = np.array(sorted(rows, key=lambda row: row[0]))
    values = np.where(np.abs(numbers[:, 1:]) <= 1, numbers[:, 1:], np.nan)
    return Ratings(numbers[:, 0], _nan_mean(values.T))


def mean_over_raters(traces: Sequence[Ratings]) -> Ratings:
    """Average raters, brought to the times of the one who rated longest; none is empty."""
    if not traces:
        return NO_RATINGS
    times = max((trace.times for trace in traces), key=len)
    return Ratings(times, _nan_mean(np.stack([_at(times, trace) for trace in traces])))


def join(valence: Ratings, arousal: Ratings) -> Trace:
    """Put two dimensions on the times of the one that has more of them."""
    times = max(valence.times, arousal.times, key=len)
    return Trace(times, _at(times, valence), _at(times, arousal))


def mean_of(values: NDArray[np.float64]) -> float | None:
    """Return the mean of what is not missing, None where everything is."""
    present = values[np.isfinite(values)]
    return float(present.mean()) if present.size else None


def _at(times: NDArray[np.float64], trace: Ratings) -> NDArray[np.float64]:
    """Interpolate, with NaN before, after and beside what is missing."""
    if not trace.times.size:
        return np.full(times.shape, np.nan)
    if np.array_equal(times, trace.times):
        return trace.values
    return np.interp(times, trace.times, trace.values, left=np.nan, right=np.nan)


def _nan_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average over the first axis what is not missing, NaN where everything is."""
    present = np.isfinite(values)
    count = present.sum(axis=0)
    total = np.where(present, values, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _columns(lines: Iterable[str]) -> list[list[float]]:
    rows = (re.split(r"\s*[;,]\s*|\s+", line.strip()) for line in lines)
    return [[_number(cell) for cell in row] for row in rows if np.isfinite(_number(row[0]))]


def _arff(text: str) -> list[list[float]]:
    names = re.findall(r"^@attribute\s+(\S+)", text, re.IGNORECASE | re.MULTILINE)
    time = next((i for i, name in enumerate(names) if "time" in name.lower()), 0)
    _, _, data = re.sub(r"(?im)^@data.*$", "\0", text, count=1).partition("\0")
    rows = [line.split(",") for line in data.splitlines() if line.strip()]
    return [[_number(row[time]), _number(row[-1])] for row in rows if len(row) == len(names)]


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return np.nan
