"""What lips tell of who speaks: how they move while something is heard, and whether with it."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["NO_MOMENTS", "lip_features", "lip_moments", "lip_score", "voiced_opening"]

Floats = NDArray[np.float64]

_LOW: Final = 0.75
"""How much a decibel below 500 Hz speaks against an open mouth, beside one above that speaks for
it. Known roughly: the ridge regression of the opening on both levels gives 0.67
(docs/results/attribution-fit.json), and gave up to 0.78 on other choices of clips."""
_DEPTH: Final = 30.0
"""Decibels below the loud parts at which sound counts as silence."""
_LEAD: Final = 0.02
"""Seconds by which the lips are ahead of what is heard."""
_MOST: Final = 6.0
"""Seconds beyond which more of one turn do not make surer: what still speaks against a face then
is that its landmarks or its sound are bad."""
_TREMOR: Final = 0.005
"""How far the mouth of a marked face seems to move when it does not, in distances of the eyes."""
_STILL, _LIVELY = -5.0, -3.4
"""Logarithms of the mouth's deviation between which it tells; a lively mouth need not speak."""
_WEIGHTS: Final = np.array([3.03, -0.94, 7.16, 1.63])
"""Of `lip_features`: the logistic regression of `bench/attribution_fit.py`
(docs/results/attribution-fit.json)."""

NO_MOMENTS: Final[Floats] = np.zeros(6)
"""Of nothing seen."""


def voiced_opening(levels: NDArray[np.floating[Any]]) -> Floats:
    """Tell from a voice how open the mouth behind it should be, up to scale and offset.

    An open mouth lets the formants out; a closed one hums below them. The balance also bears noise
    and background music better than loudness, most of whose power lies low.

    Args:
        levels: In dB below and above 500 Hz, shape (frames, 2), of `emoarc.audio.levels`.

    Returns:
        Shape (frames,), smoothed over three frames.
    """
    if not len(levels):
        return np.zeros(0)
    loud = np.percentile(levels, 95, axis=0)
    low, high = np.maximum(levels - loud, -_DEPTH).astype(np.float64).T
    padded = np.pad(high - _LOW * low, 1, mode="edge")
    return np.convolve(padded, np.full(3, 1 / 3), mode="valid")


def lip_moments(
    times: Floats, openings: Floats, weights: Floats, heard_at: Floats, voiced: Floats
) -> Floats:
    """Sum up what a mouth did while a voice was heard; sums of disjoint stretches may be added.

    Args:
        times: Of the frames in which the face was seen, shape (n,).
        openings: Of the mouth in them, shape (n,).
        weights: Seconds that each frame stands for, less where it is unclear, shape (n,).
        heard_at: The middle of each frame of sound, shape (m,).
        voiced: Of `voiced_opening`, shape (m,).

    Returns:
        Sums of weight, opening o, voice v, o², v² and o·v, shape (6,).
    """
    if not len(times) or not len(voiced):
        return NO_MOMENTS
    o, v = openings, np.interp(times + _LEAD, heard_at, voiced)
    return np.stack([np.ones_like(o), o, v, o * o, v * v, o * v]) @ weights


def lip_features(moments: Floats) -> Floats:
    """Return what tells that a mouth spoke, shape (4,); all 0 where nothing was seen.

    The mouth of who listens hardly moves, and that of who speaks follows the voice: agreement is
    the correlation of opening and voice (the synchrony of Hershey & Movellan 2000, "Audio vision"),
    motion the logarithm of the opening's deviation, 0 from where more tells no more.

    Returns:
        Agreement times seconds, seconds, motion times the root of seconds, and that root.
    """
    seconds = float(moments[0])
    if seconds <= 0:
        return np.zeros(4)
    o, v, oo, vv, ov = moments[1:] / seconds
    opening, voice = max(oo - o * o, 0.0), max(vv - v * v, 0.0)
    agreement = (ov - o * v) / np.sqrt(opening * voice + 1e-12)
    motion = np.clip(np.log(np.sqrt(opening) + _TREMOR), _STILL, _LIVELY) - _LIVELY
    seconds = min(seconds, _MOST)
    root = np.sqrt(seconds)
    return np.array([agreement * seconds, seconds, motion * root, root])


def lip_score(moments: Floats) -> float:
    """Return the log-likelihood ratio of "this mouth spoke" to "somebody else did"."""
    return float(lip_features(moments) @ _WEIGHTS)
