"""Decoded frames to upright RGB with square pixels."""

from dataclasses import dataclass
from fractions import Fraction
from typing import cast

import av
import cv2
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

__all__ = ["Orientation", "RgbConverter", "fitted", "square_size", "upright_size"]

_SANE_ASPECTS = (Fraction(1, 4), Fraction(4))
"""Pixel aspect ratios believed; anything beyond is a broken header."""


@dataclass(frozen=True, slots=True)
class Orientation:
    """How stored pixels become upright ones: transpose first, then flip."""

    transpose: bool = False
    flip_x: bool = False
    flip_y: bool = False

    @classmethod
    def of(cls, frame: av.VideoFrame) -> "Orientation":
        """Read the display matrix [[a, b], [c, d]], which maps stored (x, y) to shown ones.

        Cameras write quarter turns and mirrorings; any other angle goes to the nearest of them.
        """
        side_data = cast("dict[str, bytes]", frame.side_data)  # pyright: ignore
        if "DISPLAYMATRIX" not in side_data:
            return cls()
        matrix = np.frombuffer(side_data["DISPLAYMATRIX"], np.int32, 9)
        a, b, c, d = (int(matrix[i]) for i in (0, 1, 3, 4))
        if abs(b) > abs(a):
            return cls(True, c < 0, b < 0)
        return cls(False, a < 0, d < 0)

    @property
    def degrees(self) -> int:
        """The turn it makes, clockwise: 0, 90, 180 or 270; mirrorings aside."""
        if self.transpose:
            return 90 if self.flip_x else 270
        return 180 if self.flip_y else 0

    def apply(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Turn an image of shape (height, width, 3) upright."""
        if self.transpose:
            image = cast("NDArray[np.uint8]", cv2.transpose(image))  # numpy takes ten times longer
        if self.flip_x or self.flip_y:
            axes = -1 if self.flip_x and self.flip_y else int(self.flip_x)
            image = cast("NDArray[np.uint8]", cv2.flip(image, axes))
        return image


def square_size(width: int, height: int, aspect: Fraction | None) -> tuple[int, int]:
    """The size at which pixels are square: the shorter direction is stretched.

    Args:
        width: Of the stored frame.
        height: Of the stored frame.
        aspect: A pixel's width over its height, where declared.
    """
    if not aspect or aspect == 1 or not _SANE_ASPECTS[0] <= aspect <= _SANE_ASPECTS[1]:
        return width, height
    if aspect > 1:
        return round(width * aspect), height
    return width, round(height / aspect)


def fitted(size: tuple[int, int], max_side: int | None) -> tuple[int, int]:
    """Shrink a size so that its longer side is at most `max_side`; never enlarge."""
    if max_side is None or max(size) <= max_side:
        return size
    scale = Fraction(max_side, max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


class RgbConverter:
    """Converts frames of one stream; keeps the scaler between them."""

    def __init__(self, aspect: Fraction | None, max_side: int | None = None) -> None:
        self._aspect = aspect
        self._max_side = max_side
        self._scaler = VideoReformatter()
        self._orientation = Orientation()
        self._rotation: int | None = None

    def __call__(self, frame: av.VideoFrame) -> NDArray[np.uint8]:
        """Return RGB of shape (height, width, 3), contiguous; transparency is ignored."""
        size = fitted(square_size(frame.width, frame.height, self._aspect), self._max_side)
        # One thread: the cores are busy with decoding and inference.
        rgb = self._scaler.reformat(frame, *size, format="rgb24", threads=1)
        image = cast("NDArray[np.uint8]", rgb.to_ndarray())
        return np.ascontiguousarray(self._orient(frame).apply(image))

    def _orient(self, frame: av.VideoFrame) -> Orientation:
        # Looking at the matrix ties the frame into a reference cycle, which keeps its pixels until
        # the garbage collector comes by; so look only where the rotation is a new one.
        if frame.rotation != self._rotation:
            self._rotation = frame.rotation
            self._orientation = Orientation.of(frame)
        return self._orientation


def upright_size(size: tuple[int, int], orientation: Orientation) -> tuple[int, int]:
    """A stored size as it stands after turning."""
    return (size[1], size[0]) if orientation.transpose else size
