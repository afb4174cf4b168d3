"""Which files a browser plays as they are."""

import pytest

from emoarc.media import is_browser_playable, probe

FILES = {
    ("film.mp4", "libx264", "yuv420p", "aac"): True,
    ("film.mp4", "libx264", "yuv420p", "libmp3lame"): True,
    ("film.mp4", "libx264", "yuv420p", None): True,
    ("film.webm", "libvpx", "yuv420p", "libopus"): True,
    ("film.mp4", "libx264", "yuv444p", "aac"): False,
    ("film.mp4", "libx264", "yuv420p10le", "aac"): False,
    ("film.mp4", "libx265", "yuv420p", "aac"): False,
    ("film.mp4", "mpeg4", "yuv420p", "aac"): False,
    ("film.mp4", "libx264", "yuv420p", "ac3"): False,
    ("film.mov", "libx264", "yuv420p", "aac"): False,
    ("film.mkv", "libx264", "yuv420p", "aac"): False,
    ("film.avi", "mpeg4", "yuv420p", "libmp3lame"): False,
    ("film.mpg", "mpeg1video", "yuv420p", "mp2"): False,
    ("film.flv", "flv", "yuv420p", "libmp3lame"): False,
    ("sound.mp3", None, None, "libmp3lame"): True,
    ("sound.wav", None, None, "pcm_s16le"): True,
    ("sound.wav", None, None, "pcm_f64le"): False,
    ("sound.flac", None, None, "flac"): True,
    ("sound.aiff", None, None, "pcm_s16be"): False,
}


@pytest.mark.parametrize("file", FILES, ids=lambda file: "-".join(map(str, file)))
def test_playable(studio, file):
    name, video, pixels, audio = file
    times = [i / 25 for i in range(5)]
    picture = studio.Picture(times, codec=video, pixels=pixels) if video else None
    sounds = [studio.Sound(studio.tone(0.2, 48_000), 48_000, codec=audio)] if audio else []
    info = probe(studio.make(name, picture, sounds))
    assert is_browser_playable(info) is FILES[file]


def test_a_name_that_hides_the_format_is_not_playable(studio):
    path = studio.talk("talk.mkv")
    assert not is_browser_playable(probe(path.rename(path.with_suffix(".mp4"))))
