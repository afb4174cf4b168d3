"""The shipped landmark pack, on real faces: the same points however the face is handed over."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from emoarc.errors import ModelError, OptionError
from emoarc.packs import load_pack
from emoarc.types import Box, FaceDetection
from emoarc.vision import FaceLandmarker, HaarDetector, five_points, head_pose
from emoarc.vision._mesh import FLIPPED, LEFT_EYE, RIGHT_EYE, interocular


@pytest.fixture(scope="module")
def model() -> FaceLandmarker:
    return FaceLandmarker(load_pack("face-landmarks"))


@pytest.fixture(scope="module")
def frame(shared: Path) -> np.ndarray:
    clip = cv2.VideoCapture(str(shared / "media" / "talking_head_1.mp4"))
    seen, image = clip.read()
    clip.release()
    assert seen
    return np.ascontiguousarray(image[:, :, ::-1])


@pytest.fixture(scope="module")
def face(frame: np.ndarray, model: FaceLandmarker) -> FaceDetection:
    found = HaarDetector().detect(frame)[0]
    points = five_points(model.locate(frame, found).points)
    low, high = points.min(axis=0), points.max(axis=0)
    x, y = (low + high) / 2
    side = 2.1 * float((high - low).max())
    return FaceDetection(Box(float(x) - side / 2, float(y) - side / 2, side, side), 1.0, points)


def test_a_face_is_a_face_and_a_wall_is_none(
    model: FaceLandmarker, frame: np.ndarray, face: FaceDetection, texture: np.ndarray
) -> None:
    assert model.locate(frame, face).score > 0.9
    assert model.locate(texture, FaceDetection(Box(80, 60, 90, 90), 1.0)).score < 0.5


def test_one_face_is_marked_as_many_are(
    model: FaceLandmarker, frame: np.ndarray, face: FaceDetection
) -> None:
    other = replace(face, box=Box(0, 0, 60, 60), points=None)
    marked = model.locate_all(frame, [face, other, face])
    for alone, together in zip([face, other, face], marked, strict=True):
        np.testing.assert_array_equal(model.locate(frame, alone).points, together.points)
    assert model.locate_all(frame, []) == []


def test_the_points_do_not_depend_on_threads(frame: np.ndarray, face: FaceDetection) -> None:
    one, two = (FaceLandmarker(load_pack("face-landmarks"), n).locate(frame, face) for n in (1, 2))
    np.testing.assert_allclose(one.points, two.points, atol=1e-2)


def test_a_box_that_is_off_changes_little(
    model: FaceLandmarker, frame: np.ndarray, face: FaceDetection
) -> None:
    truth, box = model.locate(frame, face).points, face.box
    for dx, dy, grow in ((0.1, 0, 1), (-0.05, 0.08, 1), (0, 0, 1.15), (0, 0, 0.88)):
        side = grow * box.width
        x, y = box.center[0] - side / 2 + dx * box.width, box.center[1] - side / 2 + dy * box.width
        found = model.locate(frame, replace(face, box=Box(x, y, side, side))).points
        assert _apart(found, truth) < 0.04


@pytest.mark.parametrize("angle", [-40, -15, 25, 45])
def test_a_turned_picture_turns_the_points(
    model: FaceLandmarker, frame: np.ndarray, face: FaceDetection, angle: float
) -> None:
    truth = model.locate(frame, face)
    x, y = face.box.center
    matrix = cv2.getRotationMatrix2D((x - 0.5, y - 0.5), -angle, 1.0)
    turned = cv2.warpAffine(frame, matrix, frame.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
    # Without points nobody says that the face is tilted.
    found = model.locate(turned, replace(face, points=None))
    centers = truth.points[:, :2] - 0.5
    expected = centers @ matrix[:, :2].T + matrix[:, 2] + 0.5
    assert _apart(found.points, np.column_stack([expected, truth.points[:, 2]])) < 0.07
    assert head_pose(found).roll - head_pose(truth).roll == pytest.approx(angle, abs=4)


def test_a_mirrored_picture_mirrors_the_points(
    model: FaceLandmarker, frame: np.ndarray, face: FaceDetection
) -> None:
    truth, width = model.locate(frame, face).points, frame.shape[1]
    box = Box(width - face.box.x - face.box.width, face.box.y, face.box.width, face.box.height)
    flipped = np.ascontiguousarray(frame[:, ::-1])
    found = model.locate(flipped, FaceDetection(box, 1.0)).points
    expected = (truth * (-1, 1, 1) + (width, 0, 0))[list(FLIPPED)]
    assert _apart(found, expected) < 0.04


def test_small_and_dark_faces_are_marked_alike(
    model: FaceLandmarker, frame: np.ndarray, face: FaceDetection
) -> None:
    truth, scale = model.locate(frame, face).points, 30 / face.box.width
    size = round(scale * frame.shape[1]), round(scale * frame.shape[0])
    small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA) // 3
    box = Box(*(scale * v for v in (face.box.x, face.box.y, face.box.width, face.box.height)))
    found = model.locate(small, FaceDetection(box, 1.0))
    assert _apart(found.points / scale, truth) < 0.07


def test_only_a_landmark_pack_will_do() -> None:
    with pytest.raises(ModelError, match="not landmarks"):
        FaceLandmarker(load_pack("face-expression"))
    with pytest.raises(OptionError, match="looks"):
        FaceLandmarker(load_pack("face-landmarks"), looks=0)


def _apart(found: np.ndarray, truth: np.ndarray) -> float:
    """The mean distance in the picture's plane over that of the outer corners of the eyes."""
    assert truth[RIGHT_EYE[0], 0] < truth[LEFT_EYE[0], 0]
    distance = np.linalg.norm((found - truth)[:, :2], axis=1).mean()
    return float(distance / interocular(truth[:, :2]))
