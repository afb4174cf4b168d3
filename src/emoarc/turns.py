"""What was heard and seen of a turn, by which it is given to a speaker's face.

A turn is an utterance: what one speaker says without a pause.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emoarc.audio import FRAME_SECONDS
from emoarc.fusion import NO_MOMENTS, Turn, lip_moments, lip_score, voiced_opening
from emoarc.types import FaceObservation, VoiceObservation
from emoarc.vision import ACTION_UNITS

__all__ = ["HeardTurn", "Mouth", "mouth_of"]

_JAW_DROP: Final = ACTION_UNITS.index("au26")
_SIZES: Final = 16.0, 48.0
"""Pixels of a face's shorter side at which its mouth tells nothing, and everything: measured on
clips made smaller, whose openings agree with those of the full size to 0.1 and to 0.8."""
_YAWS: Final = 60.0, 30.0
"""Degrees of turn at which a mouth tells nothing, and everything."""
_VISIBLE_SHARE: Final = 0.5
"""Of a turn, for which a face must be seen to be a candidate."""
_LONGEST_WEIGHT: Final = 0.1
"""Seconds that one frame counts for at most, however rare frames are."""


class Mouth(NamedTuple):
    """What a face showed of its mouth in one frame."""

    time: float
    person: int
    opening: float
    clarity: float
    """In [0, 1]; 0 where it cannot be told how the mouth moves."""


def mouth_of(face: FaceObservation) -> Mouth:
    """Return what a face showed of its mouth."""
    shape = face.geometry
    if shape is None:
        return Mouth(face.time, face.person, 0.0, 0.0)
    size = min(face.box.width, face.box.height)
    clarity = _ramp(size, *_SIZES) * _ramp(abs(shape.yaw), *_YAWS)
    opening = shape.mouth_opening + float(shape.measures[_JAW_DROP])
    return Mouth(face.time, face.person, opening, clarity)


def _ramp(value: float, nothing: float, full: float) -> float:
    return min(max((value - nothing) / (full - nothing), 0.0), 1.0)


@dataclass(slots=True, eq=False)
class HeardTurn:
    """A turn as it grows window by window: sums, of which its length does not show."""

    speaker: int
    end: float
    """What was heard until then has been added up."""
    frames: int = 0
    seen: Counter[str] = field(default_factory=Counter[str])
    """In how many of them each subject was visible."""
    moments: dict[str, NDArray[np.float64]] = field(default_factory=dict[str, NDArray[np.float64]])
    voice: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    """Sum of the embeddings, each as long as its window's seconds."""

    def hear(
        self, heard: VoiceObservation, seen: Mapping[str, Sequence[Mouth]], frames: int
    ) -> None:
        """Add what a window has beyond the one before it, `frames` frames long."""
        if len(heard.embedding):
            vector = heard.embedding * np.float32(heard.end - heard.start)
            self.voice = vector + self.voice if len(self.voice) else vector
        weight = min((heard.end - self.end) / max(frames, 1), _LONGEST_WEIGHT)
        self.frames += frames
        self.end = heard.end
        voiced = voiced_opening(heard.levels)
        heard_at = np.float64(heard.start) + (np.arange(len(voiced)) + 0.5) * FRAME_SECONDS
        for subject, mouths in seen.items():
            time, _, opening, clarity = np.array(mouths).T
            moments = lip_moments(time, opening, clarity * weight, heard_at, voiced)
            self.moments[subject] = self.moments.get(subject, NO_MOMENTS) + moments
            self.seen[subject] += len(mouths)

    def judged(self) -> Turn:
        """Return the turn with the scores of all who were visible for long enough."""
        enough = _VISIBLE_SHARE * self.frames
        scores = {s: lip_score(m) for s, m in self.moments.items() if self.seen[s] >= enough}
        return Turn(self.speaker, scores, self.voice)
