"""Finding faces in one image by a small neural network: emoarc's own, or YuNet."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from emoarc.errors import ModelError
from emoarc.types import Box, FaceDetection
from emoarc.vision._geometry import Pixels, check_rgb
from emoarc.vision._opencv import bgr_blob, pad, resize

__all__ = ["STRIDES", "NetDetector", "NetDetectorOptions", "cell_grid", "decode", "pick_faces"]

STRIDES = (8, 16, 32)
"""Pixels between the neighbouring cells of the three maps; sides are padded to a multiple of the
last."""


@dataclass(frozen=True)
class NetDetectorOptions:
    """How thoroughly the network searches."""

    side: int = 480
    """Images are brought to the area of a square of this side, 640 x 360 for a wide picture..."""
    enlarge: float = 2.0
    """...but enlarged by no more than this, which shows smaller faces."""
    floor: float = 0.3
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

    quick = True

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
        check_rgb(image, "detect")
        height, width = image.shape[:2]
        scale = min(self._options.enlarge, self._options.side / math.sqrt(width * height))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        answers = self.answers(resize(image, *size))
        faces = pick_faces(answers, *size, self._options)
        least = smallest * min(size)
        return [
            _stretched(face, width / size[0], height / size[1])
            for face in faces
            if max(face.box.width, face.box.height) >= least
        ]

    def answers(self, image: Pixels) -> NDArray[np.float32]:
        """Return what the network says, cell by cell, of an image as it is.

        Args:
            image: RGB; black is added on the right and at the bottom up to a multiple of the
                last stride.

        Returns:
            Shape (cells, 15), the finest map first, each row by row: the score, the box and the
            points as `decode` reads them.
        """
        last = STRIDES[-1]
        padded = pad(image, -image.shape[1] % last, -image.shape[0] % last)
        name = self._session.get_inputs()[0].name
        answers = self._session.run(self._outputs, {name: bgr_blob(padded)})
        maps: list[Any] = [answer[0] for answer in answers]
        scores, boxes, points, *weights = (
            np.concatenate(maps[i : i + 3]) for i in range(0, len(maps), 3)
        )
        for weight in weights:
            scores = np.sqrt(np.clip(scores, 0, 1) * np.clip(weight, 0, 1))
        return np.concatenate([scores, boxes, points], axis=1)


def decode(
    answers: NDArray[np.float32],
    width: int,
    height: int,
    rows: NDArray[np.bool_] | slice = slice(None),
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Turn a network's answers, which are relative to its cells, into pixels.

    A cell in column c and row r of the map of stride s says of its face: the centre lies at
    (c + dx, r + dy) s, the sides are exp(dw) s and exp(dh) s, a point lies at (c + px, r + py) s.

    Args:
        answers: Shape (cells, 15): the score; dx, dy, dw, dh; px and py of each point.
        width: Of the image that was asked about, in pixels.
        height: Likewise.
        rows: Which cells to look at, shape (cells,); all unless told.

    Returns:
        Boxes (rows, 4) as x, y, width, height, and points (rows, 5, 2).
    """
    cells, strides = (each[rows] for each in cell_grid(width, height))
    answers = answers[rows]
    center = (cells + answers[:, 1:3]) * strides
    size = np.exp(np.minimum(answers[:, 3:5], 8)) * strides
    points = (cells[:, None] + answers[:, 5:].reshape(-1, 5, 2)) * strides[:, :, None]
    boxes = np.concatenate([center - size / 2, size], axis=1)
    return boxes.astype(np.float32), points.astype(np.float32)


@lru_cache(maxsize=32)
def cell_grid(width: int, height: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the column and row of each cell, shape (cells, 2), and its stride, (cells, 1)."""
    last = STRIDES[-1]
    width, height = width + -width % last, height + -height % last
    grids: list[NDArray[np.float32]] = []
    for stride in STRIDES:
        rows, columns = np.indices((height // stride, width // stride), np.float32)
        strides = np.full(rows.size, stride, np.float32)
        grids.append(np.stack([columns.ravel(), rows.ravel(), strides], axis=1))
    grid = np.concatenate(grids)
    return grid[:, :2], grid[:, 2:]


def pick_faces(
    answers: NDArray[np.float32],
    width: int,
    height: int,
    options: NetDetectorOptions | None = None,
) -> list[FaceDetection]:
    """Return the distinct faces among a network's answers, best score first.

    Args:
        answers: Shape (cells, 15), as from `NetDetector.answers`.
        width: Of the image that was asked about, in pixels.
        height: Likewise.
        options: From which score on, and how distinct.
    """
    options = options or NetDetectorOptions()
    sure = answers[:, 0] >= options.floor
    boxes, points = decode(answers, width, height, sure)
    scores = answers[sure, 0]
    return [
        FaceDetection(Box(*map(float, boxes[i])), float(scores[i]), points[i])
        for i in _distinct(boxes, scores, options.overlap)
    ]


def _stretched(face: FaceDetection, x: float, y: float) -> FaceDetection:
    box, points = face.box, face.points
    assert points is not None
    wide = Box(box.x * x, box.y * y, box.width * x, box.height * y)
    return FaceDetection(wide, face.score, points * np.array([x, y], np.float32))


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
