"""Putting faces where those of one person lie close together."""

from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from emoarc.errors import ModelError
from emoarc.packs import ModelPack
from emoarc.types import FaceDetection
from emoarc.vision._align import align_face
from emoarc.vision._geometry import Pixels, check_rgb
from emoarc.vision._opencv import to_gray

__all__ = ["Embedder", "Embedding", "FaceEmbedder", "is_tellable"]

Embedding = NDArray[np.float32]
"""A unit vector; the cosine of two says how alike the faces look."""

_SMALLEST: Final = 18.0
"""Pixels; of smaller faces too little is left to tell people apart by."""
_SUREST: Final = 0.6
"""Score of a detection below which it may be half a face, or none."""
_PROFILE: Final = 0.2
"""How near the nose may be to one of the eyes, along the line between them, as a share of their
distance; beyond that a face is seen from the side."""


class Embedder(Protocol):
    """Whatever maps faces to vectors that lie close together for one person."""

    def embed(self, image: Pixels, detection: FaceDetection) -> Embedding:
        """Return the unit vector of a face found in an RGB image."""
        ...


class FaceEmbedder:
    """A face embedding pack, ready to run.

    It is for telling apart the people within one recording, and for nothing else.
    """

    def __init__(self, pack: ModelPack, threads: int = 1) -> None:
        """Open the network.

        Raises:
            ModelError: The pack is for another job or takes another kind of input.
        """
        if pack.manifest.task != "face-embedding":
            raise ModelError(f"{pack.folder}: this pack is for {pack.manifest.task}, not embedding")
        self.pack = pack
        self._side = pack.side()
        self._session = pack.session(threads)

    def embed(self, image: Pixels, detection: FaceDetection) -> Embedding:
        """Return the embedding of a face, a unit vector of shape (128,).

        Args:
            image: RGB, shape (height, width, 3).
            detection: A face found in the image, with points for the best result.

        Raises:
            OptionError: The image is not RGB of uint8.
        """
        check_rgb(image, "embed")
        view = align_face(image, detection, self._side)
        values = to_gray(view)[None, None].astype(np.float32) / 255
        return self._session.run(["embedding"], {"input": values})[0][0]


def is_tellable(detection: FaceDetection) -> bool:
    """Tell whether a face shows enough of itself to tell people apart by.

    It must be large and sure enough and, where points are known, seen rather from the front than
    from the side.
    """
    box = detection.box
    if min(box.width, box.height) < _SMALLEST or detection.score < _SUREST:
        return False
    return detection.points is None or _nose_place(detection.points) > _PROFILE


def _nose_place(points: NDArray[np.float32]) -> float:
    """How far the nose is from the nearer eye along the line of the eyes: 0.5 from the front."""
    right, left, nose = points[:3].astype(np.float64)
    eyes = left - right
    place = float((nose - right) @ eyes / max(float(eyes @ eyes), 1e-9))
    return min(place, 1 - place)
