"""What systems hear, against librosa."""

import numpy as np
import pytest

librosa = pytest.importorskip("librosa")
pytest.importorskip("torch", reason="training needs the extra `train`")

from emoarc.train.systems._sound import Functionals, Mel, Mfcc, Spectrogram  # noqa: E402

RATE = 16_000


def tone(hertz: float, seconds: float = 1.0) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE).astype(np.float32)


@pytest.fixture
def speech() -> np.ndarray:
    """Something with energy at every frequency, louder and softer."""
    noise = np.random.default_rng(1).normal(0, 0.1, RATE * 2)
    return (noise * np.sin(np.linspace(0, 9, len(noise)))).astype(np.float32)


def test_a_tone_stands_in_its_row_of_the_spectrogram() -> None:
    spectrogram = Spectrogram("spectrogram", seconds=1.0, rows=200, columns=100)(tone(1000))
    assert spectrogram.shape == (200, 100)
    assert spectrogram.dtype == np.float16
    # Bins are 40 Hz wide.
    assert np.abs(spectrogram[:, 5:90].argmax(axis=0) - 25).max() <= 1


def test_silence_follows_the_end_of_a_short_signal() -> None:
    short = Spectrogram("spectrogram", seconds=2.0, rows=100, columns=100)(tone(1000, 1.0))
    assert short[:, :45].max() > short[:, 55:].max() + 1


def test_only_the_first_seconds_count(speech: np.ndarray) -> None:
    spectrogram = Spectrogram("spectrogram", seconds=1.0, rows=100, columns=50)
    np.testing.assert_array_equal(spectrogram(speech), spectrogram(speech[: RATE + 240]))


def test_grids_are_standardised(speech: np.ndarray) -> None:
    for grid in (Spectrogram("spectrogram", rows=50, columns=60), Mel("mel", frames=60)):
        values = grid(speech).astype(np.float64)
        assert abs(values.mean()) < 0.01
        assert values.std() == pytest.approx(1, abs=0.01)


def test_mel_has_bands_by_frames(speech: np.ndarray) -> None:
    assert Mel("mel", bands=32, frames=40)(speech).shape == (32, 40)


def test_mean_coefficients_are_librosas(speech: np.ndarray) -> None:
    found = Mfcc("mfcc", coefficients=40)(speech)
    expected = librosa.feature.mfcc(y=speech, sr=RATE, n_mfcc=40).mean(axis=1)
    np.testing.assert_allclose(found[:, 0], expected, rtol=1e-4)
    assert found.shape == (40, 1)


def test_a_sequence_of_coefficients_is_standardised(speech: np.ndarray) -> None:
    sequence = Mfcc("mfcc", coefficients=13, seconds=2.0, frames=30)(speech)
    assert sequence.shape == (30, 13)
    np.testing.assert_allclose(sequence.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(sequence.std(axis=0), 1, atol=1e-3)


def test_functionals_are_librosas(speech: np.ndarray) -> None:
    options = Functionals("functionals", mel=40, mfcc=13, statistics=("mean", "std", "high"))
    means, deviations, highs = np.split(options(speech), 3)
    assert means.shape == (1 + 1 + 40 + 13 + 12,)
    crossings = librosa.feature.zero_crossing_rate(speech)
    rms = librosa.feature.rms(y=speech)
    np.testing.assert_allclose(means[0], crossings.mean(), rtol=1e-5)
    np.testing.assert_allclose(deviations[1], rms.std(), rtol=1e-4)
    np.testing.assert_allclose(highs[1], np.quantile(rms, 0.9), rtol=1e-4)
    chroma = librosa.feature.chroma_stft(y=speech, sr=RATE, tuning=0.0)
    np.testing.assert_allclose(means[-12:], chroma.mean(axis=1), rtol=1e-4)


@pytest.mark.parametrize("samples", [1, 100, 3000])
def test_however_short_a_signal_is_the_shapes_stay(samples: int) -> None:
    signal = tone(440)[:samples]
    for each in (
        Spectrogram("spectrogram", rows=50, columns=60),
        Mel("mel", frames=60),
        Mfcc("mfcc"),
        Mfcc("mfcc", frames=20),
        Functionals("functionals"),
    ):
        value = each(signal)
        assert value.shape == each(tone(440, 2.0)).shape
        assert np.isfinite(value).all()
