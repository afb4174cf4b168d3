"""The voice branch with speakers told apart and overlap marked."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emoarc.audio import OverlapDetector, SpeakerEmbedder, VoiceBranch, speech_span
from emoarc.media import read_audio
from emoarc.packs import load_pack
from emoarc.types import AudioChunk

RATE = 16_000


@pytest.fixture(scope="module")
def networks():
    embedder = SpeakerEmbedder(load_pack("speaker-embedding"))
    return {"embedder": embedder, "detector": OverlapDetector(load_pack("overlap-detection"))}


def chunks(sound, cuts=()):
    starts = [0, *sorted(cuts)]
    parts = np.split(sound, starts[1:])
    return [AudioChunk(s / RATE, part) for s, part in zip(starts, parts, strict=True)]


def observe(branch, given):
    return [o for chunk in given for o in branch.push(chunk)] + branch.flush()


@pytest.fixture(scope="module")
def whole(model, networks, scene):
    branch = VoiceBranch(model, **networks)
    return observe(branch, chunks(scene[0])), branch.speakers()


@settings(max_examples=5, deadline=None)
@given(cuts=st.lists(st.integers(0, round(9.5 * RATE)), max_size=40))
def test_the_cuts_between_chunks_do_not_matter(model, networks, scene, whole, cuts):
    branch = VoiceBranch(model, **networks)
    seen, (expected, speakers) = observe(branch, chunks(scene[0], cuts)), whole
    assert branch.speakers() == speakers
    assert len(seen) == len(expected)
    for one, other in zip(seen, expected, strict=True):
        keys = ("start", "end", "utterance", "speaker", "sound")
        assert [getattr(one, k) for k in keys] == [getattr(other, k) for k in keys]
        np.testing.assert_allclose(one.probabilities, other.probabilities, atol=1e-6)


def test_settled_keeps_its_word_and_lags_by_a_bounded_time(model, networks, scene):
    branch, settled = VoiceBranch(model, **networks), 0.0
    for chunk in chunks(scene[0], range(4000, len(scene[0]), 4000)):
        assert all(o.start >= settled for o in branch.push(chunk))
        assert branch.settled >= settled
        settled = branch.settled
        assert settled > chunk.time - 4.7 - 4.1
    branch.flush()
    assert branch.settled == float("inf")


def test_every_utterance_has_a_speaker_at_the_end(whole):
    seen, speakers = whole
    assert {o.utterance for o in seen} <= set(speakers)
    assert set(speakers.values()) == set(range(1, max(speakers.values()) + 1))


def test_an_utterance_that_goes_on_has_a_speaker_too(model, networks, speech):
    branch = VoiceBranch(model, **networks)
    heard = branch.push(AudioChunk(0.0, speech(14.0)))
    assert heard
    assert {o.utterance for o in heard} <= set(branch.speakers())


def test_speech_of_one_voice_has_its_embedding_and_nothing_else_has(whole):
    for heard in whole[0]:
        alone = heard.sound == "speech"
        assert len(heard.embedding) == 0 or alone
        if alone:
            assert np.linalg.norm(heard.embedding) == pytest.approx(1, abs=1e-4)


def test_memory_does_not_grow(model, networks, speech):
    branch, said = VoiceBranch(model, **networks), speech(10.0)
    for i in range(8):
        branch.push(AudioChunk(10.0 * i, said))
    run = branch._run
    assert len(run._samples._values) < 40 * RATE
    assert len(run._turns._speech) < 300


def read_actor(shared, actor):
    """Neutral and happy speech of a RAVDESS actor, at one level, its pauses about it cut off."""
    folder = shared / f"corpora/ravdess/Actor_{actor}"
    names = (f"03-01-{emotion}-01-{sentence}-01-{actor}.ogg"
             for emotion, sentence in (("01", "01"), ("03", "02")))  # fmt: skip
    parts = []
    for name in names:
        sound = read_audio(folder / name)
        start, end = speech_span(sound, padding=0.0)
        parts.append(sound[start:end] / np.sqrt(np.mean(sound[start:end] ** 2)) * 0.05)
    return np.concatenate(parts).astype(np.float32)


def test_two_people_in_turn_are_two_speakers_whose_windows_do_not_mix(model, networks, shared):
    one, other = (read_actor(shared, actor) for actor in ("05", "10"))
    pause = np.random.default_rng(0).normal(0, 1e-4, RATE // 4).astype(np.float32)
    parts = [pause, one, pause, other, pause, one, pause, other, pause]
    ends = np.cumsum([len(part) for part in parts]) / RATE
    branch = VoiceBranch(model, **networks)
    seen = [o for o in observe(branch, chunks(np.concatenate(parts))) if o.sound == "speech"]
    speakers = branch.speakers()
    assert set(speakers.values()) == {1, 2}
    for turn, (start, end) in enumerate(zip(ends[0:8:2], ends[1:9:2], strict=True)):
        own = [o for o in seen if o.end > start + 0.3 and o.start < end - 0.3]
        assert own
        assert all(o.start > start - 0.35 and o.end < end + 0.35 for o in own)
        assert {speakers[o.utterance] for o in own} == {turn % 2 + 1}


def test_two_people_at_once_are_marked_and_not_judged(model, networks, shared):
    one, other = (read_actor(shared, actor) for actor in ("05", "10"))
    length = min(len(one), len(other))
    both = one[:length] + other[:length]
    silence = np.zeros(RATE, np.float32)
    sound = np.concatenate([silence, both, silence])
    seen = observe(VoiceBranch(model, **networks), chunks(sound))
    marked = [o for o in seen if o.sound == "overlap"]
    assert sum(o.end - o.start for o in marked) > 0.4 * length / RATE
    assert all(o.quality == 0 and np.ptp(o.probabilities) == 0 for o in marked)
