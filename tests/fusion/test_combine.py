"""The contract of all combiners, and what sets each apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoarc.fusion import (
    RULES,
    DecisionBayes,
    FixedCombiner,
    Pool,
    Stacking,
    combine,
    load_fitted,
    log_linear_pool,
)
from emoarc.labels import EMOTIONS

NEUTRAL, ANGER = EMOTIONS.index("neutral"), EMOTIONS.index("anger")
seeds = st.integers(0, 2**32 - 1)
PLAIN = Pool(face_weight=0.3, gain=0.0, hidden=0.0)


def _pairs(seed, count=5):
    generator = np.random.default_rng(seed)
    probabilities = generator.dirichlet(np.full(7, 0.5), (count, 2))
    return probabilities, generator.uniform(0.05, 1, (count, 2))


def _sure_of(emotion, probability=0.7):
    found = np.full(7, (1 - probability) / 6)
    found[emotion] = probability
    return found


@pytest.mark.parametrize("rule", RULES)
@given(seeds)
def test_the_result_is_a_distribution_that_looks_at_its_own_row_only(rule, seed):
    combiner = load_fitted().combiner(rule)
    probabilities, qualities = _pairs(seed)
    together = combine(combiner, probabilities, qualities)
    np.testing.assert_allclose(together.sum(axis=1), 1)
    assert (together >= 0).all()
    apart = [combine(combiner, probabilities[[i]], qualities[[i]])[0] for i in range(5)]
    np.testing.assert_allclose(together, apart, atol=1e-9)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("missing", [0, 1])
@given(seeds)
def test_what_is_missing_drops_out_exactly(rule, missing, seed):
    probabilities, qualities = _pairs(seed)
    qualities[:, missing] = 0
    found = combine(load_fitted().combiner(rule), probabilities, qualities)
    np.testing.assert_array_equal(found, probabilities[:, 1 - missing])


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("faint", [0, 1])
def test_what_can_hardly_be_trusted_hardly_counts(rule, faint):
    qualities = np.ones((1, 2))
    qualities[:, faint] = 1e-6
    pair = np.array([_sure_of(ANGER, 0.95)] * 2)
    pair[faint] = _sure_of(NEUTRAL, 0.99)
    other = pair.copy()
    other[faint] = _sure_of(ANGER)
    combiner = load_fitted().combiner(rule)
    one, two = (combine(combiner, each[None], qualities) for each in (pair, other))
    np.testing.assert_allclose(one, two, atol=1e-3)


@pytest.mark.parametrize("rule", RULES)
@given(seeds)
def test_only_the_relation_of_the_qualities_matters(rule, seed):
    probabilities, qualities = _pairs(seed)
    combiner = load_fitted().combiner(rule)
    one = combine(combiner, probabilities, qualities)
    np.testing.assert_allclose(one, combine(combiner, probabilities, qualities / 7), atol=1e-9)


@given(seeds)
def test_the_pool_without_its_extras_is_the_log_linear_pool(seed):
    probabilities, qualities = _pairs(seed)
    rows = zip(probabilities, qualities, strict=True)
    expected = [log_linear_pool(p, q * [0.3, 0.7]) for p, q in rows]
    np.testing.assert_allclose(combine(PLAIN, probabilities, qualities), expected, rtol=1e-9)


def test_the_pool_glides_into_the_expert_that_is_left():
    pool = Pool(face_weight=0.4, gain=0.8, hidden=0.4)
    pair = np.array([[_sure_of(NEUTRAL), _sure_of(ANGER)]])
    for faint in (0, 1):
        qualities = np.ones((1, 2))
        qualities[:, faint] = 1e-7
        np.testing.assert_allclose(combine(pool, pair, qualities)[0], pair[0, 1 - faint], atol=1e-5)


def test_two_who_agree_are_surer_by_the_gain():
    pair, even = np.array([[_sure_of(ANGER), _sure_of(ANGER)]]), np.ones((1, 2))
    plain = combine(Pool(0.5, 0.0, 0.0), pair, even)[0, ANGER]
    product = combine(Pool(0.5, 1.0, 0.0), pair, even)[0]
    assert plain == pytest.approx(0.7)
    expected = pair[0, 0] * pair[0, 1]
    np.testing.assert_allclose(product, expected / expected.sum(), rtol=1e-9)


def test_a_speaking_face_that_looks_neutral_says_little() -> None:
    even, seen = np.ones((1, 2)), Pool(0.5, 0.0, 0.0)
    pair = np.array([[_sure_of(NEUTRAL, 0.99), _sure_of(ANGER, 0.5)]])
    assert combine(seen, pair, even)[0].argmax() == NEUTRAL
    assert combine(Pool(0.5, 0.0, 0.5), pair, even)[0].argmax() == ANGER
    # Where it shows something, that counts; where all is hidden, it never says anything.
    pair[0, 0] = _sure_of(EMOTIONS.index("disgust"), 0.99)
    assert combine(Pool(0.5, 0.0, 0.5), pair, even)[0].argmax() == EMOTIONS.index("disgust")
    pair[0, 0] = _sure_of(NEUTRAL, 0.99)
    voice_alone = np.sqrt(pair[0, 1]) / np.sqrt(pair[0, 1]).sum()
    np.testing.assert_allclose(combine(Pool(0.5, 0.0, 1.0), pair, even)[0], voice_alone)


def test_decisions_are_judged_by_the_confusions_of_who_made_them():
    # The face calls all anger neutral; the voice is right three times in four.
    face, voice = np.eye(7) * 0.93 + 0.01, np.eye(7) * 0.7083 + 0.0417
    face[ANGER] = face[NEUTRAL]
    bayes = DecisionBayes(np.array([face, voice]))
    pair = np.array([[_sure_of(NEUTRAL), _sure_of(ANGER)]])
    found = combine(bayes, pair, np.ones((1, 2)))[0]
    expected = face[:, NEUTRAL] * voice[:, ANGER]
    np.testing.assert_allclose(found, expected / expected.sum(), rtol=1e-6)
    assert found.argmax() == ANGER


def test_a_temperature_softens_and_keeps_the_choice():
    pair, even = np.array([[_sure_of(ANGER), _sure_of(ANGER)]]), np.ones((1, 2))
    sharp = combine(FixedCombiner("product", 1.0), pair, even)[0]
    soft = combine(FixedCombiner("product", 3.0), pair, even)[0]
    assert sharp[ANGER] > soft[ANGER] > 1 / 7
    assert soft.argmax() == ANGER


def test_stacking_of_nothing_learnt_is_undecided():
    found = combine(Stacking(np.zeros((14, 7)), np.zeros(7)), *_pairs(0))
    np.testing.assert_allclose(found, 1 / 7)
