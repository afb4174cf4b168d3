"""Figures as they stand in metrics, manifests and cards: bracketed, compared and put in words."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emoarc.evaluate import (
    FEWEST_GROUPS,
    accuracy,
    brier_score,
    expected_calibration_error,
    interval,
    recall_by_class,
    rounded,
    rounded_list,
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

Classes = NDArray[np.integer[Any]]
Scores = NDArray[np.floating[Any]]


def accuracy_interval(truth: Classes, predicted: Classes) -> Mapping[str, float | None]:
    """Measure the accuracy and its 95 % bootstrap interval over items."""
    return interval(lambda items: accuracy(truth[items], predicted[items]), np.arange(len(truth)))


def calibration_gain(truth: Classes, before: Scores, after: Scores) -> dict[str, float | None]:
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
    if figures["value"] is None:
        return "not measured"
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
