"""Finding faces in one image."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from emoarc.types import Box, FaceDetection
from emoarc.vision._geometry import Pixels, cut_out, iou, moved, square_around
from emoarc.vision._opencv import Cascade, to_gray

__all__ = ["FaceDetector", "HaarDetector", "HaarOptions", "distinct"]


class FaceDetector(Protocol):
    """Whatever finds faces in an image, however large or small the image is."""

    def detect(self, image: Pixels) -> list[FaceDetection]:
        """Return the faces in an RGB image, shape (height, width, 3), best score first.

        The same image gives the same answer: a detector remembers nothing between calls.
        """
        ...


@dataclass(frozen=True)
class HaarOptions:
    """How thoroughly Haar cascades search."""

    side: int = 480
    """Images are shrunk until their longer side has this many pixels; the smallest face the
    cascades can find is 24 pixels of that."""
    step: float = 1.15
    """Ratio of neighbouring scales; nearer to one is more thorough and slower."""
    neighbors: int = 2
    """How many overlapping hits make a candidate; fewer find more faces and more false ones."""
    floor: float = 0.3
    """Candidates with a lower score are not reported."""


class HaarDetector:
    """Viola-Jones detection by two boosted cascades that must agree.

    OpenCV's `frontalface_default` proposes; `frontalface_alt2`, trained apart from it, looks at
    each candidate again. On real clips the second look kept 97 % of the faces and 6 % of the
    false alarms. The score is the mean of both cascades' margins, each mapped to [0, 1].

    Cascades need some background around a face, so an image in which nothing was found is
    searched once more with its edges extended, for faces that fill it.

    Sources: Viola & Jones 2001, "Rapid object detection using a boosted cascade of simple
    features"; Lienhart & Maydt 2002, "An extended set of Haar-like features".
    """

    _PADDING = 0.25
    """Edge added on each side in the second search, relative to the image's shorter side."""

    def __init__(self, options: HaarOptions | None = None) -> None:
        self._options = options or HaarOptions()
        self._proposer = Cascade("frontalface_default")
        self._verifier = Cascade("frontalface_alt2")

    def detect(self, image: Pixels) -> list[FaceDetection]:
        """Return the faces in an RGB image, shape (height, width, 3), best score first."""
        height, width = image.shape[:2]
        faces = self._search(image, Box(0, 0, width, height), smallest=0.0)
        if faces:
            return faces
        pad = self._PADDING * min(width, height)
        wider = Box(-pad, -pad, width + 2 * pad, height + 2 * pad)
        return self._search(image, wider, smallest=0.5 * min(width, height))

    def _search(self, image: Pixels, view: Box, smallest: float) -> list[FaceDetection]:
        """Search what `view` shows of the image for faces of at least `smallest` pixels."""
        scale = min(1.0, self._options.side / max(view.width, view.height))
        size = max(1, round(view.width * scale)), max(1, round(view.height * scale))
        gray = to_gray(cut_out(image, view, *size))
        low = max(24, round(smallest * scale))
        options = self._options
        proposals = self._proposer.search(gray, (low, max(size)), options.step, options.neighbors)
        scored = [
            FaceDetection(box, (_share(margin, 0, 10) + self._second_look(gray, box)) / 2)
            for box, margin in proposals
        ]
        kept = distinct([face for face in scored if face.score >= self._options.floor])
        return [moved(face, view.width / size[0], view.x, view.y) for face in kept]

    def _second_look(self, gray: NDArray[np.uint8], box: Box, face: int = 36) -> float:
        """How sure the verifier is, in [0, 1], that there is a face of about this box."""
        side = round(1.6 * face)
        patch = cut_out(gray, square_around(box, 1.6), side, side)
        sizes = round(0.65 * face), round(1.5 * face)
        found = self._verifier.search(patch, sizes, self._options.step, neighbors=1)
        return max((_share(margin, 53, 58) for _, margin in found), default=0.0)


def distinct(faces: Sequence[FaceDetection]) -> list[FaceDetection]:
    """Keep, best first, the faces that no better one overlaps or holds the centre of."""
    # Cascades search in threads: the order they report in is not the same twice.
    order = sorted(faces, key=lambda face: (-face.score, face.box.x, face.box.y))
    kept: list[FaceDetection] = []
    for face in order:
        if not any(iou(face.box, other.box) > 0.3 or _inside(face, other) for other in kept):
            kept.append(face)
    return kept


def _inside(face: FaceDetection, other: FaceDetection) -> bool:
    """Whether either box holds the other's centre."""
    (ax, ay), (bx, by) = face.box.center, other.box.center
    reach_x = max(face.box.width, other.box.width) / 2
    reach_y = max(face.box.height, other.box.height) / 2
    return abs(ax - bx) < reach_x and abs(ay - by) < reach_y


def _share(value: float, low: float, high: float) -> float:
    """Map [low, high] to [0, 1], clipped."""
    return min(max((value - low) / (high - low), 0.0), 1.0)
