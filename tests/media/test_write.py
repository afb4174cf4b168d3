"""Copies keep every frame, every timestamp and the sound, and appear whole or not at all."""

import os
import resource
from fractions import Fraction

import av
import numpy as np
import pytest

from emoarc.errors import LimitError, MediaDamagedError, MediaFormatError, OptionError, OutputError
from emoarc.media import (
    Limits,
    MediaReader,
    ReadOptions,
    WriteOptions,
    is_browser_playable,
    probe,
    transcode,
)


@pytest.fixture
def copy(studio):
    """Transcode a file; return what the copy and the source hold, and the copy's facts."""

    def transcode_and_read(path, draw=None, **options):
        target = studio.folder / "copy.mp4"
        transcode(path, target, draw, WriteOptions(**options))
        return whole(studio, target), whole(studio, path), probe(target)

    return transcode_and_read


def whole(studio, path):
    with MediaReader(path, ReadOptions(fps=None)) as reader:
        return studio.heard(reader)


SOURCES = {
    "talk.mp4": ("libx264", "aac", 16_000),
    "talk.mkv": ("libx265", "flac", 16_000),
    "talk.webm": ("libvpx", "libopus", 48_000),
    "talk.mpg": ("mpeg1video", "mp2", 44_100),
    "talk.flv": ("flv", "libmp3lame", 44_100),
    "talk.avi": ("mpeg4", "pcm_s16le", 8_000),
    "talk.ts": ("libx264", "aac", 48_000),
}


@pytest.mark.parametrize("name", SOURCES)
def test_a_copy_keeps_frames_times_and_sound(studio, copy, name):
    codec, sound, rate = SOURCES[name]
    audio = studio.Sound(studio.tone(2.0, rate), rate, codec=sound)
    kept, source, info = copy(studio.make(name, studio.Picture(codec=codec), [audio]))
    assert is_browser_playable(info)
    assert kept.times == pytest.approx(source.times, abs=1e-3)
    assert np.abs(np.subtract(kept.levels, source.levels)).max() <= 3
    length = min(len(kept.signal), len(source.signal))
    assert length > 31_000
    difference = kept.signal[2_000 : length - 2_000] - source.signal[2_000 : length - 2_000]
    assert np.sqrt(np.mean(difference**2)) < 0.03  # in phase: a shift by one sample gives 0.06


def test_sound_that_plays_everywhere_is_not_encoded_again(studio):
    path, target = studio.talk(), studio.folder / "copy.mp4"
    transcode(path, target)
    with av.open(str(path)) as source, av.open(str(target)) as kept:
        packets = [
            [bytes(packet) for packet in container.demux(audio=0) if packet.size]
            for container in (source, kept)
        ]
    assert packets[0] == packets[1]


def test_variable_frame_rate_is_kept(studio, copy):
    times = [0, 0.04, 0.1, 0.5, 0.55, 1.0, 1.3, 1.31, 2.0]
    kept, _, _ = copy(studio.make("variable.mkv", studio.Picture(times)))
    assert kept.times == pytest.approx(times, abs=1e-3)


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize(("start", "end"), [(0.8, 1.5), (2.7, 3.5), (0.0, 0.5), (3.5, None)])
def test_a_part_is_copied_on_a_clock_of_its_own(studio, copy, name, start, end):
    codec, sound, rate = SOURCES[name]
    times = [i / 25 for i in range(100)]
    picture = studio.Picture(times, codec=codec, options={"g": "25"})
    kept, source, _ = copy(
        studio.make(name, picture, [studio.Sound(chirp(4.0, rate), rate, codec=sound)]),
        start=start,
        end=end,
    )
    inside = [k for k, t in enumerate(source.times) if start < t + 1e-6 and t < (end or 9)]
    shown = [source.times[k] - start for k in inside]
    if start and shown[0] > 1e-3:  # the frame before stands at the start
        inside, shown = [inside[0] - 1, *inside], [0.0, *shown]
    assert kept.times == pytest.approx(shown, abs=2e-3)
    assert np.abs(np.array(kept.levels) - np.array(source.levels)[inside]).max() <= 3
    assert len(kept.signal) >= 16_000 * ((end or 4.0) - start) - 2_000
    heard = source.signal[round(start * 16_000) :][: len(kept.signal)]
    assert abs(delay(kept.signal, heard)) < 0.002


def delay(signal, other):
    """By how many seconds a signal comes later than another."""
    correlation = np.correlate(signal, other, "full")
    return (int(correlation.argmax()) - len(other) + 1) / 16_000


