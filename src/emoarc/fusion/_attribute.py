"""Who speaks: giving the turns of voices to the faces that were seen meanwhile, or to none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from emoarc.types import Expression

__all__ = ["Turn", "attribute", "overlap"]

Floats = NDArray[np.float64]

_VISIBLE: Final = 0.85
"""How probable it is, before looking at lips, that a voice belongs to somebody in the picture: an
assumption, by which the only visible face keeps a voice that its lips say little about."""
_MISTAKEN: Final = 0.2
"""How probable it is that a turn is somebody else's than the voice's other turns."""
_SHARED: Final = 0.3
"""How probable it is that two voices are one person's, told apart by mistake."""


@dataclass(slots=True)
class Turn:
    """What one speaker said without a pause, and what was seen meanwhile."""

    speaker: int
    scores: dict[str, float] = field(default_factory=dict[str, float])
    """Of each subject visible for long enough: the log-likelihood ratio of "this mouth spoke" to
    "another did", 0 where nothing can be told."""


def attribute(turns: Sequence[Turn]) -> list[str]:
    """Return the subject that spoke in each turn: a face's, or `V` and the speaker's number.

    A voice is its owner's in all turns, but for mistakes of who told the voices apart: therefore
    what other turns say of the owner is a prior that no single turn overturns unless its own
    evidence is strong, and that cannot suppress a turn in which somebody else clearly speaks.
    Voices that are told apart rather have different owners.
    """
    if not turns:
        return []
    subjects = sorted({subject for turn in turns for subject in turn.scores})
    own = np.array([_log_posterior(turn.scores, subjects) for turn in turns])
    speakers = np.array([turn.speaker for turn in turns])
    votes = _mistaken(own)
    totals = {s: votes[speakers == s].sum(axis=0) for s in dict.fromkeys(speakers.tolist())}
    taken = _taken(totals)
    names: list[str] = []
    for turn, evidence, vote in zip(turns, own, votes, strict=True):
        prior = _mistaken(_normalized(totals[turn.speaker] - vote + taken[turn.speaker]))
        names.append([f"V{turn.speaker}", *subjects][int(np.argmax(evidence + prior))])
    return names


def overlap(expression: Expression, start: float, end: float) -> float:
    """Return the seconds that an expression shares with an interval."""
    return max(0.0, min(expression.end, end) - max(expression.start, start))


def _log_posterior(scores: Mapping[str, float], subjects: Sequence[str]) -> Floats:
    """Return what a turn by itself says of nobody seen, and of each subject, shape (1 + n,).

    Who was not in the picture may have spoken as well as anybody else who was not.
    """
    if len(scores) > 1 and not any(scores.values()):
        scores = {}  # nothing tells between several
    unseen = np.log(1 - _VISIBLE) if scores else 0.0
    seen = np.log(_VISIBLE / max(len(scores), 1))
    return _normalized(np.array([unseen, *(seen + scores.get(s, unseen - seen) for s in subjects)]))


def _mistaken(logs: Floats) -> Floats:
    """Allow for mistakes, after which everybody is as probable."""
    return np.log((1 - _MISTAKEN) * np.exp(logs) + _MISTAKEN / logs.shape[-1])


def _taken(totals: Mapping[int, Floats]) -> dict[int, Floats]:
    """Return for each voice how much the others' claims lessen each subject's, as logarithms."""
    claims = {speaker: np.exp(_normalized(total)) for speaker, total in totals.items()}
    taken: dict[int, Floats] = {}
    for speaker, total in totals.items():
        others = [claim for other, claim in claims.items() if other != speaker]
        most = np.max(others, axis=0) if others else np.zeros_like(total)
        most[0] = 0.0  # any number of voices may be off the picture
        taken[speaker] = np.log(1 - (1 - _SHARED) * most)
    return taken


def _normalized(logs: Floats) -> Floats:
    """Subtract what makes the probabilities sum to one."""
    return logs - np.logaddexp.reduce(logs)
