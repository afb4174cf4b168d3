"""The recordings that speaker networks learn from: whose they are, and how they might sound."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from emoarc.audio import LogMel, resample, speech_span
from emoarc.corpora import Clip
from emoarc.files import atomic
from emoarc.media import read_audio
from emoarc.train._augment_signal import SignalAugmentation, SignalBank, augment_signal
from emoarc.train._spectrograms import Spectrograms
from emoarc.train._voice_clips import read_voice_clips
from emoarc.types import SAMPLING_RATE

__all__ = [
    "SpeakerSounds",
    "choose_clips",
    "read_speaker_sounds",
    "read_speech",
]

Signal = NDArray[np.float32]

_ELSEWHERE = SignalAugmentation(
    reverb=0.7, rt60=(0.15, 0.9), codec=0.3, codecs=("telephone",), clipping=0.05
)
"""The second version of every recording: another room, another line."""
_MOST = 60
"""Recordings taken of one speaker at most."""


@dataclass(frozen=True)
class SpeakerSounds:
    """Spectrograms of recordings, each at several speeds, as they are and as heard elsewhere."""

    clips: tuple[Clip, ...]
    spectrograms: Spectrograms
    """For each clip and speed two versions, one after the other."""

    def where(self, wanted: Callable[[Clip], bool]) -> "SpeakerSounds":
        """Return the recordings that are wanted."""
        rows = [row for row, clip in enumerate(self.clips) if wanted(clip)]
        kept = tuple(self.clips[row] for row in rows)
        return replace(self, clips=kept, spectrograms=self.spectrograms.take(rows))


def choose_clips(
    data: Path, corpora: Sequence[str], seed: int, without: Sequence[str] = ()
) -> list[Clip]:
    """List the recordings of `corpora`, at most 60 of each speaker, and none `without` whom."""
    order = np.random.default_rng(seed)
    chosen: list[Clip] = []
    for corpus in corpora:
        clips = read_voice_clips(data, [corpus])
        for speaker in sorted({clip.speaker for clip in clips} - {*without}):
            own = [clip for clip in clips if clip.speaker == speaker]
            rows = np.sort(order.permutation(len(own))[:_MOST])
            chosen += [own[row] for row in rows]
    return chosen


def read_speaker_sounds(
    clips: Sequence[Clip], speeds: Sequence[float], seed: int, cache: Path
) -> SpeakerSounds:
    """Compute the spectrograms of `clips`, or read them from the folder `cache`.

    Raises:
        InputError: A recording cannot be decoded.
        OutputError: The folder cannot be written to.
    """
    path = cache / f"speakers-{_key(clips, speeds, seed)}.npz"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        frames, lengths = _compute(clips, speeds, np.random.default_rng(seed))
        with atomic(path) as temporary:
            np.savez(temporary, frames=frames, lengths=lengths)
    with np.load(path) as arrays:
        return SpeakerSounds(tuple(clips), Spectrograms(arrays["frames"], arrays["lengths"]))


def read_speech(file: Path) -> Signal:
    """Read a recording from its first to its last speech."""
    samples = read_audio(file)
    start, end = speech_span(samples)
    return samples[start:end]


def _compute(
    clips: Sequence[Clip], speeds: Sequence[float], generator: Generator
) -> tuple[NDArray[np.float16], NDArray[np.int64]]:
    log_mel = LogMel()
    versions: list[NDArray[np.float16]] = []
    for clip in clips:
        speech = read_speech(clip.file)
        for speed in speeds:
            played = resample(speech, SAMPLING_RATE * speed)
            elsewhere = augment_signal(played, _ELSEWHERE, SignalBank.empty(), generator)
            versions += [log_mel(sound).astype(np.float16) for sound in (played, elsewhere)]
    lengths = np.array([len(version) for version in versions], np.int64)
    return np.concatenate(versions), lengths.reshape(len(clips), -1)


def _key(clips: Sequence[Clip], speeds: Sequence[float], seed: int) -> str:
    facts: list[Any] = [tuple(speeds), seed, _ELSEWHERE, *(clip.file.name for clip in clips)]
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
