"""Log-mel spectrograms in numpy.

A frame is one window of samples, Hann-weighted, transformed, squared and summed into mel bands.
The numbers are those of `librosa.feature.melspectrogram` with `power=2` (librosa frames `n_fft`
samples and centres the window in them, so it wants the signal padded by half the difference).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emoarc.errors import OptionError
from emoarc.types import SAMPLING_RATE

__all__ = ["LogMel", "LogMelOptions"]

_BLOCK = 1024
"""Frames transformed at once: about 10 s, 4 MB, whatever the signal's length."""


@dataclass(frozen=True)
class LogMelOptions:
    """What a log-mel spectrogram is made of."""

    sampling_rate: int = SAMPLING_RATE
    """Hertz."""
    window: float = 0.025
    """Length of a frame in seconds."""
    hop: float = 0.010
    """From one frame's start to the next, in seconds."""
    n_fft: int = 512
    """Length of the transform in samples; a frame is padded with zeros to it."""
    bands: int = 64
    """Mel bands."""
    f_min: float = 50.0
    """Lower edge of the lowest band in hertz."""
    f_max: float = 8000.0
    """Upper edge of the highest band in hertz."""
    floor: float = 1e-10
    """Power added before the logarithm; about the noise of 16-bit quantisation in one band."""

    def __post_init__(self) -> None:
        if not 0 <= self.f_min < self.f_max <= self.sampling_rate / 2:
            raise OptionError(
                f"log-mel: f_min {self.f_min} and f_max {self.f_max} must rise within "
                f"0 to {self.sampling_rate / 2} Hz"
            )
        if self.hop_samples < 1 or not 2 <= self.window_samples <= self.n_fft:
            raise OptionError(
                f"log-mel: window {self.window} s must hold 2 to n_fft ({self.n_fft}) samples "
                f"and hop {self.hop} s at least one"
            )
        if self.bands < 1 or self.floor <= 0:
            raise OptionError("log-mel: bands and floor must be positive")

    @property
    def window_samples(self) -> int:
        """Length of a frame in samples."""
        return round(self.window * self.sampling_rate)

    @property
    def hop_samples(self) -> int:
        """From one frame's start to the next, in samples."""
        return round(self.hop * self.sampling_rate)


class LogMel:
    """Turns a signal into its log-mel spectrogram.

    `log_mel(signal)` is `log_mel.log(log_mel.power(signal))`; the two halves are there for
    training, which mixes speech and noise by adding their powers.
    """

    def __init__(self, options: LogMelOptions | None = None) -> None:
        self.options = options or LogMelOptions()
        self._window = _hann(self.options.window_samples)
        self._filters = _mel_filters(self.options)

    def __call__(self, signal: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return the natural logarithm of the mel power, shape (frames, bands)."""
        return self.log(self.power(signal))

    def power(self, signal: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return the mel power, shape (frames, bands).

        Args:
            signal: Mono at the options' sampling rate, shape (n,). There are
                `1 + (n - window) // hop` frames; a signal shorter than one window is padded
                with zeros to one.
        """
        spectra = [self._mel_power(block) for block in self._blocks(signal)]
        return np.concatenate(spectra)

    def log(self, power: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the natural logarithm of a mel power, floored."""
        return np.log(power + np.float32(self.options.floor))

    def frames(self, samples: int) -> int:
        """Return how many frames a signal of so many samples has."""
        return 1 + max(samples - self.options.window_samples, 0) // self.options.hop_samples

    def _blocks(self, signal: NDArray[np.floating]) -> Iterator[NDArray[np.float32]]:
        samples = np.asarray(signal, dtype=np.float32)
        missing = max(self.options.window_samples - len(samples), 0)
        samples = np.pad(samples, (0, missing))
        frames = np.lib.stride_tricks.sliding_window_view(samples, self.options.window_samples)
        frames = frames[:: self.options.hop_samples]
        for start in range(0, len(frames), _BLOCK):
            yield frames[start : start + _BLOCK] * self._window

    def _mel_power(self, frames: NDArray[np.float32]) -> NDArray[np.float32]:
        spectrum = np.fft.rfft(frames, n=self.options.n_fft)
        power = spectrum.real**2 + spectrum.imag**2
        # Frame by frame, so that BLAS starts no threads: they cost more than so small a product.
        return np.vecmat(power, self._filters).astype(np.float32, copy=False)


def _hann(samples: int) -> NDArray[np.float32]:
    """The periodic Hann window, as spectral analysis wants it."""
    phase = 2 * np.pi * np.arange(samples) / samples
    return (0.5 - 0.5 * np.cos(phase)).astype(np.float32)


def _mel_filters(options: LogMelOptions) -> NDArray[np.float32]:
    """Triangles of equal area on Slaney's mel scale, shape (n_fft // 2 + 1, bands).

    Slaney's scale is linear below 1 kHz, so that its lowest bands stay wider than a frequency
    bin at 512 points; HTK's are narrower than one and some would be empty.

    Source: Slaney 1998, "Auditory Toolbox, version 2", Interval Research TR 1998-010.
    """
    mels = np.linspace(_mel(options.f_min), _mel(options.f_max), options.bands + 2)
    edges = _hertz(mels)
    bins = np.fft.rfftfreq(options.n_fft, 1 / options.sampling_rate)[:, None]
    low, center, high = edges[:-2], edges[1:-1], edges[2:]
    rising = (bins - low) / (center - low)
    falling = (high - bins) / (high - center)
    triangles = np.maximum(0, np.minimum(rising, falling))
    return (triangles * 2 / (high - low)).astype(np.float32)


_LINEAR = 200 / 3
"""Hertz per mel below the break."""
_BREAK = 1000.0
"""Hertz where the scale turns from linear to logarithmic."""
_STEP = np.log(6.4) / 27
"""Logarithm of the frequency ratio of one mel above the break."""


def _mel(hertz: float) -> float:
    if hertz < _BREAK:
        return hertz / _LINEAR
    return float(_BREAK / _LINEAR + np.log(hertz / _BREAK) / _STEP)


def _hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    above = _BREAK * np.exp((mels - _BREAK / _LINEAR) * _STEP)
    return np.where(mels < _BREAK / _LINEAR, mels * _LINEAR, above)
