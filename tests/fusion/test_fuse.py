import random
from dataclasses import replace
from itertools import count, islice, pairwise
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoarc.errors import OptionError
from emoarc.fusion import (
    RULES,
    FusionOptions,
    FusionStage,
    Pool,
    express,
    load_fitted,
)
from emoarc.labels import EMOTIONS


def _plain(face_weight=0.25):
    """What ships, with a plain pool of a known weight."""
    return replace(load_fitted(), pool=Pool(face_weight, 0.0, 1.0, 0.0))


def _rows(expressions):
    return [(round(e.start, 6), round(e.end, 6), e.subject, e.label) for e in expressions]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(("modality", "weight"), [("face", 0.25), ("voice", 0.75)])
def test_a_modality_alone_stays_what_it_is(make, rule, modality, weight):
    stage = FusionStage(FusionOptions(rule=rule), _plain())
    alone = make(0.0, 0.2, modality)
    stage.push([alone])
    (fused,) = stage.settle(1.0)
    np.testing.assert_allclose(fused.probabilities, alone.probabilities, atol=1e-6)
    assert fused.quality == pytest.approx(weight * alone.quality)
    assert fused.label == alone.label


def test_an_unknown_rule_is_named():
    with pytest.raises(OptionError, match="borda"):
        FusionStage(FusionOptions(rule="borda"))


@pytest.mark.parametrize("name", ["smoothing", "live_smoothing"])
def test_an_unknown_smoothing_is_named(name):
    with pytest.raises(OptionError, match="kalman"):
        FusionOptions(**{name: "kalman"})


@pytest.mark.parametrize("step", [0.0, -1.0, float("nan"), float("inf")])
def test_a_cell_has_a_length(step):
    with pytest.raises(OptionError, match="step"):
        FusionOptions(step=step)


def test_two_modalities_are_trusted_more_than_either(make):
    stage = FusionStage()
    stage.push([make(0.0, 0.2), make(0.0, 0.2, "voice")])
    (fused,) = stage.settle(1.0)
    assert fused.label == "happiness"
    assert fused.quality == pytest.approx(0.8)


@pytest.mark.parametrize(("better", "expected"), [("face", "happiness"), ("voice", "anger")])
def test_the_better_modality_prevails(make, better, expected):
    quality = {"face": 0.3, "voice": 0.3} | {better: 0.95}
    stage = FusionStage(fitted=_plain(0.5))
    stage.push([make(0, 0.2, "face", quality=quality["face"])])
    stage.push([make(0, 0.2, "voice", emotion="anger", quality=quality["voice"])])
    (fused,) = stage.settle(1.0)
    assert fused.label == expected


def test_subjects_are_kept_apart(make):
    stage = FusionStage()
    stage.push([make(0, 0.2, subject="P1"), make(0, 0.2, subject="P2", emotion="sadness")])
    assert _rows(stage.settle(0.2)) == [(0, 0.2, "P1", "happiness"), (0, 0.2, "P2", "sadness")]


def test_nothing_is_said_where_nothing_was_observed(make):
    stage = FusionStage()
    stage.push([make(0.0, 0.2), make(100.05, 100.15)])
    assert _rows(stage.settle(200.0)) == [
        (0.0, 0.2, "P1", "happiness"),
        (100.05, 100.15, "P1", "happiness"),
    ]


@pytest.mark.parametrize("origin", [0.0, 1_700_092_759.8])
def test_times_of_a_clock_make_no_slivers(make, origin):
    """Seconds since 1970 are known to a quarter of a microsecond."""
    times = [origin + i / 10 for i in range(31)]
    stage = FusionStage()
    stage.push(make(start, end) for start, end in pairwise(times))
    assert [round(row.end - row.start, 5) for row in stage.settle(inf)] == [0.2] * 15


def test_a_cell_waits_until_it_is_settled(make):
    stage = FusionStage(fitted=_plain())
    stage.push([make(0.0, 1.0)])
    assert len(stage.settle(0.5)) == 2
    stage.push([make(0.4, 0.6, "voice", emotion="anger", quality=1.0)])
    assert stage.settle(0.6)[0].label == "anger"


@pytest.mark.parametrize("quality", [0.05, 0.0])
def test_low_quality_abstains_and_says_why(make, quality):
    stage = FusionStage()
    stage.push([make(0.0, 0.2, quality=quality)])
    (fused,) = stage.settle(1.0)
    assert fused.label is None
    assert fused.reason


@given(st.integers(0, 100), st.integers(0, 100))
def test_a_bad_modality_takes_no_label_from_a_good_one(face, voice):
    flat = np.full(7, 1 / 7)
    rows = [
        express(0.0, 0.2, "P1", modality, flat, percent / 100, percent >= 20)
        for modality, percent in (("face", face), ("voice", voice))
    ]
    stage = FusionStage()
    stage.push(rows)
    (fused,) = stage.settle(1.0)
    assert (fused.label is None) == all(row.label is None for row in rows)


@given(st.floats(0, 8), st.integers(0, 99))
def test_a_recording_is_fused_as_a_stream_is(until, seed):
    rng = np.random.default_rng(seed)
    starts = np.sort(rng.uniform(0, 6, 20))
    evidence = [
        express(
            start,
            start + float(rng.uniform(0.05, 2)),
            f"P{rng.integers(1, 3)}",
            str(rng.choice(["face", "voice"])),
            rng.dirichlet(np.ones(len(EMOTIONS))),
            0.8,
        )
        for start in starts.tolist()
    ]
    stage = FusionStage()
    stage.push(evidence)
    one, other = stage.settle(until), [*FusionStage().fuse(evidence, until)]
    assert _rows(one) == _rows(other)
    for first, second in zip(one, other, strict=True):
        np.testing.assert_allclose(first.probabilities, second.probabilities, atol=1e-6)


def test_a_recording_is_fused_little_by_little(make):
    endless = (make(i / 10, (i + 1) / 10) for i in count())
    assert _rows(islice(FusionStage().fuse(endless), 2)) == [
        (0.0, 0.2, "P1", "happiness"),
        (0.2, 0.4, "P1", "happiness"),
    ]


@given(st.integers(0, 2**32 - 1))
def test_the_order_of_evidence_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    evidence = [
        express(
            start := float(rng.uniform(0, 5)),
            start + float(rng.uniform(0.05, 2)),
            f"P{rng.integers(1, 3)}",
            str(rng.choice(["face", "voice"])),
            rng.dirichlet(np.ones(len(EMOTIONS))),
            float(rng.uniform(0.1, 1)),
        )
        for _ in range(20)
    ]
    shuffled = random.Random(seed).sample(evidence, len(evidence))
    results = []
    for order in (evidence, shuffled):
        stage = FusionStage()
        stage.push(order)
        results.append(stage.settle(100.0))
    assert _rows(results[0]) == _rows(results[1])
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(one.probabilities, other.probabilities, atol=1e-6)
