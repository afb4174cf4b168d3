"""What each modality says of each subject, on a grid of cells in time."""

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emoarc.fusion._combine import EXPERTS
from emoarc.fusion._pool import log_linear_pool
from emoarc.labels import EMOTIONS
from emoarc.types import Expression

__all__ = ["Cell", "Cells"]

_TINY = 1e-6
"""Seconds that only rounding makes, also of times since 1970."""
_LEAST = 1e-6
"""Quality of what was observed and cannot be trusted at all."""


class Cell(NamedTuple):
    """What was observed of one subject within one cell."""

    start: float
    """Of the part of the cell in which the subject was observed, in seconds."""
    end: float
    subject: str
    probabilities: NDArray[np.float64]
    """Of `EXPERTS`, shape (2, 7); equal where one was not observed."""
    qualities: NDArray[np.float64]
    """Of `EXPERTS`, shape (2,); 0 where one was not observed, and only there."""


class Cells:
    """Sorts evidence into cells, as soon as they are complete.

    Push evidence in any order; `settle` returns the cells that no later evidence can change.
    """

    def __init__(self, step: float) -> None:
        self._step = step
        self._coming: list[tuple[float, str, str, int, Expression]] = []
        self._present: list[Expression] = []
        self._cell = 0
        self._count = 0

    def push(self, evidence: Iterable[Expression]) -> None:
        """Add face or voice expressions."""
        for row in evidence:
            self._count += 1
            heappush(self._coming, (row.start, row.modality, row.subject, self._count, row))

    def settle(self, until: float) -> Iterator[Cell]:
        """Yield all cells that end by `until`, in order of time and subject.

        Args:
            until: The caller's promise that all evidence that starts before this time is here.
        """
        while self._next_cell() and self._time(self._cell + 1) <= until + _TINY:
            start, end = self._time(self._cell), self._time(self._cell + 1)
            while self._coming and self._coming[0][0] < end:
                self._present.append(heappop(self._coming)[-1])
            yield from _cells(self._present, start, end)
            self._present = [row for row in self._present if row.end > end]
            self._cell += 1

    def sort(self, evidence: Iterable[Expression], until: float = inf) -> Iterator[Cell]:
        """Yield the cells of evidence that is in order of its start, and hold little of it at once.

        Args:
            evidence: Face or voice expressions.
            until: As in `settle`, when they have all come.
        """
        for row in evidence:
            self.push([row])
            yield from self.settle(min(row.start, until))
        yield from self.settle(until)

    def _next_cell(self) -> bool:
        """Go to the next cell that holds evidence; tell whether there is one."""
        if not self._present and self._coming:
            self._cell = max(self._cell, int(self._coming[0][0] / self._step))
        return bool(self._present or self._coming)

    def _time(self, cell: int) -> float:
        return cell * self._step


def _cells(present: list[Expression], start: float, end: float) -> Iterator[Cell]:
    here = [row for row in present if _shared(row, start, end) > _TINY]
    for subject in sorted({row.subject for row in here}):
        yield _cell([row for row in here if row.subject == subject], start, end)


def _cell(rows: list[Expression], start: float, end: float) -> Cell:
    probabilities = np.full((len(EXPERTS), len(EMOTIONS)), 1 / len(EMOTIONS))
    qualities = np.zeros(len(EXPERTS))
    for k, modality in enumerate(EXPERTS):
        own = [row for row in rows if row.modality == modality]
        if own:
            probabilities[k], qualities[k] = _consult(own, start, end)
    first, last = min(row.start for row in rows), max(row.end for row in rows)
    return Cell(max(start, first), min(end, last), rows[0].subject, probabilities, qualities)


def _consult(rows: list[Expression], start: float, end: float) -> tuple[NDArray[np.float64], float]:
    """Pool the rows of one modality, each by its quality and the part of the cell it fills."""
    shares = np.array([_shared(row, start, end) for row in rows])
    qualities = np.array([row.quality for row in rows])
    probabilities = log_linear_pool([row.probabilities for row in rows], shares * qualities)
    return probabilities, max(float(shares @ qualities / shares.sum()), _LEAST)


def _shared(row: Expression, start: float, end: float) -> float:
    """Return the seconds that a row shares with a cell."""
    return max(0.0, min(row.end, end) - max(row.start, start))
