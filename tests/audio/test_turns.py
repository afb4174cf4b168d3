from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emoarc.audio import SCENES, TurnDetector, TurnOptions
from emoarc.errors import OptionError

OVERLAP = SCENES.index("overlap")


def talk(*parts):
    """Frames of (speaker, count), silence having speaker -1."""
    who = np.concatenate([np.full(count, speaker) for speaker, count in parts])
    return who, np.where(who < 0, 0, 1).astype(np.float32)


def detector(who, options=None):
    """A detector whose embeddings point at whoever speaks in an excerpt, by their shares."""

    def embed(start, end):
        assert 0 <= start < end <= len(who)
        shares = np.array([(who[start:end] == speaker).sum() for speaker in range(4)], np.float32)
        return shares / np.linalg.norm(shares)

    return TurnDetector(embed, options)


def changes(who, speech, scenes=None):
    stage = detector(who)
    scenes = np.ones(len(who), np.intp) if scenes is None else scenes
    frames = [stage.push(speech, scenes), stage.flush()]
    return np.flatnonzero(np.concatenate([f.changes for f in frames])).tolist()


def test_a_change_lies_in_the_pause_between():
    (place,) = changes(*talk((0, 90), (-1, 6), (1, 90)))
    assert 90 <= place <= 96


def test_a_change_without_a_pause_is_found_within_half_a_second():
    (place,) = changes(*talk((0, 101), (1, 99)))
    assert abs(place - 101) <= 16


def test_turns_to_and_fro_are_all_found():
    parts = [(n % 3, 70 + 5 * n) for n in range(8)]
    found = changes(*talk(*parts))
    true = np.cumsum([count for _, count in parts])[:-1]
    assert len(found) == len(true)
    assert np.abs(found - true).max() <= 16


def test_one_speaker_does_not_change():
    assert changes(*talk((0, 100), (-1, 5), (0, 100), (-1, 30), (0, 60))) == []


def test_what_lies_beyond_a_silence_or_an_overlap_is_not_compared():
    assert changes(*talk((0, 90), (-1, 40), (1, 90))) == []
    who, speech = talk((0, 90), (1, 90))
    scenes = np.ones(len(who), np.intp)
    scenes[85:95] = OVERLAP
    assert changes(who, speech, scenes) == []


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 400), max_size=12), st.integers(0, 99))
def test_the_cuts_between_pushes_do_not_matter(cuts, seed):
    rng = np.random.default_rng(seed)
    who, speech = talk(*[(rng.integers(-1, 3), rng.integers(5, 90)) for _ in range(8)])
    scenes = rng.choice([1, 1, 1, OVERLAP], len(who))
    stage, bounds = detector(who), [0, *sorted(min(c, len(who)) for c in cuts), len(who)]
    parts = [stage.push(speech[a:b], scenes[a:b]) for a, b in pairwise(bounds)]
    parts.append(stage.flush())
    np.testing.assert_array_equal(np.concatenate([p.speech for p in parts]), speech)
    np.testing.assert_array_equal(np.concatenate([p.scenes for p in parts]), scenes)
    found = np.flatnonzero(np.concatenate([p.changes for p in parts])).tolist()
    assert found == changes(who, speech, scenes)


def test_it_waits_two_seconds_and_forgets_the_rest():
    who, speech = talk((0, 3000))
    stage, scenes, out = detector(who), np.ones(len(who), np.intp), 0
    for start in range(0, 3000, 31):
        end = min(start + 31, 3000)
        out += len(stage.push(speech[start:end], scenes[start:end]).speech)
        assert end - out <= 5 * 16
    assert stage.needed > 2800
    assert len(stage._speech) < 200


def test_options_that_cannot_be_are_refused():
    with pytest.raises(OptionError, match="multiple of hop"):
        TurnOptions(window=50)
