"""Pooling several distributions into one."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["log_linear_pool"]

_FLOOR = 1e-6
"""Probabilities below this count as this, so that no single expert has a veto."""


def log_linear_pool(probabilities: ArrayLike, weights: ArrayLike) -> NDArray[np.float64]:
    """Pool distributions by their weighted geometric mean, normalised.

    The logarithmic opinion pool (Genest & Zidek 1986, "Combining probability distributions",
    eq. 4.1). The weights are scaled to sum to one, so a lone distribution stays what it is.

    Args:
        probabilities: Shape (n, classes), n at least one.
        weights: Shape (n,), not negative; all zero counts as all equal.
    """
    logs = np.log(np.maximum(np.asarray(probabilities, dtype=np.float64), _FLOOR))
    parts = np.asarray(weights, dtype=np.float64)
    parts = parts / parts.sum() if parts.sum() > 0 else np.full(len(logs), 1 / len(logs))
    pooled = np.exp(parts @ logs)
    return pooled / pooled.sum()
