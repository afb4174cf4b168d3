import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emoarc.audio import SpeakerEmbedder, SpeakerOptions, Speakers, speech_span
from emoarc.errors import ModelError, OptionError
from emoarc.media import read_audio
from emoarc.packs import load_pack


def voice(speaker, rng, spread=0.3):
    """A vector near the speaker's axis."""
    vector = np.eye(16, dtype=np.float32)[speaker] + spread * rng.normal(0, 0.25, 16)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def hear(order, seconds=4.0, options=None, seed=0):
    rng, speakers = np.random.default_rng(seed), Speakers(options)
    live = [speakers.hear(n, voice(who, rng), seconds) for n, who in enumerate(order)]
    return live, speakers.final()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=30), st.integers(0, 9))
def test_speakers_are_numbered_as_they_appear(order, seed):
    names = {who: number for number, who in enumerate(dict.fromkeys(order), 1)}
    live, final = hear(order, seed=seed)
    assert live == [names[who] for who in order]
    assert final == {n: names[who] for n, who in enumerate(order)}


def test_an_utterance_keeps_its_first_speaker():
    rng, speakers = np.random.default_rng(0), Speakers()
    assert speakers.hear(0, voice(0, rng), 4.0) == 1
    assert speakers.hear(1, voice(1, rng), 4.0) == 2
    assert speakers.hear(1, voice(0, rng), 4.0) == 2


def test_a_short_utterance_is_the_nearest_speakers():
    rng, speakers = np.random.default_rng(0), Speakers()
    speakers.hear(0, voice(0, rng), 3.0)
    speakers.hear(1, voice(1, rng), 3.0)
    between = voice(1, rng) + 3 * voice(5, rng)
    assert speakers.hear(2, between / np.linalg.norm(between), 0.5) == 2
    assert speakers.final() == {0: 1, 1: 2, 2: 2}


def test_all_that_was_heard_mends_what_was_told_live():
    """A first turn between two speakers splits from one of them only once both were heard."""
    rng, speakers = np.random.default_rng(0), Speakers(SpeakerOptions(same=0.9, apart=0.3))
    vectors = [voice(0, rng, 1.0) for _ in range(6)]
    live = [speakers.hear(n, vector, 3.0) for n, vector in enumerate(vectors)]
    assert len(set(live)) > 1
    assert set(speakers.final().values()) == {1}


def test_a_recording_of_short_utterances_has_one_speaker_at_least():
    live, final = hear([0, 1, 0], seconds=0.5)
    assert live == [1, 1, 1]
    assert set(final.values()) == {1}
    assert Speakers().final() == {}


def test_many_utterances_are_grouped_by_the_longest():
    order = [n % 3 for n in range(60)]
    _, final = hear(order, options=SpeakerOptions(most=9))
    assert final == {n: who + 1 for n, who in enumerate(order)}


def test_options_that_cannot_be_are_refused():
    with pytest.raises(OptionError, match="cosines"):
        SpeakerOptions(same=2)
    with pytest.raises(OptionError, match="seconds"):
        SpeakerOptions(sure=-1)


@pytest.fixture(scope="module")
def embedder():
    return SpeakerEmbedder(load_pack("speaker-embedding"))


def test_an_embedding_has_length_one_whatever_the_level(embedder, speech):
    loud = embedder.embed(speech(2.0))
    quiet = embedder.embed(speech(2.0) * np.float32(0.1))
    assert np.linalg.norm(loud) == pytest.approx(1, abs=1e-4)
    assert float(loud @ quiet) > 0.99


def test_people_unheard_in_training_are_told_apart(embedder, shared):
    """Two actors say two sentences in two ways each; likeness is highest within an actor."""
    folder = shared / "corpora/ravdess"
    files = [
        folder / f"Actor_{actor}/03-01-{emotion}-01-{sentence}-01-{actor}.ogg"
        for actor in ("05", "10")
        for emotion, sentence in (("01", "01"), ("03", "02"), ("04", "01"))
    ]
    sounds = [read_audio(file) for file in files]
    vectors = np.stack([embedder.embed(s[slice(*speech_span(s))]) for s in sounds])
    likeness = vectors @ vectors.T
    own = [likeness[i, j] for i in range(6) for j in range(i) if i // 3 == j // 3]
    others = likeness[:3, 3:]
    assert min(own) > others.max()


def test_a_pack_for_another_job_is_refused():
    with pytest.raises(ModelError, match="not for speakers"):
        SpeakerEmbedder(load_pack("voice-expression"))
