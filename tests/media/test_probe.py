"""What a file says of itself."""

import av
import numpy as np
import pytest

from emoarc.errors import OptionError
from emoarc.media import probe


def test_the_facts_of_a_film(studio):
    info = probe(studio.talk())
    assert (info.path.name, info.start, info.duration) == ("talk.mp4", 0.0, pytest.approx(2.0))
    video, audio = info.video, info.audio
    assert (video.codec, video.width, video.height, video.rotation) == ("h264", 64, 48, 0)
    assert (video.frame_rate, video.start) == (25.0, 0.0)
    assert (video.pixel_format, video.duration) == ("yuv420p", pytest.approx(2.0))
    assert (audio.codec, audio.sampling_rate, audio.channels) == ("aac", 16_000, 1)
    assert (audio.start, audio.duration) == (0.0, pytest.approx(2.0))
    assert info.audio_tracks == (audio,)


def test_size_is_that_of_the_frames_delivered(studio):
    """Upright and with square pixels: 64x48 at 2:1, turned by a quarter."""
    quarter = (0, 65_536, 0, -65_536, 0, 0, 0, 0, 1 << 30)
    path = studio.make("turned.mp4", studio.Picture(aspect=2, matrix=quarter))
    video = probe(path).video
    assert (video.width, video.height, video.rotation) == (48, 128, 90)


def test_starts_are_offsets_from_the_earliest_stream(studio):
    picture = studio.Picture(times=[1000.5 + i / 25 for i in range(10)])
    sound = studio.Sound(studio.tone(1.0), start=1000.0, codec="pcm_s16le")
    info = probe(studio.make("late.mkv", picture, [sound]))
    assert info.start == pytest.approx(1000.0)
    assert (info.video.start, info.audio.start) == (pytest.approx(0.5), 0.0)
    assert info.duration == pytest.approx(1.0)


def test_sound_or_picture_may_be_missing(studio):
    silent = probe(studio.make("silent.mp4", studio.Picture()))
    assert silent.video
    assert silent.audio is None
    blind = probe(studio.make("blind.wav", None, [studio.Sound(studio.tone(1), codec="pcm_s16le")]))
    assert blind.video is None
    assert blind.audio


@pytest.mark.parametrize("name", ["song.mp3", "song.mp4", "song.flac"])
def test_cover_art_is_no_video(studio, name):
    path = with_cover(studio.folder / name, studio.tone(1.0, 44_100))
    with av.open(str(path)) as container:
        assert container.streams.video  # FFmpeg shows it as one
    info = probe(path)
    assert info.video is None
    assert info.audio


def with_cover(path, signal):
    codec = {".mp3": "libmp3lame", ".mp4": "aac", ".flac": "flac"}[path.suffix]
    with av.open(str(path), "w") as output:
        audio = output.add_stream(codec, rate=44_100)
        audio.codec_context.layout = "mono"
        cover = output.add_stream("mjpeg", width=64, height=48, rate=1)
        cover.pix_fmt = "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        sound = av.AudioFrame.from_ndarray(signal, format="fltp", layout="mono")
        sound.sample_rate = 44_100
        picture = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
        for stream, frame in ((cover, picture.reformat(format="yuvj420p")), (audio, sound)):
            output.mux([*stream.encode(frame), *stream.encode(None)])
    return path


@pytest.fixture
def languages(studio):
    """German first, English flagged as default, one without a name."""
    names = (("deu", False), ("eng", True), (None, False))
    sounds = [
        studio.Sound(studio.tone(0.5), codec="flac", language=name, default=flag)
        for name, flag in names
    ]
    return studio.make("tracks.mkv", studio.Picture(), sounds)


@pytest.mark.parametrize(
    ("track", "position"), [(None, 1), (1, 0), (2, 1), (3, 2), ("deu", 0), ("ENG", 1)]
)
def test_a_track_is_chosen_by_default_number_or_language(languages, track, position):
    info = probe(languages, audio_track=track)
    assert len(info.audio_tracks) == 3
    assert info.audio == info.audio_tracks[position]


@pytest.mark.parametrize("track", [0, 4, -1, "fra", ""])
def test_a_track_that_is_not_there(languages, track):
    with pytest.raises(OptionError, match=r"1 \(deu\), 2 \(eng\), 3 \(und\)"):
        probe(languages, audio_track=track)


def test_a_track_of_a_silent_film(studio):
    with pytest.raises(OptionError, match="it has none"):
        probe(studio.make("silent.mp4", studio.Picture()), audio_track=1)


def test_a_length_that_is_not_told_is_none(studio):
    """A live recording: Matroska without a duration."""
    path = studio.make("live.mkv", studio.Picture(), options={"live": "1"})
    assert probe(path).duration is None
