import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emoarc.audio import FRAME, levels, voice_quality

FRAMES = 60


@pytest.fixture(scope="module")
def window(speech):
    """Speech with a little silence after it, and its probabilities."""
    sound = speech(2.0)[: FRAMES * FRAME].copy()
    sound[-12 * FRAME :] *= 1e-3
    return sound, np.repeat(np.float32([1, 0]), [FRAMES - 12, 12])


def test_clean_speech_is_perfect(window):
    assert voice_quality(*window) == 1


@settings(deadline=None, max_examples=20)
@given(softer=st.floats(-60, 0), louder=st.floats(-60, 0))
def test_noise_never_helps(window, softer, louder):
    sound, probabilities = window
    noise = np.random.default_rng(0).normal(0, 1, len(sound))
    marks = [
        voice_quality((sound + noise * 10 ** (level / 20)).astype(np.float32), probabilities)
        for level in sorted((softer, louder))
    ]
    assert marks[0] >= marks[1] - 0.02


def test_noise_above_the_speech_leaves_nothing(window):
    sound, probabilities = window
    noise = np.random.default_rng(0).normal(0, 1, len(sound)).astype(np.float32)
    assert voice_quality(sound + noise, probabilities) < 0.2


def test_clipping_hurts_and_more_of_it_hurts_more(window):
    sound, probabilities = window
    marks = [voice_quality(np.clip(sound * g, -1, 1), probabilities) for g in (1, 8, 30)]
    assert marks[0] > marks[1] > marks[2]


@settings(deadline=None, max_examples=20)
@given(few=st.integers(0, FRAMES), many=st.integers(0, FRAMES))
def test_more_speech_never_hurts(few, many):
    sound = np.random.default_rng(1).normal(0, 0.1, FRAMES * FRAME).astype(np.float32)
    sound[: FRAME * 10] *= 1e-3
    marks = [
        voice_quality(sound, (np.arange(FRAMES) >= FRAMES - n).astype(np.float32))
        for n in sorted((few, many))
    ]
    assert 0 <= marks[0] <= marks[1] + 0.01 <= 1.01


def test_a_short_window_is_worth_less(window):
    sound, probabilities = window
    short = voice_quality(sound[40 * FRAME : 56 * FRAME], probabilities[40:56])
    assert 0 < short < 0.6


@pytest.mark.parametrize("level", [0.0, 0.5])
def test_silence_and_dc_are_worth_nothing(level):
    sound = np.full(FRAMES * FRAME, level, np.float32)
    assert voice_quality(sound, np.ones(FRAMES, np.float32)) == 0


def test_no_whole_frame_is_worth_nothing():
    assert voice_quality(np.zeros(0, np.float32), np.zeros(0, np.float32)) == 0


def test_levels_are_decibels_of_full_scale_below_and_from_500_hertz():
    time = np.arange(2 * FRAME) / 16_000
    low = np.repeat(np.float32([0.1, 0]), FRAME) * np.sin(2 * np.pi * 250 * time)
    high = np.repeat(np.float32([0, 1]), FRAME) * np.sin(2 * np.pi * 2000 * time)
    found = levels(np.append(low + high, 0.5).astype(np.float32))
    assert found.shape == (2, 2)
    assert found[0, 0] == pytest.approx(-23, abs=0.5)
    assert found[1, 1] == pytest.approx(-3, abs=0.5)
    assert max(found[0, 1], found[1, 0]) < -60
