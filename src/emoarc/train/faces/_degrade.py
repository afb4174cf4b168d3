"""What cameras, light and codecs do to pictures."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["degraded"]

_cv: Any = cv2


def degraded(image: NDArray[np.uint8], generator: np.random.Generator) -> NDArray[np.uint8]:
    """Spoil a picture by chance: light, colour, blur, resolution, noise, compression.

    Args:
        image: RGB, shape (height, width, 3).
        generator: Draws how.

    Returns:
        A picture of the same shape.
    """
    for chance, spoil in (
        (0.7, _relight), (0.2, _blur), (0.15, _coarsen), (0.3, _grain), (0.4, _compress),
    ):  # fmt: skip
        if generator.random() < chance:
            image = spoil(image, generator)
    return image


def _relight(image: NDArray[np.uint8], generator: np.random.Generator) -> NDArray[np.uint8]:
    levels = np.arange(256)[:, None] / 255
    gamma = np.exp(generator.normal(0, 0.35))
    gain = np.exp(generator.normal(0, 0.25)) * np.exp(generator.normal(0, 0.06, 3))
    low = generator.uniform(0, 40) * (generator.random() < 0.3)
    table = np.clip(low + (255 - low) * gain * levels**gamma, 0, 255).astype(np.uint8)
    return _cv.LUT(image, table.reshape(1, 256, 3))


def _blur(image: NDArray[np.uint8], generator: np.random.Generator) -> NDArray[np.uint8]:
    if generator.random() < 0.5:
        return _cv.GaussianBlur(image, (0, 0), generator.uniform(0.4, 2))
    length = int(generator.integers(2, 8))
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1 / length
    turn = _cv.getRotationMatrix2D((length / 2 - 0.5,) * 2, float(generator.uniform(0, 180)), 1)
    kernel = _cv.warpAffine(kernel, turn, (length, length))
    return _cv.filter2D(image, -1, kernel / max(kernel.sum(), 1e-3))


def _coarsen(image: NDArray[np.uint8], generator: np.random.Generator) -> NDArray[np.uint8]:
    height, width = image.shape[:2]
    factor = generator.uniform(0.4, 0.9)
    small = _cv.resize(image, None, fx=factor, fy=factor, interpolation=_cv.INTER_AREA)
    return _cv.resize(small, (width, height), interpolation=_cv.INTER_LINEAR)


def _grain(image: NDArray[np.uint8], generator: np.random.Generator) -> NDArray[np.uint8]:
    channels = 1 if generator.random() < 0.5 else 3
    shape = (*image.shape[:2], channels)
    noise = generator.standard_normal(shape, np.float32) * generator.uniform(1, 15)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def _compress(image: NDArray[np.uint8], generator: np.random.Generator) -> NDArray[np.uint8]:
    quality = [_cv.IMWRITE_JPEG_QUALITY, int(generator.integers(25, 95))]
    return _cv.imdecode(_cv.imencode(".jpg", image, quality)[1], _cv.IMREAD_COLOR)
