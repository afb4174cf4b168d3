"""The second pass over a recording: what its end tells of its beginning.

It works on the rows of the first pass alone, never on sound or pictures.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emoarc.fusion import FusionOptions, FusionStage, express, smooth
from emoarc.timeline import TIMELINE_SCHEMA, Timeline
from emoarc.types import Expression

__all__ = ["fused_anew", "given_to", "with_probabilities"]


def given_to(rows: Timeline, subjects: Sequence[str]) -> Timeline:
    """Return the rows with other subjects, one for each row."""
    place = TIMELINE_SCHEMA.get_field_index("subject")
    return Timeline(rows.table.set_column(place, "subject", pa.array(subjects, pa.string())))


def fused_anew(observed: Timeline, options: FusionOptions, until: float) -> Timeline:
    """Fuse the rows of faces and voices, and smooth what comes of it both ways.

    Args:
        observed: All of them.
        options: How.
        until: Seconds; what ends later is not complete yet.
    """
    stage = FusionStage(options)
    stage.push(observed)
    fused = Timeline.from_expressions(stage.settle(until))
    return Timeline.from_expressions(
        expression
        for rows in fused.by_subject().values()
        for expression in _smoothed(rows, options.time_constant)
    )


def with_probabilities(raw: Expression, probabilities: NDArray[np.float64]) -> Expression:
    """Return a fused expression with other probabilities; where it abstained, it abstains."""
    sure = raw.label is not None
    return express(raw.start, raw.end, raw.subject, "fused", probabilities, raw.quality, sure)


def _smoothed(raw: Timeline, time_constant: float) -> Iterator[Expression]:
    smoothed = smooth(raw.column("start"), raw.probabilities, raw.column("quality"), time_constant)
    yield from map(with_probabilities, raw, smoothed)
