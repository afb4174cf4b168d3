import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emoarc.audio import FRAME, SCENES, OverlapDetector, VoiceActivity
from emoarc.audio._scenes import OverlapStage, _lasting
from emoarc.errors import ModelError
from emoarc.media import read_audio
from emoarc.packs import load_pack

RATE = 16_000


@pytest.fixture(scope="module")
def detector():
    return OverlapDetector(load_pack("overlap-detection"))


def listen(detector, sound, cuts=()):
    stage = OverlapStage(detector)
    parts = [stage.push(part) for part in np.split(sound, sorted(cuts))]
    return np.concatenate([*parts, stage.flush()])


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, 9 * RATE), max_size=20), st.integers(0, 9 * RATE))
def test_there_is_one_scene_for_each_frame_however_sound_is_cut(detector, scene, cuts, length):
    sound, cuts = scene[0][:length], [min(c, length) for c in cuts]
    activity = VoiceActivity()
    frames = len(activity.push(sound)) + len(activity.flush())
    whole = listen(detector, sound)
    assert len(whole) == frames == -(-length // FRAME)
    np.testing.assert_array_equal(listen(detector, sound, cuts), whole)


def test_it_waits_a_second_and_a_half(detector, scene):
    stage, out = OverlapStage(detector), 0
    for start in range(0, len(scene[0]), 700):
        part = scene[0][start : start + 700]
        out += len(stage.push(part))
        assert start + len(part) - out * FRAME < 1.5 * RATE


def test_one_person_is_one_voice_and_two_are_not(detector, shared):
    clips = [read_audio(shared / "media" / f"talking_head_{n}.mp4")[: 8 * RATE] for n in (1, 2)]
    one, other = (clip / np.sqrt(np.mean(clip**2)) * np.float32(0.05) for clip in clips)
    overlap = SCENES.index("overlap")
    length = min(len(one), len(other))
    alone = listen(detector, one) == overlap
    both = listen(detector, one[:length] + other[:length]) == overlap
    assert alone.mean() < 0.05
    assert both.mean() > 0.25


def test_a_pack_for_another_job_is_refused():
    with pytest.raises(ModelError, match="speech, overlap, crowd"):
        OverlapDetector(load_pack("voice-expression"))


def test_overlap_that_is_over_at_once_is_one_voice():
    scenes = np.array([1, 2, 2, 1, 1, 2, 2, 2, 2, 3, 2, 0, 2])
    assert _lasting(scenes).tolist() == [1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 1, 0, 1]
