"""Rules that fuse what several classifiers say of the same examples.

Kittler, Hatef, Duin and Matas 1998, "On combining classifiers", IEEE TPAMI 20(3), for R members,
prior P(w) and posteriors p_r(w), each result divided by its sum over the classes:

- `max`      max_r p_r(w)
- `mean`     1/R sum_r p_r(w)
- `product`  P(w)^(1-R) prod_r p_r(w)
- `bayes`    (1-R) P(w) + sum_r p_r(w), not below 0: the sum rule with its prior

Hossain and Muhammad 2019 compare max, product and a Bayesian sum with their fusion by extreme
learning machines. They name the Bayesian sum only; we take Kittler's sum rule for it. With equal
priors it chooses as `mean` does, but is surer of it.
"""

from collections.abc import Sequence
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emoarc.errors import OptionError

__all__ = ["FixedRule", "fuse"]

FixedRule: TypeAlias = Literal["max", "mean", "product", "bayes"]

_FLOOR = 1e-12
"""Least probability in a product, so that members who exclude each other's classes can be fused."""


def fuse(
    members: Sequence[ArrayLike], rule: FixedRule, priors: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Fuse the probabilities of several classifiers.

    Args:
        members: One array (n, labels) of probabilities per classifier.
        rule: See the module.
        priors: Of the classes, shape (labels,), as the members were trained under them; equal by
            default. `max` and `mean` do not use them.

    Returns:
        Probabilities (n, labels); each row sums to 1.

    Raises:
        OptionError: There is no member, shapes differ, or something is no distribution.
    """
    stack = _members(members)
    prior = _prior(priors, stack.shape[2])
    match rule:
        case "max":
            fused = stack.max(axis=0)
        case "mean":
            fused = stack.mean(axis=0)
        case "product":
            fused = _product(stack, prior)
        case "bayes":
            fused = np.maximum((1 - len(stack)) * prior + stack.sum(axis=0), 0)
        case _:
            raise OptionError(f"rule: {rule!r} is none of {', '.join(get_args(FixedRule))}")
    return fused / fused.sum(axis=1, keepdims=True)


def _product(stack: NDArray[np.float64], prior: NDArray[np.float64]) -> NDArray[np.float64]:
    """Multiply in logarithms, and take the largest for 1, so that nothing underflows."""
    logs = np.log(np.maximum(stack, _FLOOR)).sum(axis=0)
    logs += (1 - len(stack)) * np.log(np.maximum(prior, _FLOOR))
    return np.exp(logs - logs.max(axis=1, keepdims=True))


def _members(members: Sequence[ArrayLike]) -> NDArray[np.float64]:
    """Return the members as one array (members, n, labels), each row summing to 1."""
    arrays = [np.asarray(member, dtype=np.float64) for member in members]
    shapes = {array.shape for array in arrays}
    if len(shapes) != 1 or arrays[0].ndim != 2 or not arrays[0].shape[1]:
        raise OptionError(
            f"members: need one array (n, labels) each, all alike, not {sorted(shapes)}"
        )
    stack = np.stack(arrays)
    totals = stack.sum(axis=2, keepdims=True)
    if (stack < 0).any() or not ((totals > 0) & (totals < np.inf)).all():
        raise OptionError("members: a row is no distribution (negative, not finite or all zero)")
    return stack / totals


def _prior(priors: ArrayLike | None, labels: int) -> NDArray[np.float64]:
    prior = np.ones(labels) if priors is None else np.asarray(priors, dtype=np.float64)
    if prior.shape != (labels,) or (prior < 0).any() or not 0 < prior.sum() < np.inf:
        raise OptionError(f"priors: need {labels} numbers, none negative, not all 0")
    return prior / prior.sum()
