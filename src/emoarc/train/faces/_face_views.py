"""Crops for the landmark network to learn from: faces as badly framed, lit and resolved as real
recordings have them, and crops that are of no face.
"""  # noqa: D205

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from emoarc.errors import OptionError
from emoarc.train.faces._scenery import scenery, scrambled
from emoarc.vision._face_frame import FaceFrame, frame_around, to_frame, to_shares
from emoarc.vision._geometry import Matrix, warp
from emoarc.vision._mesh import FLIPPED
from emoarc.vision._opencv import resize, to_gray

__all__ = ["MARGIN", "FaceViews", "ViewOptions", "mirrored"]

_cv: Any = cv2

Gray = NDArray[np.uint8]

MARGIN: Final = 1.35
"""Side of a crop over that of the frame about the points: about a tenth of it is left around the
face even where the detector's box is a fifth too small."""

_SCENES: Final = 300
"""Backgrounds drawn once and cut from again and again."""


@dataclass(frozen=True)
class ViewOptions:
    """How strongly crops are changed; deviations are of normal distributions, cut at 2.5."""

    rotation: float = 8.0
    """Deviation of the turn that is left after turning a face upright, degrees."""
    tilted: float = 0.3
    """Share of faces turned by up to 45 degrees, as a detector without points hands them over."""
    scale: float = 0.07
    """Deviation of the logarithm of the frame's side."""
    shift: float = 0.05
    """Deviation of the frame's place as a share of its side."""
    small: float = 0.45
    """Share of faces taken down to `smallest` to 72 pixels."""
    smallest: float = 12.0
    background: float = 0.6
    """Share of pictures laid before a drawn background; most are tight crops."""
    contrast: float = 0.3
    """Deviation of the logarithms of contrast and gamma."""
    shade: float = 0.3
    """Share with light that falls off across the face."""
    dark: float = 0.12
    """Share with a fifth of the light or less."""
    blur: float = 0.25
    noise: float = 0.35
    compress: float = 0.3
    cover: float = 0.3
    """Share with a part covered."""
    others: float = 0.15
    """Share of crops that are of no face."""

    def __post_init__(self) -> None:
        shares = ("tilted", "small", "background", "shade", "dark", "blur", "noise", "compress",
                  "cover", "others")  # fmt: skip
        for name in shares:
            if not 0 <= getattr(self, name) <= 1:
                raise OptionError(f"{name}: is a share, from 0 to 1")
        for name in ("rotation", "scale", "shift", "contrast"):
            if getattr(self, name) < 0:
                raise OptionError(f"{name}: must not be negative")
        if not 1 <= self.smallest < 72:
            raise OptionError("smallest: give pixels from 1 to 71")


