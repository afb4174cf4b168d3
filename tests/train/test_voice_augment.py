import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoarc.audio import LogMel
from emoarc.errors import OptionError

pytest.importorskip("torch", reason="the extra `train` is not installed")

from emoarc.train._voice_augment import (
    VoiceAugmentation,
    crop,
    mask,
    mix_examples,
    mix_noise,
    tilt,
)


def _spectrogram(frames: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(-8, 3, (frames, 64)).astype(np.float32)


@given(have=st.integers(1, 60), want=st.integers(1, 60), seed=st.integers(0, 99))
def test_a_crop_has_the_frames_asked_for_in_their_order(have: int, want: int, seed: int) -> None:
    numbered = np.repeat(np.arange(have, dtype=np.float32)[:, None], 3, axis=1)
    cut = crop(numbered, want, np.random.default_rng(seed))
    assert cut.shape == (want, 3)
    assert set(np.diff(cut[:, 0]).tolist()) <= {1.0, 1.0 - have}  # onwards, or round to the start


@given(snr=st.floats(-10, 40), gain=st.floats(-60, 60))
def test_the_noise_lies_where_the_ratio_says_whatever_its_level(snr: float, gain: float) -> None:
    speech, noise = _spectrogram(50), _spectrogram(50, seed=1)
    mixed = mix_noise(speech, noise + np.float32(gain), snr).astype(np.float64)
    added = np.exp(mixed).mean() - np.exp(speech.astype(np.float64)).mean()
    ratio = 10 * np.log10(np.exp(speech.astype(np.float64)).mean() / added)
    assert ratio == pytest.approx(snr, abs=0.1)
    assert (mixed >= speech - 1e-5).all()


def test_mixing_powers_is_close_to_mixing_sounds() -> None:
    """The claim that makes the augmentation cheap: independent sounds hardly interfere."""
    generator = np.random.default_rng(0)
    time = np.arange(32_000) / 16_000
    speech = np.sin(2 * np.pi * 200 * time) * (1 + np.sin(2 * np.pi * 3 * time)) * 0.1
    noise = generator.normal(0, 0.05, len(time))
    log_mel = LogMel()
    heard = log_mel(speech + noise)
    snr = 10 * np.log10(np.exp(log_mel(speech)).mean() / np.exp(log_mel(noise)).mean())
    assert np.abs(mix_noise(log_mel(speech), log_mel(noise), snr) - heard).mean() < 0.2


def test_a_tilt_raises_the_top_band_against_the_bottom_one() -> None:
    speech = _spectrogram(20)
    change = tilt(speech, 6.0) - speech
    assert change[:, -1] - change[:, 0] == pytest.approx(6 * np.log(10) / 10, abs=1e-4)
    assert change.mean() == pytest.approx(0, abs=1e-4)


@given(seed=st.integers(0, 999))
def test_masks_cover_no_more_than_allowed_and_leave_the_original(seed: int) -> None:
    speech = _spectrogram(100)
    before = speech.copy()
    options = VoiceAugmentation(band_mask=8, time_mask=10)
    changed = mask(speech, options, np.random.default_rng(seed)) != speech
    assert changed.all(axis=0).sum() <= 16
    assert changed.all(axis=1).sum() <= 20
    assert np.array_equal(speech, before)


def test_mixup_keeps_targets_distributions_and_mixes_with_whom_it_is_told() -> None:
    inputs, targets = np.stack([_spectrogram(9, s) for s in range(8)]), np.eye(8, dtype=np.float32)
    order = np.arange(8) ^ 1  # neighbours
    mixed, soft = mix_examples([inputs, targets], 0.3, order, np.random.default_rng(0))
    assert mixed.shape == inputs.shape
    assert soft.sum(axis=1) == pytest.approx(np.ones(8))
    assert (soft > 0).nonzero()[1].reshape(8, 2).tolist() == [sorted([i, i ^ 1]) for i in range(8)]
    assert mix_examples([inputs, targets], 0.0, order, np.random.default_rng(0))[0] is inputs


def test_impossible_options_are_refused() -> None:
    with pytest.raises(OptionError, match="snr"):
        VoiceAugmentation(snr=(20.0, 3.0))
    with pytest.raises(OptionError, match="frames"):
        VoiceAugmentation(frames=0)
