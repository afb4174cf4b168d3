"""Decoded audio to mono at 16 kHz, each sample at its own time."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil
from typing import cast

import av
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from emoarc.types import SAMPLING_RATE, AudioChunk

__all__ = ["Downmix", "MonoStream"]

_TOLERANCE = Fraction(1, 25)
"""Seconds by which timestamps may stray from the count of samples before they are believed.

Containers round times to milliseconds and recorders jitter; a shift of less than 45 ms between
picture and sound goes unnoticed (ITU-R BT.1359), so up to 40 ms the samples are left unbroken.
"""

_CHUNK = SAMPLING_RATE // 5
"""Samples per chunk: large enough to make what is done per chunk cheap."""

_HEARD = 10 ** (-50 / 20)
"""The peak, -50 dB of full scale, from which a channel counts as carrying sound."""

_WEIGHTS = {
    **dict.fromkeys(("FL", "FR"), 0.5**0.5),
    **dict.fromkeys(("SL", "SR", "BL", "BR", "BC"), 0.5),
    "LFE": 0.0,
}
"""Shares in the mix where there is a centre: ITU-R BS.775-3, table 2, front and rear at -3 dB."""


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


class _Segment:
    """A run of audio frames that follow each other, resampled and mixed."""

    def __init__(self, start: Fraction, frame: av.AudioFrame) -> None:
        self.next = start
        """When the next decoded sample is due."""
        self.kind = _kind(frame)
        self._resampler = AudioResampler(format="fltp", rate=SAMPLING_RATE)
        self._mix = Downmix([channel.name for channel in frame.layout.channels])
        self._time = start
        self._held: list[NDArray[np.float32]] = []

    def push(self, frame: av.AudioFrame) -> Iterator[tuple[Fraction, NDArray[np.float32]]]:
        self.next += Fraction(frame.samples, frame.sample_rate)
        frame.pts = None  # the resampler must not act on jitter
        self._hold(self._resampler.resample(frame))
        if sum(map(len, self._held)) >= _CHUNK:
            yield self._release()

    def flush(self) -> Iterator[tuple[Fraction, NDArray[np.float32]]]:
        self._hold(self._resampler.resample(None))
        if self._held:
            yield self._release()

    def _hold(self, frames: list[av.AudioFrame]) -> None:
        for frame in frames:
            mixed = self._mix(cast("NDArray[np.float32]", frame.to_ndarray()))
            self._held.append(np.clip(np.nan_to_num(mixed), -1.0, 1.0))

    def _release(self) -> tuple[Fraction, NDArray[np.float32]]:
        time, samples = self._time, np.concatenate(self._held)
        self._time += Fraction(len(samples), SAMPLING_RATE)
        self._held.clear()
        return time, samples


class MonoStream:
    """Turns the decoded frames of one track into chunks of mono at 16 kHz.

    Chunks follow each other seamlessly where the stream does; where its timestamps leap ahead, so
    do theirs. Frames that lie before what was already decoded are left out and counted.
    """

    def __init__(self, start: Fraction, end: Fraction | None) -> None:
        self._start = start
        self._end = end
        self._segment: _Segment | None = None
        self.samples = 0
        """Delivered so far."""
        self.dropped = 0
        """Frames left out."""

    @property
    def reached(self) -> Fraction | None:
        """The end of what was decoded so far, in seconds."""
        return self._segment.next if self._segment else None

    def push(self, frame: av.AudioFrame, time: Fraction | None) -> Iterator[AudioChunk]:
        """Take a frame, at its time in seconds where known; yield the chunks it completes."""
        segment = self._segment
        if segment is None:
            segment = self._segment = _Segment(time or Fraction(0), frame)
        due = segment.next
        time = due if time is None else time
        if time < due - _TOLERANCE:
            self.dropped += 1
            return
        if time > due + _TOLERANCE or segment.kind != _kind(frame):
            yield from self.flush()
            segment = self._segment = _Segment(max(time, due), frame)
        yield from self._within(segment.push(frame))

    def flush(self) -> Iterator[AudioChunk]:
        """Yield what is still held back."""
        if self._segment:
            yield from self._within(self._segment.flush())

    def _within(
        self, pieces: Iterator[tuple[Fraction, NDArray[np.float32]]]
    ) -> Iterator[AudioChunk]:
        """Cut what lies outside the wanted span."""
        for time, samples in pieces:
            first = max(0, ceil((self._start - time) * SAMPLING_RATE))
            stop = len(samples)
            if self._end is not None:
                stop = min(stop, ceil((self._end - time) * SAMPLING_RATE))
            if first < stop:
                self.samples += stop - first
                yield AudioChunk(float(time + Fraction(first, SAMPLING_RATE)), samples[first:stop])


def _kind(frame: av.AudioFrame) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate
