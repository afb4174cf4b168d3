"""Where the faces of training pictures lie, so that they are framed as faces are in use."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from emoarc.files import atomic
from emoarc.packs import load_pack, open_network, shipped_packs
from emoarc.types import FaceDetection
from emoarc.vision import FaceDetector, NetDetector, NetDetectorOptions, framing

_cv: Any = cv2

__all__ = ["UNFRAMED", "face_frames", "find_detector", "kept"]

UNFRAMED: NDArray[np.float32] = np.eye(2, 3, dtype=np.float32)
"""The frame that shows a picture as it is."""

_EDGE = 1 / 3
"""What is added around a picture before it is searched, as a share of its side: the corpus cuts
its faces tighter than detectors know them."""
_SIDE = 160
"""Pixels of the side that is searched."""
_FLOOR = 0.6
"""Points of faces with a lower score are not trusted."""


def find_detector(data: Path) -> FaceDetector | None:
    """Return the shipped detector network, or YuNet below `data`, or none."""
    options = NetDetectorOptions(floor=_FLOOR)
    if "face-detection" in shipped_packs():
        return NetDetector(load_pack("face-detection", "face-detection").session(), options)
    files = sorted(data.glob("models/face_detection_yunet*.onnx"))
    return NetDetector(open_network(files[0]), options) if files else None


def face_frames(images: NDArray[np.uint8], detector: FaceDetector | None) -> NDArray[np.float32]:
    """Return what part of each picture `align_face` would show, by the five points found in it.

    Args:
        images: Grey, shape (n, side, side).
        detector: Finds the points; without one, and where it finds no face, the picture is shown
            as it is.

    Returns:
        Maps from the frame to the picture, both from -1 to 1, as
        `torch.nn.functional.affine_grid` takes them; shape (n, 2, 3).
    """
    if detector is None or not len(images):
        return np.repeat(UNFRAMED[None], len(images), axis=0)
    return np.stack([_frame(image, detector) for image in images])


def kept(file: Path, make: Callable[[], NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return the array kept in a file; where there is none, make it and keep it."""
    if file.is_file():
        return np.load(file)
    array = make()
    with atomic(file) as part:
        np.save(part, array)
    return array


def _frame(image: NDArray[np.uint8], detector: FaceDetector) -> NDArray[np.float32]:
    edge = round(_EDGE * len(image))
    wide = _cv.copyMakeBorder(image, edge, edge, edge, edge, _cv.BORDER_REPLICATE)
    large = _cv.resize(wide, (_SIDE, _SIDE), interpolation=_cv.INTER_CUBIC)
    faces = detector.detect(np.repeat(large[:, :, None], 3, axis=2))
    face = max(faces, key=_weight, default=None)
    if face is None or face.points is None:
        return UNFRAMED
    points = (face.points * len(wide) / _SIDE - edge) / len(image)
    to_picture = np.linalg.inv(np.vstack([framing(points, 1), [0, 0, 1]]))[:2]
    shift = to_picture @ [1, 1, 2] - 1
    return np.column_stack([to_picture[:, :2], shift]).astype(np.float32)


def _weight(face: FaceDetection) -> float:
    return face.score * face.box.width
