import json

import numpy as np
import pytest

from emoarc.audio import LogMel, LogMelOptions, VoiceInput, WaveformInput, read_voice_input
from emoarc.errors import ModelError

NOISE = np.random.default_rng(0).normal(0, 0.01, 16_000).astype(np.float32)
BANDS = VoiceInput(
    LogMelOptions(bands=2), normalisation="bands", mean=(-9.0, -8.0), std=(1.0, 2.0), level=-26
)


@pytest.mark.parametrize("given", [VoiceInput(), BANDS])
def test_the_manifest_section_brings_the_input_back(given):
    section = json.loads(json.dumps(given.to_manifest()))
    assert VoiceInput.from_manifest(section) == given


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "waveform"},
        {"normalisation": "speaker"},
        {"normalisation": "bands", "mean": [1.0], "std": [1.0]},
        {"min_seconds": 9},
        {"features": {"bins": 64}},
        {"features": {"f_max": 9000}},
        {"surprise": 1},
    ],
)
def test_an_input_that_cannot_be_served_is_refused(change):
    with pytest.raises(ModelError, match="voice model"):
        VoiceInput.from_manifest(VoiceInput().to_manifest() | change)


def test_window_normalisation_forgets_the_gain():
    loud, soft = VoiceInput()(NOISE * 50), VoiceInput()(NOISE)
    assert abs(loud.mean()) < 1e-4
    assert loud.std() == pytest.approx(1, abs=1e-3)
    np.testing.assert_allclose(loud, soft, atol=5e-3)


def test_level_forgets_the_gain():
    given = VoiceInput(level=-26, normalisation="none")
    np.testing.assert_allclose(given(NOISE * 50), given(NOISE), atol=1e-3)
    rms = np.sqrt(np.mean(given.levelled(NOISE) ** 2))
    assert 20 * np.log10(rms) == pytest.approx(-26, abs=1e-3)


def test_bands_are_normalised_by_the_training_data():
    plain = LogMel(BANDS.features)(BANDS.levelled(NOISE))
    np.testing.assert_allclose(BANDS(NOISE), (plain - BANDS.mean) / BANDS.std, rtol=1e-5)


@pytest.mark.parametrize("given", [VoiceInput(), BANDS, VoiceInput(normalisation="none")])
def test_silence_gives_finite_values(given):
    assert np.isfinite(given(np.zeros(8_000, np.float32))).all()


@pytest.mark.parametrize("given", [BANDS, WaveformInput(), WaveformInput(normalisation="none")])
def test_either_kind_of_input_is_read(given):
    assert read_voice_input(json.loads(json.dumps(given.to_manifest()))) == given


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "smell"},
        {"sampling_rate": 8000},
        {"normalisation": "bands"},
        {"min_seconds": 9},
        {"level": -26},
    ],
)
def test_a_waveform_that_cannot_be_served_is_refused(change):
    with pytest.raises(ModelError, match="voice model"):
        read_voice_input(WaveformInput().to_manifest() | change)


def test_a_waveform_forgets_gain_and_offset_where_its_network_does():
    plain, standard = WaveformInput(normalisation="none"), WaveformInput()
    np.testing.assert_array_equal(plain(NOISE), NOISE)
    assert standard(NOISE).std() == pytest.approx(1, abs=1e-2)
    np.testing.assert_allclose(standard(NOISE * 50 + 3), standard(NOISE), atol=1e-2)
    assert np.isfinite(standard(np.zeros(8_000, np.float32))).all()
