"""Figures as JSON takes them: rounded to four decimals, null where nothing was measured."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emoarc.evaluate._bootstrap import FEWEST_GROUPS, bootstrap_interval
from emoarc.evaluate._checks import Classes
from emoarc.evaluate._classes import recalls

__all__ = ["interval", "recall_by_class", "rounded", "rounded_list"]


def rounded(figures: Mapping[str, float]) -> dict[str, float | None]:
    """Round figures to four decimals."""
    return {name: _rounded(value) for name, value in figures.items()}


def rounded_list(figures: NDArray[Any]) -> list[float | None]:
    """Round figures, shape (n,), to four decimals."""
    return [_rounded(figure) for figure in figures.tolist()]


def interval(
    measure: Callable[[NDArray[np.intp]], float], groups: NDArray[Any]
) -> dict[str, float | None]:
    """Measure a figure and its 95 % bootstrap interval over enough `groups`; else it is null."""
    if len(np.unique(groups)) < FEWEST_GROUPS:
        return {**rounded({"value": measure(np.arange(len(groups)))}), "low": None, "high": None}
    return rounded(asdict(bootstrap_interval(measure, groups)))


def recall_by_class(
    labels: Sequence[str], truth: Classes, predicted: Classes
) -> dict[str, float | None]:
    """Measure each label's recall; null where it does not occur."""
    measured = recalls(truth, predicted, len(labels))
    return dict(zip(labels, rounded_list(measured), strict=True))


def _rounded(figure: float) -> float | None:
    return None if np.isnan(figure) else round(figure, 4)
