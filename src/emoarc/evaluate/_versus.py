"""Two systems on the clips that both were tested on."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emoarc.errors import OptionError
from emoarc.evaluate._bootstrap import choose_units, count_speakers
from emoarc.evaluate._classes import accuracy, uar
from emoarc.evaluate._compare import mcnemar, paired_bootstrap
from emoarc.evaluate._figures import rounded
from emoarc.evaluate._predictions import Predictions

__all__ = ["compare"]

Classes = NDArray[np.int64]


def compare(first: Predictions, second: Predictions) -> dict[str, Any]:
    """Compare two systems on what both have predicted.

    Clips are the same where corpus and file are; one that was tested several times counts each
    time that both did.

    Returns:
        How many clips are compared (`n`) of how many `speakers`, and how many only one of the two
        has predicted; McNemar's exact test (`mcnemar`), which takes clips as independent and so
        counts each once, the first time it was tested; for `accuracy` and `uar` the figure of each
        and the difference, first less second, with its 95 % interval and p by a paired bootstrap
        over what `interval_over` names. Null is what could not be measured.

    Raises:
        OptionError: The labels differ, no clip is common, or the two contradict each other about
            what is true of one.
    """
    if set(first.labels) != set(second.labels):
        raise OptionError(
            f"comparison: one tells {', '.join(first.labels)} apart and the other "
            f"{', '.join(second.labels)}; compare systems of the same labels"
        )
    rows, others = _common(first, second)
    number = np.array([first.labels.index(label) for label in second.labels])
    truth = first.truth[rows]
    _check_truth(first, rows, truth != number[second.truth[others]])
    decided, other = first.predicted[rows], number[second.predicted[others]]
    speakers = first.speaker[rows]
    clips = first.clips[rows]
    drawn, units = choose_units(speakers, clips)
    once = np.unique(clips, return_index=True)[1]
    chance = mcnemar(truth[once], decided[once], other[once])
    return {
        "n": len(rows),
        "speakers": count_speakers(speakers),
        "only_first_tested": len(first) - len(rows),
        "only_second_tested": len(second) - len(rows),
        "interval_over": drawn,
        "mcnemar": asdict(chance) | {"p": _p(chance.p)},
        "accuracy": _difference(accuracy, truth, decided, other, units),
        "uar": _difference(uar, truth, decided, other, units),
    }


def _difference(
    measure: Callable[[Classes, Classes], float],
    truth: Classes,
    first: Classes,
    second: Classes,
    units: NDArray[np.int64],
) -> dict[str, float | None]:
    found = paired_bootstrap(measure, truth, first, second, units)
    each = {"first": measure(truth, first), "second": measure(truth, second)}
    between = {"difference": found.value, "low": found.low, "high": found.high}
    return {**rounded(each | between), "p": _p(found.p)}


def _common(first: Predictions, second: Predictions) -> tuple[Classes, Classes]:
    """Return the rows of the clips that both have, in the order of the first."""
    there = {key: row for row, key in enumerate(_keys(second))}
    pairs = [(row, there[key]) for row, key in enumerate(_keys(first)) if key in there]
    if not pairs:
        raise OptionError("comparison: no clip was tested in both; compare results of one corpus")
    rows, others = np.array(pairs, np.int64).T
    return rows, others


def _keys(predictions: Predictions) -> list[tuple[str, str, int]]:
    """Name every row by its corpus, its file, and how often that was tested before."""
    seen: Counter[tuple[str, str]] = Counter()
    keys: list[tuple[str, str, int]] = []
    for clip in zip(predictions.corpus.tolist(), predictions.file.tolist(), strict=True):
        keys.append((*clip, seen[clip]))
        seen[clip] += 1
    return keys


def _check_truth(first: Predictions, rows: Classes, differ: NDArray[np.bool_]) -> None:
    if differ.any():
        name = first.file[rows[differ.argmax()]]
        raise OptionError(
            f"comparison: {name} and {differ.sum() - 1} more clips have another label in the other "
            "results; evaluate both from the same corpus"
        )


def _p(p: float) -> float | None:
    return None if np.isnan(p) else float(f"{p:.4g}")
