import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoarc.audio import SpeakerBaselineOptions, SpeakerBaselines
from emoarc.errors import OptionError
from emoarc.types import VoiceObservation

UNIFORM = np.full(7, 1 / 7, np.float32)


def _heard(scores, speaker=1, seconds=2.0, probabilities=UNIFORM):
    return VoiceObservation(
        0.0, seconds, 0, probabilities, 1.0, speaker, scores=np.asarray(scores, np.float32)
    )


def _after(windows, options, last):
    baselines = SpeakerBaselines(options)
    for window in windows:
        baselines.hear(window)
    return baselines.relate(last).probabilities


def test_a_voice_that_always_sounds_angry_is_read_by_what_is_new_in_it():
    angry = 3 * np.eye(7)[3]
    windows = [_heard(angry + np.eye(7)[i]) for i in range(7)] * 5
    told = _after(windows, SpeakerBaselineOptions(most=1), _heard(angry + np.eye(7)[2]))
    assert told.argmax() == 2
    assert told.sum() == pytest.approx(1)


def test_nothing_changes_unless_asked():
    window = _heard(np.arange(7))
    assert _after([window] * 9, SpeakerBaselineOptions(), window) is window.probabilities


def test_speakers_have_means_of_their_own():
    options = SpeakerBaselineOptions(most=1)
    alone = _after([_heard(np.eye(7)[1])] * 5, options, _heard(np.eye(7)[4]))
    others = [_heard(np.eye(7)[1])] * 5 + [_heard(5 * np.eye(7)[6], speaker=2)] * 9
    assert _after(others, options, _heard(np.eye(7)[4])) == pytest.approx(alone)


@given(count=st.integers(1, 40))
def test_the_more_was_heard_the_more_it_counts(count):
    probabilities = np.float32([0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])
    window = _heard(np.zeros(7), probabilities=probabilities)  # relative to itself: nothing
    first = _after([window] * count, SpeakerBaselineOptions(most=1), window)[0]
    more = _after([window] * (count + 1), SpeakerBaselineOptions(most=1), window)[0]
    assert 0.4 > first > more > 1 / 7


def test_models_without_scores_are_left_alone():
    window = _heard([])
    assert _after([window], SpeakerBaselineOptions(most=1), window) is window.probabilities


@pytest.mark.parametrize("options", [{"most": 2}, {"most": -0.1}, {"half": 0}])
def test_options_that_cannot_be_are_refused(options):
    with pytest.raises(OptionError, match="most"):
        SpeakerBaselineOptions(**options)
