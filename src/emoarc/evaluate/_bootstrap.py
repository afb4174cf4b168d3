"""How far a figure would move had other speakers been recorded: intervals by bootstrap."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "FEWEST_GROUPS",
    "Interval",
    "bootstrap_interval",
    "choose_units",
    "count_speakers",
    "draws",
    "percentiles",
    "sampling_units",
    "speaker_interval",
]

FEWEST_GROUPS = 8
"""Drawing from fewer groups gives bounds that are far too narrow, so none are given."""

Measure = Callable[[NDArray[np.intp]], float]
"""Maps the indices of the drawn items to the figure."""


@dataclass(frozen=True)
class Interval:
    """A figure with the bounds a bootstrap puts around it; NaN where there are none."""

    value: float
    low: float
    high: float


def bootstrap_interval(
    measure: Measure,
    groups: NDArray[Any],
    *,
    level: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
) -> Interval:
    """Bracket a figure by drawing groups with replacement and measuring again.

    Args:
        measure: Maps the indices of the drawn items to the figure.
        groups: The group of each item: its speaker, or its own number where items are independent.
        level: The share of resamples between the bounds (percentile method, Efron 1979).
        resamples: How often to draw.
        seed: Of the draws.
    """
    if not len(groups):
        return Interval(float("nan"), float("nan"), float("nan"))
    figures = np.array([measure(items) for items in draws(groups, resamples, seed)])
    return Interval(measure(np.arange(len(groups))), *percentiles(figures, level))


def speaker_interval(measure: Measure, speakers: NDArray[np.str_]) -> Interval:
    """Bracket a figure at 95 % by drawing speakers; fewer than `FEWEST_GROUPS` give no bounds.

    Args:
        measure: Maps the indices of the drawn items to the figure.
        speakers: Of each item; empty where unknown (see `sampling_units`).
    """
    if count_speakers(speakers) < FEWEST_GROUPS:
        return Interval(measure(np.arange(len(speakers))), float("nan"), float("nan"))
    return bootstrap_interval(measure, sampling_units(speakers))


def count_speakers(speakers: NDArray[np.str_]) -> int:
    """Count the speakers who are known, that is not empty."""
    return len(np.unique(speakers[speakers != ""]))


def sampling_units(speakers: NDArray[np.str_]) -> NDArray[np.int64]:
    """Number what a bootstrap draws: speakers, and each item of nobody known by itself."""
    names, numbers = np.unique(speakers, return_inverse=True)
    return np.where(speakers == "", len(names) + np.arange(len(speakers)), numbers)


def choose_units(
    speakers: NDArray[np.str_], clips: NDArray[Any]
) -> tuple[Literal["speakers", "clips"], NDArray[np.int64]]:
    """Choose what a bootstrap draws: speakers, or clips where too few speakers are known.

    Args:
        speakers: Of each item; empty where unknown.
        clips: Which clip each item is of: one that was tested several times is one unit, or else
            its repetitions would pass for independent.

    Returns:
        What is drawn, and the unit of each item.
    """
    if count_speakers(speakers) >= FEWEST_GROUPS:
        return "speakers", sampling_units(speakers)
    return "clips", np.unique(clips, return_inverse=True)[1]


def draws(groups: NDArray[Any], resamples: int, seed: int) -> Iterator[NDArray[np.intp]]:
    """Draw as many groups as there are, with replacement, giving the indices of their items."""
    _, numbers = np.unique(groups, return_inverse=True)
    ordered = np.argsort(numbers, kind="stable")
    sizes = np.bincount(numbers)
    starts = np.cumsum(sizes) - sizes
    generator = np.random.default_rng(seed)
    for _ in range(resamples):
        drawn = generator.integers(0, len(sizes), len(sizes))
        lengths = sizes[drawn]
        ends = np.cumsum(lengths)
        # Each drawn group's run of `ordered`, one after the other.
        yield ordered[np.arange(ends[-1]) + np.repeat(starts[drawn] - ends + lengths, lengths)]


def percentiles(figures: NDArray[np.float64], level: float) -> tuple[float, float]:
    """Return the bounds of the middle `level` of the figures that are not NaN."""
    measured = figures[~np.isnan(figures)]
    if not len(measured):
        return float("nan"), float("nan")
    low, high = np.quantile(measured, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
