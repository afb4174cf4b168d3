import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emoarc.audio import FRAME, VoiceActivity, speech_span

RATE = 16_000
NOISE = np.random.default_rng(0).normal(0, 0.05, 3 * RATE).astype(np.float32)


def activity(samples):
    stage = VoiceActivity()
    return np.concatenate([stage.push(samples), stage.flush()])


def test_speech_is_told_from_silence(scene):
    sound, spoken = scene
    speaking = activity(sound) >= 0.5
    times = (np.arange(len(speaking)) + 0.5) * FRAME / RATE
    truth = np.any([(times > a) & (times < b) for a, b in spoken], axis=0)
    assert np.mean(speaking == truth) > 0.97


@pytest.mark.parametrize("gain_db", [-50, -30, -10])
def test_quiet_speech_is_heard(scene, gain_db):
    sound, _ = scene
    quiet = activity(sound * np.float32(10 ** (gain_db / 20))) >= 0.5
    assert np.mean(quiet == (activity(sound) >= 0.5)) > 0.95


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(3 * RATE),
        np.full(3 * RATE, 0.5),
        NOISE,
        np.sin(2 * np.pi * 440 * np.arange(3 * RATE) / RATE),
        np.sign(np.sin(2 * np.pi * 50 * np.arange(3 * RATE) / RATE)),
    ],
    ids=["silence", "DC", "noise", "tone", "clipped hum"],
)
def test_what_is_no_speech_is_not_taken_for_it(sound):
    assert np.mean(activity(sound.astype(np.float32)) >= 0.5) < 0.05


@settings(max_examples=10, deadline=None)
@given(cuts=st.lists(st.integers(0, 3 * RATE), max_size=12))
def test_the_cuts_between_pushes_do_not_matter(cuts):
    stage = VoiceActivity()
    pushed = [stage.push(part) for part in np.split(NOISE, sorted(cuts))]
    np.testing.assert_array_equal(np.concatenate([*pushed, stage.flush()]), activity(NOISE))


def test_the_last_incomplete_frame_counts():
    assert len(activity(NOISE[: 3 * FRAME])) == 3
    assert len(activity(NOISE[: 3 * FRAME + 1])) == 4
    assert len(activity(NOISE[:0])) == 0


def test_the_span_of_speech_is_found(scene):
    sound, spoken = scene
    start, end = speech_span(sound)
    assert start / RATE == pytest.approx(spoken[0][0] - 0.1, abs=0.1)
    assert end / RATE == pytest.approx(spoken[-1][1] + 0.1, abs=0.1)


def test_without_speech_the_span_is_everything():
    assert speech_span(NOISE) == (0, len(NOISE))
