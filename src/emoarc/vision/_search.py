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
    """Seconds between searches of the whole picture while faces are being followed, by a detector
    that is not quick."""
    idle_every: float = 0.3
    """The same while there are none."""
    region: float = 1.6
    """Side of the region searched around a known face, in face sizes."""
    region_side: int = 96
    """Pixels to which a region is shrunk, so that a face is about 60 pixels wide."""


class FaceSearch:
    """Asks a detector about pictures, and about the regions where faces are expected.

    A quick detector searches every picture whole, and looks closer where an expected face is
    missing. With another that costs tens of milliseconds, and a region about one: it is asked for
    the whole picture rarely and for regions always, where what is found is a face more probably.
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
        if self._detector.quick:
            faces = self._detector.detect(image)
            missing = [box for box in expected if not self._among(faces, box)]
            return self._joined(faces, self._look_closer(image, missing))
        faces = self._look_closer(image, expected)
        if not (fresh or self._is_due(time, idle=not expected)):
            return faces
        self._last_full = time
        # The region's answer goes first: a box that changed with the way of looking would jump.
        return self._joined(faces, self._detector.detect(image))

    def _joined(
        self, faces: list[FaceDetection], others: Sequence[FaceDetection]
    ) -> list[FaceDetection]:
        """Return the faces, and those of the others that are not among them."""
        return faces + [face for face in others if not self._among(faces, face.box)]

    def _among(self, faces: Sequence[FaceDetection], box: Box) -> bool:
        return any(iou(box, face.box) > self._SAME for face in faces)

    def _is_due(self, time: float, idle: bool) -> bool:
        every = self._options.idle_every if idle else self._options.full_every
        # Half a millisecond of grace, so that jitter in the times never skips a search.
        return time >= self._last_full + every - 5e-4

    def _look_closer(self, image: Pixels, boxes: Sequence[Box]) -> list[FaceDetection]:
        return distinct([face for box in boxes for face in self._look_around(image, box)])

    def _look_around(self, image: Pixels, box: Box) -> list[FaceDetection]:
        region = square_around(box, self._options.region)
        side = max(1, min(self._options.region_side, round(region.width)))
        scale = region.width / side
        view = cut_out(image, region, side, side)
        smallest = self._SHRINK / self._options.region
        found = self._detector.detect(view, smallest)
        return [moved(face, scale, region.x, region.y) for face in found]
