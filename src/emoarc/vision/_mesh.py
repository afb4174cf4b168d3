"""The points that emoarc marks on a face: a subset of the 468 of the MediaPipe face mesh.

Numbers are rows of a `Landmarks.points`, unless said to be of the mesh. Right and left are the
person's own: the right eye lies on the left of the picture. Each group runs as a pen would draw it;
those of one side mirror those of the other, point by point.

Topology: Kartynnik et al. 2019, "Real-time facial surface geometry from monocular video on mobile
GPUs"; each group was drawn on pictures and looked at.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from emoarc.types import Box

__all__ = [
    "FACE_OVAL",
    "FLIPPED",
    "INNER_LIPS",
    "LEFT_BROW",
    "LEFT_EYE",
    "MESH_POINTS",
    "MIDLINE",
    "NOSE",
    "OUTER_LIPS",
    "RIGHT_BROW",
    "RIGHT_EYE",
    "RIGID",
    "SKIN",
    "face_box",
    "five_points",
    "interocular",
]

_GROUPS: Final[dict[str, tuple[int, ...]]] = {
    "oval": (10, 67, 54, 162, 234, 132, 172, 150, 176, 152, 400, 379, 397, 361, 454, 389, 284, 297),
    "right_brow": (70, 63, 105, 66, 107),
    "left_brow": (300, 293, 334, 296, 336),
    "right_eye": (33, 160, 159, 158, 133, 153, 145, 144),
    "left_eye": (263, 387, 386, 385, 362, 380, 374, 373),
    "nose": (168, 6, 195, 4, 2, 129, 98, 327, 358),
    "outer_lips": (61, 40, 37, 0, 267, 270, 291, 321, 314, 17, 84, 91),
    "inner_lips": (78, 81, 13, 311, 308, 402, 14, 178),
    "skin": (151, 9, 117, 50, 205, 346, 280, 425, 199),
}
"""Points of the mesh, by group."""

MESH_POINTS: Final = tuple(point for group in _GROUPS.values() for point in group)
"""For each of our 82 points, its number in the mesh."""


def _rows(*mesh: int) -> tuple[int, ...]:
    return tuple(MESH_POINTS.index(point) for point in mesh)


FACE_OVAL: Final = _rows(*_GROUPS["oval"])
"""From the middle of the hairline down the person's right cheek, over the chin, up the left."""
RIGHT_BROW: Final = _rows(*_GROUPS["right_brow"])
"""The upper edge, from the temple inwards."""
LEFT_BROW: Final = _rows(*_GROUPS["left_brow"])
RIGHT_EYE: Final = _rows(*_GROUPS["right_eye"])
"""Outer corner, three of the upper lid, inner corner, three of the lower lid."""
LEFT_EYE: Final = _rows(*_GROUPS["left_eye"])
NOSE: Final = _rows(*_GROUPS["nose"])
"""Three of the bridge, the tip, the base; right wing and nostril, left nostril and wing."""
OUTER_LIPS: Final = _rows(*_GROUPS["outer_lips"])
"""Right corner, five of the upper lip, left corner, five of the lower lip."""
INNER_LIPS: Final = _rows(*_GROUPS["inner_lips"])
"""Right corner, three of the upper lip, left corner, three of the lower lip."""
SKIN: Final = _rows(*_GROUPS["skin"])
"""Forehead, between the brows, three of the right cheek, three of the left cheek, chin."""

MIDLINE: Final = _rows(10, 151, 9, 168, 6, 195, 4, 2, 0, 13, 14, 17, 199, 152)
"""What lies on the axis of the face, from the hairline to the chin."""
RIGID: Final = _rows(
    10, 67, 54, 162, 234, 297, 284, 389, 454, 151, 9, 33, 133, 263, 362, 168, 6, 195, 4, 2, 129, 358
)
"""What neither speech nor expression moves much: forehead, temples, corners of the eyes, nose."""

_SIDES: Final = (
    (67, 297), (54, 284), (162, 389), (234, 454), (132, 361), (172, 397), (150, 379), (176, 400),
    (70, 300), (63, 293), (105, 334), (66, 296), (107, 336),
    (33, 263), (160, 387), (159, 386), (158, 385), (133, 362), (153, 380), (145, 374), (144, 373),
    (129, 358), (98, 327), (61, 291), (40, 270), (37, 267), (91, 321), (84, 314),
    (78, 308), (81, 311), (178, 402), (117, 346), (50, 280), (205, 425),
)  # fmt: skip
"""Pairs of mesh points that a mirror exchanges."""


def _flipped() -> tuple[int, ...]:
    other = {a: b for pair in _SIDES for a, b in (pair, pair[::-1])}
    return _rows(*(other.get(point, point) for point in MESH_POINTS))


FLIPPED: Final = _flipped()
"""In a mirrored picture, row i of the points is what was row `FLIPPED[i]` before."""

_FIVE: Final = (RIGHT_EYE, LEFT_EYE, _rows(4), _rows(61), _rows(291))


_WIDER: Final = 0.98
_HIGHER: Final = 1.10
"""Sides of a face's box over those of its points' extent."""
_RISE: Final = 0.042
"""How far, in heights of that extent, the middle of the box lies above its middle."""


def five_points(points: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return right eye, left eye, tip of the nose, right and left corner of the mouth.

    Args:
        points: (n, 2 or 3), one row for each of `MESH_POINTS`.

    Returns:
        (5, 2) in the unit of the points, as `FaceDetection.points`; an eye is its lids' mean.
    """
    means = [points[list(rows), :2].mean(axis=0) for rows in _FIVE]
    return np.stack(means).astype(np.float32)


def face_box(points: NDArray[np.floating]) -> Box:
    """Return the box in which YuNet would put a face, from its points.

    Medians over 1362 of its boxes, of faces 16 to 160 pixels wide in pictures that the networks
    learn from: the points' extent, higher by a part of the forehead.

    Args:
        points: (n, 2 or 3), one row for each of `MESH_POINTS`.
    """
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    (x, y), (width, height) = (low + high) / 2, high - low
    y -= _RISE * height
    width, height = _WIDER * width, _HIGHER * height
    return Box(*map(float, (x - width / 2, y - height / 2, width, height)))


def interocular(points: NDArray[Any]) -> NDArray[Any]:
    """Return the distance between the outer corners of the eyes, all coordinates taken.

    Args:
        points: (..., n, 2 or 3).
    """
    span = points[..., RIGHT_EYE[0], :] - points[..., LEFT_EYE[0], :]
    return np.sqrt((span**2).sum(axis=-1))
