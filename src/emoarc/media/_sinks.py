"""What becomes of each stream of a source in the copy: drawn on, kept, or encoded anew."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, Protocol, TypeAlias

import av
import numpy as np
from av.audio.stream import AudioStream
from av.packet import Packet
from av.stream import Stream
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from emoarc.media._audio import Piece, Stitcher
from emoarc.media._decode import AudioDecoder, VideoDecoder
from emoarc.media._options import WriteOptions
from emoarc.media._picture import RgbConverter, fitted
from emoarc.media._probe import seconds

__all__ = ["AacSink", "CopySink", "Draw", "Output", "Sink", "VideoSink"]

Draw: TypeAlias = Callable[[float, NDArray[np.uint8]], NDArray[np.uint8]]
"""Takes a frame's time in seconds and its RGB, and returns the RGB to write."""

Output: TypeAlias = Any
"""PyAV's OutputContainer; most of its stubs are untyped."""

_AAC_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)

_FINE = Fraction(1, 90_000)
"""Seconds; the customary unit of timestamps."""

_BT709 = 1
"""FFmpeg's code for BT.709, alike for matrix, primaries and transfer."""


class Sink(Protocol):
    """Takes the packets of one stream of the source and gives those to write."""

    @property
    def reached(self) -> Fraction | None:
        """The time up to which the stream was taken, in seconds of the source."""
        ...

    def push(self, packet: "Packet[Stream]") -> "Iterator[Packet[Stream]]":
        """Take a packet; yield what can be written."""
        ...

    def flush(self) -> "Iterator[Packet[Stream]]":
        """Yield what is still held back."""
        ...


class VideoSink:
    """Draws and encodes as H.264, every frame at its own time.

    Args:
        stream: Of the source.
        decoder: Of that stream.
        output: The copy.
        size: Of the source's frames: upright, with square pixels.
        draw: What to draw, if anything.
        options: Span, size and quality of the copy.
    """

    def __init__(
        self,
        stream: VideoStream,
        decoder: VideoDecoder,
        output: Output,
        size: tuple[int, int],
        draw: Draw | None,
        options: WriteOptions,
    ) -> None:
        self.reached: Fraction | None = None
        self._start = Fraction(options.start)
        self._end = options.end
        self._standing: av.VideoFrame | None = None
        self._encoding = False
        self._decoder = decoder
        self._to_rgb = RgbConverter(stream.sample_aspect_ratio, options.max_side)
        self._draw = draw
        self._to_yuv = VideoReformatter()
        self._ticks = stream.time_base or _FINE
        if options.start:  # need not fall on a tick as coarse as a frame
            self._ticks = min(self._ticks, _FINE)
        width, height = fitted(size, options.max_side)
        self._encoder: Any = output.add_stream(
            "libx264",
            rate=stream.average_rate or 25,
            options={"crf": str(options.crf), "preset": options.preset},
            width=max(2, width - width % 2),
            height=max(2, height - height % 2),
            time_base=self._ticks,
        )
        self._tag_colors()

    def push(self, packet: "Packet[Stream]") -> "Iterator[Packet[Stream]]":
        """Take a packet; yield what can be written."""
        for time, frame in self._decoder.timed(packet):
            self.reached = time
            if self._pts(time) < 0:
                self._standing = frame
                continue
            if self._pts(time) > 0:
                yield from self._open()
            self._standing = None
            if self._end is None or time < self._end:
                yield from self._encode(frame, time)

    def flush(self) -> "Iterator[Packet[Stream]]":
        """Yield what is still held back."""
        yield from self._open()
        if self._encoding:
            yield from self._encoder.encode(None)

    def _open(self) -> "Iterator[Packet[Stream]]":
        """Begin with the frame that stands at the start, so that the picture is there at once."""
        if self._standing is not None:
            yield from self._encode(self._standing, self._start)
            self._standing = None

    def _encode(self, frame: av.VideoFrame, time: Fraction) -> "Iterator[Packet[Stream]]":
        self._encoding = True
        yield from self._encoder.encode(self._render(frame, time))

    def _tag_colors(self) -> None:
        """Say how the colours are coded; players guess otherwise, and differently by size."""
        context = self._encoder.codec_context
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = ColorRange.MPEG

    def _render(self, frame: av.VideoFrame, time: Fraction) -> av.VideoFrame:
        image = self._to_rgb(frame)
        if self._draw:
            image = self._draw(float(time), image)
        rendered = self._to_yuv.reformat(
            av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24"),
            self._encoder.width,
            self._encoder.height,
            "yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
        )
        rendered.time_base = self._ticks
        rendered.pts = self._pts(time)
        return rendered

    def _pts(self, time: Fraction) -> int:
        return round((time - self._start) / self._ticks)


