"""What systems see: one array of grey pictures from one recording or picture, uint8."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from emoarc.corpora import Clip, read_picture
from emoarc.errors import InputError
from emoarc.media import MediaReader, ReadOptions
from emoarc.train._checks import check_positive
from emoarc.types import VideoFrame
from emoarc.vision import HaarDetector, align_face

_cv: Any = cv2

__all__ = ["Faces", "Picture"]

Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class Picture:
    """The picture of an image clip, or the face in the middle of a video; shape (side, side)."""

    kind: Literal["picture"]
    side: int = 48

    def __post_init__(self) -> None:
        check_positive(side=self.side)

    def __call__(self, clip: Clip) -> Grey:
        """Return the picture.

        Raises:
            InputError: It cannot be read.
        """
        if clip.kind == "image":
            return _resized(read_picture(clip), self.side, self.side)
        return _resized(_faces_of(clip, 1)[0], self.side, self.side)


@dataclass(frozen=True)
class Faces:
    """Faces at equal distances in a video; shape (count, height, width)."""

    kind: Literal["faces"]
    count: int = 20
    height: int = 50
    width: int = 50

    def __post_init__(self) -> None:
        check_positive(count=self.count, height=self.height, width=self.width)

    def __call__(self, clip: Clip) -> Grey:
        """Return the faces; a frame without one gives its middle instead.

        Raises:
            InputError: The video cannot be read.
        """
        faces = _faces_of(clip, self.count)
        return np.stack([_resized(face, self.height, self.width) for face in faces])


def _resized(picture: Grey, height: int, width: int) -> Grey:
    if picture.shape == (height, width):
        return picture
    return _cv.resize(picture, (width, height), interpolation=_cv.INTER_AREA)


def _faces_of(clip: Clip, count: int) -> list[Grey]:
    options = ReadOptions(audio=False, start=clip.start, end=clip.end)
    with MediaReader(clip.file, options) as reader:
        frames = [item.image for item in reader if isinstance(item, VideoFrame)]
    if not frames:
        raise InputError(f"{clip.file}: holds no picture; leave it out of the corpus")
    places = (np.arange(count) + 0.5) * len(frames) / count
    return [_face(frames[int(place)]) for place in places]


def _face(frame: NDArray[np.uint8]) -> Grey:
    found = _detector().detect(frame)
    if found:
        face = align_face(frame, max(found, key=lambda face: face.score), 96)
    else:
        side = min(frame.shape[:2])
        top, left = (frame.shape[0] - side) // 2, (frame.shape[1] - side) // 2
        face = frame[top : top + side, left : left + side]
    return face if face.ndim == 2 else _cv.cvtColor(face, _cv.COLOR_RGB2GRAY)


@cache
def _detector() -> HaarDetector:
    return HaarDetector()
