"""The face branch of the pipeline: frames in, observations out."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from emoarc.types import FaceDetection, FaceGeometry, FaceObservation, VideoFrame
from emoarc.vision._action_units import face_geometry
from emoarc.vision._align import align_face
from emoarc.vision._detect import FaceDetector
from emoarc.vision._embed import Embedder
from emoarc.vision._follow import Follower
from emoarc.vision._geometry import Pixels
from emoarc.vision._identify import IdentityOptions
from emoarc.vision._landmarks import FaceLandmarker, Landmarks
from emoarc.vision._mark import mark_faces
from emoarc.vision._quality import face_quality
from emoarc.vision._search import FaceSearch, SearchOptions
from emoarc.vision._shots import ShotDetector
from emoarc.vision._temporal import BaselineOptions, PersonBaselines
from emoarc.vision._track import TrackerOptions

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
    identity: IdentityOptions = field(default_factory=IdentityOptions)
    baseline: BaselineOptions = field(default_factory=lambda: BaselineOptions(most=0.0))
    """How far faces are read relative to the person's own at rest; not at all unless asked for."""


@dataclass(frozen=True)
class _Face:
    """A face seen in a frame, not yet read."""

    track: int
    person: int | None
    """Whom it showed when it was seen, if that was known."""
    detection: FaceDetection
    crop: Pixels
    quality: float
    geometry: FaceGeometry | None


@dataclass(frozen=True)
class _Frame:
    """A frame whose observations have not been given out."""

    time: float
    faces: list[_Face]


class FaceBranch:
    """Detects, marks, follows, aligns and reads faces, frame by frame.

    A face is reported once its track is confirmed and it is known whom it shows, and then from its
    first frame on; frames wait until that is known of all their faces, so observations come out in
    the order of time. Where no face was seen there is no observation.
    """

    def __init__(
        self,
        detector: FaceDetector,
        model: ExpressionModel,
        landmarker: FaceLandmarker | None = None,
        embedder: Embedder | None = None,
        options: FaceBranchOptions | None = None,
    ) -> None:
        """Join the parts.

        Args:
            detector: Finds faces.
            model: Reads expressions.
            landmarker: Marks their points; without it there is no geometry, and faces are aligned
                by what the detector knows.
            embedder: Tells people apart; without it every track is a person.
            options: How it all works.
        """
        self._options = options or FaceBranchOptions()
        self._model = model
        self._landmarker = landmarker
        self._shots = ShotDetector()
        self._search = FaceSearch(detector, self._options.search)
        self._follower = Follower(embedder, self._options.tracker, self._options.identity)
        self._baselines = PersonBaselines(self._options.baseline)
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
        self._follower.settle()
        observations = self._give_out(len(self._waiting))
        self._time = float("inf")
        return observations

    def _find_faces(self, frame: VideoFrame) -> list[_Face]:
        cut = self._shots.is_cut(frame.image)
        expected = [] if cut else self._follower.predict(frame.time)
        found = self._search.find(frame.time, frame.image, expected, fresh=cut)
        tracked = self._follower.update(
            frame.time, frame.image, self._mark(frame.image, found), cut
        )
        tracked.sort(key=lambda pair: -pair[1].box.area)
        largest = sorted(tracked[: self._options.max_faces])
        return [self._prepare(frame.image, *pair) for pair in largest]

    def _mark(self, image: Pixels, found: Sequence[FaceDetection]) -> list[FaceDetection]:
        """Mark the points of the likeliest faces, where that is wanted."""
        if self._landmarker is None:
            return list(found)
        likeliest = sorted(found, key=lambda face: -face.score)[: 2 * self._options.max_faces]
        return mark_faces(image, likeliest, self._landmarker)

    def _prepare(self, image: Pixels, track: int, detection: FaceDetection) -> _Face:
        crop = align_face(image, detection, self._options.crop_size)
        size = min(detection.box.width, detection.box.height)
        marks, score = detection.landmarks, detection.score
        geometry = None if marks is None else face_geometry(Landmarks(marks, score))
        quality = face_quality(crop, size, score, detection.points)
        return _Face(track, self._follower.person(track), detection, crop, quality, geometry)

    def _count_decided(self) -> int:
        """How many frames from the oldest on hold no face that is still in doubt."""
        for count, frame in enumerate(self._waiting):
            if any(self._follower.status(face.track) == "pending" for face in frame.faces):
                return count
        return len(self._waiting)

    def _give_out(self, count: int) -> list[FaceObservation]:
        frames = [self._waiting.popleft() for _ in range(count)]
        seen = [(frame.time, face) for frame in frames for face in self._believed(frame.faces)]
        if not seen:
            return []
        probabilities = self._model.predict([face.crop for _, face in seen], framed=True)
        return [
            self._observe(time, face, row)
            for (time, face), row in zip(seen, probabilities, strict=True)
        ]

    def _observe(
        self, time: float, face: _Face, probabilities: NDArray[np.float32]
    ) -> FaceObservation:
        # A track may have come to show somebody else while the frame waited.
        person = face.person or self._follower.person(face.track)
        assert person is not None, "only confirmed tracks are given out"
        return FaceObservation(
            time=time,
            track=face.track,
            person=person,
            box=face.detection.box,
            score=face.detection.score,
            probabilities=self._baselines.push(person, time, probabilities, face.quality),
            quality=face.quality,
            geometry=face.geometry,
        )

    def _believed(self, faces: Iterable[_Face]) -> list[_Face]:
        return [face for face in faces if self._follower.status(face.track) == "confirmed"]
