"""Pictures without a face, drawn by chance: what a detector must learn to pass over."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["random_color", "scenery", "scrambled"]

_cv: Any = cv2

_WORDS = ("EXIT", "open", "Room 12", "2026", "news", "No. 7", "A B C", "www", "sale", "0:00")


def scenery(side: int, generator: np.random.Generator) -> NDArray[np.uint8]:
    """Draw shapes of all sizes over one another, shape (side, side, 3).

    The sizes fall off by a power law, which gives the statistics of natural pictures: Lee, Mumford
    & Huang 2001, "Occlusion models for natural images" (dead leaves).
    """
    corners = np.array([random_color(generator) for _ in range(4)]).reshape(2, 2, 3)
    image: NDArray[np.uint8] = _cv.resize(
        corners.astype(np.uint8), (side, side), interpolation=_cv.INTER_LINEAR
    )
    if generator.random() < 0.25:
        _draw_grid(image, generator)
    for _ in range(int(generator.integers(0, 90))):
        size = side * float(np.clip(0.04 / generator.random() ** 0.7, 0, 0.8))
        _draw_shape(image, size, generator)
    for _ in range(int(generator.choice([0, 0, 1, 4]))):
        _write_word(image, generator)
    if generator.random() < 0.5:
        image = _cv.GaussianBlur(image, (0, 0), generator.uniform(0.5, 4))
    grain = generator.normal(0, generator.uniform(0, 8), image.shape[:2])
    return np.clip(image + grain[:, :, None], 0, 255).astype(np.uint8)


def scrambled(image: NDArray[np.uint8], generator: np.random.Generator) -> NDArray[np.uint8]:
    """Shuffle the tiles of a picture: its textures without its face. Shape as before, or less."""
    count = int(generator.integers(3, 7))
    height, width = (length // count for length in image.shape[:2])
    tiles: list[NDArray[np.uint8]] = [
        np.rot90(image[r * height :, c * width :][:height, :width], 2 * int(generator.integers(2)))
        for r in range(count)
        for c in range(count)
    ]
    order = generator.permutation(count * count)
    rows: list[NDArray[np.uint8]] = [
        np.hstack([tiles[int(i)] for i in row]) for row in order.reshape(count, count)
    ]
    return np.ascontiguousarray(np.vstack(rows))


def random_color(generator: np.random.Generator) -> NDArray[np.float64]:
    """Return an RGB colour, mostly muted, shape (3,)."""
    grey = generator.uniform(0, 255)
    spread = generator.normal(0, 1, 3) * generator.choice([4, 20, 60])
    return np.clip(grey + spread, 0, 255)


def _draw_shape(image: NDArray[np.uint8], size: float, generator: np.random.Generator) -> None:
    side, color = image.shape[0], tuple(random_color(generator))
    center = generator.integers(0, side, 2).tolist()
    axes = np.maximum(size * generator.uniform(0.2, 1, 2), 1).astype(int).tolist()
    angle = float(generator.uniform(0, 180))
    thickness = -1 if generator.random() < 0.7 else int(generator.integers(1, 6))
    match int(generator.integers(3)):
        case 0:
            _cv.ellipse(image, center, axes, angle, 0, 360, color, thickness, _cv.LINE_AA)
        case 1:
            corners = _cv.boxPoints((center, axes, angle if generator.random() < 0.5 else 0.0))
            if thickness < 0:
                _cv.fillConvexPoly(image, corners.astype(int), color, _cv.LINE_AA)
            else:
                _cv.polylines(image, [corners.astype(int)], True, color, thickness, _cv.LINE_AA)
        case _:
            end = (np.array(center) + generator.normal(0, size, 2)).astype(int).tolist()
            _cv.line(image, center, end, color, int(generator.integers(1, 12)), _cv.LINE_AA)


def _draw_grid(image: NDArray[np.uint8], generator: np.random.Generator) -> None:
    """Repeat boxes in rows, as shelves, windows and chairs do, some with something in them."""
    side, (rows, columns) = image.shape[0], generator.integers(1, 9, 2).tolist()
    low = generator.uniform(-0.2, 0.6, 2) * side
    step = generator.uniform(0.2, 1.2, 2) * side / (columns, rows)
    colors = [tuple(random_color(generator)) for _ in range(4)]
    for place in np.ndindex(columns, rows):
        corner = low + step * place
        opposite = corner + step * generator.uniform(0.5, 1)
        color = colors[int(generator.integers(4))]
        thickness = -1 if generator.random() < 0.6 else 2
        _cv.rectangle(
            image, corner.astype(int).tolist(), opposite.astype(int).tolist(), color, thickness
        )


def _write_word(image: NDArray[np.uint8], generator: np.random.Generator) -> None:
    side = image.shape[0]
    place = generator.integers(0, side, 2).tolist()
    face, size = int(generator.integers(0, 8)), float(np.exp(generator.uniform(-1, 1.6)))
    color, word = tuple(random_color(generator)), str(generator.choice(_WORDS))
    _cv.putText(image, word, place, face, size, color, int(generator.integers(1, 12)), _cv.LINE_AA)
