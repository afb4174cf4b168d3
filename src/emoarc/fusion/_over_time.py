"""Fused rows over time: smoothed live, smoothed anew once a recording is whole, cut in segments."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from emoarc.fusion._express import express
from emoarc.fusion._fitted import load_fitted
from emoarc.fusion._fuse import FusionOptions
from emoarc.fusion._hmm import ForwardFilter, forward_backward
from emoarc.fusion._smooth import CausalSmoother, smooth
from emoarc.timeline import Timeline
from emoarc.types import Expression

__all__ = ["LiveSmoother", "Segment", "segments", "smooth_rows"]

_BRIDGE: Final = 0.25
"""Seconds; a shorter gap does not break a segment."""


class LiveSmoother:
    """Smooths each subject's fused rows as they come, by what came before."""

    def __init__(self, options: FusionOptions) -> None:
        self._options = options
        self._filters: dict[str, ForwardFilter | CausalSmoother] = {}

    def __call__(self, row: Expression) -> Expression:
        """Smooth one row, later than the subject's rows before."""
        if self._options.live_smoothing == "none":
            return row
        if row.subject not in self._filters:
            self._filters[row.subject] = self._filter()
        weight = row.quality * (row.end - row.start)
        return _with(row, self._filters[row.subject].update(row.start, row.probabilities, weight))

    def _filter(self) -> ForwardFilter | CausalSmoother:
        fitted = load_fitted()
        if self._options.live_smoothing == "hmm":
            return ForwardFilter(fitted.live_hmm)
        return CausalSmoother(fitted.memory)


def smooth_rows(fused: Timeline, options: FusionOptions) -> Timeline:
    """Smooth the fused rows of a whole recording, each subject's by themselves, both ways."""
    if options.smoothing == "none":
        return fused
    rows = (row for own in fused.by_subject().values() for row in _smooth_subject(own, options))
    return Timeline.from_expressions(rows)


def _smooth_subject(rows: Timeline, options: FusionOptions) -> Iterator[Expression]:
    start = rows.column("start")
    weights = rows.column("quality") * (rows.column("end") - start)
    fitted = load_fitted()
    if options.smoothing == "hmm":
        smoothed = forward_backward(fitted.hmm, start, rows.probabilities, weights)
    else:
        smoothed = smooth(start, rows.probabilities, weights, fitted.memory)
    return map(_with, rows, smoothed)


def _with(row: Expression, probabilities: NDArray[np.float64]) -> Expression:
    """Return a fused row with other probabilities; where it abstained, it abstains."""
    sure = row.label is not None
    return express(
        row.start, row.end, row.subject, "fused", probabilities, row.quality, sure, row.reason
    )


@dataclass(frozen=True)
class Segment:
    """A stretch in which one subject's fused label stays the same."""

    start: float
    """Seconds."""
    end: float
    """Seconds; no later than the subject's next segment starts."""
    subject: str
    label: str
    probability: float
    """Mean probability of the label over the segment's rows, weighted by their length."""


def segments(timeline: Timeline) -> tuple[Segment, ...]:
    """Join the fused rows into segments, in order of time and subject.

    Abstentions and gaps of more than a quarter of a second end a segment and belong to none.
    """
    fused = timeline.select(modality="fused")
    found = [segment for own in fused.by_subject().values() for segment in _segments(own)]
    return tuple(sorted(found, key=lambda segment: (segment.start, segment.subject)))


def _segments(rows: Timeline) -> Iterator[Segment]:
    run: list[Expression] = []
    for row in rows:
        if run and (row.label != run[0].label or row.start - run[-1].end > _BRIDGE):
            yield from _segment(run, row.start)
            run = []
        run.append(row)
    yield from _segment(run, np.inf)


def _segment(run: list[Expression], following: float) -> Iterator[Segment]:
    """Yield what a run of rows with one label makes, nothing where that is an abstention."""
    if not run or run[0].label is None:
        return
    lengths = np.array([max(row.end - row.start, 1e-9) for row in run])
    top = np.array([row.probabilities.max() for row in run])
    end = min(max(row.end for row in run), following)
    yield Segment(
        run[0].start, end, run[0].subject, run[0].label, float(lengths @ top / lengths.sum())
    )
