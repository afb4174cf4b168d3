import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn import metrics as oracle

from emoarc.errors import OptionError
from emoarc.evaluate import (
    brier_score,
    expected_calibration_error,
    negative_log_likelihood,
    reliability,
    softmax,
)


def scored(seed: int, n: int = 200, classes: int = 7) -> tuple[NDArray[np.int64], NDArray]:
    generator = np.random.default_rng(seed)
    logits = generator.normal(size=(n, classes)) * 2
    truth = np.array([generator.choice(classes, p=row) for row in softmax(logits)])
    return truth, logits


def test_scores_agree_with_scikit_learn() -> None:
    truth, logits = scored(0)
    probabilities = softmax(logits)
    loss = oracle.log_loss(truth, probabilities, labels=range(7))
    assert negative_log_likelihood(truth, logits) == pytest.approx(loss)
    brier = oracle.brier_score_loss(truth, probabilities, labels=range(7), scale_by_half=False)
    assert brier_score(truth, probabilities) == pytest.approx(brier)


def test_softmax_bears_logits_whose_exponentials_overflow() -> None:
    odds = softmax(np.array([[1000.0, 1000.0 - np.log(3)], [0.0, -2000.0]]))
    np.testing.assert_allclose(odds, [[0.75, 0.25], [1.0, 0.0]])


def test_nothing_to_measure_is_nan() -> None:
    none, no_scores = np.zeros(0, np.int64), np.zeros((0, 7))
    for measure in (negative_log_likelihood, brier_score, expected_calibration_error):
        assert np.isnan(measure(none, no_scores))
    assert reliability(none, no_scores).counts.tolist() == [0] * 15


@pytest.mark.parametrize(
    ("probabilities", "said"),
    [
        (np.array([[2.0, -1.0], [1.0, 0.0]]), "1 rows .* first row 0"),
        (np.array([[1.0, 0.0], [np.nan, 1.0]]), "1 rows .* first row 1"),
        (np.array([[3.0, 1.0], [0.5, 4.0]]), "2 rows .* softmax"),
        (np.array([1.0, 0.0]), r"shape \(2,\)"),
        (np.ones((2, 1)), "true class 1 where there are 1"),
    ],
)
def test_what_are_no_probabilities_is_refused(probabilities: NDArray, said: str) -> None:
    for measure in (brier_score, expected_calibration_error):
        with pytest.raises(OptionError, match=said):
            measure(np.array([0, 1]), probabilities)


def test_half_precision_is_precise_enough() -> None:
    truth, logits = scored(2)
    probabilities = softmax(logits)
    half = brier_score(truth, probabilities.astype(np.float16))
    assert half == pytest.approx(brier_score(truth, probabilities), abs=1e-3)


def test_calibration_error_by_hand() -> None:
    # Four items at confidence 0.7, of which three are right: a gap of 0.05 in one bin;
    # one at 0.9, wrong: a gap of 0.9 in another.
    probabilities = np.array([[0.7, 0.3]] * 4 + [[0.9, 0.1]])
    truth = np.array([0, 0, 0, 1, 1])
    assert expected_calibration_error(truth, probabilities) == pytest.approx(0.8 * 0.05 + 0.2 * 0.9)
    table = reliability(truth, probabilities)
    assert table.counts.sum() == 5
    assert len(table.counts) == 15
    assert np.isnan(table.accuracy[table.counts == 0]).all()


def test_certain_predictions_fall_into_the_last_bin() -> None:
    table = reliability(np.array([0, 1]), np.eye(2))
    assert table.counts[-1] == 2
    assert table.error == 0


def test_labels_drawn_from_the_probabilities_are_calibrated() -> None:
    truth, logits = scored(1, n=20_000)
    assert expected_calibration_error(truth, softmax(logits)) < 0.02
    assert expected_calibration_error(truth, softmax(logits * 3)) > 0.1
