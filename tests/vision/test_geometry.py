import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoarc.errors import OptionError
from emoarc.types import Box, FaceDetection
from emoarc.vision._geometry import check_rgb, cut_out, enlarge, iou, moved, square_around

numbers = st.floats(-500, 500)
sizes = st.floats(1, 500)
boxes = st.builds(Box, numbers, numbers, sizes, sizes)


@given(boxes, boxes)
def test_iou_is_symmetric_and_a_share(a: Box, b: Box) -> None:
    assert iou(a, b) == pytest.approx(iou(b, a))
    assert 0 <= iou(a, b) <= 1 + 1e-9


@given(boxes)
def test_a_box_is_itself(a: Box) -> None:
    assert iou(a, a) == pytest.approx(1)


def test_iou_of_half_overlapping_boxes_is_a_third() -> None:
    assert iou(Box(0, 0, 10, 10), Box(5, 0, 10, 10)) == pytest.approx(1 / 3)


@given(boxes, st.floats(0.1, 5))
def test_enlarging_keeps_the_centre(box: Box, factor: float) -> None:
    larger = enlarge(box, factor)
    assert larger.center == pytest.approx(box.center, abs=1e-6)
    assert larger.area == pytest.approx(factor**2 * box.area)


@given(boxes)
def test_the_square_holds_the_box(box: Box) -> None:
    square = square_around(box)
    assert square.width == square.height == max(box.width, box.height)
    assert square.center == pytest.approx(box.center, abs=1e-6)


def test_moving_takes_box_and_points_along() -> None:
    points = np.array([[1, 2]] * 5, np.float32)
    there = moved(FaceDetection(Box(1, 2, 3, 4), 0.5, points), 2, 10, 20)
    assert there.box == Box(12, 24, 6, 8)
    assert there.points is not None
    np.testing.assert_allclose(there.points, [[12, 24]] * 5)


def test_cutting_at_full_scale_copies_pixels() -> None:
    image = np.random.default_rng(0).integers(0, 255, (50, 60, 3), np.uint8)
    np.testing.assert_array_equal(cut_out(image, Box(7, 5, 20, 10), 20, 10), image[5:15, 7:27])


@pytest.mark.parametrize("factor", [2, 4, 5])
def test_shrinking_averages_what_each_pixel_covers(factor: int) -> None:
    rng = np.random.default_rng(factor)
    image = rng.integers(0, 255, (12 * factor, 16 * factor, 3), np.uint8)
    small = cut_out(image, Box(0, 0, 16 * factor, 12 * factor), 16, 12)
    mean = image.reshape(12, factor, 16, factor, 3).mean(axis=(1, 3))
    assert np.abs(small[1:-1, 1:-1] - mean[1:-1, 1:-1]).max() <= 1


@given(st.floats(-80, 80), st.floats(-80, 80), st.floats(5, 150), st.integers(8, 90))
def test_a_ramp_stays_a_ramp(x: float, y: float, side: float, size: int) -> None:
    ramp = np.repeat(np.arange(200, dtype=np.uint8)[None, :, None], 200, axis=0)
    image = np.repeat(ramp, 3, axis=2)
    view = cut_out(image, Box(x, y, side, side), size, size)
    centers = x + (np.arange(size) + 0.5) * side / size - 0.5
    # Beyond the edge the nearest pixel is repeated; near it area averaging may reach across.
    inside = (centers > 2 * side / size) & (centers < 195)
    error = np.abs(view[size // 2, :, 0] - np.clip(centers, 0, 199))
    assert np.all(error[inside] <= 1.5)
    assert np.all(view[:, centers < -1, 0] <= 2 * side / size)


def test_a_view_wholly_outside_shows_the_nearest_edge() -> None:
    image = np.zeros((10, 10, 3), np.uint8)
    image[:, -1] = 200
    assert cut_out(image, Box(50, 2, 4, 4), 4, 4).min() == 200


@pytest.mark.parametrize(
    "image",
    [
        None,
        [[[1, 2, 3]]],
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
    ],
)
def test_what_is_no_rgb_picture_is_refused(image: object) -> None:
    with pytest.raises(OptionError, match=r"here: give .*uint8.*, not "):
        check_rgb(image, "here")


def test_an_rgb_picture_is_taken() -> None:
    check_rgb(np.zeros((1, 1, 3), np.uint8), "here")
