"""The networks of others whose answers ours learn to give."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emoarc.errors import OptionError
from emoarc.packs import open_network
from emoarc.types import FaceDetection
from emoarc.vision._face_frame import FaceFrame, frame_around, frame_of, to_image
from emoarc.vision._geometry import Matrix, Pixels, warp
from emoarc.vision._mesh import FLIPPED, MESH_POINTS

__all__ = ["MeshTeacher", "TaughtPoints", "find_teacher"]

Points = NDArray[np.float32]


def find_teacher(data: Path, name: str) -> Path:
    """Return the file of a teacher, in `data` or a folder `models` below it.

    Raises:
        OptionError: It is not there.
    """
    for folder in (data / "models", data):
        if (folder / name).is_file():
            return folder / name
    raise OptionError(f"{data}: the teacher models/{name} is not here; give its folder with --data")


@dataclass(frozen=True)
class TaughtPoints:
    """What the teacher says of one face."""

    points: Points
    """(82, 3): x and y in pixels of the picture, z in the same unit, smaller nearer the camera."""
    score: float
    """The logit that there is a face, the lesser of the two looks."""


class MeshTeacher:
    """The 468-point face mesh (MediaPipe), asked about a face the way it answers best.

    It takes RGB in [0, 1] (with [-1, 1] or [0, 255] its points leave the face), a square of
    `_MARGIN` times the longer side of the face, upright: on 100 pictures, 1.5 gave higher face
    scores than 1.25 or 1.75, and points that moved least when asked again.

    A face is first cut out by its detection, then again by the points found there; the answer is
    the mean of those for the second crop and for its mirror image.
    """

    _SIDE = 192
    _MARGIN = 1.5

    def __init__(self, path: Path, threads: int = 1) -> None:
        self._session = open_network(path, threads)

    def mark(self, image: Pixels, face: FaceDetection) -> TaughtPoints:
        """Return the points of the face found in an RGB image, (height, width, 3)."""
        points, first = self._ask(image, self._crop(frame_of(face)))
        crop = self._crop(frame_around(points))
        points, score = self._ask(image, crop)
        mirrored, other = self._ask(image, np.vstack([[0, 0, self._SIDE] - crop[0], crop[1]]))
        mean = (points + mirrored[list(FLIPPED)]) / 2
        return TaughtPoints(mean.astype(np.float32), min(first, score, other))

    def _crop(self, frame: FaceFrame) -> Matrix:
        return frame.matrix(self._SIDE, self._MARGIN)

    def _ask(self, image: Pixels, crop: Matrix) -> tuple[Points, float]:
        """Return our subset of the mesh in pixels of the image, and the face logit."""
        view = warp(image, crop, self._SIDE, self._SIDE)
        name = self._session.get_inputs()[0].name
        values = view[None].astype(np.float32) / 255
        mesh, score = (np.asarray(each) for each in self._session.run(None, {name: values}))
        points = mesh.reshape(-1, 3)[list(MESH_POINTS)]
        return to_image(points, crop), float(score.ravel()[0])
