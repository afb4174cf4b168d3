"""Real clips: what cameras, phones and the web make of the formats."""

import pytest

from emoarc.media import MediaReader, ReadOptions, WriteOptions, is_browser_playable, transcode
from emoarc.types import VideoFrame

CLIPS = {
    # seconds, frames at 10 per second, first video time, first and length of sound
    "media/face_noface.mov": (6.42, 64, 0.0, 2.43, 3.97),
    "media/noface_face.mov": (6.38, 64, 0.0, 0.0, 3.97),
    "media/no_face.mp4": (3.95, 40, 0.0, 0.0, 3.97),
    "media/talking_head_1.mp4": (6.13, 62, 0.033, 0.0, 6.11),
    "media/talking_head_2.mp4": (5.02, 50, 0.0, 0.0, 5.02),
    "media/talking_head_3.mp4": (5.02, 50, 0.0, 0.0, 5.02),
    "media/portrait_hevc.mp4": (10.01, 100, 0.0, 0.0, 10.01),
    "media/grid_bbaf2n.mpg": (2.98, 30, 0.0, 0.0, 2.98),
    "media/grid_brbk7n.mpg": (2.98, 30, 0.0, 0.0, 2.98),
    "media/grid_lbax4n.mpg": (2.98, 30, 0.0, 0.0, 2.98),
    "media/grid_lbbc2a.mpg": (2.98, 30, 0.0, 0.0, 2.98),
    "media/grid_lrwp9a.mpg": (2.98, 30, 0.0, 0.0, 2.98),
    "media/multi_classroom.mp4": (3.0, 30, 0.0, None, 0.0),
    "media/multi_face-demographics-walking.mp4": (2.92, 29, 0.0, None, 0.0),
    "media/multi_head-pose-face-detection-female.mp4": (1.92, 19, 0.0, None, 0.0),
    "media/multi_store-aisle-detection.mp4": (4.47, 45, 0.0, None, 0.0),
    "corpora/cremad/VideoFlash/1001_DFA_ANG_XX.flv": (2.24, 23, 0.027, 0.0, 2.27),
    "corpora/cremad/VideoFlash/1001_DFA_DIS_XX.flv": (2.34, 24, 0.027, 0.0, 2.38),
    "corpora/cremad/VideoFlash/1001_DFA_FEA_XX.flv": (2.17, 22, 0.027, 0.0, 2.22),
    "corpora/cremad/VideoFlash/1001_DFA_HAP_XX.flv": (1.87, 19, 0.027, 0.0, 1.91),
    "corpora/cremad/VideoFlash/1001_DFA_NEU_XX.flv": (2.04, 21, 0.027, 0.0, 2.06),
    "corpora/cremad/VideoFlash/1001_DFA_SAD_XX.flv": (2.0, 20, 0.027, 0.0, 2.04),
    "corpora/ravdess_av/Actor_01/01-01-01-01-01-01-01.mp4": (3.31, 33, 0.0, 0.0, 3.31),
    "corpora/ravdess_av/Actor_01/01-01-03-02-01-01-01.mp4": (3.67, 20, 0.0, 0.0, 3.69),
}


def read(path, **options):
    with MediaReader(path, ReadOptions(**options)) as reader:
        items = list(reader)
    frames = [item for item in items if isinstance(item, VideoFrame)]
    return frames, [item for item in items if not isinstance(item, VideoFrame)], reader


@pytest.mark.parametrize("name", CLIPS)
def test_a_real_clip_is_read_whole(shared, name):
    duration, count, first, sound, length = CLIPS[name]
    frames, chunks, reader = read(shared / name, max_side=160)
    assert reader.info.duration == pytest.approx(duration, abs=0.01)
    assert len(frames) == count
    assert frames[0].time == pytest.approx(first, abs=1e-3)
    times = [frame.time for frame in frames]
    assert times == sorted(set(times))
    assert (chunks[0].time if chunks else None) == (sound and pytest.approx(sound, abs=1e-3))
    assert sum(len(chunk.samples) for chunk in chunks) / 16_000 == pytest.approx(length, abs=0.01)
    assert reader.coverage.fraction > 0.98
    assert reader.coverage.warnings == ()


@pytest.mark.parametrize("name", [*CLIPS][1::3])
def test_a_part_of_a_real_clip_is_that_part(shared, name):
    frames, _, reader = read(shared / name, max_side=160)
    start, end = 0.6 * reader.info.duration, 0.8 * reader.info.duration
    part, chunks, _ = read(shared / name, max_side=160, start=start, end=end)
    wanted = [frame for frame in frames if start <= frame.time < end]
    assert [frame.time for frame in part] == [frame.time for frame in wanted]
    for one, other in zip(part, wanted, strict=True):
        assert (one.image == other.image).all()
    assert all(start <= chunk.time < end for chunk in chunks)


def test_a_wrong_declared_rate_is_seen_through(shared):
    frames, _, reader = read(shared / "media/noface_face.mov", max_side=64, fps=None)
    assert len(frames) == 169
    assert frames[-1].time == pytest.approx(6.345, abs=0.01)
    assert reader.info.video.frame_rate < 30


@pytest.mark.parametrize(
    "name",
    [
        "media/grid_bbaf2n.mpg",
        "media/face_noface.mov",
        "corpora/cremad/VideoFlash/1001_DFA_ANG_XX.flv",
    ],
)
def test_a_preview_plays_in_browsers(shared, tmp_path, name):
    preview = tmp_path / "preview.mp4"
    transcode(shared / name, preview, options=WriteOptions(max_side=160))
    frames, _, source = read(shared / name, max_side=160, fps=None)
    kept, _, reader = read(preview, fps=None)
    assert not is_browser_playable(source.info)
    assert is_browser_playable(reader.info)
    assert [each.time for each in kept] == pytest.approx([each.time for each in frames], abs=1e-3)
