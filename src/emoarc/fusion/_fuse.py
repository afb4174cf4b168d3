"""Fusing the evidence of face and voice cell by cell, as soon as it is complete."""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emoarc.fusion._attribute import overlap
from emoarc.fusion._express import express
from emoarc.fusion._pool import log_linear_pool
from emoarc.types import Expression, Modality

__all__ = ["FusionOptions", "FusionStage"]

_TINY = 1e-9
"""Seconds that only rounding makes."""


@dataclass(frozen=True)
class FusionOptions:
    """How face and voice become one."""

    step: float = 0.2
    """Length of a cell in seconds."""
    face_weight: float = 0.24
    """The face's exponent in the pool beside `1 - face_weight` for the voice, fitted by
    `bench/fusion_weight.py` (docs/results/fusion-weight.json)."""
    time_constant: float = 0.8
    """Memory of the smoother in seconds."""
    quality_floor: float = 0.2
    """Below this quality emoarc abstains from a label."""


class FusionStage:
    """Pools face and voice expressions of each subject on a grid of cells.

    A cell's expression spans the part of the cell in which the subject was observed. Its quality
    is the sum of the modalities' qualities times their weights: one where both were observed well,
    the face's weight where only a clear face was. Smoothing, arcs and summary weigh by it, so that
    the silence around speech does not drown what was heard in it.

    Push evidence in any order; `settle` returns the cells that no later evidence can change.
    """

    def __init__(self, options: FusionOptions | None = None) -> None:
        self._options = options or FusionOptions()
        face_weight = self._options.face_weight
        self._weights = {"face": face_weight, "voice": 1 - face_weight}
        self._coming: list[tuple[float, str, str, int, Expression]] = []
        self._present: list[Expression] = []
        self._cell = 0
        self._count = 0

    def push(self, evidence: Iterable[Expression]) -> None:
        """Add face or voice expressions."""
        for row in evidence:
            self._count += 1
            heappush(self._coming, (row.start, row.modality, row.subject, self._count, row))

    def settle(self, until: float) -> list[Expression]:
        """Return the fused expressions of all cells that end by `until`, in order of time.

        Args:
            until: The caller's promise that all evidence that starts before this time is here.
        """
        fused: list[Expression] = []
        while self._next_cell() and self._time(self._cell + 1) <= until + _TINY:
            start, end = self._time(self._cell), self._time(self._cell + 1)
            while self._coming and self._coming[0][0] < end:
                self._present.append(heappop(self._coming)[-1])
            fused += self._fuse(start, end)
            self._present = [row for row in self._present if row.end > end]
            self._cell += 1
        return fused

    def _next_cell(self) -> bool:
        """Go to the next cell that holds evidence; tell whether there is one."""
        if not self._present and self._coming:
            self._cell = max(self._cell, int(self._coming[0][0] / self._options.step))
        return bool(self._present or self._coming)

    def _time(self, cell: int) -> float:
        return cell * self._options.step

    def _fuse(self, start: float, end: float) -> list[Expression]:
        here = [row for row in self._present if overlap(row, start, end) > _TINY]
        subjects = sorted({e.subject for e in here})
        return [
            self._fuse_subject(s, [e for e in here if e.subject == s], start, end) for s in subjects
        ]

    def _fuse_subject(
        self, subject: str, evidence: list[Expression], start: float, end: float
    ) -> Expression:
        experts = [
            _consult(modality, rows, start, end)
            for modality in ("face", "voice")
            if (rows := [e for e in evidence if e.modality == modality])
        ]
        weights = [self._weights[e.modality] * e.quality for e in experts]
        probabilities = log_linear_pool([e.probabilities for e in experts], weights)
        mean_quality = sum(weights) / sum(self._weights[e.modality] for e in experts)
        start = max(start, min(row.start for row in evidence))
        end = min(end, max(row.end for row in evidence))
        sure = mean_quality >= self._options.quality_floor
        return express(start, end, subject, "fused", probabilities, sum(weights), sure)


class _Expert(NamedTuple):
    """What one modality says of one cell."""

    modality: Modality
    probabilities: NDArray[np.float64]
    quality: float


def _consult(modality: Modality, rows: list[Expression], start: float, end: float) -> _Expert:
    """Pool the rows of one modality, each by its quality and the part of the cell it fills."""
    shares = np.array([overlap(row, start, end) for row in rows])
    qualities = np.array([row.quality for row in rows])
    probabilities = log_linear_pool([row.probabilities for row in rows], shares * qualities)
    return _Expert(modality, probabilities, float(shares @ qualities / shares.sum()))
