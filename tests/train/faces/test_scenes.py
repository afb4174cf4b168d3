"""Scenes composed for the detector: where their faces are is known."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs the extra `train`")

from emoarc.train.faces._compose import Composer, FacePicture
from emoarc.train.faces._degrade import degraded
from emoarc.train.faces._pictures import Picture
from emoarc.train.faces._scenery import scenery, scrambled
from emoarc.types import Box, FaceDetection

SIDE = 128
POINTS = np.array([[30, 40], [70, 40], [50, 60], [35, 80], [65, 80]], np.float32)


@pytest.fixture(scope="module")
def composer() -> Composer:
    """One picture: dark, with a white spot at each of the five points."""
    pixels = np.full((120, 100), 10, np.uint8)
    for x, y in POINTS.astype(int):
        pixels[y - 4 : y + 5, x - 4 : x + 5] = 250
    face = FaceDetection(Box(15, 15, 70, 90), 0.9, POINTS)
    return Composer([FacePicture(Picture("toy/one.png", pixels), face)], SIDE)


def test_the_same_draw_gives_the_same_scene(composer: Composer) -> None:
    first, again, other = (composer.compose(np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.image, again.image)
    assert [f.box for f in first.faces] == [f.box for f in again.faces]
    assert not np.array_equal(first.image, other.image)


def test_faces_lie_where_they_are_said_to(composer: Composer) -> None:
    seen = []
    for seed in range(60):
        scene = composer.compose(np.random.default_rng(seed))
        grey = scene.image.mean(axis=2)
        for face, covered in zip(scene.faces, scene.covered, strict=True):
            inside = ((face.points > 2) & (face.points < SIDE - 3)).all()
            if inside and not covered and face.box.width > 35:
                x, y = np.round(face.points).astype(int).T
                middle = np.round(face.points.mean(axis=0) - (0, 6 / 70 * face.box.width))
                seen.append(grey[y, x].mean() - grey[int(middle[1]), int(middle[0])])
    assert len(seen) > 15
    assert np.mean(np.array(seen) > 20) > 0.85


def test_there_are_scenes_without_a_face_and_with_many(composer: Composer) -> None:
    scenes = [composer.compose(np.random.default_rng(seed)) for seed in range(80)]
    counts = [len(scene.faces) for scene in scenes]
    assert min(counts) == 0
    assert max(counts) >= 4
    widths = [face.box.width for scene in scenes for face in scene.faces]
    assert min(widths) < 14
    assert max(widths) > 0.6 * SIDE
    assert any(covered for scene in scenes for covered in scene.covered)


@pytest.mark.parametrize("seed", range(12))
def test_grounds_and_spoilt_pictures_are_pictures(seed: int) -> None:
    generator = np.random.default_rng(seed)
    ground = scenery(96, generator)
    assert ground.shape == (96, 96, 3)
    assert ground.dtype == np.uint8
    spoilt = degraded(ground, generator)
    assert spoilt.shape == ground.shape
    assert spoilt.dtype == np.uint8


def test_scrambling_keeps_the_pixels_and_moves_them() -> None:
    image = np.arange(60 * 60 * 3, dtype=np.uint32).reshape(60, 60, 3).astype(np.uint8)
    mixed = scrambled(image, np.random.default_rng(3))
    assert mixed.shape == image.shape
    np.testing.assert_array_equal(np.sort(mixed, axis=None), np.sort(image, axis=None))
    assert not np.array_equal(mixed, image)
