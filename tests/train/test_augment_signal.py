"""Changed signals: as loud, as noisy, as long and as narrow as asked, and the same again."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch", reason="training needs the extra `train`")

from emoarc.errors import OptionError
from emoarc.media import read_audio
from emoarc.train._augment_signal import (
    SignalAugmentation,
    SignalBank,
    active_level,
    add_babble,
    add_noise,
    add_reverb,
    augment_signal,
    change_gain,
    change_speed,
    clip_peaks,
    mix,
    send,
)
from emoarc.train._codecs import CODECS, through_codec
from emoarc.types import SAMPLING_RATE

ALL = SignalAugmentation(
    speed=(0.9, 1.1), reverb=1, noise=1, babble=1, gain=(-6, 6), clipping=1, codec=1
)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def noise(seconds: float, seed: int = 0, level: float = 0.1) -> np.ndarray:
    samples = round(seconds * SAMPLING_RATE)
    return (level * rng(seed).standard_normal(samples)).astype(np.float32)


def talk(seconds: float = 3.0, seed: int = 0) -> np.ndarray:
    """Syllables of a buzzing tone, with pauses."""
    times = np.arange(round(seconds * SAMPLING_RATE)) / SAMPLING_RATE
    tone = sum(np.sin(2 * np.pi * 120 * k * times + k * seed) / k for k in range(1, 30))
    envelope = np.clip(np.sin(2 * np.pi * 2 * times + seed), 0, None)
    return (0.1 * tone * envelope).astype(np.float32)


BANK = SignalBank([noise(1, 1), noise(5, 2)], [talk(2, 1), talk(4, 2), talk(3, 3)])


def band_power(signal: np.ndarray, low: float, high: float) -> float:
    power = np.abs(np.fft.rfft(signal.astype(np.float64))) ** 2
    frequencies = np.fft.rfftfreq(len(signal), 1 / SAMPLING_RATE)
    return float(power[(frequencies >= low) & (frequencies < high)].mean())


def log_spectrum(signal: np.ndarray) -> np.ndarray:
    frames = signal[: len(signal) // 512 * 512].reshape(-1, 512) * np.hanning(512)
    return np.log(np.abs(np.fft.rfft(frames)) ** 2 + 1e-6)


@given(snr=st.floats(-5, 30), seed=st.integers(0, 99))
def test_noise_comes_at_the_ratio_asked_for(snr: float, seed: int) -> None:
    signal = noise(2, seed, 0.03)
    added = add_noise(signal, BANK.noises, (snr, snr), rng(seed)) - signal
    measured = 20 * np.log10(signal.std() / added.std())
    assert measured == pytest.approx(snr, abs=0.5)


def test_pauses_do_not_make_a_voice_quieter() -> None:
    voice = noise(1)
    paused = np.concatenate([np.zeros(3 * SAMPLING_RATE, np.float32), voice])
    assert active_level(paused) == pytest.approx(float(voice.std()), rel=0.06)
    added = mix(paused, noise(4, 1), 10) - paused
    assert 20 * np.log10(voice.std() / added.std()) == pytest.approx(10, abs=0.5)


def test_babble_is_of_several_voices_at_the_ratio_asked_for() -> None:
    signal = talk()
    added = add_babble(signal, BANK.voices, (6, 6), rng()) - signal
    ratio = 20 * np.log10(active_level(signal) / active_level(added))
    assert ratio == pytest.approx(6, abs=0.5)
    for voice in BANK.voices:  # no single one of them
        shorter = min(len(voice), len(added))
        assert abs(np.corrcoef(voice[:shorter], added[:shorter])[0, 1]) < 0.95


def test_a_room_fills_the_pauses_and_keeps_the_level() -> None:
    signal = np.zeros(2 * SAMPLING_RATE, np.float32)
    signal[4000:8000], signal[16000:20000] = noise(0.25, 1, 0.2), noise(0.25, 2, 0.05)
    heard = add_reverb(signal, (0.6, 0.6), rng())
    assert len(heard) == len(signal)
    assert active_level(heard) == pytest.approx(active_level(signal), rel=1e-4)
    after, later = heard[8000:9600].std(), heard[11200:12800].std()
    assert signal[8000:16000].std() == 0
    assert 20 * np.log10(after / later) == pytest.approx(60 * 0.2 / 0.6, abs=4)
    assert heard[4000:8000].std() > heard[16000:20000].std()


@pytest.mark.parametrize("name", list(CODECS))
def test_a_codec_keeps_time_and_course_of_what_it_passes(name: str) -> None:
    codec, signal = CODECS[name], noise(3)
    sent = through_codec(signal, codec, codec.bit_rates and codec.bit_rates[1])
    assert (sent.dtype, len(sent)) == (np.float32, len(signal))
    assert not np.array_equal(sent, signal)
    inner, shifts = signal[8000:40000], range(-80, 81)
    matches = [np.dot(inner, sent[8000 + s : 40000 + s]) for s in shifts]
    assert abs(shifts[int(np.argmax(matches))]) <= 4  # a quarter of a millisecond
    levels = [
        through.reshape(-1, 320).std(axis=1)
        for through in (talk(), through_codec(talk(), codec, codec.bit_rates and 20_000))
    ]
    assert np.corrcoef(*levels)[0, 1] > 0.95


def test_a_telephone_passes_its_band_alone() -> None:
    signal = noise(3)
    sent = through_codec(signal, CODECS["telephone"])
    passed = band_power(sent, 500, 3000) / band_power(signal, 500, 3000)
    above = band_power(sent, 4100, 8000) / band_power(signal, 4100, 8000)
    below = band_power(sent, 20, 150) / band_power(signal, 20, 150)
    assert passed == pytest.approx(1, abs=0.15)
    assert above < 1e-3
    assert below < 1e-2


def test_fewer_bits_keep_less_of_the_spectrum() -> None:
    signal = talk() + noise(3, 3, 0.01)
    for name in ("opus", "mp3"):
        codec = CODECS[name]
        assert codec.bit_rates is not None
        few, many = (log_spectrum(through_codec(signal, codec, r)) for r in codec.bit_rates)
        whole = log_spectrum(signal)
        assert np.abs(few - whole).mean() > 1.1 * np.abs(many - whole).mean()


def test_speed_changes_length_and_pitch() -> None:
    tone = np.sin(2 * np.pi * 400 * np.arange(SAMPLING_RATE) / SAMPLING_RATE).astype(np.float32)
    fast = change_speed(tone, (1.25, 1.25), rng())
    assert len(fast) == round(SAMPLING_RATE / 1.25)
    peak = np.abs(np.fft.rfft(fast)).argmax() * SAMPLING_RATE / len(fast)
    assert peak == pytest.approx(500, abs=2)


def test_gain_is_in_decibels() -> None:
    np.testing.assert_allclose(change_gain(noise(1), (20, 20), rng()), 10 * noise(1), rtol=1e-6)


def test_clipping_cuts_the_peaks_and_nothing_else() -> None:
    signal = noise(1)
    cut = clip_peaks(signal, rng())
    same = cut == signal
    assert 0.97 < same.mean() < 1
    assert np.ptp(np.abs(cut[~same])) == 0
    assert np.abs(cut[~same]).max() < np.abs(signal[~same]).min()


def test_the_same_generator_gives_the_same_signal() -> None:
    one, two, other = (augment_signal(talk(), ALL, BANK, rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert len(one) != len(other) or not np.array_equal(one, other)
    np.testing.assert_array_equal(talk(), talk())


def test_without_options_nothing_changes() -> None:
    signal = talk()
    unchanged = augment_signal(signal, SignalAugmentation(), SignalBank.empty(), rng())
    np.testing.assert_array_equal(unchanged, signal)


@pytest.mark.parametrize("samples", [1, 7, 319, 320, 321, 1000])
def test_short_signals_come_through(samples: int) -> None:
    options = SignalAugmentation(reverb=1, noise=1, babble=1, gain=(-6, 6), clipping=1, codec=1)
    for seed in range(4):
        changed = augment_signal(noise(1)[:samples], options, BANK, rng(seed))
        assert changed.shape == (samples,)
        assert changed.dtype == np.float32
        assert np.isfinite(changed).all()


def test_silence_gets_no_noise_and_stays_finite() -> None:
    silence = np.zeros(SAMPLING_RATE, np.float32)
    assert not add_noise(silence, BANK.noises, (0, 0), rng()).any()
    assert not add_reverb(silence, (0.5, 0.5), rng()).any()
    signal = talk(1)
    np.testing.assert_array_equal(add_noise(signal, [silence], (0, 0), rng()), signal)


def test_signals_beyond_full_scale_are_sent_as_they_would_be() -> None:
    for seed in range(6):
        sent = send(40 * talk(1), ("opus", "mp3", "telephone"), rng(seed))
        assert np.isfinite(sent).all()
        assert np.abs(sent).max() < 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"noise": 1.5}, "noise: is a share"),
        ({"codec": -0.1}, "codec: is a share"),
        ({"snr": (20.0, 0.0)}, "snr: give the lower bound first"),
        ({"speed": (0.1, 1.0)}, "speed: must lie"),
        ({"rt60": (0.0, 1.0)}, "rt60: must lie"),
        ({"codec": 0.5, "codecs": ()}, "codecs: name one"),
    ],
)
def test_options_that_cannot_be_are_refused(options: dict, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        SignalAugmentation(**options)


def test_an_empty_bank_is_no_silent_nothing() -> None:
    for kind in ("noise", "babble"):
        with pytest.raises(OptionError, match=f"{kind}: there are no recordings"):
            augment_signal(talk(), SignalAugmentation(**{kind: 1.0}), SignalBank.empty(), rng())


def test_three_seconds_take_less_than_60_ms() -> None:
    usual = SignalAugmentation(
        speed=(0.9, 1.1), reverb=0.3, noise=0.4, babble=0.2, gain=(-6, 6), clipping=0.1, codec=0.3
    )
    generator, signal = rng(), talk()
    augment_signal(signal, ALL, BANK, generator)
    started = time.process_time()
    for _ in range(30):
        augment_signal(signal, usual, BANK, generator)
    assert (time.process_time() - started) / 30 < 0.06


def test_real_speech_survives_all_of_it(shared) -> None:
    paths = sorted((shared / "corpora" / "ravdess").rglob("*.ogg"))[:3]
    if not paths:
        pytest.skip("no corpus at hand")
    for seed, path in enumerate(paths):
        changed = augment_signal(read_audio(path), ALL, BANK, rng(seed))
        assert np.isfinite(changed).all()
        assert 1e-4 < active_level(changed) < 1
