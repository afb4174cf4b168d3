"""Which frames are analysed."""

from fractions import Fraction
from math import floor

__all__ = ["FramePicker"]

_SLACK = Fraction(1, 500)
"""Seconds; containers that round times to milliseconds must not lose the frame on the grid."""


class FramePicker:
    """Chooses, for each point k / fps of the grid, the first frame at or after it.

    A frame that serves several points (a stream slower than the grid) is chosen once. The grid
    begins at the media's zero, so the choice is the same wherever reading starts.
    """

    def __init__(self, fps: float | None) -> None:
        self._fps = Fraction(fps) if fps else None
        self._slot = -1

    def wants(self, time: Fraction) -> bool:
        """Whether to analyse the frame at this time; times must rise from call to call."""
        if self._fps is None:
            return True
        slot = floor((time + _SLACK) * self._fps)
        if slot <= self._slot:
            return False
        self._slot = slot
        return True
