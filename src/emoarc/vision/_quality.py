"""How far a face crop can be trusted."""

import numpy as np

from emoarc.vision._geometry import Pixels
from emoarc.vision._opencv import laplacian, shrink, to_gray

__all__ = ["face_quality"]

_SIDE = 48
"""Sharpness is measured at one size, that of FER2013 images, so that it means the same for all."""


def face_quality(crop: Pixels, size: float, score: float) -> float:
    """Rate a face crop from 0 (tells nothing) to 1 (as good as the expression model can use).

    The product of five ramps, each from 0 at the first value to 1 at the second:

    - size of the face in the picture: 12 to 48 pixels, the size of the training images;
    - contrast, the standard deviation of the grey levels: 5 to 25;
    - exposure, the mean grey level: 10 to 40, and falling from 245 to 225;
    - sharpness, the variance of the Laplacian of the contrast-normalised crop: 0 to 0.1;
    - the detector's score: -0.5 to 0.5, so that a doubtful detection halves the quality.

    Args:
        crop: The aligned face, RGB.
        size: Side of the face in the original picture, pixels.
        score: The detector's confidence in [0, 1].
    """
    gray = shrink(to_gray(crop), _SIDE, _SIDE).astype(np.float64)
    mean, contrast = float(gray.mean()), float(gray.std())
    edges = laplacian((gray - mean) / max(contrast, 1.0))
    return (
        _ramp(size, 12, 48)
        * _ramp(contrast, 5, 25)
        * _ramp(mean, 10, 40)
        * _ramp(mean, 245, 225)
        * _ramp(float(edges.var()), 0, 0.1)
        * _ramp(score, -0.5, 0.5)
    )


def _ramp(value: float, zero: float, one: float) -> float:
    """Rise linearly from 0 at `zero` to 1 at `one`, which may be the smaller, and stay there."""
    return min(max((value - zero) / (one - zero), 0.0), 1.0)
