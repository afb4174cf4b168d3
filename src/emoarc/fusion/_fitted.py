"""The numbers that fusion was fitted with, and where they come from: `fitted.json`.

`bench/fusion_fit.py` makes the file from validation data; its `provenance` says which.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any, Final, Self, cast, get_args

import numpy as np
from numpy.typing import NDArray

from emoarc.errors import OptionError
from emoarc.fusion._combine import (
    Combiner,
    DecisionBayes,
    ExtremeLearning,
    FixedCombiner,
    FusionRule,
    Pool,
    Stacking,
)
from emoarc.fusion._hmm import ExpressionHMM

__all__ = ["RULES", "Fitted", "load_fitted"]

RULES: Final[tuple[FusionRule, ...]] = get_args(FusionRule)


@dataclass(frozen=True)
class Fitted:
    """All that was fitted to validation data."""

    pool: Pool
    mean: FixedCombiner
    product: FixedCombiner
    max: FixedCombiner
    bayes: FixedCombiner
    decisions: DecisionBayes
    elm: ExtremeLearning
    stacking: Stacking
    hmm: ExpressionHMM
    """Of a whole recording."""
    live_hmm: ExpressionHMM
    """Of a stream, of which only the past is known."""
    memory: float
    """Time constant of the linear smoothing in seconds."""
    incongruence: NDArray[np.float64]
    """Quantiles of the divergence of face and voice that show the same emotion, at equal steps
    from 0 to 1, shape (n,)."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what `bench/fusion_fit.py` writes."""
        parts = {each.name: _read(each.type, data[each.name]) for each in fields(cls)}
        return cls(**parts)

    def combiner(self, rule: FusionRule) -> Combiner:
        """Return the combiner of this name.

        Raises:
            OptionError: There is no such rule.
        """
        if rule not in RULES:
            raise OptionError(f"fusion: the rule {rule!r} is none of {', '.join(RULES)}")
        return getattr(self, rule)


def _read(kind: Any, data: Any) -> Any:
    if isinstance(data, list):
        return np.array(data, np.float64)
    if not isinstance(data, dict):
        return data
    values = cast("Mapping[str, Any]", data)
    return kind(**{name: _read(None, value) for name, value in values.items()})


@cache
def load_fitted() -> Fitted:
    """Return the numbers that ship with emoarc."""
    text = (files("emoarc.fusion") / "fitted.json").read_text(encoding="utf-8")
    return Fitted.from_dict(json.loads(text))
