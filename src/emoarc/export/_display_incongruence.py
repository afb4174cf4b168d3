"""What the report's lane of face against voice draws, thinned like the rest."""

from typing import Any, Final

import numpy as np
import pyarrow as pa

from emoarc.analysis import Analysis

__all__ = ["UNUSUAL", "display_incongruence"]

UNUSUAL: Final = 0.95
"""Rank above which a moment is marked: one in twenty of moments of the same emotion is, too."""
_MAX_ROWS: Final = 1200
"""Rows per subject: more than the chart has pixels in most windows."""
_ALL_ROWS: Final = 12_000
"""Rows in all; keeps the report of a crowd small."""


def display_incongruence(analysis: Analysis, seconds: float) -> dict[str, Any]:
    """Return, for each subject both seen and heard at once, the lane's numbers as plain data.

    Args:
        analysis: What to draw.
        seconds: The stretch of time that the chart covers.

    Returns:
        For each subject `start` and `end` of each row in seconds, `bits` in thousandths and `odd`,
        1 where the rank is above `UNUSUAL`.
    """
    table = analysis.incongruence
    subjects = table["subject"].to_numpy()
    shown = [subject.id for subject in analysis.subjects if np.any(subjects == subject.id)]
    rows = max(100, min(_MAX_ROWS, _ALL_ROWS // max(1, len(shown))))
    return {
        subject: _lane(table.filter(pa.array(subjects == subject, pa.bool_())), rows, seconds)
        for subject in shown
    }


def _lane(rows: pa.Table, most: int, seconds: float) -> dict[str, Any]:
    """Return one subject's lane; where there are more than `most` rows, means of joined ones."""
    start, end = rows["start"].to_numpy(), rows["end"].to_numpy()
    values = np.column_stack([rows["divergence"].to_numpy(), rows["rank"].to_numpy()])
    if len(start) > most:
        first = np.flatnonzero(np.diff(np.floor(start / (seconds / most)), prepend=-np.inf))
        lengths = (end - start)[:, None]
        values = np.add.reduceat(values * lengths, first) / np.add.reduceat(lengths, first)
        start, end = start[first], np.maximum.reduceat(end, first)
    return {
        "start": np.round(start, 3).tolist(),
        "end": np.round(end, 3).tolist(),
        "bits": np.round(1000 * values[:, 0]).astype(int).tolist(),
        "odd": (values[:, 1] > UNUSUAL).astype(int).tolist(),
    }