def chirp(seconds, rate):
    """A tone that rises, so that a shift in time shows."""
    time = np.arange(round(seconds * rate)) / rate
    return (0.5 * np.sin(2 * np.pi * (200 + 50 * time) * time))[None].astype(np.float32)


def test_a_part_begins_with_the_frame_that_stands_at_its_start(studio, copy):
    path = studio.make("slides.mkv", studio.Picture([0.0, 1.0, 2.0, 3.0]))
    kept, source, _ = copy(path, start=1.5, end=2.5)
    assert kept.times == pytest.approx([0.0, 0.5], abs=1e-3)
    assert kept.levels == pytest.approx(source.levels[1:3], abs=3)
    kept, _, _ = copy(path, start=1.5, end=1.8)
    assert kept.levels == pytest.approx(source.levels[1:2], abs=3)


def test_of_a_part_no_other_frame_is_drawn_on_and_times_are_the_sources(studio, copy):
    seen = []

    def draw(time, image):
        seen.append(time)
        return image

    _, source, _ = copy(studio.talk(), draw, start=0.5, end=1.0)
    assert seen == [0.5, *(time for time in source.times if 0.5 < time < 1.0)]


def test_reading_stops_at_the_end_of_a_part(studio):
    told = []
    path = studio.make("long.mp4", studio.Picture([i / 5 for i in range(150)], rate=5))
    transcode(
        path, studio.folder / "copy.mp4", options=WriteOptions(end=2.0), on_progress=told.append
    )
    assert max(told) < 3


@pytest.mark.parametrize("span", [{"start": 9.0}, {"start": -1.0}, {"start": 1.0, "end": 1.0}])
def test_a_part_that_is_none_is_refused(studio, span):
    with pytest.raises(OptionError):
        transcode(studio.talk(), studio.folder / "copy.mp4", options=WriteOptions(**span))
    assert failing(studio.folder) == []


@pytest.mark.parametrize(("video", "audio"), [(0.0, 0.7), (0.7, 0.0), (1000.5, 1000.0)])
@pytest.mark.parametrize("codec", ["libmp3lame", "flac"])
def test_late_starts_are_kept(studio, copy, video, audio, codec):
    picture = studio.Picture([video + i / 25 for i in range(25)])
    sound = studio.Sound(studio.tone(1.0, 48_000), 48_000, start=audio, codec=codec)
    kept, source, info = copy(studio.make("late.mkv", picture, [sound]))
    assert info.start == pytest.approx(0.0, abs=1e-3)
    assert kept.times == pytest.approx(source.times, abs=2e-3)
    assert onset(kept) == pytest.approx(onset(source), abs=0.01)


def onset(heard):
    """When the tone begins, in seconds."""
    return np.argmax(np.abs(heard.signal) > 0.2) / 16_000


def test_gaps_in_sound_that_is_encoded_anew_become_silence(studio, copy):
    sound = studio.Sound(studio.tone(2.0), codec="flac", gaps=[(1.0, 2.5)])
    kept, _, _ = copy(studio.make("gap.mkv", None, [sound]))
    assert kept.breaks() == []
    assert len(kept.signal) == pytest.approx(72_000, abs=2_100)
    loud = [np.abs(kept.signal[t : t + 1_600]).max() > 0.3 for t in (8_000, 32_000, 60_000)]
    assert loud == [True, False, True]


def test_drawing_sees_every_frame_upright_and_its_time(studio, copy):
    quarter = (0, 65_536, 0, -65_536, 0, 0, 0, 0, 1 << 30)
    seen = []

    def draw(time, image):
        seen.append((time, image.shape))
        return np.full_like(image, 200)

    kept, source, info = copy(studio.make("turned.mp4", studio.Picture(matrix=quarter)), draw)
    assert [time for time, _ in seen] == source.times
    assert {shape for _, shape in seen} == {(64, 48, 3)}
    assert (info.video.width, info.video.height, info.video.rotation) == (48, 64, 0)
    assert np.abs(np.array(kept.levels) - 200).max() <= 2


@pytest.mark.parametrize("color", [(255, 0, 0), (0, 255, 0), (0, 0, 255), (250, 200, 170)])
def test_colors_are_kept(studio, copy, color):
    kept, _, _ = copy(
        studio.make("grey.mp4", studio.Picture()), lambda _, image: np.full_like(image, color)
    )
    assert np.abs(kept.frames[5].image.mean(axis=(0, 1)) - color).max() < 4


