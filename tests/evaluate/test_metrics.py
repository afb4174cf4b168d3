import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import metrics as oracle

from emoarc.errors import OptionError
from emoarc.evaluate import (
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

Labelled = tuple[NDArray[np.int64], NDArray[np.int64]]


@st.composite
def labelled(draw: st.DrawFn) -> Labelled:
    n = draw(st.integers(1, 40))
    classes = st.lists(st.integers(0, 5), min_size=n, max_size=n)
    return np.array(draw(classes)), np.array(draw(classes))


def scored(seed: int, n: int = 200, classes: int = 7) -> tuple[NDArray[np.int64], NDArray]:
    generator = np.random.default_rng(seed)
    logits = generator.normal(size=(n, classes)) * 2
    truth = np.array([generator.choice(classes, p=row) for row in softmax(logits)])
    return truth, logits


@given(labelled())
@settings(max_examples=50, deadline=None)
def test_agrees_with_scikit_learn(pair: Labelled) -> None:
    truth, predicted = pair
    present = np.unique(truth)
    assert accuracy(truth, predicted) == pytest.approx(oracle.accuracy_score(truth, predicted))
    assert uar(truth, predicted) == pytest.approx(
        oracle.recall_score(truth, predicted, labels=present, average="macro", zero_division=0)
    )
    assert macro_f1(truth, predicted) == pytest.approx(
        oracle.f1_score(truth, predicted, average="macro", zero_division=0)
    )
    expected = oracle.confusion_matrix(truth, predicted, labels=range(6))
    assert (confusion_matrix(truth, predicted, 6) == expected).all()


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


def test_recall_of_an_absent_class_is_nan() -> None:
    found = recalls(np.array([0, 0, 2]), np.array([0, 2, 2]), 3)
    np.testing.assert_array_equal(found, [0.5, np.nan, 1.0])


def test_nothing_to_measure_is_nan() -> None:
    none, no_scores = np.zeros(0, np.int64), np.zeros((0, 7))
    for measured in (
        accuracy(none, none),
        uar(none, none),
        macro_f1(none, none),
        negative_log_likelihood(none, no_scores),
        brier_score(none, no_scores),
        expected_calibration_error(none, no_scores),
        bootstrap_interval(lambda items: 1.0, none).value,
    ):
        assert np.isnan(measured)
    assert confusion_matrix(none, none, 3).tolist() == [[0, 0, 0]] * 3


def test_lengths_must_agree() -> None:
    with pytest.raises(OptionError, match="3 true classes beside 2"):
        accuracy(np.zeros(3, np.int64), np.zeros(2, np.int64))


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


def test_bootstrap_over_speakers_is_wider_than_over_items() -> None:
    generator = np.random.default_rng(2)
    speakers = np.repeat(np.arange(10), 50)
    right = generator.random(500) < np.repeat(generator.uniform(0.3, 0.9, 10), 50)
    by_speaker = bootstrap_interval(lambda items: right[items].mean(), speakers)
    by_item = bootstrap_interval(lambda items: right[items].mean(), np.arange(500))
    assert by_speaker.value == by_item.value == right.mean()
    assert by_speaker.low < by_item.low < by_item.value < by_item.high < by_speaker.high


def test_bootstrap_of_one_group_is_a_point() -> None:
    values = np.array([0.0, 1.0, 1.0])
    interval = bootstrap_interval(lambda items: values[items].mean(), np.array(["a", "a", "a"]))
    assert interval.low == interval.value == interval.high == pytest.approx(2 / 3)


def test_bootstrap_covers_the_mean_as_often_as_promised() -> None:
    generator = np.random.default_rng(3)
    covered = 0
    for seed in range(100):
        sample = generator.normal(size=60)
        interval = bootstrap_interval(
            lambda items, sample=sample: sample[items].mean(),
            np.arange(60),
            resamples=200,
            seed=seed,
        )
        covered += interval.low < 0 < interval.high
    assert 85 <= covered <= 99
