"""Held-out faces at full size and shrunken, as a detector would hand them over."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from emoarc.train.faces._face_views import MARGIN
from emoarc.train.faces._marks import Marks
from emoarc.train.faces._pictures import Picture
from emoarc.types import Box, FaceDetection
from emoarc.vision._face_frame import frame_of, to_frame, to_shares
from emoarc.vision._geometry import Pixels, warp
from emoarc.vision._opencv import shrink, to_gray

__all__ = ["HeldOutFace", "HeldOutView", "held_out_faces", "held_out_view"]


@dataclass(frozen=True)
class HeldOutFace:
    """A picture, where the detecting teacher says the face is, and where the mesh teacher says the
    points are, in pixels of this picture.
    """  # noqa: D205

    image: Pixels
    detection: FaceDetection
    points: NDArray[np.float32]

    def shrunk(self, size: float) -> "HeldOutFace":
        """Return the picture shrunk until the face's box is `size` pixels; larger ones only."""
        height, width = self.image.shape[:2]
        box = self.detection.box
        scale = size / max(box.width, box.height)
        if scale >= 1:
            return self
        small = max(1, round(scale * width)), max(1, round(scale * height))
        sx, sy = small[0] / width, small[1] / height
        five = self.detection.points
        detection = replace(
            self.detection,
            box=Box(sx * box.x, sy * box.y, sx * box.width, sy * box.height),
            points=None if five is None else (five * (sx, sy)).astype(np.float32),
        )
        points = (self.points * (sx, sy, sx)).astype(np.float32)
        return HeldOutFace(shrink(self.image, *small), detection, points)


@dataclass(frozen=True)
class HeldOutView:
    """Crops of faces at one size, and their points."""

    name: str
    crops: NDArray[np.uint8]
    """Grey, (n, side, side)."""
    points: NDArray[np.float32]
    """(n, 82, 3), in shares of the side from the centre."""


def held_out_faces(pictures: Sequence[Picture], marks: Marks) -> list[HeldOutFace]:
    """Join pictures and what the teachers said of them."""
    images = {picture.name: picture for picture in pictures}
    return [
        HeldOutFace(images[name].image, FaceDetection(Box(*map(float, box)), 1.0, five), points)
        for name, box, five, points in zip(
            marks.names, marks.boxes, marks.five, marks.points, strict=True
        )
    ]


def held_out_view(
    name: str, faces: Sequence[HeldOutFace], side: int, size: float | None = None
) -> HeldOutView:
    """Cut the faces out, of pictures shrunk to faces of `size` pixels where it is given."""
    shown = [face if size is None else face.shrunk(size) for face in faces]
    crops: list[NDArray[np.uint8]] = []
    points: list[NDArray[np.float32]] = []
    for face in shown:
        matrix = frame_of(face.detection).matrix(side, MARGIN)
        crops.append(warp(to_gray(face.image), matrix, side, side))
        points.append(to_shares(to_frame(face.points, matrix), side))
    return HeldOutView(name, np.stack(crops), np.stack(points))
