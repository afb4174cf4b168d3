"""Drawing on frames: text, bars and boxes that stay legible at any frame size."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Canvas", "Color"]

Color = tuple[int, int, int]
"""Red, green, blue in [0, 255]."""

_FONT: Final = cv2.FONT_HERSHEY_DUPLEX
_DARK: Final[Color] = (16, 18, 22)
_SUBPIXEL_BITS: Final = 3


class Canvas:
    """One RGB frame, drawn on in place; lengths are in units of 1/540 of its shorter side."""

    def __init__(self, image: NDArray[np.uint8]) -> None:
        """Take a writable, contiguous image of shape (height, width, 3)."""
        self.image = image
        self.height, self.width = image.shape[:2]
        self.unit = min(self.height, self.width) / 540
        # Letters of less than ten pixels are not legible, whatever the frame.
        self.letter = max(15 * self.unit, 10.0)
        """Height of a line of text in pixels, without leading."""

    def text_width(self, text: str) -> float:
        """Return how many pixels a line of text takes."""
        (width, _), _ = cv2.getTextSize(text, _FONT, self._font_scale, self._stroke)
        return width

    def text(self, text: str, x: float, y: float, color: Color) -> None:
        """Write a line whose base line begins at (x, y), with a dark rim around the letters."""
        at = round(x), round(y)
        for stroke, ink in ((self._stroke + 2, _DARK), (self._stroke, color)):
            cv2.putText(self.image, text, at, _FONT, self._font_scale, ink, stroke, cv2.LINE_AA)

    def frame(self, x: float, y: float, width: float, height: float, color: Color) -> None:
        """Draw the outline of a rectangle, with a dark rim; sides may lie between pixels."""
        stroke = max(1, round(2 * self.unit))
        corners = [(x, y), (x + width, y + height)]
        first, last = (tuple(round(v * 2**_SUBPIXEL_BITS) for v in corner) for corner in corners)
        for thickness, ink in ((stroke + 2, _DARK), (stroke, color)):
            cv2.rectangle(
                self.image, first, last, ink, thickness, cv2.LINE_AA, shift=_SUBPIXEL_BITS
            )

    def fill(self, x: float, y: float, width: float, height: float, color: Color) -> None:
        """Fill a rectangle, cut at the edges of the frame."""
        self._part(x, y, width, height)[:] = color

    def veil(self, x: float, y: float, width: float, height: float, opacity: float = 0.74) -> None:
        """Darken a rectangle, so that what is written on it stands out."""
        part = self._part(x, y, width, height)
        part[:] = (part * (1 - opacity) + np.array(_DARK) * opacity).astype(np.uint8)

    def _part(self, x: float, y: float, width: float, height: float) -> NDArray[np.uint8]:
        top, bottom = (int(np.clip(round(v), 0, self.height)) for v in (y, y + height))
        left, right = (int(np.clip(round(v), 0, self.width)) for v in (x, x + width))
        return self.image[top:bottom, left:right]

    @property
    def _font_scale(self) -> float:
        return self.letter / 22  # capitals of this font are 22 pixels high at scale one

    @property
    def _stroke(self) -> int:
        return max(1, round(self.letter / 20))
