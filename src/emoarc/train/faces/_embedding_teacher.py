"""What MobileFaceNet says of each picture: the truth that the face embedder learns."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from emoarc.files import atomic
from emoarc.packs import open_network
from emoarc.train.faces._pictures import Picture
from emoarc.train.faces._teachers import find_teacher
from emoarc.types import FaceDetection
from emoarc.vision import NetDetector, NetDetectorOptions, align_face, align_points
from emoarc.vision._opencv import to_gray

__all__ = ["EmbeddingTeacher", "TaughtFaces", "teach_faces"]

Pixels = NDArray[np.uint8]

_SIDE: Final = 112
_PLACES: Final[NDArray[np.float64]] = np.array(
    [
        [38.2946, 51.6963],
        [73.5318, 51.5014],
        [56.0252, 71.7366],
        [41.5493, 92.3655],
        [70.7299, 92.2041],
    ]
)
"""Where the five points lie in the teacher's pictures; Deng et al. 2019, "ArcFace", whose framing
MobileFaceNets share."""

_KEPT: Final = 64
"""Side of the pictures kept: more than the student sees, since they are resampled on the way."""

_DETECTOR: Final = "face_detection_yunet_n_dynamic.onnx"
_TEACHER: Final = "face_embedding_mobilefacenet.onnx"
_MARGIN: Final = 24
"""Pixels by which edges are repeated: most pictures are cropped too tightly for a detector."""


@dataclass(frozen=True)
class TaughtFaces:
    """Faces with what the teacher says of them."""

    names: NDArray[np.str_]
    """Of the pictures, shape (n,)."""
    images: NDArray[np.uint8]
    """Grey, framed by `align_face`, shape (n, 64, 64)."""
    embeddings: NDArray[np.float32]
    """Unit vectors, shape (n, 128)."""

    def take(self, rows: NDArray[np.bool_]) -> "TaughtFaces":
        """Return the faces chosen by a mask of shape (n,)."""
        return TaughtFaces(self.names[rows], self.images[rows], self.embeddings[rows])


class EmbeddingTeacher:
    """MobileFaceNet (Chen et al. 2018): an aligned face to a unit vector of 128 numbers.

    A picture and its mirror image are averaged: on pairs of muxspace that is a little surer.
    """

    def __init__(self, file: Path) -> None:
        """Open the network.

        Raises:
            ModelError: The file is missing or no network.
        """
        self._session = open_network(file)
        self._input = self._session.get_inputs()[0].name

    def embed(self, image: Pixels, detection: FaceDetection) -> NDArray[np.float32]:
        """Return the embedding of a face with points in an RGB image, shape (128,)."""
        assert detection.points is not None
        view = align_points(image, detection.points, _PLACES, _SIDE).astype(np.float32)
        both = self._run(view) + self._run(view[:, ::-1])
        return both / np.float32(np.linalg.norm(both))

    def _run(self, view: NDArray[np.float32]) -> NDArray[np.float32]:
        values = np.ascontiguousarray(((view - 127.5) / 128).transpose(2, 0, 1)[None])
        answer: NDArray[np.float32] = self._session.run(None, {self._input: values})[0][0]
        return answer / np.float32(np.linalg.norm(answer))


def teach_faces(pictures: Sequence[Picture], data: Path, cache: Path) -> TaughtFaces:
    """Find, frame and embed the face of each picture; those without a face are left out.

    What was found is kept in the file `cache` and read from there the next time.

    Raises:
        OptionError: A teacher is not in `data`.
        OutputError: The cache cannot be written.
    """
    names = np.array([picture.name for picture in pictures])
    if cache.is_file():
        with np.load(cache) as kept:
            if np.array_equal(kept["asked"], names):
                return TaughtFaces(kept["names"], kept["images"], kept["embeddings"])
    faces = _teach(pictures, data)
    _keep(faces, names, cache)
    return faces


def _teach(pictures: Sequence[Picture], data: Path) -> TaughtFaces:
    detector = NetDetector(
        open_network(find_teacher(data, _DETECTOR)), NetDetectorOptions(side=160)
    )
    teacher = EmbeddingTeacher(find_teacher(data, _TEACHER))
    names: list[str] = []
    images: list[Pixels] = []
    embeddings: list[NDArray[np.float32]] = []
    for picture in pictures:
        image = _prepared(picture)
        face = max(detector.detect(image), key=lambda face: face.box.area, default=None)
        if face is not None:
            names.append(picture.name)
            images.append(align_face(image, face, _KEPT)[:, :, 1])
            embeddings.append(teacher.embed(image, face))
    return TaughtFaces(np.array(names), np.stack(images), np.stack(embeddings))


def _prepared(picture: Picture) -> Pixels:
    """Grey, which is what the student will see, with a margin and three equal channels."""
    grey = picture.pixels if picture.pixels.ndim == 2 else to_gray(picture.pixels)
    return np.repeat(np.pad(grey, _MARGIN, mode="edge")[:, :, None], 3, axis=2)


def _keep(faces: TaughtFaces, asked: NDArray[np.str_], cache: Path) -> None:
    with atomic(cache) as file:
        np.savez(
            file,
            asked=asked,
            names=faces.names,
            images=faces.images,
            embeddings=faces.embeddings,
        )
