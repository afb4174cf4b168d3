"""The square that a face is looked at in."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoarc.types import Box, FaceDetection
from emoarc.vision import five_points
from emoarc.vision._canonical import CANONICAL_FACE
from emoarc.vision._face_frame import (
    frame_around,
    frame_of,
    to_frame,
    to_image,
    to_pixels,
    to_shares,
)


def _placed(turn: float, scale: float, x: float, y: float) -> np.ndarray:
    """The mean face turned by `turn` degrees in the picture."""
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    rotation = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    return (scale * CANONICAL_FACE @ rotation.T + (x, y, 0)).astype(np.float32)


@given(st.floats(-170, 170), st.floats(5, 300), st.floats(-500, 500), st.floats(-500, 500))
def test_a_frame_follows_the_face_wherever_it_is(
    turn: float, scale: float, x: float, y: float
) -> None:
    frame = frame_around(_placed(turn, scale, x, y))
    still = frame_around(_placed(0, 1, 0, 0))
    assert math.degrees(frame.turn) == pytest.approx(turn, abs=0.1)
    assert frame.side == pytest.approx(scale * still.side, rel=1e-3)
    crop = to_frame(_placed(turn, scale, x, y), frame.matrix(100))
    upright = to_frame(_placed(0, 1, 0, 0), still.matrix(100))
    np.testing.assert_allclose(crop, upright, atol=0.05)
    low, high = crop[:, :2].min(axis=0), crop[:, :2].max(axis=0)
    assert (high - low).max() == pytest.approx(100, abs=0.05)
    np.testing.assert_allclose((low + high) / 2, 50, atol=0.05)


def test_points_return_from_the_crop_unchanged() -> None:
    points = _placed(20, 60, 100, 80)
    matrix = frame_around(points).matrix(96, 1.35)
    np.testing.assert_allclose(to_image(to_frame(points, matrix), matrix), points, atol=1e-3)
    np.testing.assert_allclose(to_pixels(to_shares(points, 96), 96), points, atol=1e-3)


def test_depth_grows_with_the_face() -> None:
    points = _placed(0, 50, 0, 0)
    crop = to_frame(points, frame_around(points).matrix(200))
    np.testing.assert_allclose(
        crop[:, 2] / points[:, 2], 200 / frame_around(points).side, rtol=1e-4
    )


def test_a_detection_is_turned_by_its_points_and_upright_without() -> None:
    box, points = Box(50, 60, 80, 100), five_points(_placed(30, 50, 90, 110))
    turned, upright = (frame_of(FaceDetection(box, 1, five)) for five in (points, None))
    assert math.degrees(turned.turn) == pytest.approx(30, abs=0.1)
    assert upright.turn == 0
    assert turned.side == upright.side
    # The box's centre lies above that of the points, whichever way up means.
    assert upright.y > 110
    assert upright.x == 90
    assert turned.x < 90 < 110 < turned.y
