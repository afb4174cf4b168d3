"""How a room answers a voice: early reflections by the image method, the rest by its statistics."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from emoarc.errors import OptionError
from emoarc.types import SAMPLING_RATE

__all__ = ["Room", "draw_room", "impulse_response"]

_SOUND = 343.0
"""Speed of sound in metres per second at 20 degrees Celsius."""
_ORDER = 4
"""Rooms mirrored to either side along each axis; what comes from farther off is statistics."""
_SMALLEST, _LARGEST = (3.0, 2.5, 2.3), (9.0, 7.0, 3.5)
"""Sides in metres of rooms in which people are recorded."""
_WALL = 0.4
"""Metres that neither mouth nor microphone come nearer to a wall."""
_DISTANCE = (0.3, 2.0)
"""Least and greatest distance in metres between them."""


@dataclass(frozen=True)
class Room:
    """A shoebox with a mouth and a microphone in it; all in metres."""

    sides: tuple[float, float, float]
    source: tuple[float, float, float]
    microphone: tuple[float, float, float]
    rt60: float
    """Seconds in which sound decays by 60 dB."""

    def __post_init__(self) -> None:
        for place in (self.source, self.microphone):
            if not all(0 < x < side for x, side in zip(place, self.sides, strict=True)):
                raise OptionError(f"room: {place} lies outside of a room of {self.sides} metres")
        if self.rt60 <= 0 or self.source == self.microphone:
            raise OptionError("room: rt60 must be positive, and mouth and microphone apart")


def draw_room(rt60: float, generator: Generator) -> Room:
    """Draw a room of some reverberation time, and where one speaks and listens in it."""
    sides = generator.uniform(_SMALLEST, _LARGEST)
    source = generator.uniform(_WALL, sides - _WALL)
    step = generator.standard_normal(3)
    step *= generator.uniform(*_DISTANCE) / np.linalg.norm(step)
    outside = (source + step < _WALL) | (source + step > sides - _WALL)
    microphone = np.clip(source + np.where(outside, -step, step), _WALL, sides - _WALL)
    return Room(_point(sides), _point(source), _point(microphone), rt60)


def impulse_response(room: Room, generator: Generator) -> NDArray[np.float32]:
    """Return what the microphone hears of an impulse, from the direct sound on, which counts 1.

    Early reflections are those of Allen & Berkley 1979, "Image method for efficiently simulating
    small-room acoustics", off walls whose absorption gives the reverberation time by Eyring's
    formula, and which turn the sign of what they reflect, lest impulses of one sign add up to a
    rumble. Once images get too dense to be told apart, Gaussian noise takes over: the
    `4 pi c^3 t^2 / volume` images per second that arrive with amplitude `1 / (4 pi c t)` carry the
    power `c / (4 pi volume)`, which decays by 60 dB in `rt60`.
    """
    sides, volume = np.array(room.sides), float(np.prod(room.sides))
    direct = float(np.linalg.norm(np.subtract(room.source, room.microphone))) / _SOUND
    length = max(round(room.rt60 * SAMPLING_RATE), 1)
    complete = float((2 * _ORDER + 1) * sides.min() / _SOUND) - direct
    response = np.zeros(length)
    delays, amplitudes = _images(room)
    late = min(round(complete * SAMPLING_RATE), length)
    places = np.rint((delays - direct) * SAMPLING_RATE).astype(np.intp)
    early = places < late
    np.add.at(response, places[early], amplitudes[early])
    times = np.arange(late, length) / SAMPLING_RATE + direct
    power = _SOUND / (4 * np.pi * volume * SAMPLING_RATE) * 10 ** (-6 * times / room.rt60)
    response[late:] = generator.standard_normal(len(times)) * np.sqrt(power)
    return (response * (4 * np.pi * direct * _SOUND)).astype(np.float32)


def _images(room: Room) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return when the images of the source are heard, in seconds, and how loud."""
    orders = np.arange(-_ORDER, _ORDER + 1.0)
    offsets: list[NDArray[np.float64]] = []
    reflections: list[NDArray[np.float64]] = []
    for side, source, microphone in zip(room.sides, room.source, room.microphone, strict=True):
        plain, mirrored = 2 * orders * side + source, 2 * orders * side - source
        offsets.append(np.concatenate([plain, mirrored]).astype(np.float64) - microphone)
        reflections.append(np.abs(np.concatenate([2 * orders, 2 * orders - 1])))
    squares = _outer_sum([offset**2 for offset in offsets])
    distances = np.sqrt(squares)
    amplitudes = _reflection(room) ** _outer_sum(reflections) / (4 * np.pi * distances)
    return distances / _SOUND, amplitudes


def _reflection(room: Room) -> float:
    """Return the factor of each reflection (Eyring 1930: `T = 0.161 V / -S ln(1 - a)`)."""
    x, y, z = room.sides
    surface = 2 * (x * y + y * z + z * x)
    return -float(np.exp(-0.161 * x * y * z / (surface * room.rt60) / 2))


def _outer_sum(axes: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    x, y, z = axes
    return (x[:, None, None] + y[:, None] + z).ravel()


def _point(coordinates: NDArray[np.float64]) -> tuple[float, float, float]:
    x, y, z = coordinates.tolist()
    return x, y, z
