"""Figures as they stand in metrics, manifests and cards: rounded, bracketed and put in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emoarc.evaluate import (
    accuracy,
    bootstrap_interval,
    brier_score,
    expected_calibration_error,
    recalls,
)

__all__ = [
    "FEWEST_GROUPS",
    "accuracy_interval",
    "calibration_gain",
    "calibration_text",
    "interval",
    "recall_by_class",
    "recall_text",
    "rounded",
    "rounded_list",
    "spread",
    "without_tables",
]

_TABLES = {"confusion", "recall", "bins_after"}

FEWEST_GROUPS = 8
"""Drawing from fewer groups gives bounds that are far too narrow, so none are given."""

Classes = NDArray[np.integer[Any]]
Scores = NDArray[np.floating[Any]]


def rounded(figures: Mapping[str, float]) -> dict[str, float]:
    """Round figures to four decimals."""
    return {name: round(value, 4) for name, value in figures.items()}


def rounded_list(figures: NDArray[np.generic]) -> list[float | None]:
    """Round figures to four decimals; what was not measured becomes null in JSON."""
    return [None if np.isnan(figure) else round(figure, 4) for figure in figures.tolist()]


def interval(
    measure: Callable[[NDArray[np.intp]], float], groups: NDArray[np.generic]
) -> Mapping[str, float | None]:
    """Measure a figure and its 95 % bootstrap interval over enough `groups`; else it is null."""
    if len(np.unique(groups)) < FEWEST_GROUPS:
        return {"value": round(measure(np.arange(len(groups))), 4), "low": None, "high": None}
    return rounded(asdict(bootstrap_interval(measure, groups)))


def accuracy_interval(truth: Classes, predicted: Classes) -> Mapping[str, float | None]:
    """Measure the accuracy and its 95 % bootstrap interval over items."""
    return interval(lambda items: accuracy(truth[items], predicted[items]), np.arange(len(truth)))


def recall_by_class(
    labels: Sequence[str], truth: Classes, predicted: Classes
) -> dict[str, float | None]:
    """Measure each label's recall; null where it does not occur."""
    measured = recalls(truth, predicted, len(labels))
    return dict(zip(labels, rounded_list(measured), strict=True))


def calibration_gain(truth: Classes, before: Scores, after: Scores) -> dict[str, float]:
    """Measure probabilities, shape (n, classes), before and after scaling by a temperature."""
    return rounded(
        {
            "ece_before": expected_calibration_error(truth, before),
            "ece_after": expected_calibration_error(truth, after),
            "brier_before": brier_score(truth, before),
            "brier_after": brier_score(truth, after),
        }
    )


def without_tables(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what of the metrics goes into the manifest: figures and protocols, no tables."""
    return {
        name: without_tables(value) if isinstance(value, dict) else value  # pyright: ignore[reportUnknownArgumentType]
        for name, value in metrics.items()
        if name not in _TABLES
    }


def spread(figures: Mapping[str, float | None]) -> str:
    """Put a figure and its interval, if it has one, in words."""
    if figures["low"] is None:
        return f"{figures['value']:.3f}"
    return f"{figures['value']:.3f} ({figures['low']:.3f} to {figures['high']:.3f})"


def recall_text(recall: Mapping[str, float | None]) -> str:
    """Put recalls in words, leaving out what was not measured."""
    return ", ".join(f"{name} {value:.2f}" for name, value in recall.items() if value is not None)


def calibration_text(figures: Mapping[str, Any]) -> str:
    """Put what scaling by the temperature does in words, without a full stop."""
    return (
        f"Expected calibration error {figures['ece_before']:.3f} before and "
        f"{figures['ece_after']:.3f} after dividing the logits by {figures['temperature']:.3f}; "
        f"Brier score {figures['brier_before']:.3f} and {figures['brier_after']:.3f}"
    )
