"""The mesh teacher's answers for all pictures, computed once and kept on disk."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from emoarc.packs import open_network
from emoarc.train.faces._pictures import Picture
from emoarc.train.faces._teachers import MeshTeacher, TaughtPoints, find_teacher
from emoarc.types import FaceDetection
from emoarc.vision import NetDetector, NetDetectorOptions
from emoarc.vision._geometry import Pixels, moved
from emoarc.vision._mesh import MESH_POINTS

_cv: Any = cv2

__all__ = ["Marks", "mark_pictures"]

Note = Callable[[str], None]

_BORDER: Final = 0.5
"""Edge added before faces are looked for, relative to the width: most pictures are tight crops."""
_SIDE: Final = 192
"""Smaller pictures are enlarged to this before faces are looked for."""
_FLOOR: Final = 0.3
"""Lower than usual, since nearly every picture shows a face and the mesh has the last word."""


@dataclass(frozen=True)
class Marks:
    """The faces of those pictures in which the teachers found one."""

    names: tuple[str, ...]
    boxes: NDArray[np.float32]
    """(n, 4): x, y, width, height, as YuNet boxes the face; pixels of the picture."""
    five: NDArray[np.float32]
    """(n, 5, 2): YuNet's points."""
    points: NDArray[np.float32]
    """(n, 82, 3): the mesh teacher's."""
    scores: NDArray[np.float32]
    """(n,): the mesh teacher's face logit."""

    def above(self, score: float) -> "Marks":
        """Return those whose score is higher."""
        rows = np.flatnonzero(self.scores > score)
        names = tuple(self.names[row] for row in rows)
        return Marks(names, self.boxes[rows], self.five[rows], self.points[rows], self.scores[rows])


def mark_pictures(
    pictures: Sequence[Picture], data: Path, file: Path, note: Note | None = None
) -> Marks:
    """Ask the teachers below `data` about every picture, or read what they said from `file`.

    The largest face of a picture counts. What is on disk counts if it was asked for the same
    pictures; about 25 ms a picture otherwise.

    Raises:
        OptionError: A teacher is not there.
    """
    asked = np.array([picture.name for picture in pictures])
    if file.is_file():
        with np.load(file) as kept:
            if np.array_equal(kept["asked"], asked):
                return _unpack(kept)
    answers = _ask(pictures, data, note)
    file.parent.mkdir(parents=True, exist_ok=True)
    tables: dict[str, Any] = {"asked": asked, **answers}
    np.savez(file, **tables)
    return _unpack(answers)


def _unpack(table: Any) -> Marks:
    names = tuple(map(str, table["names"]))
    return Marks(names, table["boxes"], table["five"], table["points"], table["scores"])


def _ask(pictures: Sequence[Picture], data: Path, note: Note | None) -> dict[str, NDArray[Any]]:
    detector = NetDetector(
        open_network(find_teacher(data, "face_detection_yunet_n_dynamic.onnx")),
        NetDetectorOptions(floor=_FLOOR),
    )
    mesh = MeshTeacher(find_teacher(data, "face_landmark_468.onnx"))
    found: list[tuple[str, FaceDetection, TaughtPoints]] = []
    for number, picture in enumerate(pictures):
        if note is not None and number % 1000 == 0:
            note(f"{number} of {len(pictures)} pictures marked")
        image = picture.image
        face = _largest_face(detector, image)
        if face is not None:
            found.append((picture.name, face, mesh.mark(image, face)))
    return _table(found)


def _table(found: Sequence[tuple[str, FaceDetection, TaughtPoints]]) -> dict[str, NDArray[Any]]:
    boxes = [(face.box.x, face.box.y, face.box.width, face.box.height) for _, face, _ in found]
    return {
        "names": np.array([name for name, _, _ in found], str),
        "boxes": np.array(boxes, np.float32).reshape(-1, 4),
        "five": np.array([face.points for _, face, _ in found], np.float32).reshape(-1, 5, 2),
        "points": np.array([taught.points for _, _, taught in found], np.float32).reshape(
            -1, len(MESH_POINTS), 3
        ),
        "scores": np.array([taught.score for _, _, taught in found], np.float32),
    }


def _largest_face(detector: NetDetector, image: Pixels) -> FaceDetection | None:
    border = round(_BORDER * image.shape[1])
    wide: Pixels = _cv.copyMakeBorder(image, *[border] * 4, _cv.BORDER_REPLICATE)
    scale = max(1.0, _SIDE / min(wide.shape[:2]))
    large: Pixels = _cv.resize(wide, None, fx=scale, fy=scale)
    # Resizing rounds the sides, so that the true scale is another.
    true = large.shape[1] / wide.shape[1]
    faces = detector.detect(large)
    best = max(faces, key=lambda face: face.box.area, default=None)
    return None if best is None else moved(best, 1 / true, -border, -border)
