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
from emoarc.media._decode import StreamDecoder
from emoarc.media._open import check_pixels
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
        self.frames = 0
        self._options = options
        self._path = path
        self._decoder = StreamDecoder[av.VideoFrame](
            stream, origin, options.limits.max_consecutive_errors
        )
        self.damage = self._decoder.damage
        self._picker = FramePicker(options.fps)
        self._to_rgb = RgbConverter(stream.sample_aspect_ratio, options.max_side)

    def push(self, packet: "Packet[Stream]") -> Iterator[VideoFrame]:
        """Decode a packet; yield the chosen frames."""
        for frame in self._decoder.decode(packet):
            time = self._decoder.time_of(frame)
            if time is None or time < 0 or not self._picker.in_order(time):
                self.damage.dropped += 1
                continue
            self.reached = time + _length(frame)
            if self._picker.wants(time) and self._within(time):
                check_pixels(frame.width, frame.height, self._path, self._options.limits)
                self.frames += 1
                yield VideoFrame(float(time), self._to_rgb(frame))

    def flush(self) -> Iterator[VideoFrame]:
        """Yield nothing: the last packet has already emptied the decoder."""
        yield from ()

    def _within(self, time: Fraction) -> bool:
        end = self._options.end
        return time >= self._options.start and (end is None or time < end)


class AudioTrack:
    """The audio track, as mono at 16 kHz."""

    kind = "audio"

    def __init__(self, stream: AudioStream, origin: Fraction, options: ReadOptions) -> None:
        end = options.end
        self.stream = stream
        self._decoder = StreamDecoder[av.AudioFrame](
            stream, origin, options.limits.max_consecutive_errors
        )
        self.damage = self._decoder.damage
        self._mono = MonoStream(Fraction(options.start), None if end is None else Fraction(end))

    @property
    def reached(self) -> Fraction | None:
        """The end of what was decoded so far, in seconds."""
        return self._mono.reached

    @property
    def samples(self) -> int:
        """Samples delivered so far."""
        return self._mono.samples

    def push(self, packet: "Packet[Stream]") -> Iterator[AudioChunk]:
        """Decode a packet; yield the chunks it completes."""
        for frame in self._decoder.decode(packet):
            yield from self._mono.push(frame, self._decoder.time_of(frame))
        self.damage.dropped = self._mono.dropped

    def flush(self) -> Iterator[AudioChunk]:
        """Yield what is still held back."""
        yield from self._mono.flush()


def _length(frame: av.VideoFrame) -> Fraction:
    """How long a frame stands, as its container says; 0 where it does not."""
    return frame.duration * frame.time_base if frame.duration and frame.time_base else Fraction(0)
