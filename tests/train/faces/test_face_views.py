"""Crops that the landmark network learns from: points stay on what they mark."""

import numpy as np
import pytest
from numpy.typing import NDArray

from emoarc.errors import OptionError
from emoarc.train.faces._face_views import FaceViews, ViewOptions, mirrored
from emoarc.vision._canonical import CANONICAL_FACE
from emoarc.vision._mesh import LEFT_EYE, RIGHT_EYE

PLAIN = ViewOptions(
    small=0, background=0, contrast=0, shade=0, dark=0, blur=0, noise=0, compress=0, cover=0
)
POINTS = (40 * CANONICAL_FACE + (70, 60, 0)).astype(np.float32)


def _dotted() -> NDArray[np.uint8]:
    """A dark picture with a bright dot on every point of a face."""
    y, x = np.mgrid[:140, :140] + 0.5
    apart = (x[..., None] - POINTS[:, 0]) ** 2 + (y[..., None] - POINTS[:, 1]) ** 2
    return (255 * np.exp(-apart / 4).max(axis=2)).astype(np.uint8)


@pytest.fixture(scope="module")
def views() -> FaceViews:
    return FaceViews([_dotted()], POINTS[None], 96, PLAIN)


def _seen(crop: NDArray[np.uint8], shares: NDArray[np.float32]) -> NDArray[np.uint8]:
    places = np.floor((shares[:, :2] + 0.5) * len(crop)).astype(int)
    inside = ((places >= 0) & (places < len(crop))).all(axis=1)
    return crop[places[inside, 1], places[inside, 0]]


def test_points_move_with_the_picture(views: FaceViews) -> None:
    for seed in range(20):
        crop, points = views.face(0, np.random.default_rng(seed))
        assert crop.shape == (96, 96)
        assert _seen(crop, points).min() > 120
        assert _seen(crop, points + np.float32([0.05, 0.02, 0])).mean() < 120


def test_points_move_with_a_mirrored_picture_and_change_sides(views: FaceViews) -> None:
    crop, points = views.face(0, np.random.default_rng(1))
    flipped = mirrored(points)
    assert _seen(crop[:, ::-1], flipped).min() > 120
    np.testing.assert_allclose(
        flipped[list(RIGHT_EYE)], points[list(LEFT_EYE)] * (-1, 1, 1), rtol=1e-6
    )


def test_faces_are_turned_by_up_to_45_degrees(views: FaceViews) -> None:
    across = [
        np.subtract(*views.face(0, np.random.default_rng(i))[1][[LEFT_EYE[0], RIGHT_EYE[0]], :2])
        for i in range(200)
    ]
    turns = np.degrees([np.arctan2(y, x) for x, y in across])
    assert 30 < np.abs(turns).max() <= 45.5
    assert abs(np.median(turns)) < 5


def test_the_same_seed_gives_the_same_crops() -> None:
    views = FaceViews([_dotted()], POINTS[None], 32)
    for draw in (lambda seed: views.face(0, seed)[0], lambda seed: views.other(0, seed)):
        first, again, other = (draw(np.random.default_rng(seed)) for seed in (5, 5, 6))
        np.testing.assert_array_equal(first, again)
        assert (first != other).any()


def test_the_mean_face_lies_in_the_middle(views: FaceViews) -> None:
    low, high = views.mean_face[:, :2].min(axis=0), views.mean_face[:, :2].max(axis=0)
    np.testing.assert_allclose((low + high) / 2, 0, atol=1e-3)
    assert (high - low).max() == pytest.approx(1 / 1.35, abs=1e-3)


def test_every_crop_is_of_the_same_size_however_it_is_spoilt() -> None:
    options = ViewOptions(
        small=1, background=1, shade=1, dark=1, blur=1, noise=1, compress=1, cover=1, tilted=1
    )
    views, generator = FaceViews([_dotted()], POINTS[None], 32, options), np.random.default_rng(0)
    for _ in range(60):
        for crop in (views.face(0, generator)[0], views.other(0, generator)):
            assert crop.shape == (32, 32)
            assert crop.dtype == np.uint8


def test_shares_beyond_one_are_refused() -> None:
    with pytest.raises(OptionError, match="blur"):
        ViewOptions(blur=1.5)
    with pytest.raises(OptionError, match="smallest"):
        ViewOptions(smallest=100)
