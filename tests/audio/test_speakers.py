import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emoarc.audio import SpeakerOptions, Speakers
from emoarc.errors import OptionError


def voice(speaker, rng, spread=0.3):
    """A vector near the speaker's axis."""
    vector = np.eye(16, dtype=np.float32)[speaker] + spread * rng.normal(0, 0.25, 16)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def hear(order, seconds=3.0, options=None, seed=0):
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
