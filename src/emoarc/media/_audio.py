"""Decoded audio at a rate of one's choice, each sample at its own time; and as mono at 16 kHz."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import cast

import av
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from emoarc.types import SAMPLING_RATE, AudioChunk

__all__ = ["Downmix", "MonoStream", "Piece", "Stitcher"]

_TOLERANCE = Fraction(1, 25)
"""Seconds by which timestamps may stray from the count of samples before they are believed.

Containers round times to milliseconds and recorders jitter; a shift of less than 45 ms between
picture and sound goes unnoticed (ITU-R BT.1359), so up to 40 ms the samples are left unbroken.
"""

_PIECE = Fraction(1, 5)
"""Seconds of sound per piece: long enough to make what is done per piece cheap."""

_HEARD = 10 ** (-50 / 20)
"""The peak, -50 dB of full scale, from which a channel counts as carrying sound."""

_WEIGHTS = {
    **dict.fromkeys(("FL", "FR"), 0.5**0.5),
    **dict.fromkeys(("SL", "SR", "BL", "BR", "BC"), 0.5),
    "LFE": 0.0,
}
"""Shares in the mix, the centre having 1: front and rear as in ITU-R BS.775-3, table 2."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of resampled sound."""

    time: Fraction
    """Of the first sample, in seconds."""
    planes: NDArray[np.float32]
    """Shape (channels, n)."""
    channels: tuple[str, ...]
    """FFmpeg's names of the channels: `FL`, `FR`, `FC`, …"""

    def within(self, rate: int, start: Fraction, end: Fraction | None) -> slice:
        """Return which samples lie between two times, in seconds; None for no end."""
        first, stop = max(0, ceil((start - self.time) * rate)), self.planes.shape[1]
        if end is not None:
            stop = min(stop, ceil((end - self.time) * rate))
        return slice(first, max(first, stop))


class _Segment:
    """Frames of one kind that follow each other."""

    def __init__(self, start: Fraction, frame: av.AudioFrame, rate: int, layout: str | None):
        self.due = start
        """When the next decoded sample is due, in seconds."""
        self.kind = _kind(frame)
        self._rate = rate
        self._resampler = AudioResampler(format="flt", layout=layout, rate=rate)
        self.time = start
        """Of the next sample to give out, in seconds."""
        self._held: list[av.AudioFrame] = []

    def push(self, frame: av.AudioFrame) -> Iterator[Piece]:
        self.due += Fraction(frame.samples, frame.sample_rate)
        frame.pts = None  # the resampler must not act on jitter
        self._held += self._resampler.resample(frame)
        if sum(held.samples for held in self._held) >= _PIECE * self._rate:
            yield self._release()

    def flush(self) -> Iterator[Piece]:
        self._held += self._resampler.resample(None)
        if self._held:
            yield self._release()

    def _release(self) -> Piece:
        channels = tuple(channel.name for channel in self._held[0].layout.channels)
        # Interleaved, because PyAV reads past the end of planar frames of eight channels or more.
        runs = [cast("NDArray[np.float32]", held.to_ndarray()) for held in self._held]
        planes = np.concatenate(runs, axis=1).reshape(-1, len(channels)).T
        piece = Piece(self.time, planes, channels)
        self.time += Fraction(planes.shape[1], self._rate)
        self._held.clear()
        return piece


class Stitcher:
    """Resamples the frames of one track and joins those that follow each other.

    Pieces join seamlessly where the stream does; where its timestamps leap ahead, so do theirs.
    Frames that lie before what was already taken are left out and counted.

    Args:
        rate: Of the pieces, in hertz.
        layout: FFmpeg's name of the channel layout to convert to; None keeps the channels.
    """

    def __init__(self, rate: int, layout: str | None = None) -> None:
        self._rate = rate
        self._layout = layout
        self._segment: _Segment | None = None
        self.dropped = 0
        """Frames left out."""

    @property
    def reached(self) -> Fraction | None:
        """The end of what was taken so far, in seconds."""
        return self._segment.due if self._segment else None

    def push(self, frame: av.AudioFrame, time: Fraction | None) -> Iterator[Piece]:
        """Take a frame, at its time in seconds where known; yield the pieces it completes."""
        segment = self._segment
        if segment is None:
            segment = self._segment = self._begin(time or Fraction(0), frame)
        due = segment.due
        time = due if time is None else time
        if time < due - _TOLERANCE:
            self.dropped += 1
            return
        if time > due + _TOLERANCE or segment.kind != _kind(frame):
            yield from segment.flush()
            segment = self._segment = self._begin(max(time, segment.time), frame)
        yield from segment.push(frame)

    def flush(self) -> Iterator[Piece]:
        """Yield what is still held back."""
        if self._segment:
            yield from self._segment.flush()

    def _begin(self, time: Fraction, frame: av.AudioFrame) -> _Segment:
        return _Segment(time, frame, self._rate, self._layout)


class Downmix:
    """Mixes channels to one, without thinning a voice that only some of them carry.

    The mix is the weighted mean over the channels that have carried sound so far, so that a
    recording on the left channel alone keeps its level. A channel once heard stays in the mix.
    """

    def __init__(self, channels: Sequence[str]) -> None:
        weights = np.array([_WEIGHTS.get(name, 1.0) for name in channels], np.float32)
        self._weights = weights if weights.any() else np.ones_like(weights)
        self._heard = np.zeros(len(channels), bool)

    def __call__(self, planes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Mix an array of shape (channels, n) to shape (n,)."""
        if len(planes) == 1 or not planes.size:
            return planes[0]
        self._heard |= np.abs(planes).max(axis=1) > _HEARD
        weights = self._weights * self._heard
        weights = weights if weights.any() else self._weights
        return (weights / weights.sum()) @ planes


class MonoStream:
    """Turns the frames of one track into chunks of mono at 16 kHz within a span of time.

    Args:
        start: Of the span, in seconds.
        end: What begins at or after it is cut; None for no end.
    """

    def __init__(self, start: Fraction, end: Fraction | None) -> None:
        self.stitcher = Stitcher(SAMPLING_RATE)
        self.samples = 0
        """Delivered so far."""
        self._start = start
        self._end = end
        self._mixes: dict[tuple[str, ...], Downmix] = {}

    def push(self, frame: av.AudioFrame, time: Fraction | None) -> Iterator[AudioChunk]:
        """Take a frame, at its time in seconds where known; yield the chunks it completes."""
        for piece in self.stitcher.push(frame, time):
            yield from self._chunks(piece)

    def flush(self) -> Iterator[AudioChunk]:
        """Yield what is still held back."""
        for piece in self.stitcher.flush():
            yield from self._chunks(piece)

    def _chunks(self, piece: Piece) -> Iterator[AudioChunk]:
        mix = self._mixes.setdefault(piece.channels, Downmix(piece.channels))
        mono = np.clip(np.nan_to_num(mix(piece.planes)), -1.0, 1.0)
        kept = piece.within(SAMPLING_RATE, self._start, self._end)
        if len(mono[kept]):
            self.samples += len(mono[kept])
            time = piece.time + Fraction(kept.start, SAMPLING_RATE)
            yield AudioChunk(float(time), mono[kept])


def _kind(frame: av.AudioFrame) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate
