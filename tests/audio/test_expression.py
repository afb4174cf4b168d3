import numpy as np
import pytest

from emoarc import AnalysisOptions, Analyzer
from emoarc.audio import VoiceExpressionModel
from emoarc.errors import ModelError, OptionError

RATE = 16_000


def test_any_length_gives_probabilities(model, speech):
    for seconds in (0.6, 3.0, 11.0):
        probabilities = model.predict(speech(seconds), RATE)
        assert probabilities.shape == (7,)
        assert probabilities.dtype == np.float32
        assert probabilities.sum() == pytest.approx(1, abs=1e-5)
        assert (probabilities >= 0).all()


def test_silence_around_speech_does_not_matter(model, speech):
    said, silence = speech(2.0), np.zeros(RATE, np.float32)
    alone = model.predict(np.concatenate([silence[:4000], said, silence[:4000]]), RATE)
    within = model.predict(np.concatenate([silence, silence, said, silence]), RATE)
    np.testing.assert_allclose(alone, within, atol=0.1)


def test_a_short_word_at_the_end_of_a_long_signal_is_judged(model, speech):
    silence = np.zeros(2 * RATE, np.float32)
    signal = np.concatenate([silence, speech(0.2, 1), silence[:1000]])
    assert model.predict(signal, RATE).sum() == pytest.approx(1, abs=1e-5)


def test_integers_channels_and_rates_all_serve(model, speech):
    said = speech(2.0)
    expected = model.predict(said, RATE)
    integers = np.round(said * 32_767).astype(np.int16)
    np.testing.assert_allclose(model.predict(integers, RATE), expected, atol=1e-2)
    stereo = np.stack([said, said], axis=1)
    np.testing.assert_allclose(model.predict(stereo, RATE), expected, atol=1e-5)
    doubled = np.interp(np.arange(2 * len(said)) / 2, np.arange(len(said)), said)
    np.testing.assert_allclose(model.predict(doubled, 2 * RATE), expected, atol=0.1)


def test_windows_do_not_depend_on_their_neighbours(model, speech):
    windows = [speech(seconds, seed) for seed, seconds in enumerate((0.6, 4.0, 2.3))]
    together = model.predict_windows(windows)
    alone = np.concatenate([model.predict_windows([window]) for window in windows])
    assert together.shape == (3, 7)
    np.testing.assert_array_equal(together, alone)


def test_no_windows_give_no_rows(model):
    assert model.predict_windows([]).shape == (0, 7)


def test_a_long_signal_is_the_geometric_mean_of_its_windows(tiny_pack, speech):
    model = VoiceExpressionModel(tiny_pack())
    said = speech(6.0)
    windows = [said[: 4 * RATE], said[2 * RATE :]]
    pooled = np.exp(np.log(model.predict_windows(windows)).mean(axis=0))
    np.testing.assert_allclose(model.predict(said, RATE), pooled / pooled.sum(), atol=1e-3)


def test_the_network_sees_the_normalised_log_mel(tiny_pack, speech):
    model = VoiceExpressionModel(tiny_pack())
    said = speech(1.0)
    weights = np.random.default_rng(3).normal(0, 1, (8, 7)).astype(np.float32)
    logits = model.input(said).mean(axis=0) @ weights
    expected = np.exp(logits) / np.exp(logits).sum()
    np.testing.assert_allclose(model.predict_windows([said])[0], expected, atol=1e-5)


def test_what_gives_no_scores_is_not_read_relative_to_the_speaker(tiny_pack):
    pack = tiny_pack()
    assert not VoiceExpressionModel(pack).relative
    options = AnalysisOptions(modalities=("voice",), voice_pack=str(pack.folder), voice_relative=1)
    with pytest.raises(OptionError, match="gives no scores"):
        Analyzer(options)


def test_the_prior_is_put_in_its_place(tiny_pack, speech):
    said = speech(1.0)
    table = {"neutral": 7.0} | dict.fromkeys(
        ("happiness", "sadness", "anger", "fear", "disgust", "surprise"), 1.0
    )
    balanced = VoiceExpressionModel(tiny_pack()).predict(said, RATE)
    neutral = VoiceExpressionModel(tiny_pack(), prior=table).predict(said, RATE)
    assert neutral[0] / neutral[1] == pytest.approx(7 * balanced[0] / balanced[1], rel=1e-3)


@pytest.mark.parametrize("sound", [np.zeros(2 * RATE), np.full(2 * RATE, 0.7)])
def test_silence_and_dc_give_finite_probabilities(model, sound):
    assert np.isfinite(model.predict(sound, RATE)).all()


@pytest.mark.parametrize(
    ("signal", "message"),
    [
        (np.zeros(0), "non-empty"),
        (np.full(RATE, np.nan), "NaN"),
        (np.zeros(1000), "too short"),
        (np.zeros((2, 2, RATE)), "shape"),
        (np.array(["hello"]), "numbers"),
    ],
)
def test_what_cannot_be_judged_is_refused_in_one_line(model, signal, message):
    with pytest.raises(OptionError, match=message) as caught:
        model.predict(signal, RATE)
    assert "\n" not in str(caught.value)


def test_an_impossible_rate_is_refused(model, speech):
    with pytest.raises(OptionError, match="sampling rate"):
        model.predict(speech(1.0), 0)


@pytest.mark.parametrize(
    "change",
    [{"task": "face-expression"}, {"kind": "waveform"}, {"features": {"sampling_rate": 22_050}}],
)
def test_a_pack_that_does_not_fit_is_refused(tiny_pack, change):
    with pytest.raises(ModelError):
        VoiceExpressionModel(tiny_pack(**change))
