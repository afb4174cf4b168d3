"""Fusing the evidence of face and voice cell by cell, as soon as it is complete."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import inf
from typing import Literal, get_args

from emoarc.errors import OptionError
from emoarc.fusion._cells import Cell, Cells
from emoarc.fusion._combine import FusionRule, combine
from emoarc.fusion._express import express
from emoarc.fusion._fitted import Fitted, load_fitted
from emoarc.types import Expression

__all__ = ["FusionOptions", "FusionStage"]


Smoothing = Literal["hmm", "linear", "none"]
"""By a hidden Markov model, by a leaky average, or not at all."""


@dataclass(frozen=True)
class FusionOptions:
    """How face and voice become one."""

    step: float = 0.2
    """Length of a cell in seconds."""
    rule: FusionRule = "pool"
    """How face and voice of the same moment are combined; docs/results/fusion.md compares."""
    smoothing: Smoothing = "hmm"
    """How the fused rows of a whole recording are smoothed; docs/results/fusion.md compares."""
    live_smoothing: Smoothing = "linear"
    """How those of a stream are smoothed while it runs; likewise."""
    quality_floor: float = 0.2
    """Below this quality emoarc abstains from a label."""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not 0 < self.step < inf:
            raise OptionError(f"fusion: step is the length of a cell, above 0 s, not {self.step}")
        for way in (self.smoothing, self.live_smoothing):
            if way not in get_args(Smoothing):
                known = ", ".join(get_args(Smoothing))
                raise OptionError(f"fusion: the smoothing {way!r} is none of {known}")


class FusionStage:
    """Combines face and voice expressions of each subject on a grid of cells.

    A cell's expression spans the part of the cell in which the subject was observed. Its quality
    is the sum of the modalities' qualities times their shares in the pool: one where both were
    observed well, the face's share where only a clear face was. Smoothing, arcs and summary weigh
    by it, so that the silence around speech does not drown what was heard in it. It has a label
    where either modality is good enough for one.

    Push evidence in any order; `settle` returns the cells that no later evidence can change.
    """

    def __init__(self, options: FusionOptions | None = None, fitted: Fitted | None = None) -> None:
        """Begin with nothing.

        Args:
            options: How to fuse.
            fitted: The numbers to fuse with, by default those that ship.
        """
        self._options = options or FusionOptions()
        fitted = fitted or load_fitted()
        self._combiner = fitted.combiner(self._options.rule)
        self._weights = fitted.pool.shares
        self._cells = Cells(self._options.step)

    def push(self, evidence: Iterable[Expression]) -> None:
        """Add face or voice expressions."""
        self._cells.push(evidence)

    def settle(self, until: float) -> list[Expression]:
        """Return the fused expressions of all cells that end by `until`, in order of time.

        Args:
            until: The caller's promise that all evidence that starts before this time is here.
        """
        return [self._fuse(cell) for cell in self._cells.settle(until)]

    def fuse(self, evidence: Iterable[Expression], until: float = inf) -> Iterator[Expression]:
        """Yield the fused expressions of evidence in order of its start; see `Cells.sort`."""
        return map(self._fuse, self._cells.sort(evidence, until))

    def _fuse(self, cell: Cell) -> Expression:
        weighed = float(self._weights @ cell.qualities)
        (fused,) = combine(self._combiner, cell.probabilities[None], cell.qualities[None])
        # Not by the mean of both, or a bad voice would take the label from a good face.
        sure = bool(cell.qualities.max() >= self._options.quality_floor)
        return express(cell.start, cell.end, cell.subject, "fused", fused, weighed, sure)
