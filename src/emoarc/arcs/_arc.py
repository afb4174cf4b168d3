"""Building one arc from a subject's expressions."""

from dataclasses import asdict, dataclass
from math import ceil, floor, inf
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import toeplitz
from scipy.ndimage import gaussian_filter1d, maximum_filter1d
from scipy.special import stdtrit

from emoarc.arcs._turning import TurningPoint, find_turning_points
from emoarc.errors import OptionError
from emoarc.labels import EMOTIONS
from emoarc.timeline import Timeline

__all__ = ["MEASURES", "Arc", "ArcOptions", "build_arc"]

MEASURES: Final = ("valence", "arousal", *EMOTIONS)
"""What an arc follows, in the order of its columns."""

_LIMITS: Final = np.array([[-1.0, -1.0, *[0.0] * 7], [1.0] * 9])
"""Least and largest value of each measure, shape (2, 9)."""
_NEAR: Final = 3
"""Bandwidths beyond which rows do not count."""
_POOL: Final = 4
"""Bandwidths of the kernel over which the spread of estimates is pooled: under the arc's own kernel
are two or three independent ones, too few to tell how far they spread."""
_SLOTS: Final = 15
"""Into how many parts `independence` is cut to see how errors go together."""
_LEAST: Final = 1e-3
"""Seconds under the kernel, times quality, below which nothing was observed."""

_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ArcOptions:
    """How an arc is smoothed."""

    step: float = 1.0
    """Seconds between points of the grid."""
    bandwidth: float = 3.0
    """Standard deviation of the Gaussian kernel in seconds; short recordings use a twentieth of
    their length, at least one second."""
    independence: float = 5.0
    """Seconds after which two estimates count as independent, for the confidence band: the longest
    window of speech, which all fused rows within it share, and what smoothing adds to it. The
    errors of nearer ones are taken to correlate the less the farther apart they are (linearly)."""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        for name, seconds in asdict(self).items():
            if not 0 < seconds < inf:
                raise OptionError(f"arcs: {name} is in seconds, above 0, not {seconds}")


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
    """Lower end of the pointwise 95 % band, shape (n, 9); NaN also where too little was observed
    to tell how far estimates spread, as in a recording of one short sentence."""
    upper: _Floats
    """Upper end of the pointwise 95 % band, likewise."""

    def curve(self, measure: str) -> _Floats:
        """Return the values of one of `MEASURES`, shape (n,)."""
        return self.values[:, MEASURES.index(measure)]

    @property
    def turning_points(self) -> tuple[TurningPoint, ...]:
        """Where the measures turn, in order of time; see `find_turning_points`."""
        found = (
            point
            for i, measure in enumerate(MEASURES)
            for point in find_turning_points(
                measure, self.times, self.values[:, i], (self.upper - self.lower)[:, i] / 2
            )
        )
        return tuple(sorted(found, key=lambda point: point.time))


def build_arc(subject: str, timeline: Timeline, options: ArcOptions | None = None) -> Arc:
    """Smooth a timeline into an arc by kernel regression (Nadaraya 1964, Watson 1964).

    Every row weighs by its quality, its length and a Gaussian of its distance in time. The band
    is Student's 95 % interval of that weighted mean for errors that correlate over
    `options.independence` seconds, their variance pooled over the neighbourhood. It covers the
    truth as often as it says if errors are like that (`tests/arcs/test_arc.py` tries several
    kinds); what models get wrong all the time, no band can know.

    Args:
        subject: The name the arc carries.
        timeline: The rows to smooth, usually the fused ones of the subject. The arc reaches from
            the first to the last of them, on multiples of the step.
        options: Grid and kernel.
    """
    options = options or ArcOptions()
    times = _grid(timeline, options.step)
    bandwidth = min(options.bandwidth, max(1.0, np.ptp(times) / 20)) if len(times) else 1.0
    rows = _rows(timeline, options.independence)
    alike = _likeness(2 * _NEAR * bandwidth / options.independence)
    means, spreads = np.full((2, len(times), len(MEASURES)), np.nan)
    observed, shares = np.zeros(len(times)), np.ones(len(times))
    for i, time in enumerate(times):
        near = rows.between(time - _NEAR * bandwidth, time + _NEAR * bandwidth)
        kernel = np.exp(-0.5 * ((near.middles - time) / bandwidth) ** 2) * near.lengths
        weights = kernel * near.qualities
        if weights.sum() > _LEAST:
            observed[i] = kernel.sum()
            weights /= weights.sum()
            means[i] = weights @ near.samples
            spreads[i] = weights @ (near.samples - means[i]) ** 2
            together = np.bincount(near.slots - near.slots[0], weights)
            shares[i] = together @ alike[: len(together), : len(together)] @ together
    errors = _half_width(spreads, observed, shares, bandwidth, options.step)
    return Arc(subject, times, means, *np.clip([means - errors, means + errors], *_LIMITS[:, None]))


