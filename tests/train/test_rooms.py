"""Rooms: what is heard of an impulse agrees with the geometry and with the decay asked for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch", reason="training needs the extra `train`")

from emoarc.errors import OptionError
from emoarc.train._rooms import Room, draw_room, impulse_response
from emoarc.types import SAMPLING_RATE

ROOM = Room((5.0, 4.0, 2.5), (1.0, 1.0, 1.5), (3.5, 2.2, 1.2), 0.6)


def measured_rt60(response: np.ndarray) -> float:
    """ISO 3382: thrice the time in which the energy left falls from -5 to -25 dB."""
    left = response[::-1].astype(np.float64) ** 2
    decibels = 10 * np.log10(left.cumsum()[::-1] / left.sum())
    return 3 * (np.argmax(decibels < -25) - np.argmax(decibels < -5)) / SAMPLING_RATE


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.floats(0.25, 1.5))
def test_a_room_decays_as_asked(seed: int, rt60: float) -> None:
    generator = np.random.default_rng(seed)
    response = impulse_response(draw_room(rt60, generator), generator)
    reverberant = response[round(0.02 * SAMPLING_RATE) :]  # without the direct sound of one near
    assert measured_rt60(reverberant) == pytest.approx(rt60, rel=0.15)


def test_the_direct_sound_comes_first_and_counts_one() -> None:
    response = impulse_response(ROOM, np.random.default_rng(0))
    assert response[0] == pytest.approx(1, abs=1e-6)
    assert np.abs(response[1:]).max() < 1


def test_the_first_reflections_come_from_the_nearest_walls() -> None:
    response = impulse_response(ROOM, np.random.default_rng(0))
    source, microphone = np.array(ROOM.source), np.array(ROOM.microphone)
    direct = np.linalg.norm(source - microphone)
    for mirrored in (source * [1, 1, -1], source * [1, 1, -1] + [0, 0, 5], source * [1, -1, 1]):
        distance = np.linalg.norm(mirrored - microphone)
        place = round((distance - direct) / 343 * SAMPLING_RATE)
        assert response[place] < -0.3 * direct / distance  # turned by the wall, and dampened


def test_early_and_late_sound_join_without_a_step() -> None:
    power = np.mean(
        [impulse_response(ROOM, np.random.default_rng(i)) ** 2.0 for i in range(100)], axis=0
    )
    seam = round(9 * 2.5 / 343 * SAMPLING_RATE)  # where noise takes over from the images
    span = round(0.02 * SAMPLING_RATE)
    before, after = power[seam - 2 * span : seam].mean(), power[seam : seam + 2 * span].mean()
    expected = 60 * (2 * span / SAMPLING_RATE) / ROOM.rt60
    assert 10 * np.log10(before / after) == pytest.approx(expected, abs=2)


def test_who_stands_outside_is_refused() -> None:
    with pytest.raises(OptionError, match="outside"):
        Room((5.0, 4.0, 2.5), (1.0, 4.5, 1.5), (3.5, 2.2, 1.2), 0.6)
    with pytest.raises(OptionError, match="apart"):
        Room((5.0, 4.0, 2.5), (1.0, 1.0, 1.0), (1.0, 1.0, 1.0), 0.6)
