"""Figures of merit: pure functions of truth and prediction, without torch or scikit-learn."""

from emoarc.evaluate._metrics import (
    Interval,
    Reliability,
    accuracy,
    bootstrap_interval,
    brier_score,
    confusion_matrix,
    expected_calibration_error,
    macro_f1,
    negative_log_likelihood,
    recalls,
    reliability,
    softmax,
    uar,
)

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
