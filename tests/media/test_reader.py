"""Reading: every frame and every sample at its own time, whatever the container."""

import gc
import itertools
import os
import random

import numpy as np
import psutil
import pytest

from emoarc.errors import LimitError, MediaDamagedError, OptionError
from emoarc.media import Limits, MediaReader, ReadOptions
from emoarc.types import AudioChunk


@pytest.fixture
def read(studio):
    """Read a file whole: what was heard and seen, and the reader."""

    def read_whole(path, **options):
        with MediaReader(path, ReadOptions(**options)) as reader:
            return studio.heard(reader), reader

    return read_whole


CLIPS = {
    "h264.mp4": ("libx264", "aac", 16_000),
    "h264.mkv": ("libx264", "flac", 16_000),
    "h264.ts": ("libx264", "mp2", 44_100),
    "hevc.mp4": ("libx265", "aac", 48_000),
    "vp8.webm": ("libvpx", "libopus", 48_000),
    "mpeg1.mpg": ("mpeg1video", "mp2", 44_100),
    "mpeg4.avi": ("mpeg4", "libmp3lame", 44_100),
    "sorenson.flv": ("flv", "libmp3lame", 44_100),
    "lossless.mkv": ("ffv1", "pcm_s16le", 8_000),
}


@pytest.fixture(scope="module", params=CLIPS)
def clip(request, lasting_studio):
    """Two seconds of 25 grey steps a second beside a tone, in many a wrapping."""
    codec, sound, rate = CLIPS[request.param]
    studio = lasting_studio
    signal = studio.Sound(studio.tone(2.0, rate), rate, codec=sound)
    return studio.make(request.param, studio.Picture(codec=codec), [signal])


def test_every_frame_is_read_in_order(clip, read, studio):
    seen, reader = read(clip, fps=None)
    assert len(seen.frames) == 50
    steps = np.diff(seen.times)
    assert steps.min() > 0.038
    assert np.median(steps) == pytest.approx(0.04, abs=0.0011)
    assert seen.times[-1] - seen.times[0] == pytest.approx(1.96, abs=0.041)  # muxers round
    assert np.abs(np.array(seen.levels) - [studio.level(i) for i in range(50)]).max() <= 8
    assert reader.coverage.warnings == ()


def test_frames_are_chosen_on_the_grid(clip, read):
    whole, _ = read(clip, fps=None)
    chosen, _ = read(clip)
    assert set(chosen.times) <= set(whole.times)
    assert 19 <= len(chosen.frames) <= 21
    expected = {
        next(time for time in whole.times if time + 0.002 >= k / 10)
        for k in range(int(whole.times[-1] * 10) + 1)
    }
    assert set(chosen.times) == expected


def test_sound_is_unbroken_and_whole(clip, read):
    heard, reader = read(clip)
    assert heard.breaks() == []
    assert len(heard.signal) / 16_000 == pytest.approx(2.0, abs=0.13)  # codecs pad
    middle = heard.signal[8_000:24_000]
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.06)
    assert abs(np.argmax(np.abs(np.fft.rfft(middle))) - 440) <= 1
    assert reader.coverage.audio_seconds == pytest.approx(heard_seconds(heard))


def heard_seconds(heard):
    return sum(len(chunk.samples) for chunk in heard.chunks) / 16_000


@pytest.mark.parametrize(("start", "end"), [(0.0, 0.7), (0.53, 1.21), (1.3, None), (1.9, 1.95)])
def test_a_part_equals_that_part_of_the_whole(clip, read, start, end):
    whole, _ = read(clip)
    part, reader = read(clip, start=start, end=end)
    last = np.inf if end is None else end
    assert part.times == [time for time in whole.times if start <= time < last]
    images = {frame.time: frame.image for frame in whole.frames}
    assert all(np.array_equal(frame.image, images[frame.time]) for frame in part.frames)
    assert part.chunks[0].time == pytest.approx(start, abs=0.03)
    reached = part.chunks[-1].time + len(part.chunks[-1].samples) / 16_000
    assert reached == pytest.approx(min(last, len(whole.signal) / 16_000), abs=0.03)
    assert reader.coverage.fraction == pytest.approx(1.0, abs=0.05)


