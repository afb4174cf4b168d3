import librosa
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoarc.audio import DESCRIPTORS, FUNCTIONALS, descriptors, functionals
from emoarc.types import SAMPLING_RATE


def _voice(f0: np.ndarray, harmonics: int = 12) -> np.ndarray:
    """A buzz whose pitch follows `f0`, one value per sample."""
    phase = 2 * np.pi * np.cumsum(f0) / SAMPLING_RATE
    return sum(np.sin(k * phase) / k for k in range(1, harmonics + 1)).astype(np.float32) * 0.05


def _column(tracks: np.ndarray, name: str) -> np.ndarray:
    return tracks[:, DESCRIPTORS.index(name)]


@given(hertz=st.floats(75, 480), noise=st.floats(0, 0.01))
def test_the_pitch_of_a_buzz_is_found(hertz, noise):
    sound = _voice(np.full(8000, hertz)) + np.random.default_rng(0).normal(0, noise, 8000)
    tracks, voiced = descriptors(sound)
    assert voiced[2:-2].all()
    found = 27.5 * 2 ** (_column(tracks, "f0")[3:-3] / 12)
    assert found == pytest.approx(np.full(len(found), hertz), rel=0.02)


def test_pitch_agrees_with_librosa_on_speech(speech):
    sound = speech(3.0)
    tracks, voiced = descriptors(sound)
    theirs = librosa.yin(
        sound, fmin=65, fmax=550, sr=SAMPLING_RATE, frame_length=1024, hop_length=160, center=False
    )
    frames = np.flatnonzero(voiced[: len(theirs)])
    assert len(frames) > 50
    apart = 12 * np.log2(theirs[frames] / 27.5) - _column(tracks, "f0")[frames]
    assert np.mean(np.abs(apart) < 1) > 0.8


@pytest.mark.parametrize(
    "sound", [np.zeros(16_000), np.random.default_rng(0).normal(0, 0.1, 16_000)]
)
def test_silence_and_noise_have_no_pitch(sound):
    tracks, voiced = descriptors(sound)
    assert voiced.mean() < 0.05
    assert np.isfinite(tracks).all()
    assert np.isfinite(functionals(sound)).all()


@pytest.mark.parametrize("samples", [1, 100, 640, 641, 9000, 90_000])
def test_every_length_gives_a_number_for_every_name(samples):
    vector = functionals(np.random.default_rng(1).normal(0, 0.1, samples))
    assert vector.shape == (len(FUNCTIONALS),)
    assert vector.dtype == np.float32
    assert np.isfinite(vector).all()


def test_functionals_are_the_statistics_they_are_named_for():
    rising = _voice(np.linspace(100, 200, 2 * SAMPLING_RATE))
    named = dict(zip(FUNCTIONALS, functionals(rising).tolist(), strict=True))
    assert named["f0_trend"] == pytest.approx(6, abs=0.6)  # an octave in two seconds
    assert named["f0_low"] < named["f0_median"] < named["f0_high"]
    assert named["voiced_share"] > 0.95
    louder = dict(zip(FUNCTIONALS, functionals(2 * rising).tolist(), strict=True))
    assert louder["level_mean"] - named["level_mean"] == pytest.approx(6.02, abs=0.01)
    assert louder["f0_mean"] == pytest.approx(named["f0_mean"], abs=1e-3)


def test_bursts_are_counted():
    bursts = np.tile(np.concatenate([_voice(np.full(3200, 150.0)), np.zeros(4800)]), 4)
    named = dict(zip(FUNCTIONALS, functionals(bursts).tolist(), strict=True))
    assert named["voiced_per_second"] == pytest.approx(2, abs=0.01)
    assert named["voiced_length"] == pytest.approx(0.2, abs=0.03)
    assert named["unvoiced_length"] == pytest.approx(0.3, abs=0.03)
