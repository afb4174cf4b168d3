"""What voice activity finds in real recordings."""

import numpy as np
import pytest

from emoarc.audio import UtteranceSegmenter, VoiceActivity
from emoarc.media import read_audio

TALKING = ("talking_head_*.mp4", "portrait_hevc.mp4", "grid_*.mpg")


def speaking(sound):
    """The share of the sound that lies in utterances."""
    activity, segmenter = VoiceActivity(), UtteranceSegmenter()
    probabilities = np.concatenate([activity.push(sound), activity.flush()])
    heard = np.zeros(len(sound), bool)
    for window in segmenter.push(probabilities) + segmenter.flush():
        heard[window.start : window.end] = True
    return heard.mean()


def clips(folder, *patterns):
    found = sorted(path for pattern in patterns for path in folder.glob(pattern))
    assert found, f"no {patterns} in {folder}"
    return found


@pytest.mark.parametrize("pattern", TALKING)
def test_people_who_talk_are_heard(shared, pattern):
    assert all(speaking(read_audio(p)) > 0.4 for p in clips(shared / "media", pattern))


def test_acted_speech_is_heard(shared):
    corpora = shared / "corpora"
    paths = clips(corpora / "cremad/VideoFlash", "*.flv")
    paths += clips(corpora / "ravdess/Actor_05", "*.ogg")[::6]
    paths += clips(corpora / "emodb/wav", "*.ogg")[::60]
    assert all(speaking(read_audio(p)) > 0.2 for p in paths)


def test_whispering_levels_are_heard(shared):
    (clip, *_) = clips(shared / "media", "talking_head_1.mp4")
    sound = read_audio(clip)
    assert speaking(sound * np.float32(0.003)) == pytest.approx(speaking(sound), abs=0.1)


def test_noise_is_mostly_not_taken_for_speech(shared):
    paths = clips(shared / "noise/esc10", "**/*.ogg")[::20]
    assert np.mean([speaking(read_audio(p)) for p in paths]) < 0.08
