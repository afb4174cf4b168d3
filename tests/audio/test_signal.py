import numpy as np
import pytest

from emoarc.audio import as_mono, resample
from emoarc.errors import OptionError

TONE = np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)


@pytest.mark.parametrize("kind", ["int16", "int32", "float32", "float64"])
def test_every_kind_of_number_gives_the_same_signal(kind):
    scale = np.iinfo(kind).max if kind.startswith("int") else 1
    samples = as_mono((TONE * scale).astype(kind))
    assert samples.dtype == np.float32
    np.testing.assert_allclose(samples, TONE, atol=1e-4)


def test_unsigned_bytes_are_centred():
    samples = as_mono(np.array([0, 128, 255], np.uint8))
    np.testing.assert_allclose(samples, [-1, 0, 127 / 128])


def test_floats_beyond_full_scale_are_brought_within_it():
    np.testing.assert_allclose(as_mono(TONE * 30_000), TONE / np.abs(TONE).max(), atol=1e-6)


def test_channels_are_averaged_whichever_axis_they_are_on():
    stereo = np.stack([TONE, np.zeros_like(TONE)])
    np.testing.assert_array_equal(as_mono(stereo), as_mono(stereo.T))
    np.testing.assert_allclose(as_mono(stereo), TONE / 2, atol=1e-7)


@pytest.mark.parametrize(
    "signal",
    [[], np.zeros((2, 2, 2)), np.array(["a"]), np.array([0, np.nan]), np.array([0, np.inf]), 1.0],
)
def test_what_is_no_signal_is_refused(signal):
    with pytest.raises(OptionError, match="signal"):
        as_mono(np.asarray(signal))


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000])
def test_a_resampled_tone_is_the_same_tone(rate):
    tone = np.sin(2 * np.pi * 440 * np.arange(rate) / rate).astype(np.float32)
    resampled = resample(tone, rate)
    assert resampled.dtype == np.float32
    assert len(resampled) == 16_000
    np.testing.assert_allclose(resampled[500:-500], TONE[500:-500], atol=2e-3)


def test_what_lies_above_half_the_new_rate_is_gone():
    hiss = np.sin(2 * np.pi * 12_000 * np.arange(48_000) / 48_000).astype(np.float32)
    assert np.abs(resample(hiss, 48_000)[500:-500]).max() < 0.01


@pytest.mark.parametrize("rate", [0, -16_000, float("nan"), float("inf"), 10**9])
def test_an_impossible_rate_is_refused(rate):
    with pytest.raises(OptionError, match="sampling rate"):
        resample(np.zeros(10, np.float32), rate)
