"""The words of emotion: the seven classes, how corpora name them, and where they lie.

Every probability vector in emoarc has seven entries in the order of `EMOTIONS`. Corpora use
other words: `canonical` spells them in one way, and `emotion_of` maps them to the seven.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["CIRCUMPLEX", "EMOTIONS", "VIEWS", "canonical", "emotion_of", "valence_arousal"]

EMOTIONS: Final = ("neutral", "happiness", "sadness", "anger", "fear", "disgust", "surprise")
"""Ekman's six and neutral; this order holds everywhere."""

_SPELLINGS: Final[dict[str, tuple[str, ...]]] = {
    "neutral": ("neu", "n"),
    "happiness": ("happy", "hap", "h", "joy"),
    "sadness": ("sad", "s"),
    "anger": ("angry", "ang", "a"),
    "fear": ("fearful", "fea", "f", "afraid"),
    "disgust": ("disgusted", "dis", "d"),
    "surprise": ("surprised", "sur", "ps", "pleasant_surprise", "pleasant_surprised"),
    "calm": (),
    "contempt": (),
    "boredom": ("bored",),
    "excitement": ("excited", "exc"),
    "frustration": ("frustrated", "fru"),
}
_CANONICAL: Final = {
    spelling: word for word, spellings in _SPELLINGS.items() for spelling in (word, *spellings)
}
_COUNTS_AS: Final = {"calm": "neutral", "excitement": "happiness"}

VIEWS: Final[dict[str, tuple[str, ...]]] = {
    "7-class": EMOTIONS,
    "4-class": ("happiness", "sadness", "anger", "neutral"),
    "3-class": ("sadness", "anger", "neutral"),
}
"""The label sets of the literature: the timeline's seven, and the (H,S,A,N) and (S,A,N) views."""

CIRCUMPLEX: Final[NDArray[np.float64]] = np.array(
    [[0.0, 0.0], [0.81, 0.51], [-0.63, -0.27], [-0.51, 0.59], [-0.64, 0.60], [-0.60, 0.35],
     [0.40, 0.67]]
)  # fmt: skip
"""Mean (pleasure, arousal) ratings in [-1, 1] of the words happy, sad, angry, fearful, disgusted
and surprised, shape (7, 2), neutral at the origin.

Source: Russell & Mehrabian 1977, "Evidence for a three-factor theory of emotions", Journal of
Research in Personality 11, 273-294.
"""


def canonical(word: str) -> str | None:
    """Spell a corpus's word or abbreviation as emoarc does, "exc" as "excitement"; None if unknown.

    One of `EMOTIONS`, or calm, contempt, boredom, excitement, frustration.
    """
    return _CANONICAL.get(word.strip().lower())


def emotion_of(word: str) -> str | None:
    """Return the emotion a corpus means by `word`, or None if it is none of the seven.

    Calm counts as neutral and excited as happiness; contempt, boredom and the like map to None.
    """
    spelled = canonical(word)
    emotion = _COUNTS_AS.get(spelled, spelled) if spelled else None
    return emotion if emotion in EMOTIONS else None


def valence_arousal(probabilities: NDArray[np.floating]) -> NDArray[np.float64]:
    """Derive valence and arousal, shape (..., 2), as the expected position on `CIRCUMPLEX`."""
    return np.asarray(probabilities, dtype=np.float64) @ CIRCUMPLEX
