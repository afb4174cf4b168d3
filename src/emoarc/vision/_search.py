"""Where to look for faces: everywhere now and then, and around the known ones in between."""

from collections.abc import Sequence
from dataclasses import dataclass

from emoarc.types import Box, FaceDetection
from emoarc.vision._detect import FaceDetector, distinct
from emoarc.vision._geometry import Pixels, cut_out, iou, moved, square_around

__all__ = ["FaceSearch", "SearchOptions"]


@dataclass(frozen=True)
class SearchOptions:
    """How often to look where."""

    full_every: float = 0.5
    """Seconds between searches of the whole picture while faces are being followed."""
    idle_every: float = 0.2
    """The same while there are none."""
    region: float = 2.0
    """Side of the region searched around a known face, in face sizes."""
    region_side: int = 96
    """Pixels to which a region is shrunk, so that a face is about half of it."""


class FaceSearch:
    """Asks a detector for the whole picture rarely and for small regions often.

    Searching a picture costs tens of milliseconds, a region around a face already known about
    one; and what is found there is a face more probably, so less is missed.
    """

    _FOUND = 0.3
    """Overlap with an expected face from which a detection is that face."""

    def __init__(self, detector: FaceDetector, options: SearchOptions | None = None) -> None:
        self._detector = detector
        self._options = options or SearchOptions()
        self._last_full = float("-inf")

    def find(
        self, time: float, image: Pixels, expected: Sequence[Box], fresh: bool = False
    ) -> list[FaceDetection]:
        """Return the faces in a frame.

        Args:
            time: The frame's time in seconds.
            image: The frame, RGB.
            expected: Where the faces being followed should be.
            fresh: Whether nothing is known of the picture, as after a cut.
        """
        faces: list[FaceDetection] = []
        if fresh or self._is_due(time, idle=not expected):
            self._last_full = time
            faces = self._detector.detect(image)
        for box in expected:
            if not any(iou(box, face.box) > self._FOUND for face in faces):
                faces += self._look_around(image, box)
        return distinct(faces)

    def _is_due(self, time: float, idle: bool) -> bool:
        every = self._options.idle_every if idle else self._options.full_every
        # Half a millisecond of grace, so that jitter in the times never skips a search.
        return time >= self._last_full + every - 5e-4

    def _look_around(self, image: Pixels, box: Box) -> list[FaceDetection]:
        region = square_around(box, self._options.region)
        side = max(1, min(self._options.region_side, round(region.width)))
        scale = region.width / side
        view = cut_out(image, region, side, side)
        return [moved(face, scale, region.x, region.y) for face in self._detector.detect(view)]
