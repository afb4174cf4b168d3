"""Finding faces in one image."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from emoarc.types import Box, FaceDetection
from emoarc.vision._geometry import Pixels, check_rgb, cut_out, iou, moved, square_around
from emoarc.vision._opencv import Cascade, to_gray

__all__ = ["FaceDetector", "HaarDetector", "HaarOptions", "distinct"]


class FaceDetector(Protocol):
    """Whatever finds faces in an image, however large or small the image is."""

    quick: bool
    """Whether it is fast enough to search every frame whole."""

    def detect(self, image: Pixels, smallest: float = 0.0) -> list[FaceDetection]:
        """Return the faces in an RGB image, shape (height, width, 3), best score first.

        Faces smaller than `smallest`, a share of the image's shorter side, need not be looked
        for. The same image gives the same answer: a detector remembers nothing between calls.
        """
        ...


@dataclass(frozen=True)
class HaarOptions:
    """How thoroughly Haar cascades search."""

    side: int = 360
    """Images are shrunk to the area of a square of this side, 480 x 270 for a wide picture; the
    smallest face the cascades can find there is 24 pixels wide."""
    step: float = 1.15
    """Ratio of neighbouring scales; nearer to one is more thorough and slower."""
    neighbors: int = 2
    """How many overlapping hits make a candidate; fewer find more faces and more false ones."""
    floor: float = 0.3
    """Candidates with a lower score are not reported."""


class HaarDetector:
    """Viola-Jones detection by boosted cascades that must agree.

    OpenCV's `frontalface_default` proposes; `frontalface_alt2` and `frontalface_alt`, trained
    apart from it, look at each candidate again, as it is and mirrored. Of 370 candidates in real
    clips at least three of these four looks said yes to 99 % of the faces and to none of the
    false alarms. The score is the mean of the share of looks that agree and of the margin by
    which the proposer was passed, mapped to [0, 1].

    Cascades need some background around a face. An image in which they find nothing, or a face
    that nearly fills it, is therefore searched once more with its edges extended.

    Sources: Viola & Jones 2001, "Rapid object detection using a boosted cascade of simple
    features"; Lienhart & Maydt 2002, "An extended set of Haar-like features".
    """

    quick = False

    _PADDING = 0.25
    """Edge added on each side in the second search, relative to the image's shorter side."""
    _TIGHT = 0.75
    """Share of the image's shorter side from which a face may be larger than it was found."""
    _LOOK = 44
    """Pixels to which a candidate is brought to be looked at again."""
    _SURE = 8.0
    """Margin of the proposer that counts in full: half of the faces in real clips have it."""

    def __init__(self, options: HaarOptions | None = None) -> None:
        self._options = options or HaarOptions()
        self._proposer = Cascade("frontalface_default")
        self._judges = Cascade("frontalface_alt2"), Cascade("frontalface_alt")

    def detect(self, image: Pixels, smallest: float = 0.0) -> list[FaceDetection]:
        """Return the faces in an RGB image, shape (height, width, 3), best score first.

        Faces smaller than `smallest`, a share of the image's shorter side, are not looked for.

        Raises:
            OptionError: The image is not RGB of uint8.
        """
        check_rgb(image, "detect")
        height, width = image.shape[:2]
        short = min(width, height)
        faces = self._search(image, Box(0, 0, width, height), smallest * short)
        if faces and max(face.box.width for face in faces) < self._TIGHT * short:
            return faces
        pad = self._PADDING * short
        wider = Box(-pad, -pad, width + 2 * pad, height + 2 * pad)
        return self._search(image, wider, max(smallest, 0.5) * short) or faces

    def _search(self, image: Pixels, view: Box, smallest: float) -> list[FaceDetection]:
        """Search what `view` shows of the image for faces of at least `smallest` pixels."""
        scale = min(1.0, self._options.side / math.sqrt(view.area))
        size = max(1, round(view.width * scale)), max(1, round(view.height * scale))
        gray = to_gray(cut_out(image, view, *size))
        low = max(24, round(smallest * scale))
        options = self._options
        proposals = self._proposer.search(gray, (low, max(size)), options.step, options.neighbors)
        scored = [FaceDetection(box, self._score(gray, box, margin)) for box, margin in proposals]
        kept = distinct([face for face in scored if face.score >= options.floor])
        return [moved(face, view.width / size[0], view.x, view.y) for face in kept]

    def _score(self, gray: NDArray[np.uint8], box: Box, margin: float) -> float:
        """Look at a candidate again, four times; return how credible it is, in [0, 1]."""
        side = round(1.6 * self._LOOK)
        patch = cut_out(gray, square_around(box, 1.6), side, side)
        sizes = round(0.65 * self._LOOK), round(1.5 * self._LOOK)
        looks = [
            bool(judge.search(view, sizes, step=1.2, neighbors=1))
            for view in (patch, np.ascontiguousarray(patch[:, ::-1]))
            for judge in self._judges
        ]
        return (min(max(margin / self._SURE, 0.0), 1.0) + sum(looks) / len(looks)) / 2


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
