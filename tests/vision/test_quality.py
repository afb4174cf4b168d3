import cv2
import numpy as np
import pytest

from emoarc.vision import face_quality
from emoarc.vision._quality import DEFICITS, face_deficits


@pytest.fixture(scope="module")
def crop(draw_face) -> np.ndarray:
    return draw_face((48, 48), side=80, size=(96, 96))


def test_a_large_sharp_well_lit_face_is_best(crop: np.ndarray) -> None:
    noisy = crop.astype(int) + np.random.default_rng(0).integers(-12, 13, crop.shape[:2])[..., None]
    assert face_quality(np.clip(noisy, 0, 255).astype(np.uint8), 120, 1.0) == 1.0


def test_quality_falls_with_each_fault(crop: np.ndarray) -> None:
    good = face_quality(crop, 120, 1.0)
    faults = {
        "small": face_quality(crop, 20, 1.0),
        "doubtful": face_quality(crop, 120, 0.1),
        "blurred": face_quality(cv2.GaussianBlur(crop, (0, 0), 6), 120, 1.0),
        "dark": face_quality((crop * 0.1).astype(np.uint8), 120, 1.0),
        "glaring": face_quality((crop * 0.1 + 225).astype(np.uint8), 120, 1.0),
        "flat": face_quality(np.full_like(crop, 128), 120, 1.0),
    }
    assert all(0 <= value < good - 0.03 for value in faults.values()), faults
    assert faults["flat"] == 0


def test_faults_add_up(crop: np.ndarray) -> None:
    dim = (cv2.GaussianBlur(crop, (0, 0), 6) * 0.1).astype(np.uint8)
    assert face_quality(dim, 12, 0.3) < 0.35
    assert face_quality(crop, 2, 1.0) == 0


FRONTAL = np.array([[30, 40], [70, 40], [50, 60], [35, 80], [65, 80]], np.float32)


@pytest.mark.parametrize(("move", "lost"), [((0, 0), 0.0), ((16, 0), 0.01), ((0, 14), 0.02)])
def test_a_nose_off_the_middle_is_a_face_turned_away(
    crop: np.ndarray, move: tuple[int, int], lost: float
) -> None:
    points = FRONTAL.copy()
    points[2] += move
    turned = face_quality(crop, 120, 1.0, points)
    assert turned <= face_quality(crop, 120, 1.0) - lost
    larger = points @ np.array([[0, 3], [-3, 0]], np.float32) + 500
    assert face_quality(crop, 120, 1.0, larger) == pytest.approx(turned, abs=1e-6)


def test_deficits_are_named(crop: np.ndarray) -> None:
    deficits = face_deficits(crop, 16, 0.75)
    assert deficits.shape == (len(DEFICITS),)
    assert deficits[DEFICITS.index("small")] == pytest.approx(1)
    assert deficits[DEFICITS.index("doubtful")] == pytest.approx(0.25)
    assert (deficits >= 0).all()


@pytest.mark.parametrize("fault", ["size", "score", "blur"])
def test_quality_is_monotone(crop: np.ndarray, fault: str) -> None:
    steps = np.linspace(0.01, 1, 12)
    qualities = {
        "size": [face_quality(crop, 60 * step, 1.0) for step in steps],
        "score": [face_quality(crop, 120, step) for step in steps],
        "blur": [
            face_quality(cv2.GaussianBlur(crop, (0, 0), 4 * step), 120, 1.0) for step in steps[::-1]
        ],
    }[fault]
    assert qualities == sorted(qualities)
    assert qualities[0] < qualities[-1]
