"""Measures of decisions: the true class of each item beside the predicted one.

Classes are whole numbers from 0. Where there is nothing to measure the result is NaN (or an empty
table), never zero, so that a missing measurement cannot pass for a bad one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emoarc.evaluate._checks import Classes, check_classes, check_lengths

__all__ = [
    "ClassScores",
    "accuracy",
    "class_scores",
    "confusion_matrix",
    "macro_f1",
    "mean_of_measured",
    "recalls",
    "uar",
    "weighted_f1",
]


def accuracy(truth: Classes, predicted: Classes) -> float:
    """Return the share of items whose class is right."""
    check_lengths(truth, predicted)
    return float(np.mean(np.equal(truth, predicted))) if len(truth) else float("nan")


def confusion_matrix(truth: Classes, predicted: Classes, classes: int) -> NDArray[np.int64]:
    """Count items by true class (rows) and predicted class (columns), shape (classes, classes)."""
    check_classes(truth, predicted, classes)
    cells = np.asarray(truth, np.int64) * classes + np.asarray(predicted, np.int64)
    return np.bincount(cells, minlength=classes * classes).reshape(classes, classes)


def recalls(truth: Classes, predicted: Classes, classes: int) -> NDArray[np.float64]:
    """Return the recall of each class, NaN for a class that does not occur, shape (classes,)."""
    check_classes(truth, predicted, classes)
    numbers = np.asarray(truth, np.int64)
    hits = np.bincount(numbers[numbers == predicted], minlength=classes)
    return _ratio(hits, np.bincount(numbers, minlength=classes))


def uar(truth: Classes, predicted: Classes) -> float:
    """Return the unweighted average recall over the classes that occur in `truth`.

    The measure of the Interspeech challenges (Schuller et al. 2009); elsewhere balanced accuracy.
    """
    return float(mean_of_measured(recalls(truth, predicted, _count(truth, predicted))))


@dataclass(frozen=True)
class ClassScores:
    """How well each class is told from the rest; every array has shape (classes,)."""

    precision: NDArray[np.float64]
    """Of the items given the class, the share it is right for; NaN where none is given it."""
    recall: NDArray[np.float64]
    """Of the items of the class, the share that is given it; NaN where it does not occur."""
    f1: NDArray[np.float64]
    """The harmonic mean of the two, as 2 TP / (2 TP + FP + FN), which is 0 where just one of them
    is NaN; NaN where the class neither occurs nor is predicted."""
    support: NDArray[np.int64]
    """How many items are of the class."""


def class_scores(truth: Classes, predicted: Classes, classes: int) -> ClassScores:
    """Measure each class by itself (van Rijsbergen 1979, "Information retrieval", chapter 7)."""
    matrix = confusion_matrix(truth, predicted, classes)
    hits, occurring, given = matrix.diagonal(), matrix.sum(axis=1), matrix.sum(axis=0)
    return ClassScores(
        precision=_ratio(hits, given),
        recall=_ratio(hits, occurring),
        f1=_ratio(2 * hits, occurring + given),
        support=occurring,
    )


def macro_f1(truth: Classes, predicted: Classes) -> float:
    """Return the mean F1 over the classes that occur in `truth` or `predicted`."""
    scores = class_scores(truth, predicted, _count(truth, predicted))
    return float(mean_of_measured(scores.f1))


def weighted_f1(truth: Classes, predicted: Classes) -> float:
    """Return the mean F1 over the classes in `truth`, each weighing as much as it has items."""
    scores = class_scores(truth, predicted, _count(truth, predicted))
    weights = scores.support.astype(np.float64)
    return float(np.average(np.nan_to_num(scores.f1), weights=weights)) if len(truth) else np.nan


def mean_of_measured(figures: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average over the last axis what is not NaN; NaN where nothing is, and without a warning."""
    measured = ~np.isnan(figures)
    return _ratio(np.where(measured, figures, 0.0).sum(axis=-1), measured.sum(axis=-1))


def _count(truth: Classes, predicted: Classes) -> int:
    check_classes(truth, predicted)
    return int(max(truth.max(), predicted.max())) + 1 if len(truth) else 0


def _ratio(
    part: NDArray[np.int64] | NDArray[np.float64], whole: NDArray[np.int64]
) -> NDArray[np.float64]:
    return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)
