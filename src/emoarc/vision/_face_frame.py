"""The upright square about a face that networks look at."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from emoarc.types import FaceDetection
from emoarc.vision._geometry import Matrix
from emoarc.vision._mesh import five_points

__all__ = [
    "FaceFrame",
    "frame_around",
    "frame_of",
    "to_frame",
    "to_image",
    "to_pixels",
    "to_shares",
    "turn_of",
]

_CENTER: Final = np.array([0.5, 0.5, 0.0])
"""Of a crop of side 1."""

_BOX_SIDE = 0.93
"""Side of the rectangle about the 82 points over the longer side of a detector's box: the median
for YuNet's on 4,000 pictures (1 to 99 %: 0.82 to 1.06)."""
_BOX_SHIFT = 0.04
"""By how much of that side the box's centre lies above the rectangle's, the median there."""


@dataclass(frozen=True)
class FaceFrame:
    """A square, turned with the face."""

    x: float
    """Centre in pixels of the image, pixel edges counted."""
    y: float
    side: float
    """In pixels of the image."""
    turn: float
    """Radians; positive where the face is turned clockwise in the picture."""

    def matrix(self, size: int, margin: float = 1.0) -> Matrix:
        """Return the map (2, 3) from the image to a crop of `size` pixels, `margin` as wide."""
        scale = size / (margin * self.side)
        cos, sin = scale * math.cos(self.turn), scale * math.sin(self.turn)
        rotation = np.array([[cos, sin], [-sin, cos]])
        return np.column_stack([rotation, size / 2 - rotation @ (self.x, self.y)])


def frame_of(detection: FaceDetection) -> FaceFrame:
    """Frame a detected face, as `frame_around` would frame its points; upright if it has none."""
    box, five = detection.box, detection.points
    turn = 0.0 if five is None else turn_of(five)
    side = _BOX_SIDE * max(box.width, box.height)
    x, y = box.center
    down = _BOX_SHIFT * side
    return FaceFrame(x - down * math.sin(turn), y + down * math.cos(turn), side, turn)


def frame_around(points: NDArray[np.floating]) -> FaceFrame:
    """Frame the points of a face, (82, 2 or 3): the longer side of their upright rectangle."""
    turn = turn_of(five_points(points))
    cos, sin = math.cos(turn), math.sin(turn)
    rotation = np.array([[cos, sin], [-sin, cos]])
    upright = points[:, :2] @ rotation.T
    low, high = upright.min(axis=0), upright.max(axis=0)
    x, y = (low + high) / 2 @ rotation
    return FaceFrame(float(x), float(y), float((high - low).max()), turn)


def turn_of(five: NDArray[np.floating]) -> float:
    """Return by how much the line between the eyes of five points is turned, in radians."""
    across = five[1] - five[0]
    return math.atan2(float(across[1]), float(across[0]))


def to_frame(points: NDArray[np.floating], matrix: Matrix) -> NDArray[np.float32]:
    """Map points (n, 3) of the image into the crop of `matrix`; z is scaled alike."""
    scale = math.sqrt(abs(np.linalg.det(matrix[:, :2])))
    flat = points[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    return np.column_stack([flat, scale * points[:, 2]]).astype(np.float32)


def to_shares(points: NDArray[np.floating], side: int) -> NDArray[np.float32]:
    """Turn points (n, 3) in pixels of a crop into shares of its side from its centre."""
    return (points / side - _CENTER).astype(np.float32)


def to_pixels(shares: NDArray[np.floating], side: int) -> NDArray[np.float32]:
    """Undo `to_shares`."""
    return ((shares + _CENTER) * side).astype(np.float32)


def to_image(points: NDArray[np.floating], matrix: Matrix) -> NDArray[np.float32]:
    """Map points (n, 3) of a crop back to the image it was cut from by `matrix`."""
    inverse = np.asarray(np.linalg.inv(matrix[:, :2]), np.float64)
    return to_frame(points, np.column_stack([inverse, -inverse @ matrix[:, 2]]))
