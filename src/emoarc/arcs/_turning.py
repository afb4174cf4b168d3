"""Turning points: where a curve stops rising and begins to fall, or the other way round."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks, peak_prominences
from scipy.special import ndtri

__all__ = ["TurningPoint", "find_turning_points"]

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TurningPoint:
    """A moment at which a measure of an arc turns by more than its band allows for."""

    time: float
    """Seconds."""
    measure: str
    """One of `MEASURES`."""
    value: float
    """The measure at that moment."""
    kind: Literal["maximum", "minimum"]


def find_turning_points(
    measure: str, times: _Floats, values: _Floats, half_width: _Floats
) -> list[TurningPoint]:
    """Return the maxima and minima of a curve that noise alone would hardly make.

    A maximum counts if its prominence, that is how far one must come down from it before reaching
    anything higher or the end of the curve, exceeds the 95 % interval of the difference between
    the two points, widened for having looked at all pairs of a maximum and a minimum (Bonferroni).
    The ends of a curve are no turning points. Unobserved points, and those without a band, are
    left out.

    Args:
        measure: What the curve shows; goes into the result.
        times: Seconds, shape (n,).
        values: Shape (n,).
        half_width: Half the width of the pointwise 95 % band, shape (n,).
    """
    known = np.isfinite(values) & np.isfinite(half_width)
    times, values, half_width = times[known], values[known], half_width[known]
    ways: tuple[tuple[Literal["maximum", "minimum"], _Floats], ...] = (
        ("maximum", values),
        ("minimum", -values),
    )
    extremes = {kind: find_peaks(curve)[0] for kind, curve in ways}
    looked_at = max(1, len(extremes["maximum"])) * max(1, len(extremes["minimum"]))
    wider = ndtri(1 - 0.025 / looked_at) / ndtri(0.975)
    found: list[TurningPoint] = []
    for kind, curve in ways:
        peaks = extremes[kind]
        prominences, left, right = peak_prominences(curve, peaks)
        bases = np.where(curve[left] > curve[right], left, right)
        needed = wider * np.hypot(half_width[peaks], half_width[bases])
        found += [
            TurningPoint(float(times[i]), measure, float(values[i]), kind)
            for i in peaks[prominences > needed].tolist()
        ]
    return found