class CopySink:
    """Keeps the sound's packets as they are, on the copy's clock.

    Args:
        stream: Of the source.
        output: The copy.
        origin: The source's zero, in seconds.
        options: The span of the copy.
    """

    def __init__(
        self, stream: AudioStream, output: Output, origin: Fraction, options: WriteOptions
    ) -> None:
        self.reached: Fraction | None = None
        self._copy: Any = output.add_stream_from_template(stream)
        self._origin = origin
        self._options = options
        shift = origin + Fraction(options.start)
        self._shift = round(shift / stream.time_base) if stream.time_base else 0
        self._last: int | None = None

    def push(self, packet: "Packet[Stream]") -> "Iterator[Packet[Stream]]":
        """Take a packet; yield it, unless its time is missing, runs backwards or is not wanted."""
        time = seconds(packet.pts, packet.stream)
        if time is None or packet.pts is None or packet.dts is None:
            return
        if self._last is not None and packet.dts <= self._last:
            return
        self._last = packet.dts
        self.reached = time - self._origin
        if not self._within(self.reached):
            return
        packet.pts -= self._shift
        packet.dts -= self._shift
        packet.stream = self._copy
        yield packet

    def flush(self) -> "Iterator[Packet[Stream]]":
        """Yield nothing: nothing is held back."""
        yield from ()

    def _within(self, time: Fraction) -> bool:
        start, end = self._options.start, self._options.end
        # At the very beginning, packets before zero carry what an encoder puts in front.
        return (not start or time >= start) and (end is None or time < end)


class AacSink:
    """Encodes the sound anew, mono or stereo; gaps become silence.

    Args:
        stream: Of the source.
        decoder: Of that stream.
        output: The copy.
        options: The span of the copy.
    """

    def __init__(
        self, stream: AudioStream, decoder: AudioDecoder, output: Output, options: WriteOptions
    ) -> None:
        self._decoder = decoder
        self._start = Fraction(options.start)
        self._end = None if options.end is None else Fraction(options.end)
        rate = stream.codec_context.sample_rate
        self._rate = rate if rate in _AAC_RATES else 48_000
        self._layout = "mono" if stream.codec_context.channels == 1 else "stereo"
        self._stitcher = Stitcher(self._rate, self._layout)
        self._encoder: Any = output.add_stream("aac", rate=self._rate, layout=self._layout)
        self._due: Fraction | None = None

    @property
    def reached(self) -> Fraction | None:
        """The time up to which the stream was taken, in seconds of the source."""
        return self._stitcher.reached

    def push(self, packet: "Packet[Stream]") -> "Iterator[Packet[Stream]]":
        """Take a packet; yield what can be written."""
        for time, frame in self._decoder.timed(packet):
            for piece in self._stitcher.push(frame, time):
                yield from self._encode(piece)

    def flush(self) -> "Iterator[Packet[Stream]]":
        """Yield what is still held back."""
        for piece in self._stitcher.flush():
            yield from self._encode(piece)
        if self._due is not None:
            yield from self._encoder.encode(None)

    def _encode(self, piece: Piece) -> "Iterator[Packet[Stream]]":
        kept = piece.within(self._rate, self._start, self._end)
        planes = piece.planes[:, kept]
        if not planes.size:
            return
        time = piece.time + Fraction(kept.start, self._rate) - self._start
        due = time if self._due is None else self._due
        while (gap := round((time - due) * self._rate)) > 0:
            silence = np.zeros((len(planes), min(gap, self._rate)), np.float32)
            yield from self._encoder.encode(self._frame(silence, due))
            due += Fraction(silence.shape[1], self._rate)
        yield from self._encoder.encode(self._frame(planes, due))
        self._due = due + Fraction(planes.shape[1], self._rate)

    def _frame(self, planes: NDArray[np.float32], time: Fraction) -> av.AudioFrame:
        planes = np.ascontiguousarray(planes)  # a cut piece is a view into a longer one
        frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout=self._layout)
        frame.sample_rate = self._rate
        frame.time_base = Fraction(1, self._rate)
        frame.pts = round(time * self._rate)
        return frame
