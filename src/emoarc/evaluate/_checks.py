"""What every measure asks of its input before it measures."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from emoarc.errors import OptionError

__all__ = ["Classes", "Scores", "check_classes", "check_lengths", "check_probabilities"]

Classes = NDArray[np.integer[Any]]
Scores = NDArray[np.floating[Any]]

_TOLERANCE = 1e-3
"""How far the sum of a row of probabilities may be from 1; half precision stays within it."""


def check_lengths(truth: NDArray[Any], other: NDArray[Any], what: str = "predictions") -> None:
    """Refuse columns that are not of one length.

    Raises:
        OptionError: They are not.
    """
    if len(truth) != len(other):
        raise OptionError(f"metrics: {len(truth)} true classes beside {len(other)} {what}")


def check_classes(truth: Classes, predicted: Classes, classes: int | None = None) -> None:
    """Refuse what are not two equally long lists of class numbers from 0, below `classes`.

    Raises:
        OptionError: They are something else.
    """
    check_lengths(truth, predicted)
    for name, column in (("true", truth), ("predicted", predicted)):
        _check_column(name, column, classes)


def _check_column(name: str, column: Classes, classes: int | None) -> None:
    if column.ndim != 1 or (len(column) and column.dtype.kind not in "biu"):
        raise OptionError(
            f"metrics: the {name} classes are {column.dtype} of shape {column.shape}; "
            "give one whole number for each item"
        )
    if len(column) and column.min() < 0:
        raise OptionError(f"metrics: {name} class {column.min()}; leave out items without a class")
    if len(column) and classes is not None and column.max() >= classes:
        raise OptionError(
            f"metrics: {name} class {column.max()} where there are {classes}, counted from 0"
        )


def check_probabilities(truth: Classes, probabilities: Scores) -> None:
    """Refuse what are not true classes beside a row of probabilities for each.

    Raises:
        OptionError: They are something else.
    """
    check_lengths(truth, probabilities)
    if probabilities.ndim != 2:
        raise OptionError(
            f"metrics: probabilities of shape {probabilities.shape}; give a row for each item"
        )
    _check_column("true", truth, probabilities.shape[1])
    off = ~(np.abs(probabilities.sum(axis=1) - 1) <= _TOLERANCE) | (probabilities < 0).any(axis=1)
    if off.any():
        raise OptionError(
            f"metrics: {off.sum()} rows of probabilities hold negative or missing numbers or do "
            f"not sum to 1, first row {off.argmax()}; give them as softmax returns them"
        )
