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

    full_every: float = 1.0
    """Seconds between searches of the whole picture while faces are being followed."""
    idle_every: float = 0.3
    """The same while there are none."""
    region: float = 1.6
    """Side of the region searched around a known face, in face sizes."""
    region_side: int = 96
    """Pixels to which a region is shrunk, so that a face is about 60 pixels wide."""


class FaceSearch:
    """Asks a detector for the whole picture rarely and for small regions often.

    Searching a picture costs tens of milliseconds, a region around a face already known about
    one; and what is found there is a face more probably, so less is missed.
    """

    _SAME = 0.3
    """Overlap from which two detections are one face."""
    _SHRINK = 0.6
    """Size below which, relative to the expected, a face in a region is not the one expected."""

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
        faces = distinct([face for box in expected for face in self._look_around(image, box)])
        if not (fresh or self._is_due(time, idle=not expected)):
            return faces
        self._last_full = time
        # The region's answer goes first: a box that changed with the way of looking would jump.
        return faces + [
            face
            for face in self._detector.detect(image)
            if not any(iou(face.box, known.box) > self._SAME for known in faces)
        ]

    def _is_due(self, time: float, idle: bool) -> bool:
        every = self._options.idle_every if idle else self._options.full_every
        # Half a millisecond of grace, so that jitter in the times never skips a search.
        return time >= self._last_full + every - 5e-4

    def _look_around(self, image: Pixels, box: Box) -> list[FaceDetection]:
        region = square_around(box, self._options.region)
        side = max(1, min(self._options.region_side, round(region.width)))
        scale = region.width / side
        view = cut_out(image, region, side, side)
        smallest = self._SHRINK / self._options.region
        found = self._detector.detect(view, smallest)
        return [moved(face, scale, region.x, region.y) for face in found]
