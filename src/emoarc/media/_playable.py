"""Whether a browser can play a file as it is."""

from typing import NamedTuple

from emoarc.media._probe import MediaInfo

__all__ = ["is_browser_playable"]


class _Playable(NamedTuple):
    format: str
    """FFmpeg's name of the container format."""
    video: tuple[str, ...]
    audio: tuple[str, ...]


_MP4 = "mov,mp4,m4a,3gp,3g2,mj2"

_BY_SUFFIX = {
    ".mp4": _Playable(_MP4, ("h264",), ("aac", "mp3")),
    ".m4v": _Playable(_MP4, ("h264",), ("aac", "mp3")),
    ".webm": _Playable("matroska,webm", ("vp8", "vp9"), ("opus", "vorbis")),
    ".m4a": _Playable(_MP4, (), ("aac",)),
    ".mp3": _Playable("mp3", (), ("mp3",)),
    ".wav": _Playable("wav", (), ("pcm_s16le", "pcm_u8")),
    ".flac": _Playable("flac", (), ("flac",)),
}
"""What Chrome, Firefox and Safari all play."""

_PIXEL_FORMATS = ("yuv420p", "yuvj420p")
"""8-bit 4:2:0; hardware decoders know no other H.264."""


def is_browser_playable(info: MediaInfo) -> bool:
    """Whether every current browser plays the file as it is.

    The suffix counts, because a page opened from disk has no other hint of the type. HEVC, 10-bit
    and 4:4:4 H.264, QuickTime, Ogg and Matroska depend on browser and machine, and count as no.
    """
    playable = _BY_SUFFIX.get(info.path.suffix.lower())
    if playable is None or info.format != playable.format:
        return False
    video, audio = info.video, info.audio
    if video and (video.codec not in playable.video or video.pixel_format not in _PIXEL_FORMATS):
        return False
    return audio is None or audio.codec in playable.audio
