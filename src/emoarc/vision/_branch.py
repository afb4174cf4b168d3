"""The face branch of the pipeline: frames in, observations out."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from emoarc.types import FaceDetection, FaceObservation, VideoFrame
from emoarc.vision._align import align_face
from emoarc.vision._detect import FaceDetector
from emoarc.vision._geometry import Pixels
from emoarc.vision._quality import face_quality
from emoarc.vision._search import FaceSearch, SearchOptions
from emoarc.vision._shots import ShotDetector
from emoarc.vision._track import Tracker, TrackerOptions

__all__ = ["ExpressionModel", "FaceBranch", "FaceBranchOptions"]


class ExpressionModel(Protocol):
    """Whatever reads expressions from face crops."""

    def predict(self, images: Sequence[Pixels], *, framed: bool = False) -> NDArray[np.float32]:
        """Return probabilities over `EMOTIONS`, shape (n, 7), of n RGB images of one face each.

        `framed` promises that `align_face` made them.
        """
        ...


@dataclass(frozen=True)
class FaceBranchOptions:
    """How the face branch works."""

    max_faces: int = 8
    """The most faces read in one frame; the largest are taken."""
    crop_size: int = 96
    """Side in pixels of the crops given to the expression model."""
    search: SearchOptions = field(default_factory=SearchOptions)
    tracker: TrackerOptions = field(default_factory=TrackerOptions)


@dataclass(frozen=True)
class _Face:
    """A face seen in a frame, not yet read."""

    track: int
    detection: FaceDetection
    crop: Pixels
    quality: float


@dataclass(frozen=True)
class _Frame:
    """A frame whose observations have not been given out."""

    time: float
    faces: list[_Face]


class FaceBranch:
    """Detects, tracks, aligns and reads faces, frame by frame.

    A face is reported once its track is confirmed, and then from its first frame on; frames wait
    until that is known of all their faces, so observations come out in the order of time. Where no
    face was seen there is no observation.
    """

    def __init__(
        self,
        detector: FaceDetector,
        model: ExpressionModel,
        options: FaceBranchOptions | None = None,
    ) -> None:
        self._options = options or FaceBranchOptions()
        self._model = model
        self._shots = ShotDetector()
        self._search = FaceSearch(detector, self._options.search)
        self._tracker = Tracker(self._options.tracker)
        self._waiting: deque[_Frame] = deque()
        self._time = float("-inf")

    @property
    def settled(self) -> float:
        """Seconds; every observation before this time has been given out."""
        return self._waiting[0].time if self._waiting else self._time

    def push(self, frame: VideoFrame) -> list[FaceObservation]:
        """Take the next frame; return the observations that are now settled."""
        self._time = frame.time
        self._waiting.append(_Frame(frame.time, self._find_faces(frame)))
        return self._give_out(self._count_decided())

    def flush(self) -> list[FaceObservation]:
        """Return what is left, at the end; faces not confirmed by now never will be."""
        observations = self._give_out(len(self._waiting))
        self._time = float("inf")
        return observations

    def _find_faces(self, frame: VideoFrame) -> list[_Face]:
        cut = self._shots.is_cut(frame.image)
        expected = [] if cut else self._tracker.predict(frame.time)
        found = self._search.find(frame.time, frame.image, expected, fresh=cut)
        tracked = self._tracker.update(frame.time, found, cut)
        tracked.sort(key=lambda pair: -pair[1].box.area)
        largest = sorted(tracked[: self._options.max_faces])
        return [self._prepare(frame.image, *pair) for pair in largest]

    def _prepare(self, image: Pixels, track: int, detection: FaceDetection) -> _Face:
        crop = align_face(image, detection, self._options.crop_size)
        size = min(detection.box.width, detection.box.height)
        return _Face(track, detection, crop, face_quality(crop, size, detection.score))

    def _count_decided(self) -> int:
        """How many frames from the oldest on hold no face that is still in doubt."""
        for count, frame in enumerate(self._waiting):
            if any(self._tracker.status(face.track) == "pending" for face in frame.faces):
                return count
        return len(self._waiting)

    def _give_out(self, count: int) -> list[FaceObservation]:
        frames = [self._waiting.popleft() for _ in range(count)]
        seen = [(frame.time, face) for frame in frames for face in self._believed(frame.faces)]
        if not seen:
            return []
        probabilities = self._model.predict([face.crop for _, face in seen], framed=True)
        return [
            FaceObservation(
                time=time,
                track=face.track,
                box=face.detection.box,
                score=face.detection.score,
                probabilities=row,
                quality=face.quality,
            )
            for (time, face), row in zip(seen, probabilities, strict=True)
        ]

    def _believed(self, faces: Iterable[_Face]) -> list[_Face]:
        return [face for face in faces if self._tracker.status(face.track) == "confirmed"]