def test_sound_after_seeking_is_the_same(studio, read):
    signal = np.random.default_rng(0).uniform(-0.5, 0.5, (1, 16_000 * 6))
    path = studio.make("noise.mkv", None, [studio.Sound(signal, codec="pcm_s16le")])
    part, _ = read(path, start=3.21, end=4.5)
    first = round(3.21 * 16_000)
    np.testing.assert_allclose(
        part.signal[first:], signal[0, first : round(4.5 * 16_000)], atol=1e-4
    )


AUDIO_ONLY = {
    "a.wav": "pcm_s16le",
    "float.wav": "pcm_f32le",
    "a.flac": "flac",
    "a.ogg": "libopus",
    "a.mp3": "libmp3lame",
    "a.m4a": "aac",
    "a.aac": "aac",
    "a.aiff": "pcm_s16be",
    "a.caf": "pcm_s16be",
}


@pytest.mark.parametrize("name", AUDIO_ONLY)
def test_sound_alone(studio, read, name):
    sound = studio.Sound(studio.tone(1.0, 48_000), 48_000, codec=AUDIO_ONLY[name])
    heard, reader = read(studio.make(name, None, [sound], container=container(name)))
    assert heard.frames == []
    assert len(heard.signal) == pytest.approx(16_000, abs=700)
    assert np.abs(heard.signal[4_000:12_000]).max() == pytest.approx(0.5, abs=0.03)
    assert reader.coverage.warnings == ()


def container(name):
    return {"a.m4a": "ipod", "a.aac": "adts"}.get(name)


def test_picture_alone(studio, read):
    seen, reader = read(studio.make("silent.mp4", studio.Picture()))
    assert seen.chunks == []
    assert len(seen.frames) == 20
    assert reader.coverage.audio_seconds == 0


@pytest.mark.parametrize(("choice", "frames", "sound"), [("audio", 20, 0), ("video", 0, 2)])
def test_a_modality_can_be_left_out(studio, read, choice, frames, sound):
    heard, reader = read(studio.talk(), **{choice: False})
    assert len(heard.frames) == frames
    assert heard_seconds(heard) == pytest.approx(sound, abs=0.1)
    assert reader.coverage.fraction == 1.0


def test_variable_frame_rate_goes_by_the_timestamps(studio, read):
    times = [0, 0.04, 0.1, 0.5, 0.55, 1.0, 1.3, 1.31, 2.0]
    path = studio.make("variable.mkv", studio.Picture(times))
    assert read(path, fps=None)[0].times == pytest.approx(times, abs=1e-3)
    assert read(path)[0].times == pytest.approx([0, 0.1, 0.5, 1.0, 1.3, 2.0], abs=1e-3)


@pytest.mark.parametrize("declared", [1, 120, 1_000])
def test_a_wrong_declared_rate_changes_nothing(studio, read, declared):
    picture = studio.Picture([i / 25 for i in range(25)], rate=declared)
    seen, _ = read(studio.make("liar.mkv", picture), fps=None)
    assert seen.times == pytest.approx(picture.times, abs=1e-3)


@pytest.mark.parametrize(("video", "audio"), [(0.0, 0.7), (0.7, 0.0), (1000.0, 1000.25)])
@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_what_starts_late_keeps_its_offset(studio, read, video, audio, suffix):
    picture = studio.Picture([video + i / 25 for i in range(25)])
    sound = studio.Sound(studio.tone(1.0), start=audio, codec="flac")
    heard, reader = read(studio.make("late" + suffix, picture, [sound]), fps=None)
    zero = min(video, audio) if suffix == ".mkv" else reader.info.start
    assert reader.info.start == pytest.approx(zero, abs=1e-3)
    assert heard.times[0] == pytest.approx(video - zero, abs=2e-3)
    assert heard.chunks[0].time == pytest.approx(audio - zero, abs=2e-3)


