from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emoarc.audio import FRAME, SCENES, UtteranceOptions, UtteranceSegmenter, cut_windows
from emoarc.errors import OptionError

RATE = 16_000
PER_SECOND = RATE / FRAME


def frames(*parts):
    """Probabilities of (seconds, probability) after one another."""
    return np.concatenate([np.full(round(s * PER_SECOND), p, np.float32) for s, p in parts])


def segment(probabilities, options=None):
    stage = UtteranceSegmenter(options)
    return stage.push(probabilities) + stage.flush()


def spans(windows):
    return [(w.start / RATE, w.end / RATE) for w in windows]


def test_an_utterance_is_padded():
    ((start, end),) = spans(segment(frames((1, 0), (2, 1), (1, 0))))
    assert start == pytest.approx(0.9, abs=0.04)
    assert end == pytest.approx(3.1, abs=0.04)


def test_padding_stays_within_the_recording():
    (window,) = segment(frames((2, 1)))
    assert (window.start, window.end) == (0, len(frames((2, 1))) * FRAME)


def test_a_short_pause_does_not_part_an_utterance_and_a_long_one_does():
    short = segment(frames((1, 1), (0.4, 0), (1, 1)))
    long = segment(frames((1, 1), (0.6, 0), (1, 1)))
    assert [w.utterance for w in short] == [0]
    assert [w.utterance for w in long] == [0, 1]


def test_doubtful_speech_goes_on_but_does_not_begin():
    assert segment(frames((2, 0.4))) == []
    ((_, end),) = spans(segment(frames((1, 1), (1, 0.4), (1, 0))))
    assert end > 2


def test_a_click_is_no_utterance_and_takes_no_number():
    windows = segment(frames((0.1, 1), (1, 0), (1, 1)))
    assert [w.utterance for w in windows] == [0]
    assert windows[0].start / RATE == pytest.approx(1.0, abs=0.05)


def test_a_long_utterance_is_cut_into_full_overlapping_windows():
    windows = segment(frames((1, 0), (7.3, 1), (1, 0)))
    assert len(windows) == 3
    assert {w.end - w.start for w in windows} == {4 * RATE}
    assert windows[1].start - windows[0].start == 2 * RATE
    assert windows[-1].end / RATE == pytest.approx(8.4, abs=0.04)


def test_windows_come_as_soon_as_they_are_certain():
    stage = UtteranceSegmenter()
    assert len(stage.push(frames((4.3, 1)))) == 1
    assert len(stage.push(frames((2, 1)))) == 1
    assert stage.push(frames((0.4, 0))) == []
    assert len(stage.push(frames((0.2, 0)))) == 1
    assert stage.flush() == []


@given(length=st.integers(1, 500), window=st.integers(1, 100), hop=st.integers(1, 100))
def test_windows_cover_everything_and_none_is_short(length, window, hop):
    hop = min(hop, window)
    cut = list(cut_windows(length, window, hop))
    assert cut[0][0] == 0
    assert cut[-1][1] == length
    assert all(b - a == min(window, length) for a, b in cut)
    assert all(0 < late[0] - early[0] <= hop for early, late in pairwise(cut))


PROBABILITIES = st.lists(
    st.tuples(st.integers(1, 200), st.sampled_from([0.0, 0.2, 0.4, 0.6, 1.0])), max_size=12
).map(lambda runs: np.concatenate([np.full(n, p, np.float32) for n, p in [(0, 0.0), *runs]]))


@settings(max_examples=60, deadline=None)
@given(probabilities=PROBABILITIES, size=st.integers(1, 50))
def test_chunks_do_not_matter_and_settled_keeps_its_word(probabilities, size):
    stage, windows, settled = UtteranceSegmenter(), [], 0
    for start in range(0, len(probabilities), size):
        new = stage.push(probabilities[start : start + size])
        assert all(w.start >= settled for w in new)
        assert stage.settled >= settled
        settled = stage.settled
        windows += new
    last = stage.flush()
    assert all(w.start >= settled for w in last)
    assert windows + last == segment(probabilities)


@settings(max_examples=60, deadline=None)
@given(probabilities=PROBABILITIES)
def test_utterances_neither_overlap_nor_leave_the_recording(probabilities):
    ends = {}
    for window in segment(probabilities):
        assert 0 <= window.start < window.end <= len(probabilities) * FRAME
        assert window.start >= ends.get(window.utterance - 1, 0)
        ends[window.utterance] = window.end
    assert list(ends) == list(range(len(ends)))


@pytest.mark.parametrize(
    "change",
    [
        {"threshold": 0.2},
        {"release": 0},
        {"padding": 0.3},
        {"min_silence": 0.01, "padding": 0},
        {"hop": 5},
        {"hop": 0},
        {"min_speech": 5},
    ],
)
def test_impossible_options_are_refused(change):
    with pytest.raises(OptionError, match="utterances"):
        UtteranceOptions(**change)


def sounds(*parts):
    """Speech all the time, of (seconds, scene) after one another, and where a scene begins."""
    return np.concatenate([np.full(round(s * PER_SECOND), SCENES.index(k)) for s, k in parts])


def test_an_utterance_ends_where_the_sound_changes():
    scenes = sounds((2, "speech"), (1, "overlap"), (2, "speech"))
    stage = UtteranceSegmenter()
    windows = stage.push(np.ones(len(scenes), np.float32), scenes) + stage.flush()
    assert [w.sound for w in windows] == ["speech", "overlap", "speech"]
    assert [w.utterance for w in windows] == [0, 1, 2]
    assert all(one.end == other.start for one, other in pairwise(windows))
    assert windows[1].start / RATE == pytest.approx(2, abs=0.04)


def test_a_crowd_is_heard_where_nobody_is_understood():
    scenes = sounds((1, "none"), (2, "crowd"), (1, "none"))
    stage = UtteranceSegmenter()
    (window,) = stage.push(np.zeros(len(scenes), np.float32), scenes) + stage.flush()
    assert window.sound == "crowd"
    assert (window.end - window.start) / RATE == pytest.approx(2.2, abs=0.1)


def test_an_overlap_lasts_through_a_short_pause():
    scenes, speech = sounds((1, "overlap"), (0.3, "none"), (1, "overlap")), np.ones(73, np.float32)
    speech[len(sounds((1, "overlap"))) :][: len(sounds((0.3, "none")))] = 0
    stage = UtteranceSegmenter()
    (window,) = stage.push(speech[: len(scenes)], scenes) + stage.flush()
    assert window.sound == "overlap"


def test_a_change_of_speaker_ends_the_utterance():
    speech, change = frames((3, 1)), np.zeros(round(3 * PER_SECOND), bool)
    change[40] = True
    stage = UtteranceSegmenter()
    one, other = stage.push(speech, None, change) + stage.flush()
    assert (one.end, other.start) == (40 * FRAME, 40 * FRAME)
    assert (one.utterance, other.utterance) == (0, 1)
