import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoarc.fusion import NO_MOMENTS, lip_features, lip_moments, lip_score, voiced_opening


def _scene(seconds=4.0, seed=0):
    """Levels of a voice whose balance follows an opening, and the opening at 10 frames a second."""
    generator = np.random.default_rng(seed)
    knots = np.arange(0, seconds + 1, 0.15)
    opening = generator.uniform(0, 0.15, len(knots))
    heard_at = np.arange(0, seconds, 0.032)
    high = -30 + 100 * np.interp(heard_at, knots, opening)
    levels = np.stack([np.full_like(high, -20), high], axis=1)
    times = np.arange(0, seconds, 0.1)
    return times, np.interp(times + 0.02, knots, opening), heard_at, voiced_opening(levels)


def _score(times, opening, heard_at, voiced):
    return lip_score(lip_moments(times, opening, np.full(len(times), 0.1), heard_at, voiced))


def test_a_mouth_that_follows_the_voice_spoke():
    assert _score(*_scene()) > 2


def test_a_mouth_that_rests_listens():
    times, opening, heard_at, voiced = _scene()
    assert _score(times, 0.05 + 0.02 * opening, heard_at, voiced) < -5


def test_a_mouth_that_says_something_else_scores_less():
    times, _, heard_at, voiced = _scene()
    assert _score(times, _scene(seed=1)[1], heard_at, voiced) < _score(*_scene()) - 3


def test_agreement_is_the_correlation():
    times, opening, heard_at, voiced = _scene()
    weights = np.full(len(times), 0.1)
    features = lip_features(lip_moments(times, opening, weights, heard_at, voiced))
    expected = np.corrcoef(opening, np.interp(times + 0.02, heard_at, voiced))[0, 1]
    assert features[0] / features[1] == pytest.approx(expected, abs=1e-4)
    assert features[1] == pytest.approx(4.0)


@given(st.integers(1, 39))
def test_moments_of_stretches_add_up(cut):
    times, opening, heard_at, voiced = _scene()
    weights = np.linspace(0, 0.1, len(times))
    whole = lip_moments(times, opening, weights, heard_at, voiced)
    parts = [
        lip_moments(times[part], opening[part], weights[part], heard_at, voiced)
        for part in (slice(None, cut), slice(cut, None))
    ]
    np.testing.assert_allclose(parts[0] + parts[1], whole)


def test_loudness_and_scale_of_the_sound_do_not_matter():
    levels = np.random.default_rng(0).uniform(-40, -10, (50, 2))
    np.testing.assert_allclose(voiced_opening(levels + 7), voiced_opening(levels))


def test_nothing_seen_or_heard_tells_nothing():
    assert lip_score(NO_MOMENTS) == 0
    nothing = np.zeros(0)
    assert voiced_opening(np.zeros((0, 2))).shape == (0,)
    assert not lip_moments(nothing, nothing, nothing, np.ones(2), np.ones(2)).any()
    assert not lip_moments(np.ones(2), np.ones(2), np.ones(2), nothing, nothing).any()
