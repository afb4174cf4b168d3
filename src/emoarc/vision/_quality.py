"""How far a face crop can be trusted."""

import math

import numpy as np
from numpy.typing import NDArray

from emoarc.vision._geometry import Pixels
from emoarc.vision._opencv import laplacian, shrink, to_gray

__all__ = ["DEFICITS", "face_deficits", "face_quality"]

_SIDE = 48
"""Sharpness is measured at one size, that of FER2013 images, so that it means the same for all."""

DEFICITS = ("small", "blurred", "flat", "badly lit", "doubtful", "turned", "nodding")
"""What `face_deficits` measures, in order."""

_WEIGHTS: NDArray[np.float64] = np.array([0.37, 0.19, 0.1, 0.25, 1.7, 0.2, 1.17])
_BIAS = 1.94
"""Means of what `bench/face_quality.py` fits to FER+'s Valid split, made worse at random, with two
expression models and two detectors (YuNet and ours): each pair is rated as well by the means as by
its own fit, and the pack and pipeline of today nearly so (docs/results/face-quality.json)."""

_GUESS = 0.35
"""Share that is right where nothing is seen, by knowing what is frequent."""


def face_quality(
    crop: Pixels, size: float, score: float, points: NDArray[np.floating] | None = None
) -> float:
    """Rate a face crop from 0 (tells nothing) to 1 (as good as the expression model can use).

    How probable it is that the model is right, by a logistic function of seven deficits, as a share
    of what it gains over guessing on a face without any. Below what it was fitted to it falls to 0:
    for crops of nearly one grey and for faces of less than six pixels.

    Args:
        crop: The aligned face, RGB.
        size: Side of the face in the original picture, pixels.
        score: How probable it is that it is a face, by detector and landmarks, in [0, 1].
        points: The five points, in any unit; without them the face counts as turned to the camera.
    """
    deficits = face_deficits(crop, size, score, points)
    right, best = _logistic(_BIAS - float(_WEIGHTS @ deficits)), _logistic(_BIAS)
    quality = max((right - _GUESS) / (best - _GUESS), 0.0)
    contrast = 30 * 2 ** -deficits[DEFICITS.index("flat")]
    return quality * _ramp(size, 3, 6) * _ramp(contrast, 1, 3)


def face_deficits(
    crop: Pixels, size: float, score: float, points: NDArray[np.floating] | None = None
) -> NDArray[np.float64]:
    """Measure what is wrong with a face; 0 is nothing, shape (7,), in the order of `DEFICITS`.

    - small: octaves below 32 pixels, from where on accuracy falls;
    - blurred: octaves of the deviation of the Laplacian, contrast set to one, below 0.3;
    - flat: octaves of the deviation of the grey levels below 30;
    - badly lit: how far the mean grey level is from 70 to 190, in units of 60;
    - doubtful: one minus the score;
    - turned: how far the nose is from the line between the middles of eyes and mouth, in distances
      of the eyes, less 0.1;
    - nodding: how far the share of the nose on the way from eyes to mouth is from one half, less
      0.1.
    """
    gray = shrink(to_gray(crop), _SIDE, _SIDE).astype(np.float64)
    mean, contrast = float(gray.mean()), float(gray.std())
    edges = float(laplacian((gray - mean) / max(contrast, 1.0)).std())
    turned, nodding = _pose(points) if points is not None else (0.0, 0.0)
    values = (
        _octaves_below(size, 32),
        _octaves_below(edges, 0.3),
        _octaves_below(contrast, 30),
        max(abs(mean - 130) - 60, 0.0) / 60,
        1 - min(max(score, 0.0), 1.0),
        max(abs(turned) - 0.1, 0.0),
        max(abs(nodding) - 0.1, 0.0),
    )
    return np.array(values)


def _pose(points: NDArray[np.floating]) -> tuple[float, float]:
    """Return where the nose lies across and along the line from the eyes' middle to the mouth's."""
    spots = points[:, 0].astype(complex) + 1j * points[:, 1]
    eyes, mouth = spots[:2].mean(), spots[3:].mean()
    width, height = abs(spots[1] - spots[0]), abs(mouth - eyes)
    along = (spots[2] - eyes) * (mouth - eyes).conjugate() / max(height, 1e-6)
    return along.imag / max(width, 1e-6), along.real / max(height, 1e-6) - 0.5


def _octaves_below(value: float, good: float) -> float:
    return max(math.log2(good / max(value, good / 256)), 0.0)


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def _ramp(value: float, zero: float, one: float) -> float:
    """Rise linearly from 0 at `zero` to 1 at `one`, and stay there."""
    return min(max((value - zero) / (one - zero), 0.0), 1.0)
