"""Following faces from frame to frame."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from emoarc.types import Box, FaceDetection
from emoarc.vision._geometry import iou

__all__ = ["Likeness", "TrackStatus", "Tracker", "TrackerOptions"]

TrackStatus = Literal["pending", "confirmed", "dropped"]

Likeness = Callable[[int, FaceDetection], float | None]
"""How like the faces of a track, given by its id, a detection looks: the cosine of their
embeddings, or None where that is not known."""

_optimize: Any = optimize

_FORBIDDEN = 1e6
"""The cost of a pair that must not be matched."""


@dataclass(frozen=True)
class TrackerOptions:
    """When detections are one face, and when a face is believed."""

    max_gap: float = 0.8
    """Seconds a face may go unseen and still be the same track; at low frame rates, one frame."""
    start_score: float = 0.55
    """Detections below this may continue a track but never start one (after ByteTrack: Zhang et
    al. 2022, "ByteTrack: multi-object tracking by associating every detection box")."""
    sure_score: float = 0.75
    """A detection of at least this score confirms its track at once."""
    confirm_hits: int = 3
    """Other tracks are confirmed by this many detections of `start_score`..."""
    confirm_after: float = 0.2
    """...which span at least so many seconds: what is taken for a face by chance soon changes..."""
    confirm_within: float = 0.5
    """...and at most so many, or as many frames; failing that they are dropped."""
    max_doubt: float = 2.0
    """Seconds a track may live on detections below `start_score`."""
    reach: float = 1.0
    """How far, in face sizes, a face may be from where it was expected."""
    appearance: float = 2.0
    """The cost of looking wholly different, in the unit of that of being one face size away."""
    neutral: float = 0.5
    """A likeness that speaks neither for nor against a pair."""
    unlike: float = 0.45
    """A face less like those of a track is not matched with it, wherever it is."""


class Tracker:
    """Links detections to tracks: one Kalman filter per track, Hungarian assignment per frame.

    A track is `pending` until enough speaks for it, then `confirmed`; one that never gets there
    is `dropped`. Ids count up from 1 in the order tracks start and are never used again.
    A frame costs the same however long the recording is.

    Sources: Kalman 1960; Kuhn 1955 (assignment); the combination follows Bewley et al. 2016,
    "Simple online and realtime tracking", with centre distance beside IoU, for low frame rates.
    """

    def __init__(self, options: TrackerOptions | None = None) -> None:
        self._options = options or TrackerOptions()
        self._tracks: list[_Track] = []
        self._confirmed: set[int] = set()
        self._count = 0

    def update(
        self,
        time: float,
        detections: Sequence[FaceDetection],
        cut: bool = False,
        likeness: Likeness | None = None,
    ) -> list[tuple[int, FaceDetection]]:
        """Take one frame's detections; return those that belong to a track, with its id.

        Args:
            time: The frame's time in seconds, later than the frame's before.
            detections: The faces found in the frame.
            cut: Whether the frame is the first of a new shot, which ends every track.
            likeness: Places alone do not tell which track a detection belongs to where people
                pass each other, or a cut went unnoticed.
        """
        self._tracks = [track for track in self._tracks if not cut and self._is_live(track, time)]
        for track in self._tracks:
            track.age, track.unseen = track.age + 1, track.unseen + 1
        seen = self._match(time, detections, likeness)
        for track, detection in seen:
            track.update(time, detection.box)
        known = [detection for _, detection in seen]
        seen += [
            (self._start(time, detection), detection)
            for detection in detections
            if detection.score >= self._options.start_score
            and not any(detection is other for other in known)
        ]
        for track, detection in seen:
            self._weigh(track, detection.score)
        return [(track.id, replace(detection, box=track.box)) for track, detection in seen]

    def predict(self, time: float) -> list[Box]:
        """Where the faces being followed should be at `time`."""
        return [track.predict(time) for track in self._tracks if self._is_live(track, time)]

    def status(self, track: int) -> TrackStatus:
        """What is believed about a track so far; `confirmed` and `dropped` are final."""
        if track in self._confirmed:
            return "confirmed"
        return "pending" if any(live.id == track for live in self._tracks) else "dropped"

    def _is_live(self, track: "_Track", time: float) -> bool:
        options = self._options
        if track.id not in self._confirmed:
            recent = time - track.started <= options.confirm_within
            return recent or track.age + 1 < options.confirm_hits
        near = time - track.seen <= options.max_gap or track.unseen == 0
        return near and (track.sure == track.seen or time - track.sure <= options.max_doubt)

    def _start(self, time: float, detection: FaceDetection) -> "_Track":
        self._count += 1
        track = _Track(self._count, time, detection.box)
        self._tracks.append(track)
        return track

    def _weigh(self, track: "_Track", score: float) -> None:
        """Take the score of a track's newest detection as evidence for it."""
        options = self._options
        if score < options.start_score:
            return
        track.hits, track.sure = track.hits + 1, track.seen
        lasting = track.seen - track.started >= options.confirm_after - 5e-4
        if score >= options.sure_score or (track.hits >= options.confirm_hits and lasting):
            self._confirmed.add(track.id)

    def _match(
        self, time: float, detections: Sequence[FaceDetection], likeness: Likeness | None
    ) -> list[tuple["_Track", FaceDetection]]:
        if not self._tracks or not detections:
            return []
        expected = [track.predict(time) for track in self._tracks]
        cost = np.array([[self._cost(box, face.box) for face in detections] for box in expected])
        if likeness is not None:
            self._compare(cost, detections, likeness)
        pairs: Any = _optimize.linear_sum_assignment(cost)
        return [
            (self._tracks[row], detections[column])
            for row, column in zip(*pairs, strict=True)
            if cost[row, column] < _FORBIDDEN
        ]

    def _compare(
        self, cost: NDArray[np.float64], detections: Sequence[FaceDetection], likeness: Likeness
    ) -> None:
        """Add to the cost of each possible pair how little alike the two look."""
        rows, columns = np.nonzero(cost < _FORBIDDEN)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            alike = likeness(self._tracks[row].id, detections[column])
            if alike is not None:
                extra = self._options.appearance * (self._options.neutral - alike)
                cost[row, column] += extra if alike >= self._options.unlike else _FORBIDDEN

    def _cost(self, expected: Box, found: Box) -> float:
        size = math.sqrt(expected.area)
        distance = math.dist(expected.center, found.center) / size
        ratio = math.sqrt(found.area) / size
        if distance > self._options.reach or not 0.5 < ratio < 2:
            return _FORBIDDEN
        return (1 - iou(expected, found)) + distance


