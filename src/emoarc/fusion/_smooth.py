"""Smoothing distributions over time: causally for a live stream, both ways for a recording."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["CausalSmoother", "smooth"]

_Floats = NDArray[np.float64]
_FLOOR = 1e-6


class CausalSmoother:
    """A leaky average of distributions that knows only the past.

    The average is linear: over time an expression changes, so its estimates mix, and one that is
    very sure must not outvote its neighbours as it would among logarithms. Each estimate counts by
    its weight and fades with the time constant, so that a gap ages what was known before it.
    """

    def __init__(self, time_constant: float) -> None:
        self._time_constant = time_constant
        self._time = -np.inf
        self._sum: _Floats = np.zeros(1)
        self._weight = 0.0

    def update(self, time: float, probabilities: ArrayLike, weight: float) -> _Floats:
        """Take in one estimate, later than the ones before, and return the smoothed one."""
        decay = np.exp((self._time - time) / self._time_constant)
        weight = max(weight, _FLOOR)
        self._sum = decay * self._sum + weight * np.asarray(probabilities, dtype=np.float64)
        self._weight = float(decay * self._weight + weight)
        self._time = time
        return self._sum / self._weight


def smooth(
    times: ArrayLike, probabilities: ArrayLike, weights: ArrayLike, time_constant: float
) -> _Floats:
    """Smooth a whole recording by a linear average with a two-sided exponential kernel.

    The causal filter run forwards and backwards, its weights added; no phase shift.

    Args:
        times: Increasing, in seconds, shape (n,).
        probabilities: Shape (n, classes).
        weights: Not negative, such as quality times length, shape (n,).
        time_constant: Of the kernel, in seconds.

    Returns:
        Smoothed probabilities, shape (n, classes).
    """
    times = np.asarray(times, dtype=np.float64)
    parts = np.maximum(np.asarray(weights, dtype=np.float64), _FLOOR)[:, None]
    terms = np.hstack([parts * np.asarray(probabilities, dtype=np.float64), parts])
    decays = np.exp(-np.diff(times) / time_constant)
    total = _leak(terms, decays) + _leak(terms[::-1], decays[::-1])[::-1] - terms
    return total[:, :-1] / total[:, -1:]


def _leak(terms: _Floats, decays: _Floats) -> _Floats:
    sums = terms.copy()
    for i, decay in enumerate(decays, start=1):
        sums[i] += decay * sums[i - 1]
    return sums