@pytest.mark.parametrize(
    ("size", "side", "result"),
    [((63, 47), None, (62, 46)), ((1, 1), None, (2, 2)), ((640, 480), 160, (160, 120))],
)
def test_sides_are_even_and_no_longer_than_wished(studio, copy, size, side, result):
    path = studio.make("odd.mkv", studio.Picture(size=size, codec="ffv1"))
    _, _, info = copy(path, max_side=side)
    assert (info.video.width, info.video.height) == result
    assert info.video.pixel_format == "yuv420p"


def test_square_pixels(studio, copy):
    _, _, info = copy(studio.make("wide.mp4", studio.Picture(aspect=Fraction(2))))
    assert (info.video.width, info.video.height) == (128, 48)


def test_cinema_sound_becomes_stereo(studio, copy):
    signal = np.tile(studio.tone(1.0) * 0.3, (6, 1))
    path = studio.make("cinema.mkv", None, [studio.Sound(signal, codec="flac")])
    _, _, info = copy(path)
    assert (info.audio.codec, info.audio.channels) == ("aac", 2)


def test_progress_is_told(studio):
    told = []
    transcode(studio.talk(), studio.folder / "copy.mp4", on_progress=told.append)
    assert told[-1] == pytest.approx(2.0, abs=0.1)
    assert min(told) >= 0


def test_damage_does_not_stop_the_copy(studio, copy):
    path = studio.make("talk.avi", studio.Picture(codec="mjpeg", pixels="yuvj420p"))
    content = bytearray(path.read_bytes())
    frame = content.find(b"\xff\xd8\xff", len(content) // 2)
    content[frame : frame + 600] = bytes(600)
    path.write_bytes(content)
    kept, _, _ = copy(path)
    assert len(kept.frames) == 49


def failing(folder):
    """What stands in a folder but the sources."""
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("talk"))


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, OSError])
def test_an_interrupted_copy_leaves_nothing_behind(studio, error):
    path, target = studio.talk(), studio.folder / "copy.mp4"
    target.write_bytes(b"an older copy")

    def draw(time, image):
        if time > 1:
            raise error
        return image

    with pytest.raises(OutputError if error is OSError else error):
        transcode(path, target, draw)
    assert failing(studio.folder) == ["copy.mp4"]
    assert target.read_bytes() == b"an older copy"


def test_a_copy_takes_the_place_of_an_older_one(studio):
    target = studio.folder / "copy.mp4"
    target.write_bytes(b"an older copy")
    transcode(studio.talk(), target)
    assert probe(target).video
    assert failing(studio.folder) == ["copy.mp4"]
    assert target.stat().st_mode & 0o777 == 0o666 & ~umask()


def umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.parametrize(
    "target", ["missing/copy.mp4", "talk.mp4/copy.mp4", "", "x" * 300 + ".mp4"]
)
def test_a_target_that_cannot_be_written(studio, target):
    with pytest.raises(OutputError) as caught:
        transcode(studio.talk(), studio.folder / target)
    assert "\n" not in str(caught.value)
    assert failing(studio.folder) == []


def test_the_source_is_never_overwritten(studio):
    path = studio.talk()
    before = path.read_bytes()
    with pytest.raises(OutputError, match="the source itself"):
        transcode(path, studio.folder / "." / "talk.mp4")
    assert path.read_bytes() == before


@pytest.fixture
def full_disk():
    """Let no file grow beyond 4 kB, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_told_and_leaves_nothing(studio, request):
    path = studio.talk()
    request.getfixturevalue("full_disk")
    with pytest.raises(OutputError, match="free space"):
        transcode(path, studio.folder / "copy.mp4")
    assert failing(studio.folder) == []


def test_devices_and_pipes_are_never_replaced(studio):
    pipe = studio.folder / "pipe.mp4"
    os.mkfifo(pipe)
    for target in (pipe, studio.folder):
        with pytest.raises(OutputError, match="not a regular file"):
            transcode(studio.talk(), target)
    assert pipe.is_fifo()


def test_sources_that_give_nothing(studio):
    target = studio.folder / "copy.mp4"
    broken = studio.talk("talk.avi", options={})
    broken.write_bytes(b"no film")
    with pytest.raises(MediaFormatError):
        transcode(broken, target)
    wiped = studio.make("talk.mp4", studio.Picture(), options={"movflags": "+faststart"})
    content = bytearray(wiped.read_bytes())
    start = content.find(b"mdat") + 4
    content[start:] = bytes(len(content) - start)
    wiped.write_bytes(content)
    with pytest.raises(MediaDamagedError):
        transcode(wiped, target)
    with pytest.raises(LimitError):
        transcode(studio.talk(), target, options=WriteOptions(limits=Limits(max_pixels=10)))
    assert failing(studio.folder) == []
