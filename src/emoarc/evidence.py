"""From what the branches observe to Expressions of subjects: the evidence that fusion takes in.

Both classes keep `settled`: no expression that starts before this time will follow.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from math import inf
from typing import Final, NamedTuple

from emoarc.audio import SpeakerBaselineOptions, SpeakerBaselines
from emoarc.fusion import SEVERAL_VOICES, Turn, attribute, express
from emoarc.turns import HeardTurn, Mouth, mouth_of
from emoarc.types import Expression, FaceObservation, VoiceObservation

__all__ = ["FaceEvidence", "VoiceEvidence"]

_LONGEST_STAND = 0.5
"""Seconds a frame speaks for at most, however late the next one comes; at low frame rates, one and
a half periods."""
_RECENT: Final = 100
"""Turns that are looked back on while a stream runs."""


class _Owned(NamedTuple):
    """Whose a part of an utterance is, from `start` to the next one's."""

    start: float
    subject: str


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

    While a stream runs, by what was seen and heard until then; `revised` tells anew from all of it.
    """

    def __init__(
        self,
        floor: float,
        subjects: Mapping[int, str],
        baselines: SpeakerBaselineOptions | None = None,
    ) -> None:
        """Prepare a recording.

        Args:
            floor: The quality below which emoarc abstains.
            subjects: `FaceEvidence.subjects`.
            baselines: How far voices are read relative to how they usually sound.
        """
        self.settled = 0.0
        self._floor = floor
        self._subjects = subjects
        self._options = baselines
        self._baselines = SpeakerBaselines(baselines)
        self._frames: deque[float] = deque()
        self._mouths: deque[Mouth] = deque()
        self._waiting: deque[VoiceObservation] = deque()
        self._turns: dict[int, HeardTurn] = {}
        self._recent: deque[list[Turn]] = deque(maxlen=_RECENT)
        self._heard: list[VoiceObservation] = []
        self._owned: list[_Owned] = []  # the speech heard last

    def frame(self, time: float) -> None:
        """Announce an analysed frame."""
        self._frames.append(time)

    def push_faces(self, faces: Iterable[FaceObservation]) -> None:
        """Add faces, of which one may turn out to be the speaker's, in order of time."""
        self._mouths.extend(map(mouth_of, faces))

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
            expressions += self._express(self._waiting.popleft())
        self._settle(min(settled, self._waiting[0].start if self._waiting else inf))
        return expressions

    def revised(self, speakers: Mapping[int, int]) -> list[Expression]:
        """Return the expressions given out so far, as all that was seen and heard tells them.

        Args:
            speakers: Who spoke each utterance, by which those not seen are named; empty where
                voices are not told apart.
        """
        owners, owned = self._owners(speakers), list[_Owned]()
        baselines = SpeakerBaselines(self._options)
        heard = [
            replace(each, speaker=speakers.get(each.utterance, each.speaker))
            for each in self._heard
        ]
        for each in heard:
            baselines.hear(each)
        rows: list[Expression] = []
        for each in heard:
            owned = owners.get(each.utterance, owned[-1:])
            rows += self._expressions(baselines.relate(each), owned)
        return rows

    def _owners(self, speakers: Mapping[int, int]) -> dict[int, list[_Owned]]:
        """Return whose each part of an utterance is; those of several voices are left out."""
        spans = [(number, span) for number, turn in self._turns.items() for span in turn.spans()]
        turns = [replace(s.turn, speaker=speakers.get(n, s.turn.speaker)) for n, s in spans]
        owners: defaultdict[int, list[_Owned]] = defaultdict(list)
        for (number, span), subject in zip(spans, attribute(turns), strict=True):
            owners[number].append(_Owned(span.start, subject))
        return owners

    def _settle(self, time: float) -> None:
        self.settled = max(self.settled, time)
        while self._mouths and self._mouths[0].time < self.settled:
            self._mouths.popleft()
        while self._frames and self._frames[0] < self.settled:
            self._frames.popleft()

    def _express(self, heard: VoiceObservation) -> list[Expression]:
        # Of several voices lips tell nothing: they stand where the speaker heard before does.
        self._owned = self._attributed(heard) if heard.sound == "speech" else self._owned[-1:]
        # Sound has told what it can by now; what is kept to the end is small. Copied, because a
        # view would hold all of it.
        levels, embedding = heard.levels[:0].copy(), heard.embedding[:0].copy()
        self._heard.append(replace(heard, levels=levels, embedding=embedding))
        self._baselines.hear(heard)
        return self._expressions(self._baselines.relate(heard), self._owned)

    def _attributed(self, heard: VoiceObservation) -> list[_Owned]:
        """Add a window to its turn, and return whose that is as far as can be told by now."""
        if heard.utterance in self._turns:
            self._recent.pop()  # as far as it was heard
        turn = self._turns.setdefault(heard.utterance, HeardTurn(heard.speaker, heard.start))
        frames = [time for time in self._frames if turn.end <= time < heard.end]
        turn.hear(heard, self._seen_from(turn.end, heard.end), frames)
        spans = turn.spans()
        self._recent.append([span.turn for span in spans])
        owners = attribute([turn for turns in self._recent for turn in turns])[-len(spans) :]
        return [_Owned(span.start, owner) for span, owner in zip(spans, owners, strict=True)]

    def _expressions(self, heard: VoiceObservation, owned: Sequence[_Owned]) -> list[Expression]:
        """Return a row for each subject who has a part of a window."""
        parts = [next(part) for _, part in groupby(owned, lambda each: each.subject)]
        parts = parts or [_Owned(heard.start, f"V{heard.speaker}")]
        edges = [-inf, *(part.start for part in parts[1:]), inf]
        return [
            self._expression(heard, max(heard.start, first), min(heard.end, last), part.subject)
            for part, (first, last) in zip(parts, pairwise(edges), strict=True)
            if max(heard.start, first) < min(heard.end, last)
        ]

    def _expression(
        self, heard: VoiceObservation, start: float, end: float, subject: str
    ) -> Expression:
        reason = SEVERAL_VOICES.get(heard.sound, "")
        sure = heard.quality >= self._floor and not reason
        return express(
            start, end, subject, "voice", heard.probabilities, heard.quality, sure, reason
        )

    def _seen_from(self, start: float, end: float) -> dict[str, list[Mouth]]:
        seen: defaultdict[str, list[Mouth]] = defaultdict(list)
        for mouth in self._mouths:
            if start <= mouth.time < end:
                seen[self._subjects[mouth.person]].append(mouth)
        return seen
