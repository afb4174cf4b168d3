"""The few OpenCV functions the room uses, with types."""

from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from emoarc.errors import ModelError
from emoarc.types import Box

__all__ = [
    "Cascade",
    "affine",
    "bgr_blob",
    "blur",
    "laplacian",
    "pad",
    "resize",
    "shrink",
    "to_gray",
]

_cv: Any = cv2


def to_gray(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Turn RGB, shape (height, width, 3), into grey levels, shape (height, width)."""
    return cast("NDArray[np.uint8]", _cv.cvtColor(image, _cv.COLOR_RGB2GRAY))


def shrink(image: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Resize to fewer pixels, each the mean of those it covers."""
    size = (width, height)
    return cast("NDArray[np.uint8]", _cv.resize(image, size, interpolation=_cv.INTER_AREA))


def resize(image: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Resize bilinearly, or by area where the image shrinks to less than half."""
    small = 2 * width < image.shape[1]
    way = _cv.INTER_AREA if small else _cv.INTER_LINEAR
    return cast("NDArray[np.uint8]", _cv.resize(image, (width, height), interpolation=way))


def pad(image: NDArray[np.uint8], right: int, bottom: int) -> NDArray[np.uint8]:
    """Add black pixels on the right and at the bottom."""
    edges = (0, bottom, 0, right)
    return cast("NDArray[np.uint8]", _cv.copyMakeBorder(image, *edges, _cv.BORDER_CONSTANT))


def bgr_blob(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Turn RGB, shape (height, width, 3), into what networks take: BGR, (1, 3, height, width)."""
    return cast("NDArray[np.float32]", _cv.dnn.blobFromImage(image, swapRB=True))


def affine(
    image: NDArray[np.uint8], matrix: NDArray[np.float64], width: int, height: int
) -> NDArray[np.uint8]:
    """Resample bilinearly through a map of pixel centres, edges repeated beyond the image."""
    size = (width, height)
    result = _cv.warpAffine(image, matrix, size, borderMode=_cv.BORDER_REPLICATE)
    return cast("NDArray[np.uint8]", result)


def blur(image: NDArray[np.float64]) -> NDArray[np.float64]:
    """Smooth by a 5 x 5 Gaussian."""
    return cast("NDArray[np.float64]", _cv.GaussianBlur(image, (5, 5), 0))


def laplacian(image: NDArray[np.float64]) -> NDArray[np.float64]:
    """Second derivative of an image by the smallest kernel."""
    return cast("NDArray[np.float64]", _cv.Laplacian(image, _cv.CV_64F))


class Cascade:
    """One of the boosted cascades that OpenCV's wheel carries."""

    def __init__(self, name: str) -> None:
        path = Path(cv2.__file__).parent / "data" / f"haarcascade_{name}.xml"
        self._cascade = _cv.CascadeClassifier()
        if not (path.is_file() and self._cascade.load(str(path))):
            raise ModelError(
                f"{path}: the Haar cascade is missing; reinstall opencv-python-headless 4.x"
            )

    def search(
        self,
        gray: NDArray[np.uint8],
        sizes: tuple[int, int],
        step: float,
        neighbors: int,
    ) -> list[tuple[Box, float]]:
        """Return the hits, each with the margin by which it passed the last stage.

        Args:
            gray: Grey levels, shape (height, width).
            sizes: Smallest and largest side of a hit, pixels.
            step: Ratio of neighbouring sizes.
            neighbors: How many overlapping windows make a hit.
        """
        smallest, largest = sizes
        boxes, _, margins = self._cascade.detectMultiScale3(
            gray,
            scaleFactor=step,
            minNeighbors=neighbors,
            minSize=(smallest, smallest),
            maxSize=(largest, largest),
            outputRejectLevels=True,
        )
        return [
            (Box(*map(float, box)), float(margin))
            for box, margin in zip(boxes, margins, strict=True)
        ]
