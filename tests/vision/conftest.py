"""Drawn faces, so that the room can be tested where no real clip is at hand."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
DrawFace = Callable[..., Pixels]


def _blob(x: Any, y: Any, center: tuple[float, float], spread: tuple[float, float]) -> Any:
    return np.exp(-0.5 * (((x - center[0]) / spread[0]) ** 2 + ((y - center[1]) / spread[1]) ** 2))


def _oval(x: Any, y: Any, cy: float, rx: float, ry: float) -> Any:
    inside = 1 - ((x - 0.5) / rx) ** 2 - ((y - cy) / ry) ** 2
    return 1 / (1 + np.exp(-np.clip(12 * inside, -30, 30)))


def _shade(x: Any, y: Any) -> Any:
    """Grey levels of a soft, mean face; (0, 0) to (1, 1) is brow to chin."""
    head = _oval(x, y, 0.5, 0.46, 0.64)
    grey = (120 - 85 * _oval(x, y, 0.38, 0.56, 0.68)) * (1 - head) + 175 * head
    grey -= 110 * head * _blob(x, y, (0.5, -0.2), (0.5, 0.13))
    for side in (-1, 1):
        grey -= 80 * _blob(x, y, (0.5 + 0.18 * side, 0.385), (0.07, 0.03))
        grey -= 50 * _blob(x, y, (0.5 + 0.185 * side, 0.29), (0.1, 0.022))
        grey -= 30 * _blob(x, y, (0.5 + 0.17 * side, 0.36), (0.11, 0.07))
        grey += 18 * _blob(x, y, (0.5 + 0.22 * side, 0.56), (0.09, 0.09))
        grey -= 40 * _blob(x, y, (0.5 + 0.055 * side, 0.6), (0.022, 0.018))
    grey += 28 * _blob(x, y, (0.5, 0.45), (0.035, 0.12))
    return grey - 65 * _blob(x, y, (0.5, 0.755), (0.12, 0.024))


def _draw_face(
    *centers: tuple[float, float], side: float = 60, size: tuple[int, int] = (320, 240)
) -> Pixels:
    width, height = size
    y, x = np.mgrid[:height, :width].astype(float)
    image = np.full((height, width), 120.0)
    for cx, cy in centers:
        image += _shade((x - cx) / side + 0.5, (y - cy) / side + 0.5) - 120
    return np.repeat(np.clip(image, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)


@pytest.fixture(scope="session")
def draw_face() -> DrawFace:
    """Draws faces about the given centres: `draw_face((x, y), ..., side=60, size=(320, 240))`."""
    return _draw_face


@pytest.fixture(scope="session")
def texture() -> Pixels:
    """A busy picture without a face, shape (240, 320, 3)."""
    noise = np.random.default_rng(7).normal(size=(30, 40, 3))
    blocks = np.kron(noise, np.ones((8, 8, 1)))
    return np.clip(120 + 50 * blocks, 0, 255).astype(np.uint8)
