"""How much of its accuracy a face model keeps as pictures get worse."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from emoarc.evaluate import accuracy, macro_f1

__all__ = ["FAULTS", "robustness"]

_cv: Any = cv2

Picture = NDArray[np.uint8]
Fault = Callable[[Picture], Picture]


def _coarse(side: int) -> Fault:
    """Bring a picture down to `side` pixels and up again."""

    def apply(picture: Picture) -> Picture:
        small = _cv.resize(picture, (side, side), interpolation=_cv.INTER_AREA)
        return _cv.resize(small, picture.shape[::-1], interpolation=_cv.INTER_LINEAR)

    return apply


def _blurred(sigma: float) -> Fault:
    """Blur; the deviation in pixels of a picture of 48."""
    return lambda picture: _cv.GaussianBlur(picture, (0, 0), sigma * len(picture) / 48)


def _noisy(deviation: float) -> Fault:
    """Add noise of a deviation in grey levels, the same for the same picture."""

    def apply(picture: Picture) -> Picture:
        generator = np.random.default_rng(int(picture.sum()))
        noise = generator.normal(0, deviation, picture.shape)
        return (picture + noise).round().clip(0, 255).astype(np.uint8)

    return apply


def _packed(quality: int) -> Fault:
    """Compress a picture of 48 pixels as JPEG."""

    def apply(picture: Picture) -> Picture:
        small = _cv.resize(picture, (48, 48), interpolation=_cv.INTER_AREA)
        data = _cv.imencode(".jpg", small, [_cv.IMWRITE_JPEG_QUALITY, quality])[1]
        return _cv.resize(_cv.imdecode(data, 0), picture.shape[::-1])

    return apply


def _covered(top: float, bottom: float, left: float, right: float) -> Fault:
    """Cover a rectangle, given in shares of the sides, with an even grey."""

    def apply(picture: Picture) -> Picture:
        result, side = picture.copy(), len(picture)
        y0, y1, x0, x1 = (round(edge * side) for edge in (top, bottom, left, right))
        result[y0:y1, x0:x1] = 128
        return result

    return apply


def _turned(degrees: float) -> Fault:
    """Turn about the middle: what is left when the points were not found."""

    def apply(picture: Picture) -> Picture:
        side = len(picture)
        turn = _cv.getRotationMatrix2D(((side - 1) / 2, (side - 1) / 2), degrees, 1)
        return _cv.warpAffine(picture, turn, (side, side), borderMode=_cv.BORDER_REPLICATE)

    return apply


FAULTS: Mapping[str, Mapping[str, Fault]] = {
    "resolution_pixels": {str(side): _coarse(side) for side in (48, 32, 24, 16)},
    "blur_sigma_pixels": {str(sigma): _blurred(sigma) for sigma in (0.5, 1.0, 2.0, 3.0)},
    "noise_grey_levels": {str(level): _noisy(level) for level in (5, 10, 20, 40)},
    "jpeg_quality": {str(quality): _packed(quality) for quality in (70, 40, 20, 10)},
    "occlusion": {
        "eyes": _covered(0.22, 0.5, 0.05, 0.95),
        "mouth": _covered(0.62, 0.92, 0.15, 0.85),
        "left half": _covered(0.0, 1.0, 0.0, 0.5),
        "right half": _covered(0.0, 1.0, 0.5, 1.0),
    },
    "rotation_degrees": {str(angle): _turned(angle) for angle in (10, 20, 30, 45)},
}
"""Fault → degree → what it does to a framed grey picture (side, side)."""


def robustness(
    answer: Callable[[NDArray[np.uint8]], NDArray[np.floating]],
    pictures: NDArray[np.uint8],
    truth: NDArray[np.integer],
    faults: Mapping[str, Mapping[str, Fault]] = FAULTS,
) -> dict[str, Any]:
    """Measure a model on pictures made worse.

    Args:
        answer: Maps pictures to logits, shape (n, classes).
        pictures: Framed, grey, shape (n, side, side).
        truth: Their classes, shape (n,).
        faults: What to try.
    """
    return {
        "protocol": "FER+ test, majority label, 8 classes, natural prior; each fault on the framed "
        "picture, sizes as if it had 48 pixels",
        "pictures": len(truth),
        "none": _figures(answer(pictures), truth),
        **{
            fault: {
                degree: _figures(answer(np.stack([change(p) for p in pictures])), truth)
                for degree, change in degrees.items()
            }
            for fault, degrees in faults.items()
        },
    }


def _figures(
    logits: NDArray[np.floating], truth: NDArray[np.integer] | Sequence[int]
) -> dict[str, float]:
    labels, predicted = np.asarray(truth), logits.argmax(axis=1)
    return {
        "accuracy": round(accuracy(labels, predicted), 4),
        "macro_f1": round(macro_f1(labels, predicted), 4),
    }
