"""Which recordings the voice recipes train on, and what listeners heard in them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emoarc.corpora import RAVDESS_LABELS, Clip, read_corpora
from emoarc.errors import OptionError
from emoarc.labels import EMOTIONS

__all__ = ["noise_files", "read_voice_clips", "vote_shares"]

_SPARED = "5-"
"""Recordings of ESC-10 whose names begin so, its fifth fold, are kept for measuring."""


def read_voice_clips(
    data: Path, corpora: Iterable[str], labels: Sequence[str] = RAVDESS_LABELS
) -> list[Clip]:
    """List the recordings of speech in `corpora` that show one of `labels`.

    Each take counts once, in the format that comes first; songs are left out.

    Raises:
        OptionError: A corpus is not known, not there, or holds no such clip.
    """
    clips: dict[str, Clip] = {}
    for corpus in corpora:
        found = [clip for clip in read_corpora(data, [corpus]).clips if _is_speech(clip, labels)]
        if not found:
            raise OptionError(f"{data}: no speech of {corpus} here; fetch the corpus again")
        for clip in found:
            clips.setdefault(clip.take or str(clip.file), clip)
    return list(clips.values())


def noise_files(data: Path, spared: bool = False) -> list[Path]:
    """List the recordings of noise (ESC-10) to train with or, `spared`, those to measure with.

    Raises:
        OptionError: There are none.
    """
    folder = data / "noise/esc10"
    files = sorted(folder.rglob("*.*"))
    found = [file for file in files if file.name.startswith(_SPARED) == spared]
    if not found:
        raise OptionError(f"{folder}: no noise here; give its place with --data")
    return found


def vote_shares(clip: Clip) -> NDArray[np.float64] | None:
    """The share of listeners who heard each of `EMOTIONS`; None where nobody was asked."""
    counts = np.array([(clip.votes or {}).get(emotion, 0.0) for emotion in EMOTIONS])
    return counts / counts.sum() if counts.any() else None


def _is_speech(clip: Clip, labels: Sequence[str]) -> bool:
    spoken = clip.kind == "audio" and not clip.sentence.startswith("song:")
    return spoken and (clip.emotion in labels or clip.label in labels)
