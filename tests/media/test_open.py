"""What may be opened, and what is said of what may not."""

import os
import random
import socket
import stat
from pathlib import Path

import av
import pytest

from emoarc.errors import (
    EmoarcError,
    LimitError,
    MediaDamagedError,
    MediaFormatError,
    MediaOpenError,
)
from emoarc.media import Limits, MediaReader, ReadOptions, probe
from emoarc.media._open import FORMATS
from emoarc.types import VideoFrame


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def refused(path, error, *words, limits=None):
    """Check that probing and reading fail alike: one line, these words, nothing left open."""
    before = open_files()
    with pytest.raises(error) as caught:
        probe(path, limits or Limits())
    with pytest.raises(error), MediaReader(path, ReadOptions(limits=limits or Limits())):
        pass
    assert open_files() == before
    message = str(caught.value)
    assert "\n" not in message
    assert all(word in message for word in words), message
    return message


NOT_MEDIA = {
    "empty": (b"", "empty"),
    "text": (b"This is no film.\n" * 300, "not a media file"),
    "zeros": (bytes(10_000), "not a media file"),
    "noise": (random.Random(0).randbytes(50_000), "not a media file"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(2_000), "not allowed"),
    "subtitles": (b"1\n00:00:00,000 --> 00:00:01,000\nhello\n\n" * 20, "not allowed"),
}


@pytest.mark.parametrize("name", NOT_MEDIA)
def test_what_is_no_media_is_refused(tmp_path, name):
    content, word = NOT_MEDIA[name]
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    refused(path, MediaFormatError, "film.mp4", word)


def test_a_recording_without_its_index_is_damaged(studio):
    whole = studio.talk().read_bytes()
    path = studio.folder / "cut.mp4"
    path.write_bytes(whole[: len(whole) // 2])
    refused(path, MediaDamagedError, "cut.mp4", "moov", "copy it again")


def test_only_regular_files_are_opened(tmp_path):
    os.mkfifo(tmp_path / "fifo.mp4")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket.mp4"))
        for path in (tmp_path, tmp_path / "fifo.mp4", tmp_path / "socket.mp4", "/dev/zero"):
            refused(path, MediaOpenError, "not a regular file")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("missing.mp4", ["does not exist"]),
        ("http://127.0.0.1:9/film.mp4", ["download the file first"]),
        (Path("https://127.0.0.1:9/film.mp4"), ["download the file first"]),
        ("concat:a.mp4|b.mp4", ["does not exist"]),
        ("subfile,,start,0,end,9,,:a.mp4", ["does not exist"]),
        ("-", ["does not exist"]),
        ("a\nb.mp4", [r"a\nb.mp4"]),
        ("a\0b.mp4", ["cannot be opened"]),
        ("x" * 5_000, ["too long"]),
    ],
)
def test_paths_that_lead_nowhere(path, words):
    assert len(refused(path, MediaOpenError, *words)) < 500


def test_a_file_without_permission(studio, monkeypatch):
    path = studio.talk()
    path.chmod(0)
    if os.access(path, os.R_OK):  # root reads everything: let the system refuse by other means
        monkeypatch.setattr("builtins.open", _no_permission)
    refused(path, MediaOpenError, "may not be read", "permissions")


def _no_permission(*args, **kwargs):
    raise PermissionError(13, "Permission denied")


def test_a_symbolic_link_to_a_film_is_followed(studio):
    (studio.folder / "link.mp4").symlink_to(studio.talk())
    assert probe(studio.folder / "link.mp4").video


PLAYLISTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:1,\n{other}\n#EXT-X-ENDLIST\n",
    "m3u": "#EXTM3U\n{other}\n",
    "concat": "ffconcat version 1.0\nfile '{other}'\n",
    "dash": (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'mediaPresentationDuration="PT1S"><Period><AdaptationSet mimeType="video/mp4">'
        '<Representation id="1" bandwidth="1"><BaseURL>{other}</BaseURL></Representation>'
        "</AdaptationSet></Period></MPD>"
    ),
    "sdp": (
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n"
    ),
}


@pytest.fixture
def secret(studio):
    """A file beside the playlists, on a disk that notes when it is read."""
    path = studio.make("secret.ts", studio.Picture())
    forget_reading(path)
    path.read_bytes()
    if not was_read(path):
        pytest.skip("this file system does not record when a file is read")
    forget_reading(path)
    return path


def forget_reading(path):
    os.utime(path, ns=(0, path.stat().st_mtime_ns))


