"""Following faces from frame to frame."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from emoarc.types import Box, FaceDetection
from emoarc.vision._geometry import iou

__all__ = ["TrackStatus", "Tracker", "TrackerOptions"]

TrackStatus = Literal["pending", "confirmed", "dropped"]

_optimize: Any = optimize

_FORBIDDEN = 1e6
"""The cost of a pair that must not be matched."""


@dataclass(frozen=True)
class TrackerOptions:
    """When detections are one face, and when a face is believed."""

    max_gap: float = 0.8
    """Seconds a face may go unseen and still be the same track."""
    start_score: float = 0.4
    """Detections below this may continue a track but never start one (after ByteTrack: Zhang et
    al. 2022, "ByteTrack: multi-object tracking by associating every detection box")."""
    sure_score: float = 0.6
    """A detection of at least this score confirms its track at once."""
    confirm_hits: int = 3
    """Other tracks are confirmed by this many detections..."""
    confirm_within: float = 0.5
    """...within this many seconds of the first; failing that they are dropped."""
    reach: float = 1.0
    """How far, in face sizes, a face may be from where it was expected."""


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
        self, time: float, detections: Sequence[FaceDetection], cut: bool = False
    ) -> list[tuple[int, FaceDetection]]:
        """Take one frame's detections; return those that belong to a track, with its id.

        Args:
            time: The frame's time in seconds, later than the frame's before.
            detections: The faces found in the frame.
            cut: Whether the frame is the first of a new shot, which ends every track.
        """
        self._retire(math.inf if cut else time)
        matches = self._match(time, detections)
        for track, index in matches:
            track.update(time, detections[index])
        taken = {index for _, index in matches}
        matches += [
            (self._start(time, detection), index)
            for index, detection in enumerate(detections)
            if index not in taken and detection.score >= self._options.start_score
        ]
        self._confirm(time)
        return [(track.id, replace(detections[i], box=track.box)) for track, i in matches]

    def predict(self, time: float) -> list[Box]:
        """Where the faces being followed should be at `time`."""
        return [track.predict(time) for track in self._tracks if self._is_live(track, time)]

    def status(self, track: int) -> TrackStatus:
        """What is believed about a track so far; `confirmed` and `dropped` are final."""
        if track in self._confirmed:
            return "confirmed"
        return "pending" if any(live.id == track for live in self._tracks) else "dropped"

    def _is_live(self, track: "_Track", time: float) -> bool:
        if track.id in self._confirmed:
            return time - track.seen <= self._options.max_gap
        return time - track.started <= self._options.confirm_within

    def _retire(self, time: float) -> None:
        self._tracks = [track for track in self._tracks if self._is_live(track, time)]

    def _start(self, time: float, detection: FaceDetection) -> "_Track":
        self._count += 1
        track = _Track(self._count, time, detection)
        self._tracks.append(track)
        return track

    def _confirm(self, time: float) -> None:
        options = self._options
        self._confirmed.update(
            track.id
            for track in self._tracks
            if track.best_score >= options.sure_score or track.hits >= options.confirm_hits
        )

    def _match(
        self, time: float, detections: Sequence[FaceDetection]
    ) -> list[tuple["_Track", int]]:
        if not self._tracks or not detections:
            return []
        expected = [track.predict(time) for track in self._tracks]
        cost = np.array([[self._cost(box, face.box) for face in detections] for box in expected])
        pairs: Any = _optimize.linear_sum_assignment(cost)
        return [
            (self._tracks[row], int(column))
            for row, column in zip(*pairs, strict=True)
            if cost[row, column] < _FORBIDDEN
        ]

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
    _ACCELERATION = 4.0
    """Spectral density of the acceleration: a head may go from rest to two face sizes a second
    within a second."""

    def __init__(self, number: int, time: float, detection: FaceDetection) -> None:
        self.id = number
        self.started = self.seen = time
        self.hits = 1
        self.best_score = detection.score
        self._state = np.array([_as_vector(detection.box), np.zeros(4)])
        self._covariance = np.diag([self._MEASUREMENT, 1.0])

    @property
    def box(self) -> Box:
        """The filtered box at the time last seen."""
        return _as_box(self._state[0])

    def predict(self, time: float) -> Box:
        """Where the face should be at `time`."""
        return _as_box(self._state[0] + (time - self.seen) * self._state[1])

    def update(self, time: float, detection: FaceDetection) -> None:
        """Take the detection of the face at `time`."""
        dt = time - self.seen
        move = np.array([[1, dt], [0, 1]])
        noise = self._ACCELERATION * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
        state = move @ self._state
        covariance = move @ self._covariance @ move.T + noise
        gain = covariance[:, 0] / (covariance[0, 0] + self._MEASUREMENT)
        self._state = state + np.outer(gain, _as_vector(detection.box) - state[0])
        self._covariance = covariance - np.outer(gain, covariance[0])
        self.seen, self.hits = time, self.hits + 1
        self.best_score = max(self.best_score, detection.score)


def _as_vector(box: Box) -> NDArray[np.float64]:
    return np.array([*box.center, box.width, box.height])


def _as_box(vector: NDArray[np.float64]) -> Box:
    x, y, width, height = map(float, vector)
    # A face that shrinks fast must not be predicted to vanish.
    width, height = max(width, 1.0), max(height, 1.0)
    return Box(x - width / 2, y - height / 2, width, height)
