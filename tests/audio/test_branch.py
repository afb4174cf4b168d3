import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import resample_poly

from emoarc.audio import VoiceBranch, VoiceExpressionModel
from emoarc.errors import OptionError
from emoarc.models import load_denoiser
from emoarc.types import AudioChunk

RATE = 16_000


def chunks(sound, cuts=(), offset=0.0):
    starts = [0, *sorted(cuts)]
    parts = np.split(sound, starts[1:])
    return [AudioChunk(offset + s / RATE, part) for s, part in zip(starts, parts, strict=True)]


def observe(model, given, **options):
    branch = VoiceBranch(model, **options)
    observations = [o for chunk in given for o in branch.push(chunk)]
    return observations + branch.flush()


def assert_same(some, others, shift=0.0):
    assert len(some) == len(others)
    for one, other in zip(some, others, strict=True):
        assert one.utterance == other.utterance
        assert one.start == pytest.approx(other.start + shift, abs=1e-6)
        assert one.end == pytest.approx(other.end + shift, abs=1e-6)
        assert one.quality == pytest.approx(other.quality, abs=1e-6)
        np.testing.assert_allclose(one.probabilities, other.probabilities, atol=1e-6)


@pytest.fixture(scope="module")
def whole(model, scene):
    return observe(model, chunks(scene[0]))


def test_utterances_are_where_the_speech_is(whole, scene):
    _, ((_, first_end), (second_start, second_end)) = scene
    assert [o.utterance for o in whole] == [0, 1, 1, 1]
    assert whole[0].end == pytest.approx(first_end + 0.1, abs=0.1)
    assert whole[1].start == pytest.approx(second_start - 0.1, abs=0.1)
    assert whole[-1].end == pytest.approx(second_end + 0.1, abs=0.1)
    assert all(o.end - o.start == pytest.approx(4) for o in whole[1:])
    assert all(0.5 < o.quality <= 1 for o in whole)


def test_the_windows_are_judged_by_the_model(whole, scene, model):
    for seen in whole:
        window = scene[0][round(seen.start * RATE) : round(seen.end * RATE)]
        np.testing.assert_allclose(
            seen.probabilities, model.predict_windows([window])[0], atol=1e-6
        )


@settings(max_examples=8, deadline=None)
@given(cuts=st.lists(st.integers(0, round(9.5 * RATE)), max_size=40))
def test_the_cuts_between_chunks_do_not_matter(model, scene, whole, cuts):
    assert_same(observe(model, chunks(scene[0], cuts)), whole)


def test_small_chunks_and_a_late_start_do_not_matter(model, scene, whole):
    sound, _ = scene
    late = observe(model, chunks(sound, range(160, len(sound), 160), offset=1000.0))
    assert_same(late, whole, shift=1000.0)


def test_settled_keeps_its_word(model, scene):
    sound, _ = scene
    branch, settled = VoiceBranch(model), 0.0
    for chunk in chunks(sound, range(4000, len(sound), 4000)):
        assert all(o.start >= settled for o in branch.push(chunk))
        assert branch.settled >= settled
        assert branch.settled > chunk.time - 4.7
        settled = branch.settled
    assert settled > 9
    assert branch.flush() == []
    assert branch.settled == float("inf")


def test_a_chunk_that_comes_twice_is_heard_once(model, scene, whole):
    sound, _ = scene
    parts = chunks(sound, range(8000, len(sound), 8000))
    overlapping = [
        AudioChunk(p.time - 0.25, np.concatenate([sound[s - 4000 : s], p.samples]))
        if (s := round(p.time * RATE))
        else p
        for p in parts
    ]
    assert_same(observe(model, [c for o in overlapping for c in (o, o)]), whole)


def test_jitter_of_the_times_does_not_matter(model, scene, whole):
    rng = np.random.default_rng(0)
    parts = chunks(scene[0], range(512, len(scene[0]), 512))
    parts[1:] = [AudioChunk(c.time + rng.uniform(-0.01, 0.01), c.samples) for c in parts[1:]]
    assert_same(observe(model, parts), whole)