class _Track:
    """One face: a constant-velocity Kalman filter on its box.

    Centre and size share one 2 x 2 covariance of (position, velocity), in units of the face's
    size: their noise is alike relative to it, and independent.
    """

    _MEASUREMENT = 0.04**2
    """Variance of a detection's centre and size, measured on Haar boxes of still faces."""
    _ACCELERATION = 2.0
    """Spectral density of the acceleration: within a second, the speed of a head typically
    changes by 1.4 face sizes a second."""

    def __init__(self, number: int, time: float, box: Box) -> None:
        self.id = number
        self.started = self.seen = self.sure = time
        self.hits = 0
        self.age = 0
        self.unseen = 0
        self._state = np.array([_as_vector(box), np.zeros(4)])
        self._covariance = np.diag([self._MEASUREMENT, 1.0])

    @property
    def box(self) -> Box:
        """The filtered box at the time last seen."""
        return _as_box(self._state[0])

    def predict(self, time: float) -> Box:
        """Where the face should be at `time`."""
        return _as_box(self._state[0] + (time - self.seen) * self._state[1])

    def update(self, time: float, box: Box) -> None:
        """Take the detection of the face at `time`."""
        dt = time - self.seen
        move = np.array([[1, dt], [0, 1]])
        noise = self._ACCELERATION * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
        state = move @ self._state
        covariance = move @ self._covariance @ move.T + noise
        gain = covariance[:, 0] / (covariance[0, 0] + self._MEASUREMENT)
        self._state = state + np.outer(gain, _as_vector(box) - state[0])
        self._covariance = covariance - np.outer(gain, covariance[0])
        self.seen, self.unseen = time, 0


def _as_vector(box: Box) -> NDArray[np.float64]:
    return np.array([*box.center, box.width, box.height])


def _as_box(vector: NDArray[np.float64]) -> Box:
    x, y, width, height = map(float, vector)
    # A face that shrinks fast must not be predicted to vanish.
    width, height = max(width, 1.0), max(height, 1.0)
    return Box(x - width / 2, y - height / 2, width, height)
