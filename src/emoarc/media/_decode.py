"""Packets to frames, with the damage counted."""

import os
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Generic, TypeVar, cast

import av
from av import error as av_error
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from emoarc.media._coverage import Damage
from emoarc.media._open import check_pixels
from emoarc.media._options import Limits

__all__ = ["AudioDecoder", "VideoDecoder", "read_packets"]

_FrameT = TypeVar("_FrameT", av.VideoFrame, av.AudioFrame)

_THREADS = 2
"""Per video decoder; more would take cores from inference and hold more frames in memory."""


def read_packets(
    container: InputContainer, streams: Sequence[Stream], max_errors: int
) -> "Iterator[Packet[Stream]]":
    """Yield the packets of some streams in file order, stepping over what cannot be read.

    The last packet of each stream is empty: it makes the decoder give out what it holds.
    """
    errors = 0
    while errors <= max_errors:
        try:
            for packet in container.demux(*streams):
                errors = 0
                yield packet
        except av_error.FFmpegError:
            errors += 1
        else:
            return


class _Decoder(Generic[_FrameT]):
    """Decodes the packets of one stream until it fails too often in a row."""

    def __init__(self, origin: Fraction, limits: Limits) -> None:
        self.damage = Damage()
        self._origin = origin
        self._max_errors = limits.max_consecutive_errors
        self._failures = 0

    def decode(self, packet: "Packet[Stream]") -> list[_FrameT]:
        """Return the frames a packet completes; none if it is damaged."""
        if self.damage.abandoned:
            return []
        try:
            frames = cast("list[_FrameT]", packet.decode())
        except av_error.EOFError:
            return []
        except av_error.FFmpegError:
            self._note_failure()
            return []
        if frames:
            self._failures = 0
            self.damage.concealed += sum(frame.is_corrupt for frame in frames)
        return frames

    def time_of(self, frame: _FrameT) -> Fraction | None:
        """A frame's presentation time in seconds from the media's zero, where it has one."""
        ticks = frame.pts if frame.pts is not None else frame.dts
        if ticks is None or frame.time_base is None:
            return None
        return ticks * frame.time_base - self._origin

    def _note_failure(self) -> None:
        self.damage.packets += 1
        self._failures += 1
        self.damage.abandoned = self._failures > self._max_errors


class AudioDecoder(_Decoder[av.AudioFrame]):
    """Decodes an audio track."""

    def timed(self, packet: "Packet[Stream]") -> Iterator[tuple[Fraction | None, av.AudioFrame]]:
        """Yield the frames a packet completes, with their times where they have one."""
        for frame in self.decode(packet):
            yield self.time_of(frame), frame


class VideoDecoder(_Decoder[av.VideoFrame]):
    """Decodes a video stream; the times of its frames rise."""

    def __init__(
        self,
        stream: VideoStream,
        origin: Fraction,
        limits: Limits,
        path: str | os.PathLike[str],
    ) -> None:
        super().__init__(origin, limits)
        stream.thread_type = "AUTO"  # pyright: ignore[reportAttributeAccessIssue]
        stream.thread_count = _THREADS
        self._limits = limits
        self._path = path
        self._last = Fraction(-1)

    def timed(self, packet: "Packet[Stream]") -> Iterator[tuple[Fraction, av.VideoFrame]]:
        """Yield the frames a packet completes, with their times.

        Frames whose time is missing, negative or not after the one before are left out.

        Raises:
            LimitError: A frame has too many pixels.
        """
        for frame in self.decode(packet):
            time = self.time_of(frame)
            if time is None or time < 0 or time <= self._last:
                self.damage.dropped += 1
                continue
            check_pixels(frame.width, frame.height, self._path, self._limits)
            self._last = time
            yield time, frame
