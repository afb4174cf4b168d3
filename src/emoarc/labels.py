"""The words of emotion: the seven classes, how corpora name them, and where they lie.

Every probability vector in emoarc has seven entries in the order of `EMOTIONS`. Corpora use
other words; `emotion_of` is the one table that maps them.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["CIRCUMPLEX", "EMOTIONS", "VIEWS", "emotion_of", "valence_arousal"]

EMOTIONS: Final = ("neutral", "happiness", "sadness", "anger", "fear", "disgust", "surprise")
"""Ekman's six and neutral; this order holds everywhere."""

_SYNONYMS: Final[dict[str, tuple[str, ...]]] = {
    "neutral": ("neu", "n", "calm"),
    "happiness": ("happy", "hap", "h", "joy", "excited", "excitement"),
    "sadness": ("sad", "s"),
    "anger": ("angry", "ang", "a"),
    "fear": ("fearful", "fea", "f", "afraid"),
    "disgust": ("disgusted", "dis", "d"),
    "surprise": ("surprised", "sur", "ps", "pleasant_surprise", "pleasant_surprised"),
}
_EMOTION_OF: Final = {
    word: emotion for emotion, words in _SYNONYMS.items() for word in (emotion, *words)
}

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


def emotion_of(word: str) -> str | None:
    """Return the emotion a corpus means by `word`, or None if it is none of the seven.

    Calm counts as neutral and excited as happiness; contempt, boredom and the like map to None.
    """
    return _EMOTION_OF.get(word.strip().lower())


def valence_arousal(probabilities: NDArray[np.floating]) -> NDArray[np.float64]:
    """Derive valence and arousal, shape (..., 2), as the expected position on `CIRCUMPLEX`."""
    return np.asarray(probabilities, dtype=np.float64) @ CIRCUMPLEX