def test_a_gap_in_the_sound_keeps_its_time(studio, read):
    sound = studio.Sound(studio.tone(2.0), codec="pcm_s16le", gaps=[(1.0, 0.5)])
    heard, _ = read(studio.make("gap.mkv", None, [sound]))
    ((end, start),) = heard.breaks()
    assert start - end == pytest.approx(0.5, abs=0.001)
    assert heard_seconds(heard) == pytest.approx(2.0)


def test_a_recording_of_the_left_channel_keeps_its_level(studio, read):
    signal = np.vstack([studio.tone(1.0), np.zeros((1, 16_000))])
    heard, _ = read(studio.make("left.wav", None, [studio.Sound(signal, codec="pcm_s16le")]))
    assert np.abs(heard.signal).max() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("layout", ["5.1", "7.1"])
def test_a_voice_in_the_centre_of_many_channels(studio, read, layout):
    signal = np.zeros((6 if layout == "5.1" else 8, 16_000), np.float32)
    signal[2] = studio.tone(1.0)
    sound = studio.Sound(signal, codec="flac", layout=layout)
    heard, _ = read(studio.make("cinema.flac", None, [sound]))
    np.testing.assert_allclose(heard.signal, signal[2], atol=1e-4)


def test_the_chosen_track_is_the_one_that_is_read(studio, read):
    sounds = [
        studio.Sound(studio.tone(0.5) * level, codec="flac", language=language)
        for level, language in ((0.2, "deu"), (1.0, "eng"))
    ]
    path = studio.make("tracks.mkv", None, sounds)
    for track, level in ((None, 0.1), (1, 0.1), (2, 0.5), ("eng", 0.5)):
        assert np.abs(read(path, audio_track=track)[0].signal).max() == pytest.approx(level, 0.01)


@pytest.mark.parametrize("size", [(1, 1), (63, 47), (16, 601), (601, 16)])
def test_odd_sizes(studio, read, size):
    seen, _ = read(studio.make("odd.mkv", studio.Picture(size=size, codec="ffv1")))
    assert seen.frames[0].image.shape == (size[1], size[0], 3)
    assert seen.frames[0].image.flags.c_contiguous
    assert seen.levels[:2] == pytest.approx([studio.level(0), studio.level(3)], abs=4)


