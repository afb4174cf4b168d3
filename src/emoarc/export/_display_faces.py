"""What the report's chart of a face draws: head pose and action units, thinned like the rest."""

from typing import Any, Final

import numpy as np
import pyarrow as pa

from emoarc.analysis import ACTION_UNIT_COLUMNS, Analysis

__all__ = ["display_faces"]

_POSE: Final = ("yaw", "pitch", "roll")
_MAX_ROWS: Final = 1200
"""Rows per subject: more than the chart has pixels in most windows."""
_ALL_ROWS: Final = 12_000
"""Rows in all; keeps the report of a crowd small."""
_STAND: Final = 1.5
"""Periods for which an observation is drawn where none follows."""


def display_faces(analysis: Analysis, seconds: float) -> dict[str, Any]:
    """Return, for each subject whose landmarks were looked for, the chart's numbers as plain data.

    Args:
        analysis: What to draw.
        seconds: The stretch of time that the chart covers.

    Returns:
        For each subject `start` and `end` of each row in seconds, `pose` (yaw, pitch and roll in
        tenths of a degree) and `units` (one list for each action unit, in tenths).
    """
    told = analysis.faces.filter(analysis.faces["yaw"].is_valid())
    subjects = told["subject"].to_numpy()
    shown = [subject.id for subject in analysis.subjects if np.any(subjects == subject.id)]
    rows = max(100, min(_MAX_ROWS, _ALL_ROWS // max(1, len(shown))))
    return {
        subject: _curves(
            told.filter(pa.array(subjects == subject, pa.bool_())), rows, seconds / rows
        )
        for subject in shown
    }


def _curves(faces: pa.Table, rows: int, width: float) -> dict[str, Any]:
    """Return one subject's curves; where there are more than `rows`, means over `width` seconds."""
    time = faces["time"].to_numpy()
    period = float(np.median(np.diff(time))) if len(time) > 1 else 0.1
    end = np.minimum(np.append(time[1:], np.inf), time + _STAND * period)
    values = np.column_stack([faces[name].to_numpy() for name in (*_POSE, *ACTION_UNIT_COLUMNS)])
    if len(time) > rows:
        bins = np.floor(time / width)
        first = np.flatnonzero(np.diff(bins, prepend=-np.inf))
        weights = np.maximum(faces["quality"].to_numpy(), 1e-6)[:, None]
        values = np.add.reduceat(values * weights, first) / np.add.reduceat(weights, first)
        time, end = time[first], np.maximum.reduceat(end, first)
    tenths = np.round(10 * values.T).astype(int).tolist()
    return {
        "start": np.round(time, 3).tolist(),
        "end": np.round(end, 3).tolist(),
        "pose": tenths[: len(_POSE)],
        "units": tenths[len(_POSE) :],
    }
