"""Building one arc from a subject's expressions."""

from dataclasses import dataclass
from math import ceil, floor
from typing import Final

import numpy as np
from numpy.typing import NDArray

from emoarc.labels import EMOTIONS
from emoarc.timeline import Timeline

__all__ = ["MEASURES", "Arc", "ArcOptions", "build_arc"]

MEASURES: Final = ("valence", "arousal", *EMOTIONS)
"""What an arc follows, in the order of its columns."""

_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ArcOptions:
    """How an arc is smoothed."""

    step: float = 1.0
    """Seconds between points of the grid."""
    bandwidth: float = 3.0
    """Standard deviation of the Gaussian kernel in seconds; short recordings use a twentieth of
    their length, at least one second."""
    independence: float = 4.0
    """Seconds after which two estimates count as independent, for the confidence band: the longest
    window of speech, which all fused rows within it share."""


@dataclass(frozen=True)
class Arc:
    """Smoothed curves of one subject, or of the whole recording, on a fixed grid.

    The grid spans the time in which the subject was observed; in a gap, where nothing was observed
    near a point, its values are NaN.
    """

    subject: str
    """A subject's id, or `all`."""
    times: _Floats
    """Seconds, shape (n,)."""
    values: _Floats
    """Shape (n, 9), columns as in `MEASURES`."""
    lower: _Floats
    """Lower end of the pointwise 95 % band, shape (n, 9)."""
    upper: _Floats
    """Upper end of the pointwise 95 % band, shape (n, 9)."""

    def curve(self, measure: str) -> _Floats:
        """Return the values of one of `MEASURES`, shape (n,)."""
        return self.values[:, MEASURES.index(measure)]


def build_arc(subject: str, timeline: Timeline, options: ArcOptions | None = None) -> Arc:
    """Smooth a timeline into an arc by kernel regression (Nadaraya 1964, Watson 1964).

    Every row weighs by its quality, its length and a Gaussian of its distance in time. The band
    is 1.96 standard errors of that weighted mean, with as many independent estimates as there
    are stretches of `options.independence` seconds under the kernel.

    Args:
        subject: The name the arc carries.
        timeline: The rows to smooth, usually the fused ones of the subject. The arc reaches from
            the first to the last of them, on multiples of the step.
        options: Grid and kernel.
    """
    options = options or ArcOptions()
    times = _grid(timeline, options.step)
    bandwidth = min(options.bandwidth, max(1.0, np.ptp(times) / 20)) if len(times) else 1.0
    middles, lengths, samples = _samples(timeline)
    curves = np.full((3, len(times), len(MEASURES)), np.nan)
    for i, time in enumerate(times):
        near = slice(*np.searchsorted(middles, [time - 3 * bandwidth, time + 3 * bandwidth]))
        kernel = np.exp(-0.5 * ((middles[near] - time) / bandwidth) ** 2) * lengths[near]
        if kernel.sum() > 1e-3:
            curves[:, i] = _mean_and_band(samples[near], kernel, options.independence)
    return Arc(subject, times, *curves)


def _grid(timeline: Timeline, step: float) -> _Floats:
    """Return the multiples of `step` that lie within the timeline, and one on either side."""
    if not len(timeline):
        return np.zeros(0)
    first = floor(timeline.column("start").min() / step)
    last = ceil(timeline.column("end").max() / step)
    return step * np.arange(first, last + 1, dtype=np.float64)


def _samples(timeline: Timeline) -> tuple[_Floats, _Floats, _Floats]:
    start, end = timeline.column("start"), timeline.column("end")
    order = np.argsort((start + end) / 2, kind="stable")
    columns = ["valence", "arousal", *(f"p_{emotion}" for emotion in EMOTIONS)]
    samples = np.column_stack([timeline.column(name) for name in columns]).astype(np.float64)
    lengths = (end - start) * timeline.column("quality")
    return ((start + end) / 2)[order], lengths[order], samples[order]


def _mean_and_band(samples: _Floats, weights: _Floats, independence: float) -> _Floats:
    """Return mean, lower and upper end, shape (3, 9); `weights` are seconds under the kernel."""
    mean = weights @ samples / weights.sum()
    variance = weights @ (samples - mean) ** 2 / weights.sum()
    error = 1.96 * np.sqrt(variance / max(1.0, weights.sum() / independence))
    return np.stack([mean, mean - error, mean + error])
