"""Comparing the shapes of arcs of many recordings, however long each is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.spatial.distance import cdist

from emoarc.arcs._arc import MEASURES, Arc
from emoarc.errors import OptionError

__all__ = ["DISTANCES", "CompareOptions", "Comparison", "compare_arcs"]

DISTANCES: Final = ("euclidean", "dtw")
_PAIRS: Final = 1000
"""Pairs warped at once: what a processor's cache holds."""

_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CompareOptions:
    """What of the arcs is compared, and how."""

    measure: str = "valence"
    """One of `MEASURES`."""
    distance: Literal["euclidean", "dtw"] = "euclidean"
    """`euclidean` compares what happens at the same part of the recordings; `dtw`, dynamic time
    warping, lets one run ahead of the other."""
    points: int = 100
    """To which every curve is resampled."""
    smoothing: float = 0.08
    """Standard deviation of the Gaussian by which curves are smoothed, in parts of their length:
    families are told by the course of the whole, not by single sentences."""
    window: float = 0.1
    """How far dynamic time warping may shift a point, in parts of the length (Sakoe & Chiba
    1978)."""
    shortest: float = 10.0
    """Seconds; a recording in which less was observed has no course to compare."""
    flattest: float = 0.02
    """A curve whose standard deviation is smaller is taken as flat: made as tall as the others, it
    would be noise."""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if self.measure not in MEASURES:
            raise OptionError(f"measure: choose of {', '.join(MEASURES)}, not {self.measure}")
        if self.distance not in DISTANCES:
            raise OptionError(f"distance: choose of {', '.join(DISTANCES)}, not {self.distance}")
        if self.points < 2 or not 0 < self.window <= 1 or not 0 < self.smoothing < 1:
            raise OptionError("compare: needs 2 points or more, 0 < window <= 1, 0 < smoothing < 1")


@dataclass(frozen=True)
class Comparison:
    """Curves made comparable, and how far apart they are."""

    names: tuple[str, ...]
    """Of the recordings that can be compared, in alphabetical order."""
    curves: _Floats
    """Mean 0 and standard deviation 1 over relative time, shape (n, points)."""
    distances: _Floats
    """Between the curves, shape (n, n): root mean square difference, along the best warping path
    where time was warped."""
    left_out: dict[str, str]
    """Why each other recording cannot be compared."""
    options: CompareOptions


def compare_arcs(arcs: Mapping[str, Arc], options: CompareOptions | None = None) -> Comparison:
    """Bring arcs to the same length, height and spread, and measure how far apart they are.

    Gaps in which nothing was observed are bridged by straight lines.

    Args:
        arcs: By the name of the recording; the order does not matter.
        options: What is compared, and how.
    """
    options = options or CompareOptions()
    curves: dict[str, _Floats] = {}
    left_out: dict[str, str] = {}
    for name, arc in sorted(arcs.items()):
        found = _comparable(arc, options)
        if isinstance(found, str):
            left_out[name] = found
        else:
            curves[name] = found
    stacked = np.array([*curves.values()]).reshape(-1, options.points)
    return Comparison(tuple(curves), stacked, _distances(stacked, options), left_out, options)


def _comparable(arc: Arc, options: CompareOptions) -> _Floats | str:
    """Return the normalised curve, or why there is none."""
    values = arc.curve(options.measure)
    known = np.isfinite(values)
    step = float(np.diff(arc.times[:2]).sum())
    seconds = step * known.sum()
    if seconds < options.shortest:
        return f"too short: {seconds:.0f} s observed, {options.shortest:g} s needed"
    times = arc.times[known]
    grid = np.linspace(float(times[0]), float(times[-1]), options.points)
    curve: _Floats = np.interp(grid, times, values[known])
    curve = gaussian_filter1d(curve, options.smoothing * options.points, mode="nearest")
    if curve.std() < options.flattest:
        return f"flat: its {options.measure} varies by {curve.std():.3f} only"
    return (curve - curve.mean()) / curve.std()


def _distances(curves: _Floats, options: CompareOptions) -> _Floats:
    if options.distance == "euclidean":
        return cdist(curves, curves) / np.sqrt(options.points)
    first, second = np.triu_indices(len(curves), 1)
    distances = np.zeros((len(curves), len(curves)))
    reach = round(options.window * options.points)
    for start in range(0, len(first), _PAIRS):
        a, b = first[start : start + _PAIRS], second[start : start + _PAIRS]
        distances[a, b] = distances[b, a] = _warp(curves[a].T, curves[b].T, reach)
    return distances / np.sqrt(options.points)


def _warp(first: _Floats, second: _Floats, reach: int) -> _Floats:
    """Return the cost of the best warping path of many pairs at once, shape (pairs,).

    The root of the least sum of squared differences along a path from start to end on which both
    curves only go forward and stay within `reach` points (Sakoe & Chiba 1978).

    Args:
        first: Shape (points, pairs).
        second: Likewise.
        reach: Points.
    """
    points = len(first)
    above = np.full((points + 1, first.shape[1]), np.inf)  # costs of the row before, from column -1
    above[0] = 0.0
    for i in range(points):
        row = np.full_like(above, np.inf)
        for j in range(max(0, i - reach), min(points, i + reach + 1)):
            cheapest = np.minimum(np.minimum(above[j], above[j + 1]), row[j])
            row[j + 1] = (first[i] - second[j]) ** 2 + cheapest
        above = row
    return np.sqrt(above[points])
