"""Following persons: tracks from frame to frame, and which of them show the same person."""

from collections.abc import Sequence
from typing import Any

from emoarc.types import Box, FaceDetection
from emoarc.vision._embed import Embedder, Embedding, is_tellable
from emoarc.vision._geometry import Pixels
from emoarc.vision._identify import Identities, IdentityOptions
from emoarc.vision._track import Tracker, TrackerOptions, TrackStatus

__all__ = ["Follower"]

_CLEAR = 28.0
"""Pixels of the shorter side of a face below which it may look unlike itself a frame before, so
that only its place tells which track it belongs to."""


class Follower:
    """A `Tracker` that knows persons again by an embedder; without one every track is a person."""

    def __init__(
        self,
        embedder: Embedder | None = None,
        tracker: TrackerOptions | None = None,
        identity: IdentityOptions | None = None,
    ) -> None:
        self._embedder = embedder
        self._tracker = Tracker(tracker)
        self._identities = Identities(identity)

    def predict(self, time: float) -> list[Box]:
        """Where the faces being followed should be at `time`."""
        return self._tracker.predict(time)

    def update(
        self, time: float, image: Pixels, detections: Sequence[FaceDetection], cut: bool = False
    ) -> list[tuple[int, FaceDetection]]:
        """Take one frame and the faces found in it; return those that belong to a track, with
        its id.

        Args:
            time: The frame's time in seconds, later than the frame's before.
            image: The frame, RGB.
            detections: The faces found in the frame.
            cut: Whether the frame is the first of a new shot, which ends every track.
        """  # noqa: D205
        if self._embedder is None:
            return self._tracker.update(time, detections, cut)
        glances = _Glances(self._embedder, image)

        def likeness(track: int, detection: FaceDetection) -> float | None:
            box = detection.box
            look = glances.at(detection) if min(box.width, box.height) >= _CLEAR else None
            return None if look is None else self._identities.likeness(track, look)

        tracked = self._tracker.update(time, detections, cut, likeness)
        sure = [pair for pair in tracked if self._tracker.status(pair[0]) == "confirmed"]
        self._identities.update(time, {track: glances.at(face) for track, face in sure})
        return tracked

    def status(self, track: int) -> TrackStatus:
        """Whether a track is believed, and known whom it shows.

        `dropped` is final; a confirmed track that comes to look like someone else is pending again.
        """
        status = self._tracker.status(track)
        if status == "confirmed" and self._embedder is not None:
            return "pending" if self._identities.person(track) is None else "confirmed"
        return status

    def person(self, track: int) -> int | None:
        """Whom a track shows, as believed now: persons count from 1 within a recording."""
        return track if self._embedder is None else self._identities.person(track)

    def settle(self) -> None:
        """Decide on every track, at the end of the recording."""
        self._identities.settle()


class _Glances:
    """The embeddings of one frame's faces, each made once and only if asked for."""

    def __init__(self, embedder: Embedder, image: Pixels) -> None:
        self._embedder = embedder
        self._image = image
        self._known: dict[Any, Embedding | None] = {}

    def at(self, face: FaceDetection) -> Embedding | None:
        """Return the embedding of a face; None if it cannot tell people apart."""
        # Trackers smooth boxes, but hand on the points as they are.
        key = face.box if face.points is None else face.points.tobytes()
        if key not in self._known:
            usable = is_tellable(face)
            self._known[key] = self._embedder.embed(self._image, face) if usable else None
        return self._known[key]
