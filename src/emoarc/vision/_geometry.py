"""Moving between an image, the views cut from it, and boxes. The one place that warps pixels."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emoarc.errors import OptionError
from emoarc.types import Box, FaceDetection
from emoarc.vision._opencv import affine, shrink

__all__ = [
    "Matrix",
    "Pixels",
    "check_rgb",
    "cut_out",
    "enlarge",
    "iou",
    "moved",
    "square_around",
    "warp",
]

Pixels = NDArray[np.uint8]
"""An RGB image, shape (height, width, 3)."""

Matrix = NDArray[np.float64]
"""An affine map (x, y, 1) -> (x', y') of pixel edges, shape (2, 3)."""


def check_rgb(image: Any, where: str) -> None:
    """Refuse what is no RGB picture before it confuses a network.

    Raises:
        OptionError: It is none; the message begins with `where`.
    """
    kind, shape = getattr(image, "dtype", None), getattr(image, "shape", ())
    if kind != np.uint8 or len(shape) != 3 or shape[2] != 3 or 0 in shape:
        found = type(image).__name__ if kind is None else f"{kind} of shape {shape}"
        raise OptionError(f"{where}: give uint8 RGB (height, width, 3), not {found}")


def iou(a: Box, b: Box) -> float:
    """Intersection over union of two boxes, in [0, 1]."""
    width = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    height = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    shared = max(width, 0.0) * max(height, 0.0)
    union = a.area + b.area - shared
    return shared / union if union > 0 else 0.0


def enlarge(box: Box, factor: float) -> Box:
    """Scale a box about its centre."""
    x, y = box.center
    width, height = box.width * factor, box.height * factor
    return Box(x - width / 2, y - height / 2, width, height)


def square_around(box: Box, factor: float = 1.0) -> Box:
    """Return the square with the box's centre whose side is `factor` times its longer side."""
    x, y = box.center
    side = factor * max(box.width, box.height)
    return Box(x - side / 2, y - side / 2, side, side)


def moved(detection: FaceDetection, scale: float, dx: float, dy: float) -> FaceDetection:
    """Map a detection that has no landmarks yet by (x, y) -> (scale x + dx, scale y + dy)."""
    box = detection.box
    points = detection.points
    return replace(
        detection,
        box=Box(scale * box.x + dx, scale * box.y + dy, scale * box.width, scale * box.height),
        points=None if points is None else (scale * points + (dx, dy)).astype(np.float32),
    )


def cut_out(image: Pixels, box: Box, width: int, height: int) -> Pixels:
    """Resample what a box shows to (height, width, 3), edges repeated where it leaves the image."""
    sx, sy = width / box.width, height / box.height
    return warp(image, np.array([[sx, 0, -sx * box.x], [0, sy, -sy * box.y]]), width, height)


def warp(image: Pixels, matrix: Matrix, width: int, height: int) -> Pixels:
    """Resample an image through an affine map from its pixels to those of the result.

    Bilinear, and area-averaged first where the map shrinks by more than two, so that large faces
    do not alias; only the part the result shows is touched. Edges are repeated outside the image.
    """
    part, x, y = _visible_part(image, matrix, width, height)
    step = max(1, int(1 / math.sqrt(abs(np.linalg.det(matrix[:, :2])))))
    small = part
    if step > 1:
        small = shrink(part, max(1, part.shape[1] // step), max(1, part.shape[0] // step))
    sx, sy = part.shape[1] / small.shape[1], part.shape[0] / small.shape[0]
    to_image = np.array([[sx, 0, x], [0, sy, y], [0, 0, 1]])
    return affine(small, _between_centers(matrix @ to_image), width, height)


def _visible_part(
    image: Pixels, matrix: Matrix, width: int, height: int
) -> tuple[Pixels, int, int]:
    """The part of the image the warped result shows, with a margin, and its top left corner."""
    inverse = np.linalg.inv(np.vstack([matrix, [0, 0, 1]]))
    corners = inverse @ np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]])
    margin = 2 + 2 / math.sqrt(abs(np.linalg.det(matrix[:, :2])))
    limits = np.array([[image.shape[1]], [image.shape[0]]])
    low = np.floor(corners[:2].min(axis=1, keepdims=True) - margin)
    high = np.ceil(corners[:2].max(axis=1, keepdims=True) + margin)
    # A view wholly outside the image still shows the edge it lies beyond.
    (x0, y0), (x1, y1) = (
        np.clip(low, 0, limits - 1)[:, 0].astype(int),
        np.clip(high, 1, limits)[:, 0].astype(int),
    )
    return image[y0:y1, x0:x1], int(x0), int(y0)


def _between_centers(matrix: Matrix) -> Matrix:
    """Turn a map between pixel edges into OpenCV's map between pixel centres."""
    result = matrix.copy()
    result[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5
    return result
