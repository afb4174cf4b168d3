"""Scenes with faces where we know of every one: what a detector learns from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from emoarc.train.faces._pictures import Picture
from emoarc.train.faces._scenery import random_color, scenery, scrambled
from emoarc.types import Box, FaceDetection
from emoarc.vision import FaceDetector

__all__ = ["Composer", "FacePicture", "Scene", "find_faces", "tinted"]

_cv: Any = cv2

_DECOYS = 0.3
"""Share of the pasted pictures that are scrambled first."""
_HIDDEN = 0.3
"""Share of its box from which a face counts as covered."""


@dataclass(frozen=True)
class FacePicture:
    """A picture of one face, which the teacher is sure of."""

    picture: Picture
    face: FaceDetection


@dataclass(frozen=True)
class Scene:
    """A composed picture."""

    image: NDArray[np.uint8]
    """RGB, shape (side, side, 3)."""
    faces: tuple[FaceDetection, ...]
    """The faces pasted into it, where they should be found."""
    natural: tuple[Box, ...]
    """What was pasted, with all that is around the faces: there may be further faces in it."""
    covered: tuple[bool, ...]
    """Whether so much of a face is hidden that nobody need find it."""


def find_faces(
    pictures: Sequence[Picture], teacher: FaceDetector, least: float = 0.8
) -> list[FacePicture]:
    """Keep the pictures in which the teacher is sure of a face, with that face.

    Small or tight pictures are enlarged and given a frame first, since detectors want both.
    """
    found: list[FacePicture] = []
    for picture in pictures:
        image = picture.image
        scale = max(1.0, 112 / max(image.shape[:2]))
        frame = int(0.35 * max(image.shape[:2]) * scale)
        large = _cv.resize(image, None, fx=scale, fy=scale, interpolation=_cv.INTER_CUBIC)
        framed = _cv.copyMakeBorder(large, *[frame] * 4, _cv.BORDER_REPLICATE)
        faces = teacher.detect(framed)
        if faces and faces[0].score >= least:
            found.append(FacePicture(picture, _moved(faces[0], np.eye(2) / scale, -frame / scale)))
    return found


@dataclass(frozen=True)
class _Pasted:
    """A picture, and where it goes in a scene."""

    image: NDArray[np.uint8]
    matrix: NDArray[np.float64]
    face: FaceDetection
    outline: Box
    real: bool
    """Whether it is pasted as it is, and not scrambled."""


class Composer:
    """Draws scenes: faces of all sizes, turned, tinted, half covered, on all kinds of ground."""

    def __init__(self, pictures: Sequence[FacePicture], side: int) -> None:
        self._pictures = pictures
        self._side = side

    def compose(self, generator: np.random.Generator) -> Scene:
        """Draw the next scene."""
        pasted = self._place(generator)
        faces = [each for each in pasted if each.real]
        image = self._ground(faces, generator)
        for each in faces:
            if generator.random() < 0.4:
                _draw_body(image, each.face.box, generator)
        for each in pasted:
            # Were only faces pasted, the net would learn what a paste looks like.
            own = each.image if each.real else scrambled(each.image, generator)
            _blend(image, tinted(own, generator), each.matrix, generator)
        hidden = _cover(image, generator)
        return Scene(
            _recolored(image, generator),
            tuple(each.face for each in faces),
            tuple(each.outline for each in faces),
            tuple(_share(hidden, each.face.box) > _HIDDEN for each in faces),
        )

    def _sizes(self, generator: np.random.Generator) -> list[float]:
        """How wide the faces shall be, in pixels: none, one large, or up to eight."""
        kind, side = generator.random(), self._side
        if kind < 0.12:
            return []
        if kind < 0.35:
            return [side * float(generator.uniform(0.3, 0.85))]
        count = int(generator.integers(1, 9))
        return np.exp(generator.uniform(np.log(9), np.log(0.5 * side), count)).tolist()

    def _ground(
        self, faces: Sequence["_Pasted"], generator: np.random.Generator
    ) -> NDArray[np.uint8]:
        """Draw scenery, clutter of scrambled pictures, or the first picture's edges drawn out."""
        kind, size = generator.random(), (self._side, self._side)
        if kind < 0.35:
            return scenery(self._side, generator)
        if faces and kind < 0.65:
            first = tinted(faces[0].image, generator)
            return _cv.warpAffine(first, faces[0].matrix, size, borderMode=_cv.BORDER_REPLICATE)
        image = scenery(self._side, generator)
        for _ in range(int(60 ** generator.random())):
            own = tinted(scrambled(self._draw(generator).picture.image, generator), generator)
            width, height = (
                (self._side * np.exp(generator.uniform(-3.5, 0, 2))).astype(int).tolist()
            )
            x, y = generator.integers(-width // 2, self._side, 2).tolist()
            x, y = max(x, 0), max(y, 0)
            part = _cv.resize(own, (max(width, 2), max(height, 2)), interpolation=_cv.INTER_AREA)
            part = part[: self._side - y, : self._side - x]
            image[y : y + part.shape[0], x : x + part.shape[1]] = part
        return image

    def _draw(self, generator: np.random.Generator) -> FacePicture:
        return self._pictures[int(generator.integers(len(self._pictures)))]

    def _place(self, generator: np.random.Generator) -> list["_Pasted"]:
        """Choose faces and where they go, none over another."""
        placed: list[_Pasted] = []
        for size in self._sizes(generator):
            chosen = self._draw(generator)
            image, matrix = chosen.picture.image, self._placement(chosen.face.box, size, generator)
            face = _moved(chosen.face, matrix[:, :2], matrix[:, 2])
            outline = _outline(image.shape, matrix)
            if not any(_touch(outline, other.outline) for other in placed):
                real = generator.random() > _DECOYS
                placed.append(_Pasted(image, matrix, face, outline, real))
        return placed

    def _placement(
        self, box: Box, size: float, generator: np.random.Generator
    ) -> NDArray[np.float64]:
        """A map of the picture's pixels into the scene: scale, turn, stretch, shift."""
        angle = float(
            generator.normal(0, 8) if generator.random() < 0.6 else generator.uniform(-45, 45)
        )
        scale = size / box.width
        turn = np.deg2rad(angle)
        linear = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        linear[1] *= generator.uniform(0.92, 1.08)
        low, high = 0.35 * size, self._side - 0.35 * size
        center = generator.uniform(min(low, high), max(low, high), 2)
        return np.column_stack([linear, center - linear @ box.center])


def tinted(image: NDArray[np.uint8], generator: np.random.Generator) -> NDArray[np.uint8]:
    """Colour a picture by chance, as skin under some light; most of ours are grey."""
    color = np.array([1.0, generator.uniform(0.62, 0.95), generator.uniform(0.45, 0.9)])
    if generator.random() < 0.3:
        color = generator.uniform(0.6, 1.0, 3)
    gamma = np.exp(generator.normal(0, 0.25, 3) * 0.5 + generator.normal(0, 0.25))
    levels = np.arange(256)[:, None] / 255
    table = 255 * color * generator.uniform(0.7, 1.1) * levels**gamma
    table = np.clip(table + generator.uniform(0, 25), 0, 255).astype(np.uint8)
    return _cv.LUT(image, table.reshape(1, 256, 3))


def _blend(
    image: NDArray[np.uint8],
    picture: NDArray[np.uint8],
    matrix: NDArray[np.float64],
    generator: np.random.Generator,
) -> None:
    """Warp a picture into the scene, its rim faded so that no edge gives it away."""
    height, width = picture.shape[:2]
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    shrink = min(1.0, 1.5 * scale)
    if shrink < 1:
        small = _cv.resize(picture, None, fx=shrink, fy=shrink, interpolation=_cv.INTER_AREA)
        back = np.diag([width / small.shape[1], height / small.shape[0]])
        matrix = np.column_stack([matrix[:, :2] @ back, matrix[:, 2]])
        picture, (height, width) = small, small.shape[:2]
    mask = _mask(width, height, generator)
    size = image.shape[1::-1]
    warped = _cv.warpAffine(picture, matrix, size, flags=_cv.INTER_LINEAR)
    alpha = _cv.warpAffine(mask, matrix, size)[:, :, None]
    image[:] = (image + alpha * (warped.astype(np.float32) - image)).astype(np.uint8)


def _mask(width: int, height: int, generator: np.random.Generator) -> NDArray[np.float32]:
    """All of a picture, its oval, or all but its rim, the latter two with soft edges."""
    kind, mask = generator.integers(3), np.ones((height, width), np.float32)
    if kind == 0:
        return mask
    if kind == 1:
        axes = (max(1, int(0.5 * width)), max(1, int(0.55 * height)))
        mask = _cv.ellipse(0 * mask, (width // 2, height // 2), axes, 0, 0, 360, 1.0, -1)
    else:
        rim = max(1, round(0.06 * min(width, height)))
        mask = np.pad(mask[rim:-rim, rim:-rim], rim)
    return _cv.GaussianBlur(mask, (0, 0), max(0.3, generator.uniform(0.01, 0.06) * width))


def _recolored(image: NDArray[np.uint8], generator: np.random.Generator) -> NDArray[np.uint8]:
    """Leave a scene as gaudy as it is, make it grey, or tint all of it alike."""
    kind = generator.random()
    if kind < 0.35:
        return image
    grey = np.repeat(_cv.cvtColor(image, _cv.COLOR_RGB2GRAY)[:, :, None], 3, axis=2)
    return grey if kind < 0.65 else tinted(grey, generator)


def _draw_body(image: NDArray[np.uint8], box: Box, generator: np.random.Generator) -> None:
    """Put shoulders below and hair behind where a face will be."""
    (x, y), width, height = box.center, box.width, box.height
    hair = (int(generator.uniform(0.55, 0.8) * width), int(generator.uniform(0.6, 0.9) * height))
    dark = tuple(random_color(generator) * generator.uniform(0.1, 1))
    _cv.ellipse(image, (int(x), int(y - 0.1 * height)), hair, 0, 0, 360, dark, -1, _cv.LINE_AA)
    torso = (int(generator.uniform(1, 1.7) * width), int(generator.uniform(1.5, 3) * height))
    middle = (int(x), int(y + 0.7 * height + torso[1]))
    _cv.ellipse(image, middle, torso, 0, 0, 360, tuple(random_color(generator)), -1, _cv.LINE_AA)


def _cover(image: NDArray[np.uint8], generator: np.random.Generator) -> NDArray[np.uint8]:
    """Lay up to three things over parts of the scene; return where, ones in (side, side)."""
    side = image.shape[0]
    hidden = np.zeros((side, side), np.uint8)
    for _ in range(int(generator.integers(0, 4))):
        center = generator.integers(0, side, 2).tolist()
        axes = (side * np.exp(generator.uniform(np.log(0.01), np.log(0.25), 2))).astype(int)
        turn, color = float(generator.uniform(0, 180)), tuple(random_color(generator))
        _cv.ellipse(image, center, axes.tolist(), turn, 0, 360, color, -1, _cv.LINE_AA)
        _cv.ellipse(hidden, center, axes.tolist(), turn, 0, 360, 1, -1)
    return hidden


def _share(mask: NDArray[np.uint8], box: Box) -> float:
    """The part of a box that the mask, or what lies beyond the scene, hides."""
    x, y, right, bottom = (
        int(np.clip(edge, 0, mask.shape[0]))
        for edge in (box.x, box.y, box.x + box.width, box.y + box.height)
    )
    inside = mask[y:bottom, x:right]
    return 1 - float((inside.size - inside.sum(dtype=np.int64)) / box.area)


def _moved(
    face: FaceDetection, linear: NDArray[np.float64], shift: NDArray[np.float64] | float
) -> FaceDetection:
    """Map a face by a linear map and a shift.

    Its box turns with it as far as a box can: the sides of a face on its side are as long as its
    height and width are on average.
    """
    assert face.points is not None
    x, y = linear @ face.box.center + shift
    scale = float(np.sqrt(abs(np.linalg.det(linear))))
    tilt = min(1.0, abs(float(np.sin(np.arctan2(linear[1, 0], linear[0, 0])))))
    mean = (face.box.width + face.box.height) / 2
    width = scale * (face.box.width + tilt * (mean - face.box.width))
    height = scale * (face.box.height + tilt * (mean - face.box.height))
    points = (face.points @ linear.T + shift).astype(np.float32)
    return FaceDetection(Box(x - width / 2, y - height / 2, width, height), face.score, points)


def _outline(shape: tuple[int, ...], matrix: NDArray[np.float64]) -> Box:
    height, width = shape[:2]
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]]) @ matrix.T
    low, high = corners.min(axis=0), corners.max(axis=0)
    return Box(*map(float, (*low, *(high - low))))


def _touch(a: Box, b: Box) -> bool:
    """Whether two boxes overlap by more than their rims."""
    wide = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    high = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    return min(wide, high) > 0.15 * min(a.width, a.height, b.width, b.height)
