import json
from time import process_time
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from emoarc.errors import OptionError
from emoarc.evaluate import (
    accuracy,
    bootstrap_interval,
    brier_score,
    confusion_matrix,
    evaluation_figures,
    expected_calibration_error,
    macro_f1,
    recalls,
    softmax,
    uar,
    weighted_f1,
)

LABELS = ("anger", "fear", "joy", "sadness")
INTERVALS = ("accuracy", "uar", "accuracy_over_folds", "uar_over_folds")


def evaluated(speakers: int = 12, n: int = 360) -> tuple[NDArray[Any], ...]:
    """Make items of speakers dealt into three folds; nobody is of the last class."""
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 3, n)
    probabilities = softmax(generator.normal(size=(n, 4)) + np.eye(4)[truth])
    numbers = np.arange(n) % speakers
    return truth, probabilities, np.array([f"s{i}" for i in numbers]), numbers % 3 + 1


def test_every_figure_is_the_measure_it_is_named_after() -> None:
    truth, probabilities, speakers, folds = evaluated()
    predicted = probabilities.argmax(axis=1)
    figures = evaluation_figures(LABELS, truth, probabilities, speakers, folds)
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures
    assert (figures["n"], figures["speakers"], figures["folds"]) == (360, 12, [1, 2, 3])
    for name, expected in {
        "macro_f1": macro_f1(truth, predicted),
        "weighted_f1": weighted_f1(truth, predicted),
        "ece": expected_calibration_error(truth, probabilities),
        "brier": brier_score(truth, probabilities),
    }.items():
        assert figures[name] == round(expected, 4)
    assert figures["confusion"] == confusion_matrix(truth, predicted, 4).tolist()
    for name, measure in (("accuracy", accuracy), ("uar", uar)):
        each = [measure(truth[folds == fold], predicted[folds == fold]) for fold in (1, 2, 3)]
        assert figures[name]["value"] == round(measure(truth, predicted), 4)
        assert figures[f"{name}_per_fold"] == [round(figure, 4) for figure in each]
        assert figures[f"{name}_over_folds"]["value"] == round(float(np.mean(each)), 4)


def test_classes_are_tabled_and_what_never_occurs_is_null() -> None:
    truth, probabilities, speakers, folds = evaluated()
    table = evaluation_figures(LABELS, truth, probabilities, speakers, folds)["classes"]
    measured = recalls(truth, probabilities.argmax(axis=1), 4)
    assert table["fear"]["recall"] == round(measured[1], 4)
    assert table["fear"]["support"] == int((truth == 1).sum())
    assert table["sadness"] == {"precision": 0.0, "recall": None, "f1": 0.0, "support": 0}


def test_intervals_draw_speakers_where_there_are_enough() -> None:
    truth, probabilities, speakers, folds = evaluated()
    predicted = probabilities.argmax(axis=1)
    figures = evaluation_figures(LABELS, truth, probabilities, speakers, folds)
    drawn = bootstrap_interval(lambda i: uar(truth[i], predicted[i]), np.arange(360) % 12)
    assert figures["interval_over"] == "speakers"
    for name in INTERVALS:
        assert figures[name]["low"] < figures[name]["value"] < figures[name]["high"]
    assert figures["uar"]["high"] - figures["uar"]["low"] == pytest.approx(
        drawn.high - drawn.low, rel=0.2
    )


@pytest.mark.parametrize("speakers", [1, 7])
def test_intervals_draw_items_where_speakers_are_few(speakers: int) -> None:
    truth, probabilities, names, folds = evaluated(speakers)
    predicted = probabilities.argmax(axis=1)
    figures = evaluation_figures(LABELS, truth, probabilities, names, folds)
    drawn = bootstrap_interval(lambda i: accuracy(truth[i], predicted[i]), np.arange(360))
    assert (figures["interval_over"], figures["speakers"]) == ("clips", speakers)
    assert figures["accuracy"]["low"] == round(drawn.low, 4)


def test_speakers_who_are_not_named_are_not_counted() -> None:
    truth, probabilities, _, folds = evaluated()
    figures = evaluation_figures(LABELS, truth, probabilities, np.full(360, ""), folds)
    assert (figures["interval_over"], figures["speakers"]) == ("clips", 0)


def test_a_fold_for_each_speaker_is_the_mean_over_speakers() -> None:
    # In most draws some fold is missing; the mean is over those drawn.
    truth, probabilities, speakers, _ = evaluated()
    figures = evaluation_figures(LABELS, truth, probabilities, speakers, speakers)
    assert len(figures["uar_per_fold"]) == 12
    low, high = figures["uar_over_folds"]["low"], figures["uar_over_folds"]["high"]
    assert low < np.mean(figures["uar_per_fold"]) < high


def test_a_speaker_drawn_twice_counts_twice_in_the_mean_over_folds() -> None:
    # Of speakers with a fold and as many clips each, the two figures are the same.
    truth, probabilities, speakers, _ = evaluated()
    figures = evaluation_figures(LABELS, truth, probabilities, speakers, speakers)
    assert figures["accuracy_over_folds"] == figures["accuracy"]


def test_clips_tested_again_do_not_narrow_the_bounds() -> None:
    truth, probabilities, speakers, folds = evaluated(speakers=3)
    once = evaluation_figures(LABELS, truth, probabilities, speakers, folds)
    again = evaluation_figures(
        LABELS,
        np.tile(truth, 4),
        np.tile(probabilities, (4, 1)),
        np.tile(speakers, 4),
        np.repeat(range(4), 360),
        np.tile(np.arange(360), 4),
    )
    assert again["interval_over"] == "clips"
    for name in ("accuracy", "uar"):
        assert again[name] == once[name]
    assert again["accuracy_over_folds"] == once["accuracy"]


def test_nothing_to_measure_is_null() -> None:
    none, nobody = np.zeros(0, np.int64), np.zeros(0, np.str_)
    figures = evaluation_figures(LABELS, none, np.zeros((0, 4)), nobody, none)
    assert json.dumps(figures, allow_nan=False)
    assert (figures["n"], figures["speakers"], figures["folds"]) == (0, 0, [])
    assert [figures[name]["value"] for name in INTERVALS] == [None] * 4
    assert figures["uar_per_fold"] == []
    assert figures["brier"] is None
    assert figures["confusion"] == [[0] * 4] * 4


def test_columns_must_fit() -> None:
    truth, probabilities, speakers, folds = evaluated()
    with pytest.raises(OptionError, match="4 probabilities an item for 3 labels"):
        evaluation_figures(LABELS[:3], truth, probabilities, speakers, folds)
    with pytest.raises(OptionError, match="360 true classes beside 359 folds"):
        evaluation_figures(LABELS, truth, probabilities, speakers, folds[1:])
    with pytest.raises(OptionError, match="do not sum to 1"):
        evaluation_figures(LABELS, truth, 2 * probabilities, speakers, folds)


def test_thirty_thousand_items_take_seconds() -> None:
    truth, probabilities, _, folds = evaluated(n=30_000)
    begun = process_time()
    figures = evaluation_figures(LABELS, truth, probabilities, np.full(30_000, ""), folds)
    assert process_time() - begun < 15  # 2 s, and room for a slow machine
    assert figures["uar"]["high"] - figures["uar"]["low"] < 0.02