def was_read(path) -> bool:
    return path.stat().st_atime_ns != 0


@pytest.mark.parametrize("kind", PLAYLISTS)
@pytest.mark.parametrize("suffix", [".mp4", ".m3u8", ".ffconcat", ".mpd", ""])
@pytest.mark.parametrize("absolute", [True, False])
def test_a_playlist_never_opens_another_file(secret, kind, suffix, absolute):
    disguised = secret.with_name(f"film{suffix}")
    disguised.write_text(PLAYLISTS[kind].format(other=secret if absolute else secret.name))
    refused(disguised, MediaFormatError)
    assert not was_read(secret)


@pytest.mark.parametrize(("kind", "suffix"), [("hls", ".m3u8"), ("concat", ".mp4")])
def test_nor_would_it_if_the_format_were_allowed(secret, monkeypatch, kind, suffix):
    """The refusal of nested files stands by itself; without it FFmpeg reads them."""
    disguised = secret.with_name(f"film{suffix}")
    disguised.write_text(PLAYLISTS[kind].format(other=secret.name))
    monkeypatch.setattr("emoarc.media._open.FORMATS", (*FORMATS, "hls", "concat"))
    with pytest.raises(EmoarcError):
        probe(disguised)
    assert not was_read(secret)
    with av.open(str(disguised)) as container:
        assert container.streams.video
    assert was_read(secret)


def test_too_many_pixels_are_refused_before_decoding(studio):
    path = studio.make("large.mp4", studio.Picture(times=(0.0,), size=(640, 480)))
    refused(path, LimitError, "640x480", "limit", limits=Limits(max_pixels=300_000))
    assert probe(path, Limits(max_pixels=640 * 480)).video


def test_too_many_streams_are_refused(studio):
    sounds = [studio.Sound(studio.tone(0.2)) for _ in range(5)]
    path = studio.make("many.mkv", None, sounds)
    refused(path, LimitError, "5 streams", limits=Limits(max_streams=4))


def test_the_mode_of_a_film_does_not_matter(studio):
    path = studio.talk()
    path.chmod(stat.S_IRUSR)
    assert probe(path).audio


def test_titles_in_other_encodings_are_no_obstacle(studio):
    path = studio.talk(metadata={"title": "TITLETITLE"})
    path.write_bytes(path.read_bytes().replace(b"TITLETITLE", b"\xff\xfe\xe9 \x80\x81\x82xyz"))
    assert probe(path).video


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".avi", ".mpg", ".wav", ".ogg"])
def test_mutated_files_end_in_frames_or_in_one_line(studio, suffix, capfd):
    whole = make_small(studio, suffix).read_bytes()
    path = studio.folder / f"mutant{suffix}"
    for seed in range(25):
        path.write_bytes(mutate(whole, random.Random(seed)))
        assert read_or_refuse(path)
    assert capfd.readouterr() == ("", "")  # FFmpeg's own complaints stay inside


def read_or_refuse(path) -> bool:
    """Whether reading gives rising times, or else an error of one line."""
    try:
        with MediaReader(path, ReadOptions(limits=Limits(max_pixels=500_000))) as reader:
            times = [item.time for item in reader if isinstance(item, VideoFrame)]
    except EmoarcError as error:
        return "\n" not in str(error)
    return times == sorted(set(times)) and all(time >= 0 for time in times)


def make_small(studio, suffix):
    times = [i / 25 for i in range(8)]
    video = {
        ".mp4": studio.Picture(times),
        ".mkv": studio.Picture(times),
        ".avi": studio.Picture(times, codec="mpeg4"),
        ".mpg": studio.Picture(times, codec="mpeg1video"),
    }
    codec = {".mp4": "aac", ".mkv": "flac", ".wav": "pcm_s16le", ".ogg": "libopus"}
    rate = 48_000
    sound = studio.Sound(studio.tone(0.3, rate), rate, codec=codec.get(suffix, "mp2"))
    return studio.make("small" + suffix, video.get(suffix), [sound])


def mutate(content: bytes, rng: random.Random) -> bytes:
    mutant = bytearray(content)
    end = len(mutant) if rng.random() < 0.5 else min(600, len(mutant))
    for _ in range(rng.choice([1, 5, 50])):
        mutant[rng.randrange(end)] = rng.randrange(256)
    return bytes(mutant[: rng.randrange(1, len(mutant))] if rng.random() < 0.2 else mutant)
