from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the extra `train`")

from emoarc.train._face import FramedFaces, framed_pictures  # noqa: E402
from emoarc.train._ferplus import FaceSet  # noqa: E402
from emoarc.train._frames import UNFRAMED, face_frames, kept  # noqa: E402
from emoarc.types import Box, FaceDetection  # noqa: E402
from emoarc.vision import align_face  # noqa: E402


class Fixed:
    """Finds the same points in every picture, given in shares of the unpadded side."""

    def __init__(self, points: np.ndarray) -> None:
        self.points = points

    def detect(self, image: np.ndarray, smallest: float = 0.0) -> list[FaceDetection]:
        side = image.shape[1]
        points = (self.points * 0.6 + 0.2) * side  # a third of the side is added on each edge
        return [FaceDetection(Box(0.2 * side, 0.2 * side, side, side), 0.9, points)]


def smooth_pictures(n: int = 3) -> np.ndarray:
    y, x = np.mgrid[:48, :48] / 48
    waves = [np.sin(7 * x + k) + np.cos(5 * y - k) for k in range(n)]
    return np.stack([(128 + 50 * wave).astype(np.uint8) for wave in waves])


def faces(images: np.ndarray) -> FaceSet:
    n = len(images)
    none = np.full(n, -1)
    return FaceSet(tuple(map(str, range(n))), images, np.zeros((n, 8), np.float32), none, none)


def test_pictures_are_framed_as_in_use() -> None:
    images = smooth_pictures()
    points = np.array([[0.4, 0.3], [0.7, 0.4], [0.5, 0.5], [0.35, 0.65], [0.6, 0.72]])
    frames = face_frames(images, Fixed(points))
    framed = framed_pictures(FramedFaces(faces(images), frames), 48)
    detection = FaceDetection(Box(0, 0, 48, 48), 0.9, points * 48)
    for image, found in zip(images, framed, strict=True):
        expected = align_face(np.repeat(image[:, :, None], 3, axis=2), detection, 48)[:, :, 0]
        assert np.abs(found.astype(int) - expected).max() <= 6


def test_without_a_detector_pictures_stay_as_they_are() -> None:
    images = smooth_pictures()
    frames = face_frames(images, None)
    np.testing.assert_array_equal(frames, np.repeat(UNFRAMED[None], 3, axis=0))
    np.testing.assert_array_equal(framed_pictures(FramedFaces(faces(images), frames), 48), images)


def test_what_takes_long_is_made_once(tmp_path: Path) -> None:
    made = [np.arange(6, dtype=np.float32), np.zeros(1, np.float32)]
    first = kept(tmp_path / "x.npy", lambda: made[0])
    np.testing.assert_array_equal(first, made[0])
    np.testing.assert_array_equal(kept(tmp_path / "x.npy", lambda: made[1]), made[0])