class FaceViews:
    """Draws crops of (side, side) grey pixels from pictures and the points of their faces."""

    def __init__(
        self,
        pictures: Sequence[Gray],
        points: NDArray[np.float32],
        side: int,
        options: ViewOptions | None = None,
    ) -> None:
        """Take grey pictures (height, width) and their points (n, 82, 3) in pixels."""
        self._pictures, self._points = pictures, points
        self._side, self._options = side, options or ViewOptions()
        self._frames = [frame_around(face) for face in points]
        self._scenes = _scenes(side)

    def __len__(self) -> int:
        return len(self._pictures)

    @property
    def mean_face(self) -> NDArray[np.float32]:
        """The mean of all faces as crops frame them, undisturbed; like the points of `face`."""
        faces = (
            to_frame(points, frame.matrix(1, MARGIN))
            for points, frame in zip(self._points, self._frames, strict=True)
        )
        return to_shares(np.mean(list(faces), axis=0), 1)

    def face(self, index: int, generator: Generator) -> tuple[Gray, NDArray[np.float32]]:
        """Return a crop of a face and its points (82, 3), in shares of the side from its centre."""
        points = self._points[index]
        frame = self._displaced(self._frames[index], generator)
        size = self._resolution(generator)
        matrix = frame.matrix(size, MARGIN)
        view = self._view(self._pictures[index], matrix, size, generator)
        if generator.random() < self._options.cover:
            view = self._covered(view, generator)
        target = to_shares(to_frame(points, matrix), size)
        return self._spoilt(view, generator), target

    def other(self, index: int, generator: Generator) -> Gray:
        """Return a crop that is of no face: a part of one, one upside down, or none at all."""
        size = self._resolution(generator)
        if generator.random() < 0.35:
            view = self._scene(size, generator)
        elif generator.random() < 0.15:
            view = resize(scrambled(self._pictures[index], generator), size, size)
        else:
            frame = _misplaced(self._frames[index], generator)
            matrix = frame.matrix(size, MARGIN)
            view = self._view(self._pictures[index], matrix, size, generator)
        return self._spoilt(view, generator)

    def _displaced(self, frame: FaceFrame, generator: Generator) -> FaceFrame:
        options = self._options
        turn = math.radians(options.rotation) * _normal(generator)
        if generator.random() < options.tilted:
            turn = math.radians(generator.uniform(-45, 45))
        return FaceFrame(
            frame.x + options.shift * frame.side * _normal(generator),
            frame.y + options.shift * frame.side * _normal(generator),
            frame.side * math.exp(options.scale * _normal(generator)),
            frame.turn + turn,
        )

    def _resolution(self, generator: Generator) -> int:
        """Pixels of the side that the face is seen with before it is enlarged."""
        if generator.random() >= self._options.small:
            return self._side
        face = math.exp(generator.uniform(math.log(self._options.smallest), math.log(72)))
        return min(max(4, round(MARGIN * face)), self._side)

    def _view(self, picture: Gray, matrix: Matrix, size: int, generator: Generator) -> Gray:
        view = warp(picture, matrix, size, size)
        if generator.random() >= self._options.background:
            return view
        height, width = picture.shape
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]])
        seen = corners @ matrix[:, :2].T + matrix[:, 2]
        mask = np.zeros((size, size), np.uint8)
        _cv.fillConvexPoly(mask, np.round(seen).astype(np.int32), 1)
        return np.where(mask > 0, view, self._scene(size, generator))

    def _scene(self, size: int, generator: Generator) -> Gray:
        """Cut a square out of a background, or another picture."""
        if generator.random() < 0.2:
            picture = self._pictures[int(generator.integers(len(self._pictures)))]
            picture = picture[: picture.shape[0] // 4] if generator.random() < 0.5 else picture.T
            return resize(scrambled(picture, generator), size, size)
        scene = self._scenes[int(generator.integers(len(self._scenes)))]
        part = int(generator.integers(self._side // 2, len(scene)))
        x, y = generator.integers(0, len(scene) - part + 1, 2)
        return resize(scene[y : y + part, x : x + part], size, size)

    def _covered(self, view: Gray, generator: Generator) -> Gray:
        """Lay something over a part: a hand's breadth, a bar, the edge of something nearer."""
        size = len(view)
        mask = np.zeros((size, size), np.uint8)
        center = generator.uniform(0.1, 0.9, 2) * size
        axes = size * generator.uniform(0.08, 0.3, 2)
        if generator.random() < 0.5:
            _cv.ellipse(mask, (center, 2 * axes, generator.uniform(0, 180)), 1, -1)
        else:
            corners = _cv.boxPoints((center, 2 * axes, generator.uniform(0, 180)))
            _cv.fillConvexPoly(mask, corners.astype(np.int32), 1)
        flat = np.full_like(view, generator.integers(0, 256))
        cover = flat if generator.random() < 0.5 else self._scene(size, generator)
        return np.where(mask > 0, cover, view)

    def _spoilt(self, view: Gray, generator: Generator) -> Gray:
        """Change light, sharpness, noise and compression, and enlarge to the full side."""
        options = self._options
        steps: tuple[tuple[float, Callable[[Gray, Generator], Gray]], ...] = (
            (options.shade, _shaded),
            (options.blur, _blurred),
            (0.9, lambda image, draw: _relit(image, options.contrast, draw)),
            (options.dark, _darkened),
            (options.noise, _grained),
            (options.compress, _compressed),
        )
        for chance, step in steps:
            if generator.random() < chance:
                view = step(view, generator)
        return resize(view, self._side, self._side) if len(view) < self._side else view


@lru_cache(maxsize=4)
def _scenes(side: int) -> tuple[Gray, ...]:
    drawn = (np.random.default_rng([side, number]) for number in range(_SCENES))
    return tuple(to_gray(scenery(2 * side, generator)) for generator in drawn)


def mirrored(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what `FaceViews.face` would say of the mirrored crop."""
    return points[list(FLIPPED)] * np.array([-1, 1, 1], np.float32)


def _normal(generator: Generator) -> float:
    return min(max(generator.standard_normal(), -2.5), 2.5)


def _misplaced(frame: FaceFrame, generator: Generator) -> FaceFrame:
    """Move a frame so far off its face that it shows no more than a half, or turn it over."""
    kind = generator.random()
    x, y, side, turn = (
        frame.x,
        frame.y,
        frame.side,
        frame.turn + math.radians(8) * _normal(generator),
    )
    if kind < 0.25:
        return FaceFrame(x, y, side, turn + math.radians(generator.uniform(110, 250)))
    direction = generator.uniform(0, 2 * math.pi)
    if kind < 0.5:
        side, reach = side * generator.uniform(0.12, 0.35), frame.side * generator.uniform(0, 0.5)
    else:
        side *= generator.uniform(0.6, 1.8)
        reach = (frame.side + side) / 2 * generator.uniform(0.75, 1.3)
    return FaceFrame(x + reach * math.cos(direction), y + reach * math.sin(direction), side, turn)


def _shaded(image: Gray, generator: Generator) -> Gray:
    size = len(image)
    across, down = np.exp(np.outer(generator.normal(0, 0.5, 2), np.arange(size) / size - 0.5))
    light = np.outer(down, across).astype(np.float32)
    return np.minimum(image * light, 255).astype(np.uint8)


def _blurred(image: Gray, generator: Generator) -> Gray:
    size = len(image)
    if generator.random() < 0.6:
        return _cv.GaussianBlur(image, (0, 0), max(0.3, size * generator.uniform(0.004, 0.025)))
    length = max(2, round(size * generator.uniform(0.02, 0.09)))
    kernel = np.zeros((length, length), np.float32)
    angle = generator.uniform(0, math.pi)
    reach = np.array([math.cos(angle), math.sin(angle)]) * length / 2
    ends = np.round([length / 2 - reach, length / 2 + reach]).astype(int).tolist()
    _cv.line(kernel, ends[0], ends[1], 1.0)
    kernel[length // 2, length // 2] = 1
    return _cv.filter2D(image, -1, kernel / kernel.sum(), borderType=_cv.BORDER_REPLICATE)


def _relit(image: Gray, deviation: float, generator: Generator) -> Gray:
    levels = np.arange(256) / 255
    gamma, gain = (math.exp(deviation * _normal(generator)) for _ in range(2))
    table = 0.5 + gain * (levels**gamma - 0.5) + 0.5 * deviation * _normal(generator)
    return _cv.LUT(image, np.clip(255 * table, 0, 255).astype(np.uint8))


def _darkened(image: Gray, generator: Generator) -> Gray:
    table = np.arange(256) * generator.uniform(0.03, 0.2) + generator.uniform(0, 20)
    return _cv.LUT(image, table.astype(np.uint8))


def _grained(image: Gray, generator: Generator) -> Gray:
    level = generator.uniform(0, 0.25) * max(float(image.std()), 4)
    noise = generator.standard_normal(image.shape, np.float32) * level
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def _compressed(image: Gray, generator: Generator) -> Gray:
    quality = [_cv.IMWRITE_JPEG_QUALITY, int(generator.integers(20, 90))]
    return _cv.imdecode(_cv.imencode(".jpg", image, quality)[1], _cv.IMREAD_GRAYSCALE)
