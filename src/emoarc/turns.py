"""What was heard and seen of a turn, by which it is given to a speaker's face.

A turn is an utterance: what is said without a pause, as far as the sound tells by one speaker.
Where the sound misses that another has taken the word, lips part the turn.
"""

from bisect import bisect
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emoarc.audio import FRAME_SECONDS
from emoarc.fusion import NO_MOMENTS, UNSEEN, Turn, lip_moments, lip_score, voiced_opening
from emoarc.types import FaceObservation, VoiceObservation
from emoarc.vision import ACTION_UNITS

__all__ = ["HeardTurn", "Mouth", "Span", "mouth_of"]

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
_CELL, _CELL_FRAMES = 0.5, 5
"""Seconds and frames from which a part of a turn is long enough for its lips to be judged."""
_PASSING: Final = 2.0
"""What speaks against the word passing on within a turn, beside the scores of lips. Chosen on
composed recordings (`bench/attribution.py` with seed 201) from 0.5 to 5."""


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
class _Cell:
    """A short part of a turn: sums of what was seen in it."""

    start: float
    frames: int = 0
    seen: Counter[str] = field(default_factory=Counter[str])
    """In how many of them each subject was visible."""
    moments: dict[str, NDArray[np.float64]] = field(default_factory=dict[str, NDArray[np.float64]])

    def add(self, subject: str, moments: NDArray[np.float64], frames: int) -> None:
        """Add frames in which a subject was seen."""
        self.moments[subject] = self.moments.get(subject, NO_MOMENTS) + moments
        self.seen[subject] += frames

    def scores(self) -> dict[str, float]:
        """Return the scores of all who were visible for long enough."""
        enough = _VISIBLE_SHARE * self.frames
        return {s: lip_score(m) for s, m in self.moments.items() if self.seen[s] >= enough}


class Span(NamedTuple):
    """A part of a turn in which nobody in the picture takes the word from another."""

    start: float
    """Until the next one's, or the end of the turn."""
    turn: Turn


@dataclass(slots=True, eq=False)
class HeardTurn:
    """A turn as it grows window by window: sums over short parts of it."""

    speaker: int
    end: float
    """What was heard until then has been added up."""
    cells: list[_Cell] = field(default_factory=list[_Cell])
    voice: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    """Sum of the embeddings, each as long as its window's seconds."""

    def hear(
        self, heard: VoiceObservation, seen: Mapping[str, Sequence[Mouth]], frames: Sequence[float]
    ) -> None:
        """Add what a window has beyond the one before it, in which frames have these times."""
        if len(heard.embedding):
            vector = heard.embedding * np.float32(heard.end - heard.start)
            self.voice = vector + self.voice if len(self.voice) else vector
        weight = min((heard.end - self.end) / max(len(frames), 1), _LONGEST_WEIGHT)
        self.end = heard.end
        for time in frames:
            self._count(time)
        voiced = voiced_opening(heard.levels)
        heard_at = np.float64(heard.start) + (np.arange(len(voiced)) + 0.5) * FRAME_SECONDS
        starts = [cell.start for cell in self.cells]
        for subject, mouths in seen.items():
            for place, own in groupby(mouths, lambda mouth: bisect(starts, mouth.time) - 1):
                time, _, opening, clarity = np.array(list(own)).T
                moments = lip_moments(time, opening, clarity * weight, heard_at, voiced)
                self.cells[place].add(subject, moments, len(time))

    def spans(self) -> list[Span]:
        """Return the turn in parts, each with the scores of all who were visible in it."""
        if not self.cells:
            return [Span(self.end, Turn(self.speaker, {}, self.voice))]
        takers = _takers(self.cells)
        frames = sum(cell.frames for cell in self.cells)
        spans: list[Span] = []
        for _, numbers in groupby(range(len(takers)), takers.__getitem__):
            own = _together([self.cells[number] for number in numbers])
            voice = self.voice * np.float32(own.frames / frames)
            spans.append(Span(own.start, Turn(self.speaker, own.scores(), voice)))
        return spans

    def _count(self, time: float) -> None:
        """Count a frame, in a new cell where the last one is full."""
        last = self.cells[-1] if self.cells else None
        if last is None or (last.frames >= _CELL_FRAMES and time >= last.start + _CELL - 1e-6):
            last = _Cell(time)
            self.cells.append(last)
        last.frames += 1


def _together(cells: Sequence[_Cell]) -> _Cell:
    whole = _Cell(cells[0].start)
    for cell in cells:
        whole.frames += cell.frames
        for subject, moments in cell.moments.items():
            whole.add(subject, moments, cell.seen[subject])
    return whole


def _takers(cells: Sequence[_Cell]) -> list[int]:
    """Return who of those seen, or who not seen (0), has the word in each cell, by lips alone.

    The likeliest sequence (Viterbi) where the word passes on with a given probability.
    """
    subjects = sorted({subject for cell in cells for subject in cell.moments})
    scores = np.zeros((len(cells), 1 + len(subjects)))
    for row, cell in zip(scores, cells, strict=True):
        told = cell.scores() if cell.frames >= _CELL_FRAMES else {}
        row[1:] = [told.get(subject, 0.0) for subject in subjects]
    taking = np.log([UNSEEN, *(1.0 for _ in subjects)])
    total, before = scores[0] + taking, list[NDArray[np.intp]]()
    for row in scores[1:]:
        best = int(total.argmax())
        passed = total[best] - _PASSING + taking
        before.append(np.where(total >= passed, np.arange(len(total)), best))
        total = np.maximum(total, passed) + row
    takers = [int(total.argmax())]
    for came in reversed(before):
        takers.append(int(came[takers[-1]]))
    return takers[::-1]
