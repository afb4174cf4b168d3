"""Spectrograms of many recordings, one after the other in one array."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["Spectrograms"]


class Spectrograms:
    """The log-mel spectrograms of recordings and of altered versions of them."""

    def __init__(self, frames: NDArray[np.float16], lengths: NDArray[np.int64]) -> None:
        """Divide `frames`, shape (all, bands), into recordings and their versions.

        Args:
            frames: The spectrograms one after the other, the versions of a recording together.
            lengths: Frames of each, shape (recordings, versions).
        """
        self._frames, self._lengths = frames, lengths
        self._ends = lengths.cumsum().reshape(lengths.shape)

    def __len__(self) -> int:
        return len(self._lengths)

    @property
    def versions(self) -> int:
        """How many versions there are of each recording."""
        return self._lengths.shape[1]

    def get(self, recording: int, version: int = 0) -> NDArray[np.float16]:
        """Return one spectrogram, shape (frames, bands), in nats."""
        end = self._ends[recording, version]
        return self._frames[end - self._lengths[recording, version] : end]

    def take(self, recordings: Sequence[int]) -> "Spectrograms":
        """Return some of the recordings."""
        versions = range(self.versions)
        frames = [self.get(row, version) for row in recordings for version in versions]
        return Spectrograms(np.concatenate(frames), self._lengths[list(recordings)])

    def _joined(self, others: Sequence[Self]) -> tuple[NDArray[np.float16], NDArray[np.int64]]:
        """The frames and lengths of these recordings and of others of as many versions."""
        parts = (self, *others)
        frames = np.concatenate([part._frames for part in parts])
        return frames, np.concatenate([part._lengths for part in parts])
