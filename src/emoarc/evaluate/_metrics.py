"""Figures of merit as pure functions on numpy arrays.

Classes are whole numbers from 0. Where there is nothing to measure the result is NaN (or an empty
table), never zero, so that a missing measurement cannot pass for a bad one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emoarc.errors import OptionError

__all__ = [
    "Interval",
    "Reliability",
    "accuracy",
    "bootstrap_interval",
    "brier_score",
    "confusion_matrix",
    "expected_calibration_error",
    "macro_f1",
    "negative_log_likelihood",
    "recalls",
    "reliability",
    "softmax",
    "uar",
]

Classes = NDArray[np.integer[Any]]
Scores = NDArray[np.floating[Any]]


def accuracy(truth: Classes, predicted: Classes) -> float:
    """Return the share of items whose class is right."""
    _same_length(truth, predicted)
    return float(np.mean(np.equal(truth, predicted))) if len(truth) else float("nan")


def confusion_matrix(truth: Classes, predicted: Classes, classes: int) -> NDArray[np.int64]:
    """Count items by true class (rows) and predicted class (columns), shape (classes, classes)."""
    _same_length(truth, predicted)
    cells = np.asarray(truth, np.int64) * classes + np.asarray(predicted, np.int64)
    return np.bincount(cells, minlength=classes * classes).reshape(classes, classes)


def recalls(truth: Classes, predicted: Classes, classes: int) -> NDArray[np.float64]:
    """Return the recall of each class, NaN for a class that does not occur, shape (classes,)."""
    matrix = confusion_matrix(truth, predicted, classes)
    occurring = matrix.sum(axis=1)
    return np.where(occurring > 0, matrix.diagonal() / np.maximum(occurring, 1), np.nan)


def uar(truth: Classes, predicted: Classes) -> float:
    """Return the unweighted average recall over the classes that occur in `truth`."""
    if not len(truth):
        return float("nan")
    classes = int(max(truth.max(), predicted.max())) + 1
    return float(np.nanmean(recalls(truth, predicted, classes)))


def macro_f1(truth: Classes, predicted: Classes) -> float:
    """Return the mean F1 over the classes that occur in `truth` or `predicted`."""
    if not len(truth):
        return float("nan")
    classes = int(max(truth.max(), predicted.max())) + 1
    matrix = confusion_matrix(truth, predicted, classes)
    involved = matrix.sum(axis=0) + matrix.sum(axis=1)
    present = involved > 0
    scores = 2 * matrix.diagonal()[present] / involved[present]
    return float(scores.mean())


def softmax(logits: Scores) -> NDArray[np.float64]:
    """Turn logits, shape (n, classes), into probabilities."""
    weights = np.exp(np.asarray(logits, np.float64) - logits.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def negative_log_likelihood(truth: Classes, logits: Scores) -> float:
    """Return the mean of -log softmax(logits)[truth], in nats."""
    _same_length(truth, logits)
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
    _same_length(truth, probabilities)
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
    _same_length(truth, probabilities)
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


@dataclass(frozen=True)
class Interval:
    """A figure with the bounds a bootstrap puts around it."""

    value: float
    low: float
    high: float


def bootstrap_interval(
    measure: Callable[[NDArray[np.intp]], float],
    groups: NDArray[np.generic],
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
    items = np.arange(len(groups))
    if not len(items):
        return Interval(float("nan"), float("nan"), float("nan"))
    _, numbers = np.unique(groups, return_inverse=True)
    ordered = np.argsort(numbers, kind="stable")
    ends = np.cumsum(np.bincount(numbers))
    members: list[NDArray[np.intp]] = np.split(ordered, ends[:-1])
    generator = np.random.default_rng(seed)
    draws: list[list[int]] = generator.integers(0, len(members), (resamples, len(members))).tolist()
    figures = [measure(np.concatenate([members[i] for i in draw])) for draw in draws]
    low, high = np.nanquantile(figures, [(1 - level) / 2, (1 + level) / 2])
    return Interval(measure(items), float(low), float(high))


def _same_length(truth: NDArray[np.generic], other: NDArray[np.generic]) -> None:
    if len(truth) != len(other):
        raise OptionError(f"metrics: {len(truth)} true classes beside {len(other)} predictions")
