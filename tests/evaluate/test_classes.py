import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import metrics as oracle

from emoarc.errors import OptionError
from emoarc.evaluate import (
    accuracy,
    class_scores,
    confusion_matrix,
    macro_f1,
    recalls,
    uar,
    weighted_f1,
)

Labelled = tuple[NDArray[np.int64], NDArray[np.int64]]


@st.composite
def labelled(draw: st.DrawFn) -> Labelled:
    n = draw(st.integers(1, 40))
    classes = st.lists(st.integers(0, 5), min_size=n, max_size=n)
    return np.array(draw(classes)), np.array(draw(classes))


@given(labelled())
@settings(max_examples=50, deadline=None)
def test_agrees_with_scikit_learn(pair: Labelled) -> None:
    truth, predicted = pair
    present = np.unique(truth)
    assert accuracy(truth, predicted) == pytest.approx(oracle.accuracy_score(truth, predicted))
    assert uar(truth, predicted) == pytest.approx(
        oracle.recall_score(truth, predicted, labels=present, average="macro", zero_division=0)
    )
    for ours, average in ((macro_f1, "macro"), (weighted_f1, "weighted")):
        expected = oracle.f1_score(truth, predicted, average=average, zero_division=0)
        assert ours(truth, predicted) == pytest.approx(expected)
    expected = oracle.confusion_matrix(truth, predicted, labels=range(6))
    assert (confusion_matrix(truth, predicted, 6) == expected).all()


@given(labelled())
@settings(max_examples=50, deadline=None)
def test_each_class_agrees_with_scikit_learn(pair: Labelled) -> None:
    scores = class_scores(*pair, 6)
    expected = oracle.precision_recall_fscore_support(*pair, labels=range(6), zero_division=np.nan)
    found = (scores.precision, scores.recall, scores.f1, scores.support)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs)


def test_uar_is_balanced_accuracy_where_every_prediction_occurs() -> None:
    generator = np.random.default_rng(0)
    truth, predicted = generator.integers(0, 4, 100), generator.integers(0, 4, 100)
    assert uar(truth, predicted) == pytest.approx(oracle.balanced_accuracy_score(truth, predicted))


@given(labelled(), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_neither_the_order_of_items_nor_that_of_classes_matters(pair: Labelled, random) -> None:
    truth, predicted = pair
    order, names = list(range(len(truth))), list(range(6))
    random.shuffle(order)
    random.shuffle(names)
    renamed = np.array(names)
    for measure in (accuracy, uar, macro_f1, weighted_f1):
        figure = measure(truth, predicted)
        assert 0 <= figure <= 1
        assert measure(truth[order], predicted[order]) == pytest.approx(figure)
        assert measure(renamed[truth], renamed[predicted]) == pytest.approx(figure)


def test_recall_of_an_absent_class_is_nan() -> None:
    found = recalls(np.array([0, 0, 2]), np.array([0, 2, 2]), 3)
    np.testing.assert_array_equal(found, [0.5, np.nan, 1.0])


def test_what_a_class_never_had_is_nan() -> None:
    # Class 1 is only predicted, class 2 only true, class 3 neither.
    scores = class_scores(np.array([0, 2]), np.array([0, 1]), 4)
    np.testing.assert_array_equal(scores.precision, [1, 0, np.nan, np.nan])
    np.testing.assert_array_equal(scores.recall, [1, np.nan, 0, np.nan])
    np.testing.assert_array_equal(scores.f1, [1, 0, 0, np.nan])
    np.testing.assert_array_equal(scores.support, [1, 0, 1, 0])


@pytest.mark.parametrize("kind", [np.int64, np.float64])
def test_nothing_to_measure_is_nan(kind: type) -> None:
    none = np.zeros(0, kind)
    for measure in (accuracy, uar, macro_f1, weighted_f1):
        assert np.isnan(measure(none, none))
    assert confusion_matrix(none, none, 3).tolist() == [[0, 0, 0]] * 3
    assert np.isnan(class_scores(none, none, 3).f1).all()
    assert class_scores(none, none, 3).support.tolist() == [0, 0, 0]


def test_lengths_must_agree() -> None:
    for measure in (accuracy, uar, macro_f1, weighted_f1):
        with pytest.raises(OptionError, match="3 true classes beside 2"):
            measure(np.zeros(3, np.int64), np.zeros(2, np.int64))


@pytest.mark.parametrize(
    ("predicted", "said"),
    [
        (np.array([0, 3]), "predicted class 3 where there are 3"),
        (np.array([-1, 0]), "predicted class -1"),
        (np.array([0.2, 0.8]), "the predicted classes are float64"),
        (np.eye(2, dtype=np.int64), r"of shape \(2, 2\)"),
    ],
)
def test_what_is_no_class_is_refused(predicted: NDArray, said: str) -> None:
    for measure in (confusion_matrix, recalls, class_scores):
        with pytest.raises(OptionError, match=said):
            measure(np.array([0, 1]), predicted, 3)
