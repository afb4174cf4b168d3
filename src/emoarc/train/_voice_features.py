"""Log-mel spectrograms and functionals of many recordings, computed once and kept on disk."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emoarc.audio import FUNCTIONALS, VoiceInput, functionals, speech_span
from emoarc.files import atomic
from emoarc.media import read_audio
from emoarc.train._augment_signal import SignalAugmentation, SignalBank, augment_signal
from emoarc.train._spectrograms import Spectrograms

__all__ = ["FeatureOptions", "VoiceFeatures", "read_features"]


@dataclass(frozen=True)
class FeatureOptions:
    """What is computed of each recording."""

    input: VoiceInput
    """What the network takes in."""
    copies: int = 0
    """Altered copies of each recording, beside the recording itself."""
    signal: SignalAugmentation = field(default_factory=SignalAugmentation)
    """How the copies are altered."""
    trim: bool = True
    """Leave out what lies before the first and after the last speech, as inference does."""
    statistics: bool = True
    """Compute functionals, too."""


class VoiceFeatures(Spectrograms):
    """What is heard in recordings and in altered versions of them; version 0 is the original."""

    def __init__(
        self,
        frames: NDArray[np.float16],
        lengths: NDArray[np.int64],
        statistics: NDArray[np.float32],
    ) -> None:
        """Join spectrograms and functionals, shape (recordings, versions, functionals)."""
        super().__init__(frames, lengths)
        self.statistics = statistics

    @classmethod
    def join(cls, parts: "Sequence[VoiceFeatures]") -> "VoiceFeatures":
        """Put recordings of as many versions one after the other."""
        first, *others = parts
        statistics = np.concatenate([part.statistics for part in parts])
        return cls(*first._joined(others), statistics)


def read_features(
    paths: Sequence[Path],
    options: FeatureOptions,
    bank: SignalBank | None = None,
    cache: Path | None = None,
) -> VoiceFeatures:
    """Compute the features of recordings, or read them from the folder `cache`.

    Args:
        paths: The recordings.
        options: What to compute.
        bank: What is heard beside the voices of altered copies.
        cache: Where features are kept; None keeps none.

    Raises:
        InputError: A recording cannot be decoded.
        OutputError: The folder cannot be written to.
    """
    bank = bank or SignalBank.empty()
    if cache is None:
        return VoiceFeatures(*_compute(paths, options, bank))
    path = cache / f"voices-{_key(paths, options, bank)}.npz"
    if not path.exists():
        frames, lengths, statistics = _compute(paths, options, bank)
        cache.mkdir(parents=True, exist_ok=True)
        with atomic(path) as temporary:
            np.savez(temporary, frames=frames, lengths=lengths, statistics=statistics)
    with np.load(path) as arrays:
        return VoiceFeatures(arrays["frames"], arrays["lengths"], arrays["statistics"])


def _compute(
    paths: Sequence[Path], options: FeatureOptions, bank: SignalBank
) -> tuple[NDArray[np.float16], NDArray[np.int64], NDArray[np.float32]]:
    found = [list(_versions(path, options, bank)) for path in paths]
    lengths = np.array([[len(s) for s, _ in versions] for versions in found], np.int64)
    frames = np.concatenate([s for versions in found for s, _ in versions])
    return frames, lengths, np.array([[f for _, f in versions] for versions in found])


def _versions(
    path: Path, options: FeatureOptions, bank: SignalBank
) -> Iterator[tuple[NDArray[np.float16], NDArray[np.float32]]]:
    samples = read_audio(path)
    if options.trim:
        start, end = speech_span(samples)
        samples = samples[start:end]
    # The recording's name decides, so that it is altered alike whatever it is read with.
    seed = int.from_bytes(hashlib.sha256(path.name.encode()).digest()[:8])
    for version in range(1 + options.copies):
        signal = samples
        if version:
            generator = np.random.default_rng([seed, version])
            signal = augment_signal(samples, options.signal, bank, generator)
        levelled = options.input.levelled(signal)
        statistics = functionals(levelled) if options.statistics else _NONE
        yield options.input(signal).astype(np.float16), statistics


_NONE = np.zeros(len(FUNCTIONALS), np.float32)


def _key(paths: Sequence[Path], options: FeatureOptions, bank: SignalBank) -> str:
    beside = len(bank.noises), len(bank.voices)
    facts: list[Any] = [options, beside, *((path.name, path.stat().st_size) for path in paths)]
    # Other talkers in as great a number: what was mixed from those before may hold who is now to
    # be kept from training.
    facts += [hashlib.sha256(sound.tobytes()).hexdigest() for sound in (*bank.noises, *bank.voices)]
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
