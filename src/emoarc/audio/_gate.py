"""Spectral gating: each frequency is turned down as far as it holds nothing but noise."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emoarc.audio._overlap_add import BINS, HOP
from emoarc.errors import OptionError
from emoarc.types import SAMPLING_RATE

__all__ = ["GateOptions", "SpectralGate"]

_SILENCE = 1e-10
"""Power of a bin that counts as no sound; about the noise of 16-bit quantisation."""

Powers = NDArray[np.float32]


@dataclass(frozen=True)
class GateOptions:
    """How noise is told from speech and how far it is turned down.

    Cohen & Berdugo's numbers, whose frames came twice as often, are here for ours.
    """

    floor: float = -10.0
    """Gain in decibels of what is nothing but noise; chosen by `bench/noise.py --part choice`."""
    memory: float = 0.92
    """What the estimate of the speech keeps of the frame before (Ephraim & Malah 1984)."""
    smoothing: float = 0.64
    """What the power in which minima are sought keeps of the frame before."""
    search: float = 1.0
    """Seconds in which the power of a frequency reaches its noise at least once."""
    ratio: float = 5.0
    """Power above this many times its minimum holds speech."""
    presence: float = 0.2
    """What the probability of speech keeps of the frame before."""
    noise: float = 0.9
    """What the noise keeps of the frame before where there is no speech."""

    def __post_init__(self) -> None:
        shares = (self.memory, self.smoothing, self.presence, self.noise)
        if not all(0 <= share < 1 for share in shares):
            raise OptionError("gate: memory, smoothing, presence and noise are shares below 1")
        if self.floor > 0 or self.search * SAMPLING_RATE < HOP or self.ratio <= 1:
            raise OptionError("gate: floor is at most 0 dB, ratio above 1, search 16 ms or longer")


class SpectralGate:
    """Turns spectra of speech and noise into spectra of speech, frame after frame.

    The noise of each frequency is averaged where its power is near the least of the last seconds
    (minima-controlled recursive averaging); the gain is Wiener's for the decision-directed ratio of
    speech to noise, with a floor.

    Sources: Cohen & Berdugo 2002, "Noise estimation by minima controlled recursive averaging for
    robust speech enhancement"; Ephraim & Malah 1984, "Speech enhancement using a minimum
    mean-square error short-time spectral amplitude estimator".
    """

    def __init__(self, options: GateOptions | None = None) -> None:
        self.options = options or GateOptions()
        self._floor = 10 ** (self.options.floor / 20)
        self._frames = 0
        self._noise = _level(0.0)
        self._smooth = _level(0.0)
        self._least = self._next_least = _level(np.inf)
        self._presence = _level(0.0)
        self._speech = _level(0.0)  # power of the last frame's speech

    def __call__(self, spectra: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Return the next frames without most of their noise, shape (frames, `BINS`)."""
        powers = spectra.real**2 + spectra.imag**2 + np.float32(_SILENCE)
        return spectra * np.stack([self._gain(power) for power in powers])

    def _gain(self, power: Powers) -> Powers:
        self._follow(power)
        keep = self.options.memory
        excess = np.maximum(power - self._noise, 0)
        ratio = (keep * self._speech + (1 - keep) * excess) / self._noise
        gain = np.maximum(ratio / (1 + ratio), self._floor).astype(np.float32)
        self._speech = gain**2 * power
        return gain

    def _follow(self, power: Powers) -> None:
        """Bring the noise up to date: quickly where there is no speech, else not at all."""
        o = self.options
        wide = np.convolve(np.pad(power, 1, mode="edge"), (0.25, 0.5, 0.25), mode="valid")
        if not self._frames:
            self._noise, self._smooth = power, wide
        self._smooth = o.smoothing * self._smooth + (1 - o.smoothing) * wide
        self._seek_least()
        speech = self._smooth > o.ratio * self._least
        self._presence = o.presence * self._presence + (1 - o.presence) * speech
        keep = o.noise + (1 - o.noise) * self._presence
        self._noise = keep * self._noise + (1 - keep) * power
        self._frames += 1

    def _seek_least(self) -> None:
        """The least power since one to two searches ago."""
        self._least = np.minimum(self._least, self._smooth)
        self._next_least = np.minimum(self._next_least, self._smooth)
        if (self._frames + 1) % round(self.options.search * SAMPLING_RATE / HOP) == 0:
            self._least, self._next_least = self._next_least, self._smooth


def _level(value: float) -> Powers:
    return np.full(BINS, value, np.float32)
