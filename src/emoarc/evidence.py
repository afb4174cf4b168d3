"""From what the branches observe to Expressions of subjects: the evidence that fusion takes in.

Both classes keep `settled`: no expression that starts before this time will follow.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emoarc.audio import FRAME_SECONDS
from emoarc.fusion import (
    NO_MOMENTS,
    Turn,
    attribute,
    express,
    lip_moments,
    lip_score,
    voiced_opening,
)
from emoarc.types import Expression, FaceObservation, VoiceObservation
from emoarc.vision import ACTION_UNITS

__all__ = ["FaceEvidence", "VoiceEvidence"]

_LONGEST_STAND = 0.5
"""Seconds a frame speaks for at most, however late the next one comes; at low frame rates, one and
a half periods."""


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
_RECENT: Final = 100
"""Turns that are looked back on while a stream runs."""


class FaceEvidence:
    """Names the subjects, and lets every observation last until the next analysed frame."""

    def __init__(self, period: float, floor: float) -> None:
        self.subjects: dict[int, str] = {}
        """The subject that each person seen is."""
        self.settled = 0.0
        self._period = period
        self._floor = floor
        self._frames: deque[float] = deque()
        self._waiting: deque[FaceObservation] = deque()

    def frame(self, time: float) -> None:
        """Announce an analysed frame."""
        self._frames.append(time)

    def push(self, observations: Iterable[FaceObservation], settled: float) -> list[Expression]:
        """Return the expressions whose length is known by now.

        Args:
            observations: What the branch returned, in order of time.
            settled: The branch's own `settled`.
        """
        self._waiting.extend(observations)
        last = self._frames[-1] if self._frames and settled < inf else inf
        expressions: list[Expression] = []
        while self._waiting and self._waiting[0].time < last:
            expressions.append(self._express(self._waiting.popleft()))
        self.settled = min(settled, last, self._waiting[0].time if self._waiting else inf)
        while len(self._frames) > 1 and self._frames[1] <= self.settled:
            self._frames.popleft()
        return expressions

    def _express(self, seen: FaceObservation) -> Expression:
        subject = self.subjects.setdefault(seen.person, f"P{len(self.subjects) + 1}")
        following = next((time for time in self._frames if time > seen.time), None)
        length = self._period if following is None else following - seen.time
        end = seen.time + min(length, max(_LONGEST_STAND, 1.5 * self._period))
        sure = seen.quality >= self._floor
        return express(seen.time, end, subject, "face", seen.probabilities, seen.quality, sure)


class VoiceEvidence:
    """Gives every stretch of speech to a subject, once the faces seen meanwhile are known.

    While a stream runs, by what was seen and heard until then; `owners` tells anew from everything.
    """

    def __init__(self, floor: float, subjects: Mapping[int, str]) -> None:
        """Prepare a recording.

        Args:
            floor: The quality below which emoarc abstains.
            subjects: `FaceEvidence.subjects`.
        """
        self.settled = 0.0
        self._floor = floor
        self._subjects = subjects
        self._frames: deque[float] = deque()
        self._mouths: deque[_Mouth] = deque()
        self._waiting: deque[VoiceObservation] = deque()
        self._turns: dict[int, _HeardTurn] = {}
        self._rows: list[int] = []

    def frame(self, time: float) -> None:
        """Announce an analysed frame."""
        self._frames.append(time)

    def push_faces(self, faces: Iterable[FaceObservation]) -> None:
        """Add faces, of which one may turn out to be the speaker's, in order of time."""
        self._mouths.extend(map(_mouth, faces))

    def push(
        self, observations: Iterable[VoiceObservation], settled: float, faces_settled: float
    ) -> list[Expression]:
        """Return the expressions whose speaker is known by now.

        Args:
            observations: What the branch returned, in order of their start.
            settled: The branch's own `settled`.
            faces_settled: `FaceEvidence.settled`, or infinity where no face is looked for.
        """
        self._waiting.extend(observations)
        expressions: list[Expression] = []
        while self._waiting and self._waiting[0].end <= faces_settled:
            expressions.append(self._express(self._waiting.popleft()))
        self._settle(min(settled, self._waiting[0].start if self._waiting else inf))
        return expressions

    def owners(self, speakers: Mapping[int, int] | None = None) -> list[str]:
        """Return whose each expression given out so far is, told from all turns together.

        Args:
            speakers: Of utterances, where they are known better than when these were heard.
        """
        known = speakers or {}
        judged = ((utterance, turn.judged()) for utterance, turn in self._turns.items())
        names = attribute([Turn(known.get(n, t.speaker), t.scores) for n, t in judged])
        owner = dict(zip(self._turns, names, strict=True))
        return [owner[utterance] for utterance in self._rows]

    def _settle(self, time: float) -> None:
        self.settled = max(self.settled, time)
        while self._mouths and self._mouths[0].time < self.settled:
            self._mouths.popleft()
        while self._frames and self._frames[0] < self.settled:
            self._frames.popleft()

    def _express(self, heard: VoiceObservation) -> Expression:
        turn = self._turns.setdefault(heard.utterance, _HeardTurn(heard.speaker, heard.start))
        frames = sum(turn.end <= time < heard.end for time in self._frames)
        turn.hear(heard, self._seen_from(turn.end, heard.end), frames)
        self._rows.append(heard.utterance)
        recent = list(self._turns.values())[-_RECENT:]
        subject = attribute([each.judged() for each in recent])[recent.index(turn)]
        sure = heard.quality >= self._floor
        return express(
            heard.start, heard.end, subject, "voice", heard.probabilities, heard.quality, sure
        )

    def _seen_from(self, start: float, end: float) -> dict[str, list["_Mouth"]]:
        seen: defaultdict[str, list[_Mouth]] = defaultdict(list)
        for mouth in self._mouths:
            if start <= mouth.time < end:
                seen[self._subjects[mouth.person]].append(mouth)
        return seen


class _Mouth(NamedTuple):
    """What a face showed of its mouth in one frame."""

    time: float
    person: int
    opening: float
    clarity: float
    """In [0, 1]; 0 where it cannot be told how the mouth moves."""


def _mouth(face: FaceObservation) -> _Mouth:
    shape = face.geometry
    if shape is None:
        return _Mouth(face.time, face.person, 0.0, 0.0)
    size = min(face.box.width, face.box.height)
    clarity = _ramp(size, *_SIZES) * _ramp(abs(shape.yaw), *_YAWS)
    opening = shape.mouth_opening + float(shape.measures[_JAW_DROP])
    return _Mouth(face.time, face.person, opening, clarity)


def _ramp(value: float, nothing: float, full: float) -> float:
    return min(max((value - nothing) / (full - nothing), 0.0), 1.0)


@dataclass(slots=True, eq=False)
class _HeardTurn:
    """A turn as it grows window by window: sums, of which its length does not show."""

    speaker: int
    end: float
    """What was heard until then has been added up."""
    frames: int = 0
    seen: Counter[str] = field(default_factory=Counter[str])
    """In how many of them each subject was visible."""
    moments: dict[str, NDArray[np.float64]] = field(default_factory=dict[str, NDArray[np.float64]])

    def hear(self, heard: VoiceObservation, seen: Mapping[str, list[_Mouth]], frames: int) -> None:
        """Add what a window has beyond the one before it, `frames` frames long."""
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
        return Turn(self.speaker, scores)
