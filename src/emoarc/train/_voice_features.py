"""Log-mel spectrograms of many recordings, computed once and kept on disk."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emoarc.audio import VoiceInput, resample, speech_span
from emoarc.files import atomic
from emoarc.media import read_audio
from emoarc.types import SAMPLING_RATE

__all__ = ["FeatureOptions", "Spectrograms", "read_spectrograms"]


@dataclass(frozen=True)
class FeatureOptions:
    """What is computed of each recording."""

    input: VoiceInput
    """What the network takes in."""
    speeds: tuple[float, ...] = (1.0,)
    """The recording is played this much faster, its pitch and its formants rising with it (Ko et
    al. 2015, "Audio augmentation for speech recognition")."""
    trim: bool = True
    """Leave out what lies before the first and after the last speech, as inference does."""


class Spectrograms:
    """The spectrograms of recordings at several speeds."""

    def __init__(self, frames: NDArray[np.float16], lengths: NDArray[np.int64]) -> None:
        """Divide `frames`, shape (all, bands), into recordings and speeds.

        Args:
            frames: The spectrograms one after the other, the speeds of a recording together.
            lengths: Frames of each, shape (recordings, speeds).
        """
        self._frames, self._lengths = frames, lengths
        self._ends = lengths.cumsum().reshape(lengths.shape)

    @classmethod
    def join(cls, parts: "Sequence[Spectrograms]") -> "Spectrograms":
        """Put recordings of the same speeds one after the other."""
        frames = np.concatenate([part._frames for part in parts])
        return cls(frames, np.concatenate([part._lengths for part in parts]))

    def __len__(self) -> int:
        return len(self._lengths)

    def take(self, recordings: Sequence[int]) -> "Spectrograms":
        """Return some of the recordings."""
        speeds = range(self.speeds)
        frames = [self.get(row, speed) for row in recordings for speed in speeds]
        return Spectrograms(np.concatenate(frames), self._lengths[list(recordings)])

    @property
    def speeds(self) -> int:
        """How many speeds there are of each recording."""
        return self._lengths.shape[1]

    def get(self, recording: int, speed: int = 0) -> NDArray[np.float16]:
        """Return one spectrogram, shape (frames, bands), in nats."""
        end = self._ends[recording, speed]
        return self._frames[end - self._lengths[recording, speed] : end]


def read_spectrograms(
    paths: Sequence[Path], options: FeatureOptions, cache: Path | None = None
) -> Spectrograms:
    """Compute the spectrograms of recordings, or read them from the folder `cache`.

    Raises:
        InputError: A recording cannot be decoded.
        OutputError: The folder cannot be written to.
    """
    if cache is None:
        return Spectrograms(*_compute(paths, options))
    path = cache / f"log-mel-{_key(paths, options)}.npz"
    if not path.exists():
        frames, lengths = _compute(paths, options)
        cache.mkdir(parents=True, exist_ok=True)
        with atomic(path) as temporary:
            np.savez(temporary, frames=frames, lengths=lengths)
    with np.load(path) as arrays:
        return Spectrograms(arrays["frames"], arrays["lengths"])


def _compute(
    paths: Sequence[Path], options: FeatureOptions
) -> tuple[NDArray[np.float16], NDArray[np.int64]]:
    spectrograms = [list(_at_speeds(read_audio(path), options)) for path in paths]
    lengths = np.array([[len(s) for s in speeds] for speeds in spectrograms], np.int64)
    return np.concatenate([s for speeds in spectrograms for s in speeds]), lengths


def _at_speeds(
    samples: NDArray[np.float32], options: FeatureOptions
) -> Iterator[NDArray[np.float16]]:
    if options.trim:
        start, end = speech_span(samples)
        samples = samples[start:end]
    for speed in options.speeds:
        yield options.input(resample(samples, SAMPLING_RATE * speed)).astype(np.float16)


def _key(paths: Sequence[Path], options: FeatureOptions) -> str:
    facts: list[Any] = [options, *((path.name, path.stat().st_size) for path in paths)]
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