def _grid(timeline: Timeline, step: float) -> _Floats:
    """Return the multiples of `step` that lie within the timeline, and one on either side."""
    if not len(timeline):
        return np.zeros(0)
    first = floor(timeline.column("start").min() / step)
    last = ceil(timeline.column("end").max() / step)
    return step * np.arange(first, last + 1, dtype=np.float64)


class _Rows(NamedTuple):
    """Rows of a timeline in order of their middles."""

    middles: _Floats
    lengths: _Floats
    qualities: _Floats
    slots: NDArray[np.int64]
    """In which part of time each middle lies, `_SLOTS` to the independence."""
    samples: _Floats
    """Shape (n, 9)."""

    def between(self, start: float, end: float) -> "_Rows":
        first, last = np.searchsorted(self.middles, [start, end]).tolist()
        return _Rows(
            self.middles[first:last],
            self.lengths[first:last],
            self.qualities[first:last],
            self.slots[first:last],
            self.samples[first:last],
        )


def _rows(timeline: Timeline, independence: float) -> _Rows:
    middles = (timeline.column("start") + timeline.column("end")) / 2
    order = np.argsort(middles, kind="stable")
    columns = ["valence", "arousal", *(f"p_{emotion}" for emotion in EMOTIONS)]
    samples = np.column_stack([timeline.column(name) for name in columns]).astype(np.float64)
    return _Rows(
        middles[order],
        (timeline.column("end") - timeline.column("start"))[order],
        timeline.column("quality").astype(np.float64)[order],
        np.floor(middles[order] * _SLOTS / independence).astype(np.int64),
        samples[order],
    )


def _likeness(span: float) -> _Floats:
    """Return how errors of two slots correlate, for all slots in `span` times the independence.

    The errors of two windows correlate by the part that they have in common.
    """
    return toeplitz(np.maximum(0, 1 - np.arange(ceil(span * _SLOTS) + 2) / _SLOTS))


def _half_width(
    spreads: _Floats, observed: _Floats, shares: _Floats, bandwidth: float, step: float
) -> _Floats:
    """Return half the width of the 95 % band, shape (n, 9); NaN where nothing can tell.

    Args:
        spreads: Variance of the rows around the mean of each kernel, shape (n, 9). Since that
            mean follows the rows, it is too small by the factor `1 - shares`.
        observed: Seconds under each kernel, shape (n,).
        shares: Variance of each mean in parts of that of one row, shape (n,).
        bandwidth: Of the kernel, in seconds.
        step: Of the grid, in seconds.
    """

    def pooled(values: _Floats) -> _Floats:
        return gaussian_filter1d(values, _POOL * bandwidth / step, axis=0, mode="constant")

    most = maximum_filter1d(observed, 2 * ceil(_NEAR * bandwidth / step) + 1)
    independent = _POOL * pooled(observed / np.maximum(most, _LEAST) / shares)
    enough = (independent >= 2) & (observed > 0)
    freedom, left = independent[enough] - 1, pooled(observed * (1 - shares))[enough]
    variances = pooled(observed[:, None] * np.nan_to_num(spreads))[enough] / left[:, None]
    errors = np.full_like(spreads, np.nan)
    factors = stdtrit(freedom, 0.975) * np.sqrt(shares[enough])
    errors[enough] = factors[:, None] * np.sqrt(variances)
    return errors
