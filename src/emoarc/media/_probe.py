"""What a media file says of itself."""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import TypeVar

import av
from av import error as av_error
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from emoarc.errors import OptionError
from emoarc.media._open import decodable, open_media, shown, translated
from emoarc.media._options import Limits
from emoarc.media._picture import Orientation, square_size, upright_size

__all__ = [
    "AudioStreamInfo",
    "MediaInfo",
    "VideoStreamInfo",
    "choose_audio",
    "choose_video",
    "describe",
    "origin_of",
    "probe",
    "seconds",
]

_StreamT = TypeVar("_StreamT", AudioStream, VideoStream)

_PICTURE = Disposition.attached_pic | Disposition.timed_thumbnails

_PEEK_PACKETS = 300
"""How far to look for a first frame, which alone tells the rotation."""


@dataclass(frozen=True, slots=True)
class VideoStreamInfo:
    """A video stream, as declared."""

    index: int
    """Its place in the container."""
    codec: str
    pixel_format: str | None
    width: int
    """Of a frame as a player shows it: upright, with square pixels."""
    height: int
    rotation: int
    """Degrees clockwise by which the stored frames are turned to stand upright."""
    frame_rate: float | None
    """Frames per second, declared or guessed from the header; never used for timing."""
    start: float
    """Seconds after the earliest stream."""
    duration: float | None
    """Seconds, where the container knows."""


@dataclass(frozen=True, slots=True)
class AudioStreamInfo:
    """An audio track, as declared."""

    index: int
    """Its place in the container."""
    codec: str
    sampling_rate: int
    """Hertz."""
    channels: int
    language: str | None
    """As the container writes it, usually three letters of ISO 639-2."""
    start: float
    """Seconds after the earliest stream."""
    duration: float | None
    """Seconds, where the container knows."""


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """A media file, as declared."""

    path: Path
    format: str
    """FFmpeg's name of the container format."""
    duration: float | None
    """Seconds from the earliest start to the latest end; None where unknown."""
    start: float
    """The earliest stream's first timestamp in the container, in seconds; emoarc's zero."""
    video: VideoStreamInfo | None
    """The video stream that is read; cover art is not video."""
    audio: AudioStreamInfo | None
    """The audio track that is read."""
    audio_tracks: tuple[AudioStreamInfo, ...]


def probe(
    path: str | os.PathLike[str],
    limits: Limits | None = None,
    audio_track: int | str | None = None,
) -> MediaInfo:
    """Learn what a file holds, decoding no more than a first frame.

    Args:
        path: A local media file.
        limits: Bounds on what is opened.
        audio_track: Which track to name as `audio`, as in `ReadOptions`.

    Raises:
        InputError: The file cannot be opened, or exceeds a limit.
        OptionError: There is no such audio track.
    """
    limits = limits or Limits()
    with open_media(path, limits) as container, translated(path):
        return describe(container, path, audio_track)


def describe(
    container: InputContainer, path: str | os.PathLike[str], audio_track: int | str | None
) -> MediaInfo:
    """Describe an open container; reads its first packets."""
    origin = origin_of(container)
    tracks = tuple(_describe_audio(stream, origin) for stream in decodable(container.streams.audio))
    audio = choose_audio(container, audio_track, path)
    video = choose_video(container)
    return MediaInfo(
        path=Path(path),
        format=container.format.name,
        duration=_duration(container, origin),
        start=float(origin),
        video=_describe_video(container, video, origin) if video else None,
        audio=_describe_audio(audio, origin) if audio else None,
        audio_tracks=tracks,
    )


def _duration(container: InputContainer, origin: Fraction) -> float | None:
    if not container.duration:
        return None
    duration = Fraction(container.duration, av.time_base)
    # Matroska is written with the end of the last block for a duration, not the time since the
    # first one.
    if container.format.name.startswith("matroska") and 0 < origin < duration:
        duration -= origin
    return float(duration)


def origin_of(container: InputContainer) -> Fraction:
    """The first timestamp of the earliest audio or video stream, in seconds."""
    streams = [*_moving(container), *decodable(container.streams.audio)]
    starts = [seconds(stream.start_time, stream) for stream in streams]
    return min((start for start in starts if start is not None), default=Fraction(0))


def choose_video(container: InputContainer) -> VideoStream | None:
    """The video stream flagged as default, or else the first; never cover art."""
    return _preferred(_moving(container))


def choose_audio(
    container: InputContainer, track: int | str | None, path: str | os.PathLike[str]
) -> AudioStream | None:
    """The audio track asked for, or the one flagged as default, or else the first.

    Args:
        container: The open file.
        track: A number, counted from 1, or a language such as `eng`; None leaves the choice.
        path: Named in the message.

    Raises:
        OptionError: There is no such track.
    """
    tracks = decodable(container.streams.audio)
    if track is None:
        return _preferred(tracks)
    if isinstance(track, int):
        found = tracks[track - 1 : track] if track > 0 else []
    else:
        found = [
            each for each in tracks if each.language and each.language.lower() == track.lower()
        ]
    if not found:
        have = ", ".join(f"{i} ({each.language or 'und'})" for i, each in enumerate(tracks, 1))
        raise OptionError(f"{shown(path)} has no audio track {track!r}; it has {have or 'none'}")
    return found[0]


def seconds(ticks: int | None, stream: Stream) -> Fraction | None:
    """A timestamp of a stream in seconds, exactly."""
    if ticks is None or stream.time_base is None:
        return None
    return ticks * stream.time_base


def _moving(container: InputContainer) -> list[VideoStream]:
    return [each for each in decodable(container.streams.video) if not each.disposition & _PICTURE]


def _preferred(streams: Sequence[_StreamT]) -> _StreamT | None:
    flagged = [stream for stream in streams if stream.disposition & Disposition.default]
    return next(iter([*flagged, *streams]), None)


def _describe_audio(stream: AudioStream, origin: Fraction) -> AudioStreamInfo:
    start, duration = _span(stream, origin)
    return AudioStreamInfo(
        index=stream.index,
        codec=stream.codec_context.codec.canonical_name,
        sampling_rate=stream.codec_context.sample_rate,
        channels=stream.codec_context.channels,
        language=stream.language,
        start=start,
        duration=duration,
    )


def _describe_video(
    container: InputContainer, stream: VideoStream, origin: Fraction
) -> VideoStreamInfo:
    context = stream.codec_context
    start, duration = _span(stream, origin)
    orientation = _peek_orientation(container, stream)
    stored = square_size(context.width, context.height, stream.sample_aspect_ratio)
    width, height = upright_size(stored, orientation)
    rate = stream.average_rate or stream.guessed_rate
    return VideoStreamInfo(
        index=stream.index,
        codec=context.codec.canonical_name,
        pixel_format=context.pix_fmt,
        width=width,
        height=height,
        rotation=orientation.degrees,
        frame_rate=float(rate) if rate else None,
        start=start,
        duration=duration,
    )


def _span(stream: Stream, origin: Fraction) -> tuple[float, float | None]:
    start = seconds(stream.start_time, stream)
    duration = seconds(stream.duration, stream)
    return float(start - origin) if start is not None else 0.0, (
        float(duration) if duration else None
    )


def _peek_orientation(container: InputContainer, stream: VideoStream) -> Orientation:
    for packet in islice(container.demux(stream), _PEEK_PACKETS):
        with suppress(av_error.FFmpegError):
            for frame in packet.decode():
                return Orientation.of(frame)
    return Orientation()
