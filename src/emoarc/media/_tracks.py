"""The two kinds of track a reader follows, each from packets to what is analysed."""

import os
from collections.abc import Iterator
from fractions import Fraction

import av
from av.audio.stream import AudioStream
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from emoarc.media._audio import MonoStream
from emoarc.media._decode import AudioDecoder, VideoDecoder
from emoarc.media._options import ReadOptions
from emoarc.media._picture import RgbConverter
from emoarc.media._video import FramePicker
from emoarc.types import AudioChunk, VideoFrame

__all__ = ["AudioTrack", "VideoTrack"]


class VideoTrack:
    """The video stream: picks frames by their times, and converts only those."""

    kind = "video"

    def __init__(
        self,
        stream: VideoStream,
        origin: Fraction,
        options: ReadOptions,
        path: str | os.PathLike[str],
    ) -> None:
        self.stream = stream
        self.reached: Fraction | None = None
        """The end of what was decoded so far, in seconds."""
        self.frames = 0
        """Frames delivered so far."""
        self._last: Fraction | None = None
        self._options = options
        self._decoder = VideoDecoder(stream, origin, options.limits, path)
        self.damage = self._decoder.damage
        self._picker = FramePicker(options.fps)
        self._to_rgb = RgbConverter(stream.sample_aspect_ratio, options.max_side)

    def push(self, packet: "Packet[Stream]") -> Iterator[VideoFrame]:
        """Decode a packet; yield the chosen frames."""
        for time, frame in self._decoder.timed(packet):
            self.reached = time + self._length(frame, time)
            if self._picker.wants(time) and self._within(time):
                self.frames += 1
                yield VideoFrame(float(time), self._to_rgb(frame))

    def flush(self) -> Iterator[VideoFrame]:
        """Yield nothing: the last packet has already emptied the decoder."""
        yield from ()

    def _length(self, frame: av.VideoFrame, time: Fraction) -> Fraction:
        """How long a frame stands: as its container says, or else as the one before did."""
        before, self._last = self._last, time
        if frame.duration and frame.time_base:
            return frame.duration * frame.time_base
        return Fraction(0) if before is None else time - before

    def _within(self, time: Fraction) -> bool:
        end = self._options.end
        return time >= self._options.start and (end is None or time < end)


class AudioTrack:
    """The audio track, as mono at 16 kHz."""

    kind = "audio"

    def __init__(self, stream: AudioStream, origin: Fraction, options: ReadOptions) -> None:
        end = options.end
        self.stream = stream
        self._decoder = AudioDecoder(origin, options.limits)
        self.damage = self._decoder.damage
        self._mono = MonoStream(Fraction(options.start), None if end is None else Fraction(end))

    @property
    def reached(self) -> Fraction | None:
        """The end of what was decoded so far, in seconds."""
        return self._mono.stitcher.reached

    @property
    def samples(self) -> int:
        """Samples delivered so far."""
        return self._mono.samples

    def push(self, packet: "Packet[Stream]") -> Iterator[AudioChunk]:
        """Decode a packet; yield the chunks it completes."""
        for time, frame in self._decoder.timed(packet):
            yield from self._mono.push(frame, time)
        self.damage.dropped = self._mono.stitcher.dropped

    def flush(self) -> Iterator[AudioChunk]:
        """Yield what is still held back."""
        yield from self._mono.flush()
