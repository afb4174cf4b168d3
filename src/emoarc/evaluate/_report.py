"""All that is said of one evaluation, ready for JSON."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emoarc.errors import OptionError
from emoarc.evaluate._bootstrap import choose_units, count_speakers
from emoarc.evaluate._checks import Classes, Scores, check_lengths, check_probabilities
from emoarc.evaluate._classes import (
    accuracy,
    class_scores,
    confusion_matrix,
    macro_f1,
    mean_of_measured,
    recalls,
    uar,
    weighted_f1,
)
from emoarc.evaluate._figures import interval, rounded, rounded_list
from emoarc.evaluate._probabilities import brier_score, expected_calibration_error

__all__ = ["class_table", "evaluation_figures"]


def evaluation_figures(
    labels: Sequence[str],
    truth: Classes,
    probabilities: Scores,
    speakers: NDArray[np.str_],
    folds: NDArray[Any],
    clips: NDArray[Any] | None = None,
) -> dict[str, Any]:
    """Measure what a protocol's folds predicted for their test items.

    Args:
        labels: The name of each class.
        truth: The class of each item, shape (n,).
        probabilities: What was predicted, shape (n, labels).
        speakers: Who speaks in each item, shape (n,); empty where unknown.
        folds: The name or number of the fold that tested each item, shape (n,).
        clips: The name or number of the clip that each item is of, shape (n,), where folds test a
            clip more than once; None where every item is a clip of its own.

    Returns:
        Counts, accuracy and UAR over all items (`accuracy`, `uar`) and as means over folds
        (`accuracy_over_folds`, `uar_over_folds`), these four with 95 % bootstrap intervals over
        what `interval_over` names: the speakers, or the clips where fewer than `FEWEST_GROUPS`
        speakers are known (the bounds are null for as few clips). Then each fold's accuracy and
        UAR in the order of `folds`, F1, the table of classes, the confusion matrix (rows are
        true), the expected calibration error over 15 bins, and the Brier score. Null is what
        could not be measured.

    Raises:
        OptionError: The columns are not of one length, or the probabilities are none.
    """
    _check(labels, truth, probabilities, speakers, folds)
    predicted = probabilities.argmax(axis=1)
    drawn, units = choose_units(speakers, np.arange(len(truth)) if clips is None else clips)
    return {
        "n": len(truth),
        "speakers": count_speakers(speakers),
        "interval_over": drawn,
        "accuracy": interval(lambda items: accuracy(truth[items], predicted[items]), units),
        "uar": interval(lambda items: uar(truth[items], predicted[items]), units),
        **_fold_figures(truth, predicted, folds, units, len(labels)),
        **rounded(
            {
                "macro_f1": macro_f1(truth, predicted),
                "weighted_f1": weighted_f1(truth, predicted),
                "ece": expected_calibration_error(truth, probabilities, bins=15),
                "brier": brier_score(truth, probabilities),
            }
        ),
        "classes": class_table(labels, truth, predicted),
        "confusion": confusion_matrix(truth, predicted, len(labels)).tolist(),
    }


def class_table(
    labels: Sequence[str], truth: Classes, predicted: Classes
) -> dict[str, dict[str, float | None]]:
    """Return the precision, recall, F1 and support of each label."""
    scores = class_scores(truth, predicted, len(labels))
    columns = {
        "precision": rounded_list(scores.precision),
        "recall": rounded_list(scores.recall),
        "f1": rounded_list(scores.f1),
        "support": scores.support.tolist(),
    }
    return {
        label: {name: column[i] for name, column in columns.items()}
        for i, label in enumerate(labels)
    }


def _fold_figures(
    truth: Classes,
    predicted: Classes,
    folds: NDArray[Any],
    units: NDArray[np.int64],
    classes: int,
) -> dict[str, Any]:
    names, numbers = np.unique(folds, return_inverse=True)
    weights = _fold_weights(numbers, units)

    def uars(items: NDArray[np.intp]) -> NDArray[np.float64]:
        # A class in one fold and the same in another count as two, so that one call measures all.
        first = numbers[items] * classes
        flat = recalls(first + truth[items], first + predicted[items], len(names) * classes)
        return mean_of_measured(flat.reshape(len(names), classes))

    def accuracies(items: NDArray[np.intp]) -> NDArray[np.float64]:
        # The recall of a fold whose wrong items are given to a fold that does not exist.
        tested, none = numbers[items], len(names)
        given = np.where(truth[items] == predicted[items], tested, none)
        return recalls(tested, given, none + 1)[:none]

    everything = np.arange(len(truth))
    return {
        "folds": names.tolist(),
        "accuracy_over_folds": interval(lambda i: _mean(accuracies(i), weights(i)), units),
        "accuracy_per_fold": rounded_list(accuracies(everything)),
        "uar_over_folds": interval(lambda i: _mean(uars(i), weights(i)), units),
        "uar_per_fold": rounded_list(uars(everything)),
    }


def _fold_weights(
    folds: NDArray[np.int64], units: NDArray[np.int64]
) -> Callable[[NDArray[np.intp]], NDArray[np.float64]]:
    """Tell how often a fold's units are drawn, 1 on average.

    Were every fold to weigh the same, a speaker drawn twice who is a fold of their own would count
    once, and the bounds would be too narrow.
    """
    _, parts, sizes = np.unique(
        np.stack([folds, units]), axis=1, return_inverse=True, return_counts=True
    )
    share = 1 / sizes[parts]  # of an item in its unit's part of the fold
    whole = np.bincount(folds, share)
    return lambda items: np.bincount(folds[items], share[items], len(whole)) / whole


def _mean(figures: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    if not len(figures):
        return float("nan")
    measured = ~np.isnan(figures)  # what is not drawn has no figure
    return float(np.average(figures[measured], weights=weights[measured]))


def _check(
    labels: Sequence[str],
    truth: Classes,
    probabilities: Scores,
    speakers: NDArray[np.str_],
    folds: NDArray[Any],
) -> None:
    check_probabilities(truth, probabilities)
    check_lengths(truth, speakers, "speakers")
    check_lengths(truth, folds, "folds")
    if probabilities.shape[1] != len(labels):
        raise OptionError(
            f"evaluation: {probabilities.shape[1]} probabilities an item for {len(labels)} labels; "
            "give one for each label, in their order"
        )
