import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoarc.types import Box, FaceDetection
from emoarc.vision import HaarDetector, align_face
from emoarc.vision._align import _POINTS, _similarity


def spots(points: np.ndarray, size: int) -> np.ndarray:
    """White discs at points on black."""
    y, x = np.mgrid[:size, :size] + 0.5
    image = np.zeros((size, size))
    for px, py in points:
        image += np.exp(-((x - px) ** 2 + (y - py) ** 2) / 30)
    return np.repeat(np.clip(255 * image, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)


@given(st.floats(-60, 60), st.floats(0.5, 3), st.floats(-50, 50), st.floats(-50, 50))
def test_a_similarity_is_recovered(degrees: float, scale: float, dx: float, dy: float) -> None:
    angle = np.radians(degrees)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = _similarity(_POINTS @ turn.T + (dx, dy), _POINTS)
    np.testing.assert_allclose(matrix[:, :2] @ turn, np.eye(2), atol=1e-9)
    np.testing.assert_allclose(matrix @ [dx, dy, 1], 0, atol=1e-6)


@pytest.mark.parametrize("degrees", [-35, 0, 20])
def test_points_land_where_they_should(degrees: float) -> None:
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = ((_POINTS - 0.5) * 120) @ turn.T + (150, 140)
    image = spots(points, 300)
    detection = FaceDetection(Box(0, 0, 10, 10), 1.0, points.astype(np.float32))
    crop = align_face(image, detection, 96)
    expected = spots(_POINTS * 96, 96)
    for x, y in _POINTS * 96:
        around = crop[int(y) - 4 : int(y) + 5, int(x) - 4 : int(x) + 5, 0].astype(float)
        rows, columns = np.mgrid[int(y) - 4 : int(y) + 5, int(x) - 4 : int(x) + 5] + 0.5
        found = (columns * around).sum() / around.sum(), (rows * around).sum() / around.sum()
        assert found == pytest.approx((x, y), abs=0.6)
    assert crop.shape == expected.shape


def test_without_points_the_box_fills_the_crop() -> None:
    image = np.zeros((100, 100, 3), np.uint8)
    image[40:60, 40:60] = 255
    crop = align_face(image, FaceDetection(Box(40, 40, 20, 20), 1.0), 103)
    # The crop's side is 1.03 of the box's, so the square covers the middle 100 pixels.
    assert crop[4:-4, 4:-4].min() > 250
    assert crop[[0, -1]].max() < 130


def test_beyond_the_edge_pixels_repeat() -> None:
    image = np.full((50, 50, 3), 90, np.uint8)
    crop = align_face(image, FaceDetection(Box(-30, -30, 40, 40), 1.0), 48)
    assert np.all(crop == 90)


def test_framing_matches_fer2013(shared) -> None:
    """Faces detected in padded FER2013 images are cut out as those images frame them."""
    detector = HaarDetector()
    folder = shared / "corpora" / "ferplus" / "FER2013Valid"
    differences, shifts = [], []
    for path in sorted(folder.glob("*.png"))[:40]:
        original = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
        padded = cv2.copyMakeBorder(original, 24, 24, 24, 24, cv2.BORDER_REPLICATE)
        large = cv2.resize(padded, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
        for detection in detector.detect(large)[:1]:
            side, (x, y) = detection.box.width * 1.03 / 144, detection.box.center
            differences.append(side)
            shifts.append((x / 144 - 1, y / 144 - 1))
    assert len(differences) > 20
    assert np.median(differences) == pytest.approx(1, abs=0.05)
    np.testing.assert_allclose(np.median(shifts, axis=0), 0, atol=0.03)
