"""What every denoiser must keep to, and what it is for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal as scipy_signal

from emoarc.audio import GateOptions, OverlapAdd, SpectralGate, open_gtcrn
from emoarc.errors import ModelError, OptionError
from emoarc.media import read_audio
from emoarc.models import load_denoiser
from emoarc.packs import shipped_packs
from emoarc.packs._pack import _SHIPPED

RATE = 16_000
LATENCY = 512
GTCRN = "models/denoise_gtcrn_simple.onnx"


@pytest.fixture(scope="module", params=["none", "gate", "gtcrn"])
def maker(request):
    """What begins each of the denoisers."""
    if request.param == "gtcrn":
        return load_denoiser(request.getfixturevalue("shared") / GTCRN)
    return load_denoiser(request.param)


@pytest.fixture(scope="module", params=["gate", "gtcrn"])
def remedy(request):
    """What begins those that take noise away, and a voice they know as one."""
    if request.param == "gtcrn":
        folder = request.getfixturevalue("shared")
        clip = folder / "corpora/ravdess/Actor_01/03-01-05-01-01-01-01.ogg"
        return load_denoiser(folder / GTCRN), read_audio(clip)
    silence = np.zeros(RATE // 2, np.float32)
    voice = request.getfixturevalue("speech")
    pieces = [part for i in range(4) for part in (silence, voice(0.8, i))]
    return load_denoiser(request.param), np.concatenate(pieces)


def denoised(maker, sound, cuts=()):
    denoiser = maker()
    parts = [denoiser.push(part) for part in np.split(sound, sorted(cuts))]
    return np.concatenate([*parts, denoiser.flush()])


def decibels(sound):
    return 10 * np.log10(np.mean(np.square(sound, dtype=np.float64)) + 1e-20)


def distortion_ratio(clean, sound):
    wanted = clean * (clean @ sound) / (clean @ clean)
    return decibels(wanted) - decibels(sound - wanted)


def noise_for(voice, ratio, seed=0):
    noise = np.random.default_rng(seed).normal(0, 1, len(voice))
    return (noise * 10 ** ((decibels(voice) - ratio) / 20)).astype(np.float32)


@settings(max_examples=10, deadline=None)
@given(cuts=st.lists(st.integers(0, RATE), max_size=8), length=st.integers(0, RATE))
def test_the_cuts_do_not_matter_and_the_length_stays(maker, speech, cuts, length):
    sound = speech(1.0)[:length]
    whole = denoised(maker, sound)
    assert whole.dtype == np.float32
    assert whole.shape == sound.shape
    np.testing.assert_allclose(denoised(maker, sound, cuts), whole, atol=1e-6)


def test_sound_comes_out_soon_and_never_too_much(maker, speech):
    denoiser, given_, out = maker(), 0, 0
    for part in np.array_split(speech(1.0), 61):
        given_, out = given_ + len(part), out + len(denoiser.push(part))
        assert given_ - LATENCY < out <= given_


def test_what_comes_later_changes_nothing_before(maker, speech):
    sound = speech(1.0)
    other = np.concatenate([sound[:9000], -sound[9000:]])
    np.testing.assert_allclose(
        denoised(maker, sound)[: 9000 - LATENCY],
        denoised(maker, other)[: 9000 - LATENCY],
        atol=1e-6,
    )


def test_silence_stays_silence(maker):
    assert not denoised(maker, np.zeros(RATE, np.float32)).any()


def test_silence_after_sound_is_soon_silence(maker, speech):
    sound = np.concatenate([speech(0.5), np.zeros(RATE, np.float32)])
    assert decibels(denoised(maker, sound)[RATE // 2 + LATENCY :]) < -60


@pytest.mark.parametrize("level", [1e-30, 1e-6, 1.0])
def test_whatever_comes_in_what_comes_out_is_finite(maker, level):
    square = np.sign(np.sin(np.arange(RATE) / 30)) * level
    sound = np.concatenate([np.full(RATE, level), square]).astype(np.float32)
    out = denoised(maker, sound)
    assert np.isfinite(out).all()
    assert np.abs(out).max() <= 2 * level


def test_a_new_one_remembers_nothing(maker, speech):
    before = denoised(maker, speech(0.5))
    denoised(maker, np.random.default_rng(1).normal(0, 0.3, RATE).astype(np.float32))
    np.testing.assert_array_equal(denoised(maker, speech(0.5)), before)


def test_a_clean_voice_stays_as_it_is(remedy):
    maker, voice = remedy
    out = denoised(maker, voice)
    assert decibels(out) == pytest.approx(decibels(voice), abs=1)
    assert distortion_ratio(voice, out) > 12


def test_nothing_is_shifted(remedy):
    maker, voice = remedy
    out = denoised(maker, voice + noise_for(voice, 10))
    likeness = scipy_signal.correlate(out, voice, method="fft")
    assert int(np.argmax(likeness)) == len(voice) - 1


@pytest.mark.parametrize("ratio", [0, 10])
def test_noise_is_taken_away(remedy, ratio):
    maker, voice = remedy
    sound = voice + noise_for(voice, ratio)
    gained = distortion_ratio(voice, denoised(maker, sound)) - distortion_ratio(voice, sound)
    assert gained > 3


def test_what_is_only_noise_comes_down_to_the_floor():
    noise = np.random.default_rng(0).normal(0, 0.05, 6 * RATE).astype(np.float32)
    out = denoised(lambda: OverlapAdd(SpectralGate(GateOptions(floor=-15))), noise)
    assert -15 < decibels(out[3 * RATE :]) - decibels(noise[3 * RATE :]) < -9


def test_the_gate_follows_noise_that_grows():
    noise = np.random.default_rng(0).normal(0, 0.01, 9 * RATE).astype(np.float32)
    noise[3 * RATE :] *= 8
    out = denoised(load_denoiser("gate"), noise)
    assert decibels(out[7 * RATE :]) - decibels(noise[7 * RATE :]) < -7


def test_changed_spectra_become_sound_as_scipy_has_it(speech):
    sound = speech(1.0)
    window = np.sin(np.pi * np.arange(512) / 512)
    options = {"window": window, "nperseg": 512, "noverlap": 256}
    spectra = scipy_signal.stft(sound, **options)[2]
    spectra[100:] = 0
    expected = scipy_signal.istft(spectra, **options)[1][: len(sound)]
    stage = OverlapAdd(lambda spectra: spectra * (np.arange(257) < 100))
    np.testing.assert_allclose(denoised(lambda: stage, sound), expected, atol=1e-5)


@pytest.mark.parametrize(
    "wrong", [{"floor": 3.0}, {"memory": 1.0}, {"search": 0.001}, {"ratio": 1.0}]
)
def test_a_gate_that_cannot_be_is_refused(wrong):
    with pytest.raises(OptionError, match="gate: "):
        GateOptions(**wrong)


def test_what_is_no_gtcrn_is_refused_in_one_line(tmp_path):
    garbage = tmp_path / "net.onnx"
    garbage.write_bytes(b"no network")
    others = [_SHIPPED / name / "model.onnx" for name in shipped_packs()[:1]]
    for file in (tmp_path / "absent.onnx", garbage, *others):
        with pytest.raises(ModelError) as caught:
            open_gtcrn(file)
        assert str(file) in str(caught.value)
        assert "\n" not in str(caught.value)


def test_an_unknown_denoiser_is_refused():
    with pytest.raises(OptionError, match="give none, gate, or an ONNX file of GTCRN, not magic"):
        load_denoiser("magic")
