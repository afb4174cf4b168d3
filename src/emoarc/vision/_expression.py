"""From a picture of a face to the expression an observer would see in it."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from emoarc.errors import ModelError, OptionError
from emoarc.labels import EMOTIONS
from emoarc.packs import ModelPack, Prior, ProbabilityHead, load_pack
from emoarc.types import Box, FaceDetection
from emoarc.vision._align import align_face
from emoarc.vision._geometry import Pixels, cut_out, moved, square_around
from emoarc.vision._net_detect import NetDetector
from emoarc.vision._opencv import to_gray

__all__ = ["FaceExpressionModel"]

_EDGE = 1 / 3
"""What is added around a picture before it is searched, as a share of its longer side: detectors
know faces with something around them."""


class FaceExpressionModel:
    """A face expression pack, ready to run.

    The network was trained on squares that reach from the brow's top to the chin, the points of the
    face where they lie on average in FER2013. Each picture is brought to that framing: cut to the
    largest face found in it or, where none is found, extended to a square by repeating its edges.
    """

    def __init__(self, pack: ModelPack, prior: Prior = "balanced", threads: int = 1) -> None:
        """Open the network.

        Raises:
            ModelError: The pack is for another job or takes another kind of input.
            OptionError: The prior is no known word and no full table.
        """
        if pack.manifest.task != "face-expression":
            raise ModelError(f"{pack.folder}: this pack is for {pack.manifest.task}, not for faces")
        self.pack = pack
        self._side = pack.side()
        self._session = pack.session(threads)
        self._head = ProbabilityHead(pack.manifest, prior)
        self._threads = threads

    def predict(
        self, images: Sequence[NDArray[np.uint8]], *, framed: bool = False
    ) -> NDArray[np.float32]:
        """Return the probabilities of `EMOTIONS` for each picture, shape (n, 7).

        Args:
            images: RGB pictures (height, width, 3), or grey ones (height, width), of any size,
                each of one face.
            framed: The pictures are cropped as a detector frames a face, so none needs looking
                for; saves the few milliseconds that takes.

        Raises:
            OptionError: A picture is no uint8 array of such a shape, or it is one, not several.
        """
        if isinstance(images, np.ndarray) and images.ndim < 4:
            raise OptionError("predict: give a list of pictures, not one")
        pictures = [_checked(image, index) for index, image in enumerate(images)]
        if not pictures:
            return np.zeros((0, len(EMOTIONS)), np.float32)
        # One at a time: as quick as a batch on one core, and nothing depends on the batching.
        logits = [self._logits(picture, framed) for picture in pictures]
        return self._head(np.concatenate(logits))

    @cached_property
    def _detector(self) -> NetDetector:
        # Opened when a loosely cropped picture comes; the pipeline hands over framed ones only.
        return NetDetector(load_pack("face-detection", "face-detection").session(self._threads))

    def _logits(self, picture: Pixels, framed: bool) -> NDArray[np.float32]:
        # Pictures no larger than the network's are taken for cut to a face already.
        framed = framed or min(picture.shape[:2]) <= self._side
        face = None if framed else self._find_face(picture)
        view = align_face(picture, face, self._side) if face else _whole(picture, self._side)
        values = to_gray(view)[None, None].astype(np.float32) / 255
        return self._session.run(["logits"], {"input": values})[0]

    def _find_face(self, picture: Pixels) -> FaceDetection | None:
        """Find the largest face of a picture, however tightly it is cropped."""
        edge = round(_EDGE * max(picture.shape[:2]))
        wide = np.pad(picture, ((edge, edge), (edge, edge), (0, 0)), mode="edge")
        faces = self._detector.detect(wide)
        face = max(faces, key=lambda face: face.box.area, default=None)
        return face and moved(face, 1, -edge, -edge)


def _whole(picture: Pixels, side: int) -> Pixels:
    height, width = picture.shape[:2]
    return cut_out(picture, square_around(Box(0, 0, width, height)), side, side)


def _checked(image: NDArray[np.uint8], index: int) -> Pixels:
    picture = np.asarray(image)
    if picture.ndim == 2:
        picture = np.repeat(picture[:, :, None], 3, axis=2)
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or not picture.size:
        raise OptionError(
            f"predict: picture {index} is {picture.dtype} of shape {picture.shape}; "
            "give uint8 RGB arrays (height, width, 3)"
        )
    return picture
