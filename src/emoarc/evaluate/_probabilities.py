"""Measures of probabilities: how much is given to the true class, and whether it holds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emoarc.evaluate._checks import Classes, Scores, check_lengths, check_probabilities

__all__ = [
    "Reliability",
    "brier_score",
    "expected_calibration_error",
    "negative_log_likelihood",
    "reliability",
    "softmax",
]


def softmax(logits: Scores) -> NDArray[np.float64]:
    """Turn logits, shape (n, classes), into probabilities."""
    weights = np.exp(np.asarray(logits, np.float64) - logits.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def negative_log_likelihood(truth: Classes, logits: Scores) -> float:
    """Return the mean of -log softmax(logits)[truth], in nats."""
    check_lengths(truth, logits)
    if not len(truth):
        return float("nan")
    shifted = np.asarray(logits, np.float64) - np.max(logits, axis=1, keepdims=True)
    normaliser = np.log(np.exp(shifted).sum(axis=1))
    losses: NDArray[np.float64] = normaliser - shifted[np.arange(len(truth)), truth]
    return float(losses.mean())


def brier_score(truth: Classes, probabilities: Scores) -> float:
    """Return the mean squared distance of the probabilities from the true class, in [0, 2].

    Brier 1950, "Verification of forecasts expressed in terms of probability", original
    multi-class form.
    """
    check_probabilities(truth, probabilities)
    if not len(truth):
        return float("nan")
    hits = np.eye(probabilities.shape[1])[truth]
    distances: NDArray[np.float64] = np.square(probabilities - hits).sum(axis=1)
    return float(distances.mean())


@dataclass(frozen=True)
class Reliability:
    """Confidence beside accuracy in equally wide bins of confidence; NaN in empty bins."""

    counts: NDArray[np.int64]
    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]

    @property
    def error(self) -> float:
        """The expected calibration error: the mean gap, weighted by the bins' counts."""
        if not self.counts.sum():
            return float("nan")
        gaps = np.nan_to_num(np.abs(self.accuracy - self.confidence))
        return float(np.average(gaps, weights=self.counts))


def reliability(truth: Classes, probabilities: Scores, bins: int = 15) -> Reliability:
    """Sort the items into bins by the probability of the class they are given.

    Guo et al. 2017, "On calibration of modern neural networks", section 2.
    """
    check_probabilities(truth, probabilities)
    confidence = probabilities.max(axis=1, initial=0.0)
    correct = probabilities.argmax(axis=1) == truth if len(truth) else np.zeros(0, np.bool_)
    index = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    counts = np.bincount(index, minlength=bins)
    filled = np.where(counts > 0, counts, np.nan)
    return Reliability(
        counts,
        np.bincount(index, weights=confidence, minlength=bins) / filled,
        np.bincount(index, weights=correct, minlength=bins) / filled,
    )


def expected_calibration_error(truth: Classes, probabilities: Scores, bins: int = 15) -> float:
    """Return the mean gap between confidence and accuracy over equally wide bins."""
    return reliability(truth, probabilities, bins).error
