import numpy as np
import pytest
from numpy.typing import NDArray

from emoarc.vision import ShotDetector

Pixels = NDArray[np.uint8]


def scene(seed: int) -> Pixels:
    """A blocky picture with a palette of its own, shape (180, 320, 3)."""
    rng = np.random.default_rng(seed)
    palette = rng.uniform(20, 235, (6, 3))
    return np.kron(palette[rng.integers(0, 6, (9, 16))], np.ones((20, 20, 1))).astype(np.uint8)


def shifted(image: Pixels, pixels: int) -> Pixels:
    return np.roll(image, pixels, axis=1)


def lit(image: Pixels, gain: float, offset: float) -> Pixels:
    return np.clip(image.astype(float) * gain + offset, 0, 255).astype(np.uint8)


def cuts(frames: list[Pixels]) -> list[int]:
    detector = ShotDetector()
    return [n for n, frame in enumerate(frames) if detector.is_cut(frame)]


@pytest.mark.parametrize("seed", range(10))
def test_a_cut_is_seen_where_it_is(seed: int) -> None:
    a, b = scene(2 * seed), scene(2 * seed + 1)
    assert cuts([a] * 5 + [b] * 5 + [a] * 5) == [5, 10]


def test_the_first_frame_is_no_cut() -> None:
    assert cuts([scene(0)]) == []


@pytest.mark.parametrize(("gain", "offset"), [(1.6, 0), (1, 90), (0.3, 0), (0, 255), (0, 0)])
def test_a_flash_or_a_dark_moment_is_no_cut(gain: float, offset: float) -> None:
    a = scene(3)
    assert cuts([a] * 5 + [lit(a, gain, offset)] + [a] * 5) == []


def test_a_pan_is_no_cut() -> None:
    assert cuts([shifted(scene(4), 6 * n) for n in range(20)]) == []


def test_fading_through_black_is_a_cut_once_the_new_shot_shows() -> None:
    a, b = scene(5), scene(6)
    black = np.zeros_like(a)
    assert cuts([a] * 3 + [black] * 3 + [b] * 3) == [6]
    assert cuts([a] * 3 + [black] * 3 + [a] * 3) == []


def test_a_restless_picture_needs_a_greater_change() -> None:
    rng = np.random.default_rng(0)
    frames = [
        np.where(rng.random((180, 320, 1)) < 0.5, scene(7), shifted(scene(7), 40 * n))
        for n in range(30)
    ]
    assert len(cuts([frame.astype(np.uint8) for frame in frames])) <= 1


@pytest.mark.parametrize("size", [(1, 1), (2, 700), (16, 16), (1080, 1920)])
def test_any_size_will_do(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    detector = ShotDetector()
    for _ in range(3):
        assert detector.is_cut(rng.integers(0, 255, (*size, 3), np.uint8)) in (True, False)


@pytest.mark.parametrize("name", ["talking_head_1.mp4", "grid_bbaf2n.mpg"])
def test_a_talking_head_is_one_shot(shared, name: str) -> None:
    assert cuts(real_frames(shared / "media" / name)) == []


@pytest.mark.parametrize(("name", "second"), [("noface_face.mov", 4.0), ("face_noface.mov", 2.5)])
def test_the_cut_of_a_real_clip(shared, name: str, second: float) -> None:
    frames = real_frames(shared / "media" / name)
    (where,) = cuts(frames)
    assert where / 10 == pytest.approx(second, abs=0.25)


def real_frames(path) -> list[Pixels]:
    from emoarc.media import MediaReader, ReadOptions

    with MediaReader(path, ReadOptions(audio=False)) as reader:
        return [item.image for item in reader]
