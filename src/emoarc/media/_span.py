"""Reading a part of a file: getting to its start, and knowing when its end has passed."""

from collections.abc import Iterable
from contextlib import suppress
from fractions import Fraction
from itertools import islice
from math import floor

import av
from av import error as av_error
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream

from emoarc.errors import OptionError
from emoarc.media._open import shown
from emoarc.media._probe import MediaInfo, seconds

__all__ = ["check_start", "is_past", "packet_time", "seek_before"]

_PREROLL = 1
"""Seconds to seek ahead of the start, for decoders to settle and streams to be complete."""

_PEEK_PACKETS = 2_000
"""How far to look for the first key frame after seeking."""

_INTERLEAVE = 10
"""Seconds by which packets of one stream may lag behind those of another in the file."""


def check_start(start: float, info: MediaInfo) -> None:
    """Refuse a start that lies beyond the end of the file.

    Raises:
        OptionError: It does.
    """
    if info.duration is not None and start >= info.duration:
        raise OptionError(
            f"start ({start}) lies beyond the end of {shown(info.path)} ({info.duration})"
        )


def seek_before(container: InputContainer, stream: Stream, origin: Fraction, start: float) -> bool:
    """Go to a key frame of a stream before `start`, or stay at the beginning if that is near.

    Containers without an index land anywhere, so each landing is looked at.

    Args:
        container: The file, newly opened.
        stream: Of the file.
        origin: The media's zero, in seconds.
        start: Seconds from the media's zero.

    Returns:
        Whether that went well; if not, the file must be opened anew and read from its beginning.
    """
    ahead = _PREROLL
    while (target := start - ahead) > 0:
        if _seek(container, target + origin) and _lands_before(container, stream, origin, start):
            return _seek(container, target + origin)
        ahead *= 4
    return start <= _PREROLL


def _seek(container: InputContainer, time: Fraction | float) -> bool:
    try:
        container.seek(floor(time * av.time_base))
    except av_error.FFmpegError:
        return False
    return True


def _lands_before(
    container: InputContainer, stream: Stream, origin: Fraction, start: float
) -> bool:
    with suppress(av_error.FFmpegError):
        for packet in islice(container.demux(stream), _PEEK_PACKETS):
            time = seconds(packet.pts, stream)
            if packet.is_keyframe and time is not None:
                return time - origin <= start
    return False


def packet_time(packet: "Packet[Stream]", origin: Fraction) -> Fraction | None:
    """When a packet is decoded, in seconds from the media's zero, where that is known."""
    time = seconds(packet.dts if packet.dts is not None else packet.pts, packet.stream)
    return None if time is None else time - origin


def is_past(end: float | None, time: Fraction, reached: Iterable[Fraction | None]) -> bool:
    """Whether nothing before `end` will follow.

    Args:
        end: Seconds; None for the end of the file.
        time: When the newest packet is decoded, in seconds.
        reached: How far each stream was taken, in seconds.
    """
    if end is None:
        return False
    return time > end + _INTERLEAVE or all(each is not None and each >= end for each in reached)