@pytest.mark.parametrize("rate", [22_050, 24_000, 44_100, 48_000])
@pytest.mark.parametrize("period", [0.02, 0.1, 1.0])
def test_sound_of_another_rate_is_refused(model, scene, rate, period):
    sound = resample_poly(scene[0], rate // 50, RATE // 50).astype(np.float32)
    parts = np.split(sound, range(round(rate * period), len(sound), round(rate * period)))
    given = [AudioChunk(i * period, part) for i, part in enumerate(parts)]
    with pytest.raises(OptionError, match="resample to 16 kHz"):
        observe(model, given)


@pytest.mark.parametrize("length", [320, 1600])
def test_heavy_jitter_and_a_clock_set_back_are_borne(model, scene, length):
    rng = np.random.default_rng(0)
    parts = chunks(np.tile(scene[0], 2), range(length, 2 * len(scene[0]), length))
    late = [AudioChunk(c.time + rng.exponential(0.05) - 0.9 * (i > 150), c.samples)
            for i, c in enumerate(parts)]  # fmt: skip
    assert observe(model, late)


def test_windows_that_overlap_are_borne_with_times_in_milliseconds(model, scene, whole):
    sound, _ = scene
    given = [
        AudioChunk(round(start / RATE, 3), sound[start : start + RATE])
        for start in range(0, len(sound), 3333)
    ]
    assert len(observe(model, given)) == len(whole)


def test_a_short_gap_is_silence(model, scene):
    sound, _ = scene
    hole = slice(5 * RATE, 5 * RATE + 6400)
    gapped = [AudioChunk(0.0, sound[: hole.start]), AudioChunk(5.4, sound[hole.stop :])]
    silenced = sound.copy()
    silenced[hole] = 0
    assert_same(observe(model, gapped), observe(model, chunks(silenced)))


def test_a_long_gap_ends_the_utterance_and_keeps_the_times(model, speech):
    said = speech(2.0)
    first, second = observe(model, [AudioChunk(0.0, said), AudioChunk(3600.0, said)])
    assert (first.utterance, second.utterance) == (0, 1)
    assert first.end == pytest.approx(2.0, abs=0.1)
    assert second.start == pytest.approx(3600.0, abs=0.1)
    np.testing.assert_allclose(first.probabilities, second.probabilities, atol=1e-5)


def test_damaged_samples_are_silence_and_are_counted(model, scene):
    sound, _ = scene
    damaged, silenced = sound.copy(), sound.copy()
    damaged[30_000:30_100], damaged[30_100:30_150] = np.nan, np.inf
    silenced[30_000:30_150] = 0
    branch = VoiceBranch(model)
    seen = branch.push(AudioChunk(0.0, damaged)) + branch.flush()
    assert branch.damaged == 150
    assert_same(seen, observe(model, chunks(silenced)))


STEPS = st.tuples(
    st.floats(-2, 5), st.integers(0, 40_000), st.sampled_from(["speech", "silence", "damage"])
)


@settings(max_examples=15, deadline=None)
@given(steps=st.lists(STEPS, max_size=6))
def test_whatever_the_times_and_samples_the_order_holds(model, speech, steps):
    sounds = {"speech": speech(2.5), "silence": np.zeros(40_000, np.float32)}
    sounds["damage"] = np.resize(np.float32([np.nan, 1e30, -np.inf, 0.1]), 40_000)
    branch, time, settled, seen = VoiceBranch(model), 10.0, 0.0, []
    for jump, length, kind in steps:
        try:
            new = branch.push(AudioChunk(time + jump, sounds[kind][:length]))
        except OptionError:  # other sound at the same time
            break
        assert all(o.start >= settled for o in new)
        assert branch.settled >= settled
        seen += new
        settled, time = branch.settled, time + jump + length / RATE
    seen += branch.flush()
    assert all(np.isfinite(o.probabilities).all() and o.start < o.end for o in seen)
    assert [(o.utterance, o.start) for o in seen] == sorted((o.utterance, o.start) for o in seen)


@pytest.mark.parametrize("level", [0.0, 0.9])
def test_silence_and_dc_give_nothing(model, level):
    assert observe(model, chunks(np.full(3 * RATE, level, np.float32))) == []


def test_no_sound_at_all_gives_nothing(model):
    assert observe(model, []) == []
    assert observe(model, [AudioChunk(0.0, np.zeros(0, np.float32))]) == []


def test_memory_does_not_grow(model, speech):
    branch, said = VoiceBranch(model), speech(10.0)
    for i in range(6):
        branch.push(AudioChunk(10.0 * i, said))
    assert len(branch._run._samples._values) < 16 * RATE


def test_what_is_too_short_for_the_model_is_left_out(tiny_pack, speech):
    patient = VoiceExpressionModel(tiny_pack(min_seconds=2.0))
    silence = np.zeros(RATE, np.float32)
    seen = observe(patient, chunks(np.concatenate([speech(0.8), silence, speech(3.0)])))
    assert [round(o.end - o.start) for o in seen] == [3]


def test_the_model_hears_the_sound_without_noise(model, scene, whole):
    maker, sound = load_denoiser("gate"), scene[0]
    denoiser = maker()
    clean = np.concatenate([denoiser.push(sound), denoiser.flush()])
    seen = observe(model, chunks(sound, range(777, len(sound), 777)), denoiser=maker)
    assert [(o.start, o.end, o.quality) for o in seen] == [
        (o.start, o.end, pytest.approx(o.quality)) for o in whole
    ]
    for one, other in zip(seen, whole, strict=True):
        window = clean[round(one.start * RATE) : round(one.end * RATE)]
        np.testing.assert_allclose(one.probabilities, model.predict_windows([window])[0], atol=1e-5)
        assert np.abs(one.probabilities - other.probabilities).max() > 1e-4
