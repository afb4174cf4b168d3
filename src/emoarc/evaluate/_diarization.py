"""Who spoke when: how much of the time is told wrong."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

__all__ = ["DiarizationFigures", "diarization_figures"]


@dataclass(frozen=True)
class DiarizationFigures:
    """What the diarisation error rate is made of, all in frames; figures of recordings add up."""

    speech: int = 0
    """Frames of true speech, those of two speakers at once counted twice."""
    missed: int = 0
    """Of these, what nobody was found for."""
    false_alarm: int = 0
    """Speech found where there was none, or less."""
    confusion: int = 0
    """Speech given to another speaker."""

    @property
    def error(self) -> float:
        """The diarisation error rate (NIST 2009, RT-09 evaluation plan, section 4.2)."""
        return (self.missed + self.false_alarm + self.confusion) / max(self.speech, 1)

    def __add__(self, other: "DiarizationFigures") -> "DiarizationFigures":
        return DiarizationFigures(
            self.speech + other.speech,
            self.missed + other.missed,
            self.false_alarm + other.false_alarm,
            self.confusion + other.confusion,
        )


def diarization_figures(
    truth: NDArray[np.bool_], found: NDArray[np.bool_], collar: int = 0
) -> DiarizationFigures:
    """Compare who spoke with who was found to, under the best pairing of their names.

    Args:
        truth: Shape (speakers, frames).
        found: Shape (other speakers, frames).
        collar: Frames to either side of where a true speaker begins or ends that do not count.
    """
    counted = ~_near_changes(truth, collar)
    truth, found = truth[:, counted], found[:, counted]
    shared = truth.astype(np.int64) @ found.T.astype(np.int64)
    assignment: Any = optimize.linear_sum_assignment(shared, maximize=True)
    right = int(shared[assignment].sum())
    there, told = truth.sum(axis=0), found.sum(axis=0)
    return DiarizationFigures(
        speech=int(there.sum()),
        missed=int(np.maximum(there - told, 0).sum()),
        false_alarm=int(np.maximum(told - there, 0).sum()),
        confusion=int(np.minimum(there, told).sum()) - right,
    )


def _near_changes(truth: NDArray[np.bool_], collar: int) -> NDArray[np.bool_]:
    """Tell which frames lie within the collar of a change."""
    near = np.zeros(truth.shape[1], np.bool_)
    changes = np.diff(truth.astype(np.int8), axis=1, prepend=0, append=0)
    for place in np.flatnonzero(changes.any(axis=0)).tolist():
        near[max(place - collar, 0) : place + collar] = True
    return near
