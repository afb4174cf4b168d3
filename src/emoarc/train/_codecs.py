"""Speech as lossy codecs hand it over: really encoded and decoded, in memory."""

import io
from dataclasses import dataclass
from typing import Any, Final, Literal

import av
import numpy as np
from numpy.typing import NDArray
from scipy import signal as scipy_signal

from emoarc.types import SAMPLING_RATE

__all__ = ["CODECS", "Codec", "CodecName", "through_codec"]

_av: Any = av  # annotates itself in part only

Signal = NDArray[np.float32]
_SHORTEST = SAMPLING_RATE // 10
"""Samples; of less than some frames no file comes about."""

CodecName = Literal["opus", "mp3", "telephone"]


@dataclass(frozen=True)
class Codec:
    """An encoder of FFmpeg, and the file format that carries what it gives."""

    encoder: str
    container: str
    rate: int = SAMPLING_RATE
    """Sampling rate in Hz."""
    bit_rates: tuple[int, int] | None = None
    """Fewest and most bits per second that speech is sent with; None where there is no choice."""
    band: tuple[float, float] | None = None
    """Lowest and highest frequency in Hz that reach the encoder."""
    options: tuple[tuple[str, str], ...] = ()


CODECS: Final[dict[CodecName, Codec]] = {
    # Calls and voice messages over the internet; the lower the complexity, the faster.
    "opus": Codec(
        "libopus", "ogg", bit_rates=(8_000, 24_000),
        options=(("application", "voip"), ("compression_level", "3")),
    ),
    "mp3": Codec("libmp3lame", "mp3", bit_rates=(16_000, 48_000)),
    # ITU-T G.711 mu-law on the band of a telephone line.
    "telephone": Codec("pcm_mulaw", "wav", rate=8_000, band=(300.0, 3400.0)),
}  # fmt: skip
"""The ways by which recordings of voices commonly travel."""


def through_codec(signal: Signal, codec: Codec, bit_rate: int | None = None) -> Signal:
    """Encode and decode a mono signal at `SAMPLING_RATE`; the length stays the same."""
    heard = np.pad(signal, (0, max(_SHORTEST - len(signal), 0)))
    heard = _limit(heard, codec.band) if codec.band else heard
    decoded = _decode(_encode(np.clip(heard, -1, 1), codec, bit_rate))[: len(signal)]
    return np.pad(decoded, (0, len(signal) - len(decoded)))


def _encode(signal: Signal, codec: Codec, bit_rate: int | None) -> io.BytesIO:
    file = io.BytesIO()
    with _av.open(file, "w", format=codec.container) as output:
        stream = output.add_stream(codec.encoder, rate=codec.rate, options=dict(codec.options))
        stream.layout = "mono"
        if bit_rate is not None:
            stream.bit_rate = bit_rate
        frame = _av.AudioFrame.from_ndarray(signal[None], format="flt", layout="mono")
        frame.sample_rate = SAMPLING_RATE
        converter = _av.AudioResampler(stream.format, "mono", codec.rate)
        for part in [*converter.resample(frame), *converter.resample(None), None]:
            output.mux(stream.encode(part))
    file.seek(0)
    return file


def _decode(file: io.BytesIO) -> Signal:
    converter = _av.AudioResampler("flt", "mono", SAMPLING_RATE)
    with _av.open(file) as source:
        frames = [part for frame in source.decode(audio=0) for part in converter.resample(frame)]
    return np.concatenate([f.to_ndarray()[0] for f in [*frames, *converter.resample(None)]])


def _limit(signal: Signal, band: tuple[float, float]) -> Signal:
    sections: Any = scipy_signal.butter(4, band, "bandpass", fs=SAMPLING_RATE, output="sos")
    return np.asarray(scipy_signal.sosfilt(sections, signal), np.float32)
