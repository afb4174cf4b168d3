import numpy as np
import pytest

from emoarc.train._robustness import FAULTS, robustness

CASES = [(fault, degree) for fault, degrees in FAULTS.items() for degree in degrees]


def picture(side: int = 64) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (side, side), dtype=np.uint8)


@pytest.mark.parametrize(("fault", "degree"), CASES)
def test_each_fault_leaves_a_picture_of_the_same_size(fault: str, degree: str) -> None:
    original = picture()
    kept = original.copy()
    worse = FAULTS[fault][degree](original)
    assert worse.shape == original.shape
    assert worse.dtype == np.uint8
    np.testing.assert_array_equal(original, kept)
    np.testing.assert_array_equal(FAULTS[fault][degree](original), worse)
    if degree != "64":
        assert (worse != original).any()


@pytest.mark.parametrize("fault", ["resolution_pixels", "blur_sigma_pixels"])
def test_degrees_are_in_the_order_of_harm(fault: str) -> None:
    original = picture().astype(float)
    errors = [np.abs(change(picture()) - original).mean() for change in FAULTS[fault].values()]
    assert errors == sorted(errors)


def test_a_model_that_looks_at_brightness_suffers_where_brightness_does() -> None:
    pictures = np.stack([np.full((48, 48), level, np.uint8) for level in (40, 220)] * 10)
    pictures[:, 30:45, 10:40] = pictures[:, 30:45, 10:40] // 4
    truth = np.array([0, 1] * 10)

    def answer(images: np.ndarray) -> np.ndarray:
        bright = (images[:, :20].mean(axis=(1, 2)) > 130).astype(float)
        return np.stack([1 - bright, bright], axis=1)

    figures = robustness(answer, pictures, truth)
    assert figures["pictures"] == 20
    assert figures["none"]["accuracy"] == 1
    assert figures["occlusion"]["mouth"]["accuracy"] == 1
    assert figures["noise_grey_levels"]["10"]["accuracy"] == 1
