"""Clips made on the fly, small enough to be made anew for every test."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from emoarc.types import AudioChunk, VideoFrame

RATE = 16_000


@dataclass(frozen=True)
class Picture:
    """A video stream: one frame per time, each flat grey by default, brighter by its index."""

    times: Sequence[float] = tuple(i / 25 for i in range(50))
    size: tuple[int, int] = (64, 48)
    codec: str = "libx264"
    pixels: str = "yuv420p"
    rate: int = 25
    ticks: Fraction | None = None
    """The unit of timestamps; by default as fine as the codec allows."""
    draw: Callable[[int], np.ndarray] | None = None
    options: dict[str, str] = field(default_factory=dict)
    matrix: tuple[int, ...] | None = None
    aspect: Fraction | None = None


@dataclass(frozen=True)
class Sound:
    """An audio stream: a signal of shape (channels, n) in [-1, 1], begun at a time."""

    signal: np.ndarray
    rate: int = RATE
    start: float = 0.0
    codec: str = "aac"
    layout: str | None = None
    language: str | None = None
    default: bool | None = None
    gaps: Sequence[tuple[float, float]] = ()
    """Pairs (at, length) in seconds of the signal: from `at` on, everything is later by it."""


def level(index: int) -> int:
    """The grey of a frame by its index."""
    return 20 + (index * 7) % 200


def tone(seconds: float, rate: int = RATE, frequency: float = 440.0, channels: int = 1):
    """A sine of amplitude 0.5, shape (channels, n)."""
    wave = 0.5 * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)
    return np.tile(wave.astype(np.float32), (channels, 1))


def write_media(
    path: Path,
    picture: Picture | None = None,
    sounds: Iterable[Sound] = (),
    *,
    container: str | None = None,
    options: dict[str, str] | None = None,
    metadata: dict[str, str] | None = None,
) -> Path:
    """Encode and mux a clip."""
    with av.open(str(path), "w", format=container, options=options or {}) as output:
        output.metadata.update(metadata or {})
        video = _add_video(output, picture) if picture else None
        tracks = [(_add_audio(output, sound), sound) for sound in sounds]
        packets = list(_video_packets(video, picture)) if video else []
        for stream, sound in tracks:
            packets += _audio_packets(stream, sound)
        packets.sort(key=lambda packet: packet.dts * packet.time_base)
        for packet in packets:
            output.mux(packet)
    return path


def _add_video(output, picture: Picture):
    stream = output.add_stream(
        picture.codec,
        rate=picture.rate,
        options=_quiet(picture),
        width=picture.size[0],
        height=picture.size[1],
        time_base=picture.ticks or _ticks(picture),
    )
    stream.pix_fmt = picture.pixels
    if picture.aspect:
        stream.codec_context.sample_aspect_ratio = picture.aspect
    if picture.matrix:
        stream.set_display_matrix(picture.matrix)
    return stream


def _ticks(picture: Picture) -> Fraction:
    coarse = picture.codec in ("mpeg1video", "mpeg4", "flv")
    return Fraction(1, picture.rate if coarse else 100 if picture.codec == "gif" else 90_000)


def _quiet(picture: Picture) -> dict[str, str]:
    known = {
        "libx264": {"preset": "ultrafast", "bf": "2"},
        "libx265": {"preset": "ultrafast", "x265-params": "log-level=none"},
    }
    return known.get(picture.codec, {}) | picture.options


def _video_packets(stream, picture: Picture):
    width, height = picture.size
    for index, time in enumerate(picture.times):
        image = np.full((height, width, 3), level(index), np.uint8)
        if picture.draw:
            image = picture.draw(index)
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        frame.time_base = stream.codec_context.time_base
        frame.pts = round(time / stream.codec_context.time_base)
        yield from stream.encode(frame.reformat(format=picture.pixels))
    yield from stream.encode(None)


def _add_audio(output, sound: Sound):
    stream = output.add_stream(sound.codec, rate=sound.rate, bit_rate=128_000)
    stream.codec_context.layout = _layout(sound)
    if sound.language:
        stream.metadata["language"] = sound.language
    if sound.default is not None:
        stream.disposition = 1 if sound.default else 0
    return stream


def _layout(sound: Sound) -> str:
    return sound.layout or {1: "mono", 2: "stereo", 6: "5.1"}[len(sound.signal)]


def _audio_packets(stream, sound: Sound):
    step = 1024
    for first in range(0, sound.signal.shape[1], step):
        # Interleaved, because PyAV fills planar frames of eight channels wrongly.
        block = sound.signal[:, first : first + step].T.reshape(1, -1).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(block, format="flt", layout=_layout(sound))
        frame.sample_rate = sound.rate
        late = sum(length for at, length in sound.gaps if at <= first / sound.rate)
        frame.time_base = Fraction(1, sound.rate)
        frame.pts = first + round((sound.start + late) * sound.rate)
        yield from stream.encode(frame)
    yield from stream.encode(None)


@dataclass(frozen=True)
class Heard:
    """What a reader delivered, taken apart."""

    frames: list[VideoFrame]
    chunks: list[AudioChunk]

    @classmethod
    def of(cls, items: Iterable[VideoFrame | AudioChunk]) -> "Heard":
        items = list(items)
        return cls(
            [item for item in items if isinstance(item, VideoFrame)],
            [item for item in items if isinstance(item, AudioChunk)],
        )

    @property
    def times(self) -> list[float]:
        return [frame.time for frame in self.frames]

    @property
    def levels(self) -> list[int]:
        """The mean grey of each frame."""
        return [round(float(frame.image.mean())) for frame in self.frames]

    @property
    def signal(self) -> np.ndarray:
        """The chunks laid on the time line, gaps silent."""
        if not self.chunks:
            return np.zeros(0, np.float32)
        starts = [round(chunk.time * RATE) for chunk in self.chunks]
        signal = np.zeros(starts[-1] + len(self.chunks[-1].samples), np.float32)
        for start, chunk in zip(starts, self.chunks, strict=True):
            signal[start : start + len(chunk.samples)] = chunk.samples
        return signal

    def breaks(self) -> list[tuple[float, float]]:
        """Where a chunk does not follow the one before: (end of one, start of the next)."""
        ends = [chunk.time + len(chunk.samples) / RATE for chunk in self.chunks]
        starts = [chunk.time for chunk in self.chunks[1:]]
        return [(e, s) for e, s in zip(ends, starts, strict=False) if abs(e - s) > 1e-9]


class Studio:
    """What tests need to make clips and to look at what was read."""

    Picture = Picture
    Sound = Sound
    level = staticmethod(level)
    tone = staticmethod(tone)
    heard = staticmethod(Heard.of)

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(self, name: str, picture=None, sounds=(), **more) -> Path:
        """Write a clip of this name and return its path."""
        return write_media(self.folder / name, picture, sounds, **more)

    def talk(self, name: str = "talk.mp4", **more) -> Path:
        """Two seconds of picture and sound."""
        return self.make(name, Picture(), [Sound(tone(2.0))], **more)


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


@pytest.fixture(scope="module")
def lasting_studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    """A studio whose clips serve all the tests of a module, which only read them."""
    return Studio(tmp_path_factory.mktemp("clips"))
