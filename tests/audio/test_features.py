import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emoarc.audio import LogMel, LogMelOptions
from emoarc.errors import OptionError


def librosa_power(signal, options):
    pad = (options.n_fft - options.window_samples) // 2
    return librosa.feature.melspectrogram(
        y=np.pad(signal, pad).astype(np.float64),
        sr=options.sampling_rate,
        n_fft=options.n_fft,
        win_length=options.window_samples,
        hop_length=options.hop_samples,
        n_mels=options.bands,
        fmin=options.f_min,
        fmax=options.f_max,
        center=False,
        power=2.0,
        dtype=np.float64,
    ).T


@pytest.mark.parametrize(
    "options",
    [
        LogMelOptions(),
        LogMelOptions(bands=40, f_min=0, f_max=7600),
        LogMelOptions(window=0.032, hop=0.0125, bands=80, n_fft=1024),
        LogMelOptions(sampling_rate=8000, f_max=4000, bands=32, n_fft=256),
    ],
)
def test_power_is_librosas(options):
    signal = np.random.default_rng(1).normal(0, 0.1, 40_000).astype(np.float32)
    expected = librosa_power(signal, options)
    power = LogMel(options).power(signal)
    assert power.dtype == np.float32
    assert power.shape == expected.shape == (LogMel(options).frames(len(signal)), options.bands)
    np.testing.assert_allclose(power, expected, rtol=1e-4, atol=1e-9)


def test_log_is_librosas_on_a_tone_far_above_the_floor():
    tone = librosa.tone(440, sr=16_000, duration=1.0)
    power = librosa_power(tone, LogMelOptions())
    np.testing.assert_allclose(LogMel()(tone), np.log(power + 1e-10), atol=2e-3)


def test_no_band_is_empty():
    impulse = np.zeros(400, np.float32)
    impulse[200] = 1
    assert (LogMel().power(impulse) > 0).all()


def test_silence_lies_on_the_floor():
    np.testing.assert_allclose(LogMel()(np.zeros(16_000, np.float32)), np.log(1e-10), rtol=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 3_000))
def test_every_length_gives_the_promised_frames(samples):
    log_mel = LogMel()
    assert log_mel(np.ones(samples, np.float32)).shape == (log_mel.frames(samples), 64)


def test_a_long_signal_is_the_sum_of_its_blocks():
    signal = np.random.default_rng(2).normal(0, 0.1, 16_000 * 25).astype(np.float32)
    whole = LogMel()(signal)
    part = LogMel()(signal[160 * 1000 : 160 * 1100])
    np.testing.assert_allclose(whole[1000 : 1000 + len(part)], part, atol=1e-4)


@pytest.mark.parametrize(
    "change",
    [{"f_max": 9000}, {"f_min": 8000}, {"window": 0.05}, {"hop": 0}, {"bands": 0}, {"floor": 0}],
)
def test_impossible_options_are_refused(change):
    with pytest.raises(OptionError, match="log-mel"):
        LogMelOptions(**change)
