"""Who speaks: giving speech to a subject."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol

from emoarc.types import Expression

__all__ = ["Attributor", "SoleFaceAttributor", "overlap"]


class Attributor(Protocol):
    """Decides whose speech was heard."""

    def attribute(self, start: float, end: float, faces: Sequence[Expression]) -> str:
        """Return the subject that spoke from `start` to `end`.

        Args:
            start: Of the speech, in seconds.
            end: Of the speech, in seconds.
            faces: All face expressions that overlap the speech.
        """
        ...


class SoleFaceAttributor:
    """Gives speech to the one face that is visible meanwhile, else to the unseen voice `V1`."""

    def __init__(self, visible_share: float = 0.5) -> None:
        self._visible_share = visible_share

    def attribute(self, start: float, end: float, faces: Sequence[Expression]) -> str:
        """Return the only subject visible for long enough, or `V1`."""
        seen: defaultdict[str, float] = defaultdict(float)
        for face in faces:
            seen[face.subject] += overlap(face, start, end)
        visible = [s for s, time in seen.items() if time >= self._visible_share * (end - start)]
        return visible[0] if len(visible) == 1 else "V1"


def overlap(expression: Expression, start: float, end: float) -> float:
    """Return the seconds that an expression shares with an interval."""
    return max(0.0, min(expression.end, end) - max(expression.start, start))
