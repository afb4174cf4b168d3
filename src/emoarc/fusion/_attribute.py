"""Who speaks: giving the turns of voices to the faces that were seen meanwhile, or to none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["UNSEEN", "Turn", "attribute"]

Floats = NDArray[np.float64]

UNSEEN: Final = 0.15
"""How probable it is, before looking at lips, that a voice belongs to somebody out of the picture:
an assumption, by which the only visible face keeps a voice that its lips say little about."""
_LEAST, _DOUBT = 3.0, 3.0
"""Seconds of speech (`emoarc.audio.SpeakerOptions.least`) below which a voice that counts as one
with somebody's in the picture is hardly another's; the logarithm of how hardly is an assumption."""
_LIKENESS: Final = 11.0
"""What the likeness (cosine) of a turn to its owner's voice adds to the logarithm of how probable
the owner is: a logistic regression (docs/results/attribution-fit.json)."""
_CHANCE: Final = 0.3
"""Likeness by which a voice is as probably one speaker's as another's
(`emoarc.audio.SpeakerOptions.apart`), taken where an owner has not been heard."""
_ROUNDS: Final = 30
"""Rounds in which turns and owners are fitted to each other."""


@dataclass(slots=True)
class Turn:
    """What one speaker said without a pause, and what was seen meanwhile."""

    speaker: int
    scores: dict[str, float] = field(default_factory=dict[str, float])
    """Of each subject visible for long enough: the log-likelihood ratio of "this mouth spoke" to
    "another did", 0 where nothing can be told."""
    voice: NDArray[np.floating[Any]] = field(default_factory=lambda: np.zeros(0))
    """The speaker embedding, as long as the seconds it was told from; empty where voices are not
    told apart."""


def attribute(turns: Sequence[Turn]) -> list[str]:
    """Return the subject that spoke in each turn: a face's, or `V` and the speaker's number.

    Lips say in each turn who may own it; an owner's voice is the mean of his other turns. Whose
    voice a turn is like and what lips say of it are weighed against each other, for all turns and
    owners at once (variational inference in a mixture whose components are the owners). So faces
    keep voices apart that sound alike, and voices decide where lips say little. The numbers of
    speakers name those who are not seen, and speak against somebody who is heard for a moment, by a
    number that is that of somebody seen.
    """
    if not turns:
        return []
    speakers = sorted({turn.speaker for turn in turns})
    subjects = sorted({subject for turn in turns for subject in turn.scores})
    lips = np.array([_log_prior(turn, speakers, subjects) for turn in turns])
    voices = _stacked([turn.voice for turn in turns])
    own = np.array([[turn.speaker == speaker for speaker in speakers] for turn in turns])
    lips[:, : len(speakers)] -= _DOUBT * (own & _slight(_fitted(lips, voices), voices, own))
    shares = _fitted(lips, voices)
    owners = [*(f"V{speaker}" for speaker in speakers), *subjects]
    # Rounded, so that what is equally probable goes to who comes first: to those not seen.
    return [owners[n] for n in shares.round(6).argmax(axis=1)]


def _fitted(lips: Floats, voices: Floats) -> Floats:
    """Return how probable each owner is of each turn, shape (turns, owners)."""
    shares = _shares(lips)
    for _ in range(_ROUNDS):
        # Half a step at a time, without which turns may swing between two owners together.
        shares = (shares + _shares(lips + _LIKENESS * _likeness(voices, shares))) / 2
    return shares


def _slight(shares: Floats, voices: Floats, own: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which speakers have little speech out of the picture beside what they have in it."""
    # Rounded, so that what is as much does not depend on the order of turns.
    shares, seconds = shares.round(6), np.linalg.norm(voices, axis=1)
    count = own.shape[1]
    unseen = seconds @ (shares[:, :count] * own)
    in_picture = shares[:, count:].max(axis=1, initial=0.0) > 0.5
    return unseen.round(6) < np.minimum(_LEAST, (seconds * in_picture) @ own).round(6)


def _log_prior(turn: Turn, speakers: Sequence[int], subjects: Sequence[str]) -> Floats:
    """Return what a turn's lips say of each speaker not seen, and of each subject.

    Who was not in the picture may have spoken as well as anybody else who was not.
    """
    scores: Mapping[str, float] = turn.scores
    if len(scores) > 1 and not any(scores.values()):
        scores = {}  # nothing tells between several
    unseen = np.log(UNSEEN) if scores else 0.0
    # Shared by those in the picture who may speak, so that mouths at rest take nothing.
    told = np.array(list(scores.values()) or [0.0])
    seen = np.log(1 - UNSEEN) - np.log(np.exp(told - told.max()).sum())
    voices = [unseen if turn.speaker == speaker else -np.inf for speaker in speakers]
    return np.array([*voices, *(seen + scores.get(s, unseen - seen) for s in subjects)])


def _stacked(voices: Sequence[NDArray[np.floating[Any]]]) -> Floats:
    """Return the voices, shape (turns, n): zero where there is none."""
    size = max(len(voice) for voice in voices)
    return np.stack([voice if len(voice) else np.zeros(size) for voice in voices]).astype(float)


def _likeness(voices: Floats, shares: Floats) -> Floats:
    """Return how like each turn's voice is to each owner's other turns, shape (turns, owners).

    With one second of what speaks for neither, since little speech says little of a voice.
    """
    seconds = np.linalg.norm(voices, axis=1, keepdims=True)
    sums = shares.T @ voices
    product = voices @ sums.T
    others = product - shares * seconds**2
    square = np.square(sums).sum(axis=1) - shares * (2 * product - shares * seconds**2)
    heard = np.sqrt(np.maximum(square, 0.0))
    alike = np.divide(others, seconds, out=_CHANCE * heard, where=seconds > 0)
    return (alike + _CHANCE) / (heard + 1)


def _shares(logs: Floats) -> Floats:
    """Return probabilities of which the logarithms are given up to a summand, row by row."""
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)
