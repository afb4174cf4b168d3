"""Is one system better than another on the same items, or is it chance?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emoarc.evaluate._bootstrap import FEWEST_GROUPS, draws, percentiles
from emoarc.evaluate._checks import Classes, check_lengths

__all__ = ["Difference", "McNemar", "mcnemar", "paired_bootstrap"]


@dataclass(frozen=True)
class McNemar:
    """Where two systems part, and how likely chance alone would part them as unevenly."""

    only_first: int
    """Items that only the first system gets right."""
    only_second: int
    """Items that only the second gets right."""
    p: float
    """Two-sided and exact; NaN without items, 1 where no item parts the systems."""


def mcnemar(truth: Classes, first: Classes, second: Classes) -> McNemar:
    """Test whether two systems are right equally often, by an exact binomial test.

    McNemar 1947, "Note on the sampling error of the difference between correlated proportions";
    Dietterich 1998 recommends it for classifiers. It takes items as independent, which clips of one
    speaker are not: `paired_bootstrap` over speakers is the more careful answer.

    Raises:
        OptionError: The columns are not of one length.
    """
    from scipy.stats import binomtest  # takes most of a second, and is seldom needed

    check_lengths(truth, first)
    check_lengths(truth, second)
    right, other = np.equal(truth, first), np.equal(truth, second)
    ahead, behind = int((right & ~other).sum()), int((other & ~right).sum())
    if not ahead + behind:
        return McNemar(0, 0, 1.0 if len(truth) else float("nan"))
    return McNemar(ahead, behind, float(binomtest(ahead, ahead + behind, 0.5).pvalue))


@dataclass(frozen=True)
class Difference:
    """The first system's figure less the second's; bounds and p are NaN with too few groups."""

    value: float
    low: float
    high: float
    p: float
    """Two-sided: twice the share of resamples on the other side of zero, 1 at most."""


def paired_bootstrap(
    measure: Callable[[Any, Any], float],
    truth: NDArray[Any],
    first: NDArray[Any],
    second: NDArray[Any],
    groups: NDArray[Any],
    *,
    level: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
) -> Difference:
    """Bracket the difference between two systems by drawing groups, the same for both.

    After Bisani and Ney 2004, "Bootstrap estimates for confidence intervals in ASR performance
    evaluation"; the share counts one resample more on either side, so that p is never 0 (Davison
    and Hinkley 1997, "Bootstrap methods and their application", section 4.2).

    Args:
        measure: Of truth and prediction, such as `uar`, `brier_score` or `ccc`.
        truth: What is true of each item.
        first: What the first system says of it, shape (n, ...).
        second: What the second says of it, shape (n, ...).
        groups: The group of each item: its speaker (`sampling_units` where some are unknown), or
            its own number. Fewer than `FEWEST_GROUPS` give no bounds and no p.
        level: The share of resamples between the bounds.
        resamples: How often to draw.
        seed: Of the draws.

    Raises:
        OptionError: The columns are not of one length.
    """
    for column, name in ((first, "predictions"), (second, "predictions"), (groups, "groups")):
        check_lengths(truth, column, name)
    value = measure(truth, first) - measure(truth, second)
    if len(np.unique(groups)) < FEWEST_GROUPS:
        return Difference(value, float("nan"), float("nan"), float("nan"))
    differences = np.array(
        [
            measure(truth[items], first[items]) - measure(truth[items], second[items])
            for items in draws(groups, resamples, seed)
        ]
    )
    return Difference(value, *percentiles(differences, level), _two_sided(differences))


def _two_sided(differences: NDArray[np.float64]) -> float:
    measured = differences[~np.isnan(differences)]
    if not len(measured):
        return float("nan")
    fewer = min((measured <= 0).sum(), (measured >= 0).sum())
    return min(1.0, 2 * float(fewer + 1) / (len(measured) + 1))
