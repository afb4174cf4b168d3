import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest

from emoarc.corpora import Clip, Manifest
from emoarc.errors import OptionError
from emoarc.evaluate import Predictions, accuracy, compare, uar

LABELS = ("anger", "fear", "sadness")


def predicted_by(right: float, speakers: int = 10, n: int = 300, seed: int = 0) -> Predictions:
    """A system that is right with a probability, on clips and truth that are always the same."""
    truth = np.random.default_rng(0).integers(0, 3, n)
    generator = np.random.default_rng(seed)
    decided = np.where(generator.random(n) < right, truth, (truth + 1) % 3)
    clips = [
        Clip(Path(f"wav/{i}.wav"), "mine", "audio", speaker=f"mine-{i % speakers}")
        for i in range(n)
    ]
    folds = np.full(n, "all")
    return Predictions.of(Manifest(tuple(clips)), LABELS, truth, np.eye(3)[decided], folds)


def rows_of(predictions: Predictions, rows: Any) -> Predictions:
    names = set(vars(predictions)) - {"labels"}
    return replace(predictions, **{name: getattr(predictions, name)[rows] for name in names})


def test_a_better_system_is_better_by_every_measure() -> None:
    good, bad = predicted_by(0.9, seed=1), predicted_by(0.5, seed=2)
    found = compare(good, bad)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert (found["n"], found["speakers"], found["interval_over"]) == (300, 10, "speakers")
    assert (found["only_first_tested"], found["only_second_tested"]) == (0, 0)
    ours, theirs = good.predicted == good.truth, bad.predicted == bad.truth
    ahead, behind = int((ours & ~theirs).sum()), int((theirs & ~ours).sum())
    assert found["mcnemar"] == {
        "only_first": ahead,
        "only_second": behind,
        "p": pytest.approx(binomtest(ahead, ahead + behind).pvalue, rel=1e-3),
    }
    for name, measure in (("accuracy", accuracy), ("uar", uar)):
        figures = found[name]
        assert figures["first"] == round(measure(good.truth, good.predicted), 4)
        assert figures["second"] == round(measure(bad.truth, bad.predicted), 4)
        assert 0 < figures["low"] < figures["difference"] < figures["high"]
        assert figures["p"] < 0.01


def test_turned_around_it_says_the_same() -> None:
    good, bad = predicted_by(0.8, seed=1), predicted_by(0.7, seed=2)
    there, back = compare(good, bad), compare(bad, good)
    assert back["mcnemar"]["only_first"] == there["mcnemar"]["only_second"]
    assert back["mcnemar"]["p"] == there["mcnemar"]["p"]
    assert back["uar"]["difference"] == -there["uar"]["difference"]


def test_only_common_clips_count_whatever_their_order_and_that_of_the_labels() -> None:
    whole = predicted_by(0.8, seed=1)
    part = rows_of(whole, np.arange(99, 19, -1))
    turned = replace(
        part,
        labels=part.labels[::-1],
        truth=2 - part.truth,
        probabilities=part.probabilities[:, ::-1],
    )
    found = compare(whole, turned)
    assert (found["n"], found["only_first_tested"], found["only_second_tested"]) == (80, 220, 0)
    assert found["accuracy"]["difference"] == 0
    assert found["mcnemar"]["p"] == 1


def test_a_clip_tested_several_times_counts_each_time_that_both_did() -> None:
    whole = predicted_by(0.8)
    twice, thrice = (rows_of(whole, np.tile(np.arange(100), times)) for times in (2, 3))
    found = compare(twice, thrice)
    assert (found["n"], found["only_second_tested"]) == (200, 100)


def test_clips_tested_again_make_nothing_more_certain() -> None:
    good, bad = predicted_by(0.8, 2, seed=1), predicted_by(0.7, 2, seed=2)
    again = np.tile(np.arange(300), 3)
    once, thrice = compare(good, bad), compare(rows_of(good, again), rows_of(bad, again))
    assert thrice["n"] == 900
    for name in ("mcnemar", "accuracy", "uar"):
        assert thrice[name] == once[name]


def test_few_speakers_give_intervals_over_clips() -> None:
    found = compare(predicted_by(0.9, speakers=2, seed=1), predicted_by(0.5, speakers=2, seed=2))
    assert found["interval_over"] == "clips"
    assert found["accuracy"]["low"] is not None


def test_what_cannot_be_compared_is_one_line() -> None:
    ours = predicted_by(0.8)
    with pytest.raises(OptionError, match="of the same labels"):
        compare(ours, replace(ours, labels=("anger", "fear", "neutral")))
    with pytest.raises(OptionError, match="no clip was tested in both"):
        compare(ours, replace(ours, corpus=np.full(300, "yours")))
    with pytest.raises(OptionError, match=r"wav/5\.wav and 0 more clips have another label"):
        compare(ours, replace(ours, truth=np.where(np.arange(300) == 5, -1, ours.truth) % 3))
