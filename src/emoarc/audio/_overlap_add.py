"""Changing the spectrum of sound that goes by: short-time transform, change, and back."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["BINS", "HOP", "OverlapAdd"]

HOP: Final = 256
"""Samples from one frame to the next; a frame is twice as long, 32 ms."""
BINS: Final = HOP + 1
"""Frequencies of a frame's spectrum, from 0 to 8 kHz."""

_WINDOW: Final = np.sin(np.pi * np.arange(2 * HOP) / (2 * HOP)).astype(np.float32)
"""The square root of the periodic Hann window, once before and once after the change: the squares
of neighbours add up to 1, so that a spectrum left alone gives back the sound."""

Spectra = NDArray[np.complex64]


class OverlapAdd:
    """A stage from samples to samples whose spectra were changed, by weighted overlap-add.

    What comes out lines up with what went in, sample by sample, and is as long in the end; a
    sample comes out once the frames that hold it are complete, at most 32 ms later. The result does
    not depend on how the samples are cut into pushes.

    Source: Crochiere 1980, "A weighted overlap-add method of short-time Fourier
    analysis/synthesis".
    """

    def __init__(self, change: Callable[[Spectra], Spectra]) -> None:
        """Begin.

        Args:
            change: Maps the spectra of the next frames, shape (frames, `BINS`), to new ones; may
                remember what came before.
        """
        self._change = change
        self._pending = np.zeros(HOP, np.float32)  # the first frame is half before the beginning
        self._half = np.zeros(HOP, np.float32)  # what the last frame adds to the next hop
        self._owed = 0  # samples taken in and not given back
        self._early = HOP  # samples before the beginning, which nobody is to hear

    def push(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the samples, from the first not yet returned, that are now certain."""
        self._owed += len(samples)
        sound = np.concatenate([self._pending, samples])
        count = len(sound) // HOP - 1
        self._pending = sound[max(count, 0) * HOP :]
        if count < 1:
            return np.zeros(0, np.float32)
        frames = np.lib.stride_tricks.sliding_window_view(sound, 2 * HOP)[::HOP]
        return self._give(self._joined(frames))

    def flush(self) -> NDArray[np.float32]:
        """Return what is still owed: there is no more sound."""
        owed = self._owed
        return self.push(np.zeros(2 * HOP, np.float32))[:owed]

    def _joined(self, frames: NDArray[np.float32]) -> NDArray[np.float32]:
        spectra = self._change(np.fft.rfft(frames * _WINDOW).astype(np.complex64, copy=False))
        changed = np.fft.irfft(spectra, 2 * HOP).astype(np.float32, copy=False) * _WINDOW
        firsts, seconds = changed[:, :HOP], changed[:, HOP:]
        joined = firsts + np.concatenate([self._half[None], seconds[:-1]])
        self._half = seconds[-1]
        return joined.ravel()

    def _give(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        given = samples[self._early :]
        self._early = 0
        self._owed -= len(given)
        return given
