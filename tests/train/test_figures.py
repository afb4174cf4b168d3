import numpy as np
import pytest

pytest.importorskip("torch", reason="the extra `train` is not installed")

from emoarc.train._figures import (
    accuracy_interval,
    calibration_gain,
    calibration_text,
    interval,
    recall_by_class,
    recall_text,
    spread,
    without_tables,
)

TRUTH = np.array([0, 0, 0, 2] * 25)


def test_an_interval_holds_its_figure() -> None:
    figures = accuracy_interval(TRUTH, np.zeros(100, np.int64))
    assert figures["low"] < figures["value"] == 0.75 < figures["high"]
    assert spread(figures).startswith("0.750 (0.")


def test_few_speakers_give_no_interval() -> None:
    figures = interval(lambda items: float(np.mean(TRUTH[items] == 0)), np.arange(100) % 7)
    assert spread(figures) == "0.750"


def test_nothing_measured_is_said_so() -> None:
    none = np.zeros(0, np.int64)
    assert spread(accuracy_interval(none, none)) == "not measured"


def test_what_was_not_measured_goes_unsaid() -> None:
    recall = recall_by_class(("calm", "fear", "anger"), TRUTH, np.zeros(100, np.int64))
    assert recall_text(recall) == "calm 1.00, anger 0.00"


def test_calibration_is_told_before_and_after() -> None:
    before, after = np.tile([1.0, 0.0, 0.0], (100, 1)), np.tile([0.75, 0.0, 0.25], (100, 1))
    gain = calibration_gain(TRUTH, before, after)
    assert gain == pytest.approx(
        {"ece_before": 0.25, "ece_after": 0, "brier_before": 0.5, "brier_after": 0.375}
    )
    assert calibration_text({**gain, "temperature": 1.5}) == (
        "Expected calibration error 0.250 before and 0.000 after dividing the logits by 1.500; "
        "Brier score 0.500 and 0.375"
    )


def test_tables_are_left_out_at_any_depth() -> None:
    metrics = {"test": {"uar": 0.5, "confusion": [[1]], "recall": {"fear": 1.0}}, "seed": 1}
    assert without_tables(metrics) == {"test": {"uar": 0.5}, "seed": 1}
