"""Finding faces in one image by a small neural network: emoarc's own, or YuNet."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from emoarc.errors import ModelError, OptionError
from emoarc.types import Box, FaceDetection
from emoarc.vision._geometry import Pixels
from emoarc.vision._opencv import pad, resize

__all__ = ["STRIDES", "NetDetector", "NetDetectorOptions", "decode"]

STRIDES = (8, 16, 32)
"""Pixels between the neighbouring cells of the three maps; sides are padded to a multiple of the
last."""

Maps = list[NDArray[np.float32]]


@dataclass(frozen=True)
class NetDetectorOptions:
    """How thoroughly the network searches."""

    side: int = 480
    """Images are shrunk to the area of a square of this side, 640 x 360 for a wide picture."""
    floor: float = 0.5
    """Faces with a lower score are not reported."""
    overlap: float = 0.3
    """Of two boxes that overlap by more than this (intersection over union) the better stays."""


class NetDetector:
    """Runs a single-shot network that has the outputs of YuNet; emoarc's own has them too.

    For each stride s the network gives, cell by cell: `cls_s`, how probable a face is there, and
    where there is one also `obj_s`, which multiplies it; `bbox_s`, its box; `kps_s`, its five
    points, as `decode` reads them. Input are BGR pixels in [0, 255], sides multiples of 32.

    Sources: Wu, Peng & Yu 2023, "YuNet: a tiny millisecond-level face detector".
    """

    def __init__(
        self, session: ort.InferenceSession, options: NetDetectorOptions | None = None
    ) -> None:
        """Take an open network.

        Raises:
            ModelError: It has other outputs.
        """
        self._session = session
        self._options = options or NetDetectorOptions()
        found = {output.name for output in session.get_outputs()}
        wanted = [f"{part}_{stride}" for part in ("cls", "bbox", "kps") for stride in STRIDES]
        if missing := sorted(set(wanted) - found):
            raise ModelError(
                f"face detector: the network has no output {missing[0]}; give one like YuNet"
            )
        weights = [f"obj_{stride}" for stride in STRIDES]
        self._outputs = wanted + (weights if set(weights) <= found else [])

    def detect(self, image: Pixels, smallest: float = 0.0) -> list[FaceDetection]:
        """Return the faces in an RGB image, shape (height, width, 3), best score first.

        Faces smaller than `smallest`, a share of the image's shorter side, are left out.

        Raises:
            OptionError: The image is not RGB of uint8.
        """
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
            raise OptionError(f"detect: give uint8 RGB (height, width, 3), not {image.shape}")
        height, width = image.shape[:2]
        scale = min(1.0, self._options.side / math.sqrt(width * height))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        boxes, scores, points = self._run(resize(image, *size) if scale < 1 else image)
        stretch = np.array([width / size[0], height / size[1]] * 2)
        boxes, points = boxes * stretch, points * stretch[:2]
        keep = boxes[:, 2:].max(axis=1, initial=0) >= smallest * min(width, height)
        kept = _distinct(boxes[keep], scores[keep], self._options.overlap)
        return [
            FaceDetection(Box(*map(float, boxes[keep][i])), float(scores[keep][i]), points[keep][i])
            for i in kept
        ]

    def _run(self, image: Pixels) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Return boxes (n, 4) as x, y, width, height, scores (n,) and points (n, 5, 2)."""
        last = STRIDES[-1]
        padded = pad(image, -image.shape[1] % last, -image.shape[0] % last)
        values = np.ascontiguousarray(padded[None, :, :, ::-1].transpose(0, 3, 1, 2), np.float32)
        name = self._session.get_inputs()[0].name
        maps: Maps = [
            np.asarray(each)[0] for each in self._session.run(self._outputs, {name: values})
        ]
        scores = np.concatenate(maps[:3])[:, 0]
        if len(maps) > 9:
            scores = np.sqrt(np.clip(scores, 0, 1) * np.clip(np.concatenate(maps[9:])[:, 0], 0, 1))
        likely = scores >= self._options.floor
        boxes, points = decode(maps[3:6], maps[6:9], padded.shape[1])
        return boxes[likely], scores[likely], points[likely]


def decode(
    boxes: Maps, points: Maps, width: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Turn a network's answers, relative to its cells, into pixels.

    A cell in column c and row r of the map of stride s says of its face: the centre lies at
    (c + dx, r + dy) s, the sides are exp(dw) s and exp(dh) s, a point lies at (c + px, r + py) s.

    Args:
        boxes: (cells, 4) for each stride: dx, dy, dw, dh.
        points: (cells, 10) for each stride: px and py of each point.
        width: Of the network's input in pixels.

    Returns:
        Boxes (n, 4) as x, y, width, height, and points (n, 5, 2) in pixels, of all cells.
    """
    corners: list[NDArray[np.float32]] = []
    places: list[NDArray[np.float32]] = []
    for stride, box, point in zip(STRIDES, boxes, points, strict=True):
        rows, columns = np.divmod(np.arange(len(box)), width // stride)
        cells = np.stack([columns, rows], axis=1).astype(np.float32)
        center = (cells + box[:, :2]) * stride
        size = np.exp(np.minimum(box[:, 2:], 8)) * stride
        corners.append(np.concatenate([center - size / 2, size], axis=1))
        places.append((cells[:, None] + point.reshape(-1, 5, 2)) * stride)
    return np.concatenate(corners), np.concatenate(places)


def _distinct(boxes: NDArray[Any], scores: NDArray[Any], overlap: float) -> list[int]:
    """Keep, best first, the boxes that no better one overlaps by more than `overlap`."""
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    while len(order):
        best, rest = order[0], order[1:]
        kept.append(int(best))
        low = np.maximum(boxes[best, :2], boxes[rest, :2])
        high = np.minimum(boxes[best, :2] + boxes[best, 2:], boxes[rest, :2] + boxes[rest, 2:])
        shared = np.prod(np.clip(high - low, 0, None), axis=1)
        areas = boxes[rest, 2] * boxes[rest, 3]
        union = boxes[best, 2] * boxes[best, 3] + areas - shared
        order = rest[shared <= overlap * union]
    return kept
