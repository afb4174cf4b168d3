"""Pictures come upright and with square pixels."""

from fractions import Fraction

import av
import numpy as np
import pytest

from emoarc.media._picture import Orientation, RgbConverter, fitted, square_size

CORNERS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255), "white": (255, 255, 255)}
ONE = 65_536


def corners(image: np.ndarray) -> tuple[str, ...]:
    """Names of the colours at top left, top right, bottom left, bottom right."""
    h, w = image.shape[:2]
    spots = [(h // 4, w // 4), (h // 4, -w // 4), (-h // 4, w // 4), (-h // 4, -w // 4)]
    return tuple(nearest(image[spot]) for spot in spots)


def nearest(pixel: np.ndarray) -> str:
    return min(CORNERS, key=lambda name: np.abs(pixel.astype(int) - CORNERS[name]).sum())


def quadrants(width: int = 64, height: int = 48) -> np.ndarray:
    image = np.zeros((height, width, 3), np.uint8)
    halves = (slice(None, height // 2), slice(height // 2, None))
    sides = (slice(None, width // 2), slice(width // 2, None))
    spots = [(y, x) for y in halves for x in sides]
    for spot, color in zip(spots, CORNERS.values(), strict=True):
        image[spot] = color
    return image


STORED = ("red", "green", "blue", "white")
TURNS = {
    "none": ((ONE, 0, 0, ONE), 0, STORED),
    "quarter clockwise": ((0, ONE, -ONE, 0), 90, ("blue", "red", "white", "green")),
    "half": ((-ONE, 0, 0, -ONE), 180, ("white", "blue", "green", "red")),
    "quarter back": ((0, -ONE, ONE, 0), 270, ("green", "white", "red", "blue")),
    "mirrored": ((-ONE, 0, 0, ONE), 0, ("green", "red", "white", "blue")),
    "upside down": ((ONE, 0, 0, -ONE), 180, ("blue", "white", "red", "green")),
    "transposed": ((0, ONE, ONE, 0), 270, ("red", "blue", "green", "white")),
    "a little askew": ((ONE - 9, 99, -99, ONE - 9), 0, STORED),
}


@pytest.mark.parametrize("name", TURNS)
def test_frames_are_turned_upright(studio, name):
    (a, b, c, d), degrees, expected = TURNS[name]
    picture = studio.Picture(
        times=(0.0, 0.04), draw=lambda _: quadrants(), matrix=(a, b, 0, c, d, 0, 0, 0, 1 << 30)
    )
    with av.open(str(studio.make("turned.mp4", picture))) as container:
        frame = next(container.decode(video=0))
    image = RgbConverter(None)(frame)
    assert corners(image) == expected
    assert Orientation.of(frame).degrees == degrees
    assert image.shape[:2] == ((64, 48) if degrees in (90, 270) else (48, 64))
    assert image.flags.c_contiguous


@pytest.mark.parametrize(
    ("aspect", "size"),
    [
        (None, (720, 576)),
        (Fraction(1), (720, 576)),
        (Fraction(16, 11), (1047, 576)),
        (Fraction(8, 9), (720, 648)),
        (Fraction(0), (720, 576)),
        (Fraction(1000), (720, 576)),
    ],
)
def test_pixels_are_made_square_by_stretching(aspect, size):
    assert square_size(720, 576, aspect) == size


@pytest.mark.parametrize(
    ("size", "side", "result"),
    [
        ((1920, 1080), None, (1920, 1080)),
        ((1920, 1080), 1280, (1280, 720)),
        ((1080, 1920), 1280, (720, 1280)),
        ((640, 480), 1280, (640, 480)),
        ((10_000, 1), 100, (100, 1)),
    ],
)
def test_large_frames_shrink_to_fit(size, side, result):
    assert fitted(size, side) == result


def test_colors_survive():
    frame = av.VideoFrame.from_ndarray(quadrants(), format="rgb24").reformat(format="yuv420p")
    image = RgbConverter(None)(frame)
    assert np.abs(image[::16, ::16].astype(int) - quadrants()[::16, ::16]).max() <= 6
