"""Measures of values on a scale, such as valence and arousal."""

import numpy as np

from emoarc.errors import OptionError
from emoarc.evaluate._checks import Scores

__all__ = ["ccc"]


def ccc(truth: Scores, predicted: Scores) -> float:
    """Return the concordance correlation coefficient (CCC), in [-1, 1].

    Lin 1989, "A concordance correlation coefficient to evaluate reproducibility", with variances
    and covariance divided by n, as there (ddof 0); dividing by n - 1 would make a difference of the
    means count slightly less. Where one side does not vary there is no covariance and the result
    is 0; where neither varies and both are the same value it is NaN, as for an empty input: nothing
    shows that the one follows the other.

    Raises:
        OptionError: The lengths differ, or a value is not finite.
    """
    if truth.shape != predicted.shape or truth.ndim != 1:
        raise OptionError(f"ccc: shapes {truth.shape} and {predicted.shape}; give two rows")
    missing = int((~np.isfinite(truth) | ~np.isfinite(predicted)).sum())
    if missing:
        raise OptionError(f"ccc: {missing} items without a finite value; leave them out")
    if not len(truth):
        return float("nan")
    # Compared by their ends: the mean of equal numbers is rounded, and leaves some variance.
    still = [bool(values.min() == values.max()) for values in (truth, predicted)]
    if any(still):
        return float("nan") if all(still) and truth[0] == predicted[0] else 0.0
    return _of_varying(truth.astype(np.float64), predicted.astype(np.float64))


def _of_varying(truth: Scores, predicted: Scores) -> float:
    first: Scores = truth - truth.mean()
    second: Scores = predicted - predicted.mean()
    shift = float(truth.mean() - predicted.mean())
    spread = float(np.mean(first**2) + np.mean(second**2)) + shift**2
    # Of values so close that their squares vanish nothing can be said either.
    return 2 * float(np.mean(first * second)) / spread if spread else float("nan")
