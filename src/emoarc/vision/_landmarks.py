"""From a detected face to the points of its eyes, brows, nose, lips and outline."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emoarc.errors import ModelError, OptionError
from emoarc.packs import ModelPack
from emoarc.types import FaceDetection
from emoarc.vision._face_frame import FaceFrame, frame_around, frame_of, to_image, to_pixels
from emoarc.vision._geometry import Pixels, check_rgb, warp
from emoarc.vision._mesh import MESH_POINTS
from emoarc.vision._opencv import to_gray

__all__ = ["FaceLandmarker", "Landmarks"]

_FACE = 0.5
"""Where the network is less sure of a face, its points are no guide to look again."""


@dataclass(frozen=True, slots=True)
class Landmarks:
    """The points of one face."""

    points: NDArray[np.float32]
    """(82, 3), in the order of `emoarc.vision.MESH_POINTS`: x and y in pixels of the image, z away
    from the camera in the same unit, from the middle of the head."""
    score: float
    """How sure the network is that it looked at a face, upright to within 45 degrees; in [0, 1]."""


class FaceLandmarker:
    """A face landmark pack, ready to run."""

    def __init__(self, pack: ModelPack, threads: int = 1, looks: int = 2) -> None:
        """Open the network.

        Args:
            pack: For the task `face-landmarks`.
            threads: Of onnxruntime.
            looks: How often it looks: first where the detector says, then where its own points say.

        Raises:
            ModelError: The pack is for another job or takes another kind of input.
            OptionError: There is no look.
        """
        if pack.manifest.task != "face-landmarks":
            raise ModelError(f"{pack.folder}: this pack is for {pack.manifest.task}, not landmarks")
        if looks < 1:
            raise OptionError(f"looks: must be at least 1, not {looks}")
        self.pack = pack
        self.side, self._margin = _framing(pack)
        self._looks = looks
        self._session = pack.session(threads)

    def locate(self, image: Pixels, detection: FaceDetection) -> Landmarks:
        """Mark the points of a face found in an RGB image, shape (height, width, 3).

        Raises:
            OptionError: The image is not RGB of uint8.
        """
        check_rgb(image, "locate")
        found = self._mark(image, frame_of(detection))
        for _ in range(self._looks - 1):
            if found.score < _FACE:
                break
            found = self._mark(image, frame_around(found.points))
        return found

    def locate_all(self, image: Pixels, detections: Sequence[FaceDetection]) -> list[Landmarks]:
        """Mark the points of every face, each as `locate` would."""
        # One at a time: as quick as a batch on one core, and nothing depends on the batching.
        return [self.locate(image, detection) for detection in detections]

    def look(self, crop: NDArray[np.uint8]) -> tuple[NDArray[np.float32], float]:
        """Run the network on a grey crop (side, side) framed as it was taught.

        Returns:
            Points (82, 3) in pixels of the crop, and the score.
        """
        values = crop[None, None].astype(np.float32) / 255
        points, score = self._session.run(["points", "score"], {"input": values})
        return to_pixels(np.asarray(points)[0], self.side), float(np.asarray(score)[0])

    def _mark(self, image: Pixels, frame: FaceFrame) -> Landmarks:
        matrix = frame.matrix(self.side, self._margin)
        points, score = self.look(to_gray(warp(image, matrix, self.side, self.side)))
        return Landmarks(to_image(points, matrix), score)


def _framing(pack: ModelPack) -> tuple[int, float]:
    """Return the side of the network's input, and of its crop over the frame's."""
    match pack.manifest.input:
        case {"shape": [1, int(height), int(width)], "margin": int() | float() as margin} if (
            height == width > 0 and margin > 0
        ) and pack.manifest.input.get("points") == list(MESH_POINTS):
            return height, float(margin)
        case given:
            raise ModelError(
                f"{pack.folder}: expected square grey crops and our {len(MESH_POINTS)} points, "
                f"not shape {given.get('shape')}; reinstall the pack"
            )
