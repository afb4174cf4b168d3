"""Counting what a manifest holds."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from emoarc.corpora._clip import Clip, Manifest
from emoarc.labels import EMOTIONS

__all__ = ["Tally", "tally", "tally_by_emotion", "tally_corpora"]

_COUNTED: Final = ("kind", "sex", "intensity", "split", "language")


@dataclass(frozen=True)
class Tally:
    """How much of what there is in some clips."""

    clips: int
    speakers: int
    """How many are named."""
    seconds: float | None
    """Of the clips whose length is known; None if none is."""
    counts: dict[str, dict[str, int]]
    """Clips by value of kind, sex, intensity, split and language, as far as the corpus says."""


def tally(clips: Iterable[Clip]) -> Tally:
    """Count some clips."""
    these = list(clips)
    lengths = [clip.end - clip.start for clip in these if clip.end is not None]
    counts = {name: Counter(str(getattr(clip, name)) for clip in these) for name in _COUNTED}
    return Tally(
        len(these),
        len({clip.speaker for clip in these} - {""}),
        round(sum(lengths), 3) if lengths else None,
        {name: {v: n for v, n in sorted(found.items()) if v} for name, found in counts.items()},
    )


def tally_by_emotion(manifest: Manifest) -> dict[str, Tally]:
    """Count the clips of every emotion: the seven first, then other words, then none."""
    words = {clip.emotion for clip in manifest.clips}
    others = sorted(words - {*EMOTIONS, ""})
    order = [word for word in (*EMOTIONS, *others, "") if word in words]
    return {word: tally(clip for clip in manifest.clips if clip.emotion == word) for word in order}


def tally_corpora(manifest: Manifest) -> dict[str, Tally]:
    """Count the clips of every corpus, in the order in which they come."""
    names = dict.fromkeys(clip.corpus for clip in manifest.clips)
    return {name: tally(clip for clip in manifest.clips if clip.corpus == name) for name in names}
