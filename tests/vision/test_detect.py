"""What every face detector must keep, and what the Haar detector adds."""

import cv2
import numpy as np
import pytest

from emoarc.errors import ModelError
from emoarc.models import load_face_detector
from emoarc.types import Box
from emoarc.vision import FaceDetector, HaarDetector, HaarOptions
from emoarc.vision._geometry import iou
from emoarc.vision._opencv import Cascade

DETECTORS = {
    "haar": HaarDetector,
    "haar, small": lambda: HaarDetector(HaarOptions(side=320)),
    "net": load_face_detector,
}


OVERLAP = 0.55
"""With the drawn box, from hairline to chin; detectors differ in where a face ends."""


@pytest.fixture(params=DETECTORS, scope="module")
def detector(request: pytest.FixtureRequest) -> FaceDetector:
    return DETECTORS[request.param]()


def face_box(x: float, y: float, side: float) -> Box:
    """The box of a drawn face, forehead included."""
    return Box(x - 0.55 * side, y - 0.55 * side, 1.1 * side, 1.1 * side)


@pytest.mark.parametrize("side", [40, 60, 90, 140])
def test_a_face_is_found_where_it_is(detector: FaceDetector, draw_face, side: int) -> None:
    (face,) = detector.detect(draw_face((150, 120), side=side))
    assert iou(face.box, face_box(150, 120, side)) > OVERLAP
    assert 0 < face.score <= 1


def test_several_faces_are_found_best_first(detector: FaceDetector, draw_face) -> None:
    faces = detector.detect(draw_face((80, 80), (240, 150)))
    assert len(faces) == 2
    assert faces[0].score >= faces[1].score
    for center in [(80, 80), (240, 150)]:
        assert any(iou(face.box, face_box(*center, 60)) > 0.6 for face in faces)


def test_a_large_picture_is_measured_in_its_own_pixels(detector: FaceDetector, draw_face) -> None:
    picture = cv2.resize(draw_face((150, 120)), (1600, 1200), interpolation=cv2.INTER_LINEAR)
    (face,) = detector.detect(picture)
    assert iou(face.box, face_box(750, 600, 300)) > OVERLAP


def test_a_face_that_fills_the_picture_is_found(detector: FaceDetector, draw_face) -> None:
    tight = draw_face((60, 60), side=120, size=(120, 120))
    (face,) = detector.detect(tight)
    assert iou(face.box, Box(0, 0, 120, 120)) > 0.6


def test_where_there_is_no_face_none_is_found(detector: FaceDetector, texture) -> None:
    for picture in (texture, np.zeros_like(texture), np.full_like(texture, 255)):
        assert detector.detect(picture) == []


@pytest.mark.parametrize("size", [(1, 1), (3, 500), (500, 3), (23, 23)])
def test_odd_sizes_are_no_error(detector: FaceDetector, size: tuple[int, int]) -> None:
    assert detector.detect(np.full((*size, 3), 90, np.uint8)) == []


def test_the_answer_is_always_the_same(detector: FaceDetector, draw_face) -> None:
    picture = draw_face((80, 80), (240, 150))
    first = detector.detect(picture)
    detector.detect(draw_face((200, 100)))
    again = detector.detect(picture)
    assert [(face.box, face.score) for face in again] == [(face.box, face.score) for face in first]


def test_the_picture_is_not_changed(detector: FaceDetector, draw_face) -> None:
    picture = draw_face((150, 120))
    before = picture.copy()
    detector.detect(picture)
    np.testing.assert_array_equal(picture, before)


def test_small_faces_may_be_left_out(detector: FaceDetector, draw_face) -> None:
    picture = draw_face((80, 120), side=40)
    assert detector.detect(picture, smallest=0.5) == []


def test_real_faces_in_a_picture_are_found(detector: FaceDetector, shared) -> None:
    folder = shared / "corpora" / "ferplus" / "FER2013Valid"
    pictures = [cv2.imread(str(path)) for path in sorted(folder.glob("*.png"))[:50]]
    found = sum(bool(detector.detect(cv2.resize(picture, (96, 96)))) for picture in pictures)
    assert found / len(pictures) > 0.65


def test_a_missing_cascade_is_a_model_error() -> None:
    with pytest.raises(ModelError, match="reinstall opencv-python-headless"):
        Cascade("no_such")


def test_haar_reports_nothing_below_its_floor(draw_face) -> None:
    assert HaarDetector(HaarOptions(floor=1.01)).detect(draw_face((150, 120))) == []
