"""From what the branches observe to Expressions of subjects: the evidence that fusion takes in.

Both classes keep `settled`: no expression that starts before this time will follow.
"""

from collections import deque
from collections.abc import Iterable
from math import inf
from typing import Final

from emoarc.fusion import Attributor, express
from emoarc.types import Expression, FaceObservation, VoiceObservation

__all__ = ["FaceEvidence", "VoiceEvidence"]

_LONGEST_STAND = 0.5
"""Seconds a frame speaks for at most, however late the next one comes; at low frame rates, one and
a half periods."""


_NOT_ALONE: Final = {"overlap": "several people speak at once", "crowd": "a crowd is heard"}
"""Why no expression is told where more than one voice is heard."""


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
    """Gives every stretch of speech to a subject, once the faces seen meanwhile are known."""

    def __init__(self, attributor: Attributor, floor: float) -> None:
        self.settled = 0.0
        self._attributor = attributor
        self._floor = floor
        self._faces: list[Expression] = []
        self._waiting: deque[VoiceObservation] = deque()

    def push_faces(self, faces: Iterable[Expression]) -> None:
        """Add the face expressions of which one may turn out to be the speaker's."""
        self._faces.extend(faces)

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

    def _settle(self, time: float) -> None:
        if time > self.settled:
            self.settled = time
            self._faces = [face for face in self._faces if face.end > time]

    def _express(self, heard: VoiceObservation) -> Expression:
        faces = [f for f in self._faces if f.end > heard.start and f.start < heard.end]
        subject = self._attributor.attribute(heard.start, heard.end, faces)
        if subject == "V1":  # not seen
            subject = f"V{heard.speaker}"
        sure, reason = heard.quality >= self._floor, ""
        if heard.sound != "speech":
            sure, reason = False, _NOT_ALONE[heard.sound]
        return express(
            heard.start,
            heard.end,
            subject,
            "voice",
            heard.probabilities,
            heard.quality,
            sure,
            reason,
        )
