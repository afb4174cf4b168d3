"""Taking background noise from sound before a voice is judged."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Denoiser", "DenoiserMaker", "Untouched"]


class Denoiser(Protocol):
    """A causal stage from sound to the same sound with less noise, mono float32 at 16 kHz.

    What comes out lines up with what went in, sample by sample, and is as long in the end; it may
    come out later than it went in. It does not depend on how the samples are cut into pushes.
    """

    def push(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the samples, from the first not yet returned, that are now certain."""
        ...

    def flush(self) -> NDArray[np.float32]:
        """Return the samples still owed: there is no more sound."""
        ...


DenoiserMaker = Callable[[], Denoiser]
"""Begins a recording: what a denoiser remembers is of one recording."""


class Untouched:
    """The denoiser that leaves sound as it is."""

    def push(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the samples."""
        return samples

    def flush(self) -> NDArray[np.float32]:
        """Return nothing: nothing is owed."""
        return np.zeros(0, np.float32)
