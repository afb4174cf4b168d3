"""Cutting a face out the way the expression model was taught to see faces."""

import numpy as np
from numpy.typing import NDArray

from emoarc.types import FaceDetection
from emoarc.vision._geometry import Matrix, Pixels, cut_out, square_around, warp

__all__ = ["align_face", "align_points", "framing"]

_BOX_MARGIN = 1.03
"""Side of the crop over that of the box. FER2013 faces were cut out by a Haar cascade: on 400 of
its validation images OpenCV's cascades put a box of 0.97 of the image's side in its middle."""

_POINTS: NDArray[np.float64] = np.array(
    [[0.316, 0.385], [0.679, 0.382], [0.505, 0.569], [0.345, 0.749], [0.656, 0.745]]
)
"""Where the five points lie in a FER2013 image, as shares of its side: the medians of what YuNet
finds on 388 of its validation images. Shape (5, 2)."""


def align_face(image: Pixels, detection: FaceDetection, size: int) -> Pixels:
    """Cut out a face, upright and framed as in FER2013 (brows to chin, ears at the edges).

    With points, the similarity transform (turn, scale, shift) that best puts them where they lie
    on average in FER2013; without, a square about the box. Edges are repeated beyond the image.

    Args:
        image: RGB, shape (height, width, 3).
        detection: A face found in the image.
        size: Side of the result in pixels.

    Returns:
        RGB, shape (size, size, 3).
    """
    if detection.points is None:
        return cut_out(image, square_around(detection.box, _BOX_MARGIN), size, size)
    return warp(image, framing(detection.points, size), size, size)


def framing(points: NDArray[np.floating], size: float) -> Matrix:
    """Return the map, shape (2, 3), from the image of five points to a crop of side `size`."""
    return _similarity(points, _POINTS * size)


def align_points(
    image: Pixels, points: NDArray[np.floating], places: NDArray[np.float64], size: int
) -> Pixels:
    """Turn, scale and shift an image so that its points come to lie, in least squares, at places.

    Args:
        image: RGB, shape (height, width, 3).
        points: In the image, pixels, shape (n, 2).
        places: Where they belong in the result, pixels, shape (n, 2).
        size: Side of the result in pixels.

    Returns:
        RGB, shape (size, size, 3).
    """
    return warp(image, _similarity(points, places), size, size)


def _similarity(source: NDArray[np.floating], target: NDArray[np.float64]) -> Matrix:
    """The turn, scale and shift, shape (2, 3), that in least squares map source onto target.

    In the plane this is one complex division: target = factor * source + shift.
    """
    a, b = _as_complex(source), _as_complex(target)
    centered = a - a.mean()
    factor = complex((centered.conj() * (b - b.mean())).sum() / (np.abs(centered) ** 2).sum())
    shift = complex(b.mean() - factor * a.mean())
    return np.array(
        [[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]]
    )


def _as_complex(points: NDArray[np.floating]) -> NDArray[np.complex128]:
    return points[:, 0].astype(np.complex128) + 1j * points[:, 1]
