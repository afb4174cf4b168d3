"""Packets to frames, with the damage counted."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Generic, TypeVar, cast

import av
from av import error as av_error
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from emoarc.media._coverage import Damage

__all__ = ["StreamDecoder", "read_packets"]

_FrameT = TypeVar("_FrameT", av.VideoFrame, av.AudioFrame)

_THREADS = 2
"""Per video decoder; more would take cores from inference and hold more frames in memory."""


def read_packets(
    container: InputContainer, streams: Sequence[Stream], max_errors: int
) -> "Iterator[Packet[Stream]]":
    """Yield the packets of some streams in file order, stepping over what cannot be read."""
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


class StreamDecoder(Generic[_FrameT]):
    """Decodes the packets of one stream until it fails too often in a row."""

    def __init__(
        self, stream: VideoStream | AudioStream, origin: Fraction, max_errors: int
    ) -> None:
        self.damage = Damage()
        self._origin = origin
        self._max_errors = max_errors
        self._failures = 0
        if isinstance(stream, VideoStream):
            stream.thread_type = "AUTO"  # pyright: ignore[reportAttributeAccessIssue]
            stream.thread_count = _THREADS

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