FORMATS = {
    "deep.mp4": ("libx264", "yuv420p10le"),
    "full.mp4": ("libx264", "yuv444p"),  # how H.264 made of a GIF comes
    "range.mp4": ("libx264", "yuvj420p"),
    "grey.mkv": ("ffv1", "gray"),
    "alpha.mov": ("qtrle", "argb"),
    "animation.gif": ("gif", "rgb8"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_pixel_formats(studio, read, name):
    codec, pixels = FORMATS[name]
    seen, _ = read(studio.make(name, studio.Picture(codec=codec, pixels=pixels)))
    assert seen.frames[0].image.dtype == np.uint8
    assert np.abs(np.subtract(seen.levels, levels_of(studio, seen.times))).max() <= 8


def levels_of(studio, times):
    return [studio.level(round(time * 25)) for time in times]


def test_frames_can_be_shrunk(studio, read):
    path = studio.make("large.mp4", studio.Picture(size=(640, 480)))
    assert read(path, max_side=320)[0].frames[0].image.shape == (240, 320, 3)
    assert read(path, max_side=10_000)[0].frames[0].image.shape == (480, 640, 3)


def noisy(studio, name="noise.mp4", **more):
    """Four seconds whose packets are large, so that a cut or a flip hits one of them."""
    rng = np.random.default_rng(0)
    picture = studio.Picture(
        [i / 25 for i in range(100)],
        size=(128, 96),
        draw=lambda _: rng.integers(0, 255, (96, 128, 3), dtype=np.uint8),
        options={"g": "10"},
    )
    return studio.make(name, picture, [studio.Sound(studio.tone(4.0))], **more)


@pytest.mark.parametrize("kept", [0.31, 0.7])
def test_a_fast_start_film_cut_off_is_read_as_far_as_it_goes(studio, read, kept):
    path = noisy(studio, options={"movflags": "+faststart"})
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    heard, reader = read(path)
    coverage = reader.coverage
    assert coverage.declared == pytest.approx(4.0, abs=0.05)
    assert coverage.fraction == pytest.approx(kept, abs=0.06)
    assert heard.times[-1] < 4 * kept
    assert f"only {coverage.fraction:.0%} of the declared duration" in coverage.warnings[0]


def test_flipped_bits_are_survived_and_counted(studio, read):
    path = noisy(studio, options={"movflags": "+faststart"})
    content, rng = bytearray(path.read_bytes()), random.Random(1)
    start = content.find(b"mdat") + 8
    for _ in range(300):
        content[rng.randrange(start, len(content))] ^= 1 << rng.randrange(8)
    path.write_bytes(content)
    heard, reader = read(path)
    damage = {each.kind: each.damage for each in reader.coverage.streams}
    assert len(heard.frames) >= 35
    assert damage["video"].packets + damage["video"].concealed > 0
    assert any("the video is damaged" in warning for warning in reader.coverage.warnings)


def wiped(studio, first, last, name="wiped.avi"):
    """A film of intra frames whose picture data is overwritten between two fractions of it."""
    picture = studio.Picture([i / 25 for i in range(100)], codec="mjpeg", pixels="yuvj420p")
    path = studio.make(name, picture, [studio.Sound(studio.tone(4.0), codec="pcm_s16le")])
    content = bytearray(path.read_bytes())
    starts = [i for i in range(len(content)) if content[i : i + 3] == b"\xff\xd8\xff"]
    for start in starts[int(first * 100) : int(last * 100)]:
        content[start : start + 600] = bytes(600)
    path.write_bytes(content)
    return path


def test_damage_in_the_middle_is_stepped_over(studio, read):
    heard, reader = read(wiped(studio, 0.4, 0.6), fps=None)
    video = reader.coverage.streams[0]
    assert video.damage.packets == 20
    assert not video.damage.abandoned
    assert len(heard.frames) == 80
    assert heard.times[-1] == pytest.approx(3.96)
    assert len(heard.signal) == 64_000


def test_too_much_damage_in_a_row_ends_that_stream_alone(studio, read):
    limits = Limits(max_consecutive_errors=10)
    heard, reader = read(wiped(studio, 0.4, 0.6), fps=None, limits=limits)
    video = reader.coverage.streams[0]
    assert video.damage.abandoned
    assert video.damage.packets == 11
    assert heard.times[-1] == pytest.approx(1.56)
    assert len(heard.signal) == 64_000
    assert reader.coverage.fraction == pytest.approx(0.4, abs=0.02)
    assert any("given up at 1.5" in w for w in reader.coverage.warnings), reader.coverage.warnings


def test_nothing_decodable_is_an_error(studio, read):
    path = wiped(studio, 0.0, 1.0)
    with pytest.raises(MediaDamagedError, match="nothing in"):
        read(path, audio=False)
    assert heard_seconds(read(path)[0]) == 4.0


def test_timestamps_that_start_again_are_left_out_and_counted(studio, read):
    """Two transport streams in one file, as careless tools join them."""
    path = studio.make("joined.ts", studio.Picture(), [studio.Sound(studio.tone(2.0))])
    path.write_bytes(path.read_bytes() * 2)
    heard, reader = read(path, fps=None)
    assert heard.times == sorted(set(heard.times))
    assert all(start >= end for end, start in heard.breaks())
    assert reader.coverage.streams[0].damage.dropped == 50
    assert any("run backwards" in warning for warning in reader.coverage.warnings)


def test_a_length_that_is_not_told_leaves_coverage_open(studio, read):
    heard, reader = read(studio.make("live.mkv", studio.Picture(), options={"live": "1"}))
    assert len(heard.frames) == 20
    assert reader.coverage.declared is None
    assert reader.coverage.fraction is None
    assert reader.coverage.warnings == ()


@pytest.mark.parametrize("declared", [True, False])
def test_what_lasts_too_long_is_refused(studio, read, declared):
    options = {} if declared else {"live": "1"}
    path = studio.make("long.mkv", studio.Picture(), options=options)
    with pytest.raises(LimitError, match="longer than the limit of 1 s"):
        read(path, limits=Limits(max_duration=1.0))
    assert read(path, end=0.9, limits=Limits(max_duration=1.0))[0].frames


def test_frames_that_grow_beyond_the_limit_are_refused(studio, read):
    """The header tells the first size only."""
    small = studio.make("small.ts", studio.Picture(size=(64, 48)))
    large = studio.make("large.ts", studio.Picture([2 + i / 25 for i in range(9)], size=(640, 480)))
    small.write_bytes(small.read_bytes() + large.read_bytes())
    with pytest.raises(LimitError, match="640x480"):
        read(small, fps=None, limits=Limits(max_pixels=100_000))


def test_a_start_beyond_the_end(studio, read):
    with pytest.raises(OptionError, match="beyond the end"):
        read(studio.talk(), start=2.5)


@pytest.mark.parametrize(
    "options",
    [{"fps": 0}, {"fps": -1.0}, {"start": -1.0}, {"start": float("nan")},
     {"start": 2.0, "end": 1.0}, {"end": 0.0}, {"max_side": 0}],
)  # fmt: skip
def test_options_that_cannot_be(options):
    with pytest.raises(OptionError):
        ReadOptions(**options)


def test_the_position_follows_what_is_read(studio):
    with MediaReader(studio.talk()) as reader:
        assert reader.position == 0.0
        positions = [reader.position for _ in reader]
    assert positions == sorted(positions)
    assert positions[-1] > 1.7


def test_leaving_early_closes_the_file(studio):
    path, before = studio.talk(), len(os.listdir("/proc/self/fd"))
    with MediaReader(path) as reader:
        next(iter(reader))
    assert len(os.listdir("/proc/self/fd")) == before


def test_picture_and_sound_come_side_by_side(studio):
    """Neither runs far ahead, or downstream would have to hold it."""
    with MediaReader(studio.talk()) as reader:
        latest = {True: 0.0, False: 0.0}
        for item in itertools.takewhile(lambda item: item.time < 1.5, reader):
            latest[isinstance(item, AudioChunk)] = item.time
            assert abs(latest[True] - latest[False]) < 1.0


def test_memory_does_not_grow_with_the_length(studio):
    """Five minutes, of which the last four may not add what one second of frames takes."""
    picture = studio.Picture([i / 10 for i in range(3_000)], (320, 240), codec="mpeg4", rate=10)
    sound = studio.Sound(studio.tone(300.0, 8_000), 8_000, codec="pcm_s16le")
    path = studio.make("long.mkv", picture, [sound])
    process, sizes = psutil.Process(), []
    with MediaReader(path) as reader:
        for count, _ in enumerate(reader):
            if count % 300 == 0:
                sizes.append(process.memory_info().rss)
    assert len(sizes) > 12
    assert max(sizes[3:]) - sizes[2] < 10 * 320 * 240 * 3


def test_frames_are_freed_at_once(studio):
    """In no reference cycle, where they would wait for the garbage collector."""
    path = studio.talk()
    gc.collect()
    gc.disable()
    try:
        with MediaReader(path, ReadOptions(fps=None)) as reader:
            assert sum(1 for _ in reader) > 50
        assert gc.collect() < 25
    finally:
        gc.enable()
