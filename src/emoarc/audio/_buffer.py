"""A buffer of the latest values of an endless sequence."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["Buffer"]


class Buffer:
    """Keeps what was appended until it is forgotten, and finds it by its absolute position."""

    def __init__(self) -> None:
        self._values = np.zeros(1024, np.float32)
        self._first = 0  # position of the first value kept
        self._size = 0

    @property
    def end(self) -> int:
        """The position after the last value."""
        return self._first + self._size

    def append(self, values: NDArray[np.float32]) -> None:
        """Add values at the end."""
        size = self._size + len(values)
        if size > len(self._values):
            self._values = np.resize(self._values, 2 * size)
        self._values[self._size : size] = values
        self._size = size

    def read(self, start: int, end: int) -> NDArray[np.float32]:
        """Return a copy of the values from `start` to before `end`; all must still be kept."""
        return self._values[start - self._first : end - self._first].copy()

    def forget(self, before: int) -> None:
        """Drop the values before a position; the memory is reused once it is worth a move."""
        dropped = min(before, self.end) - self._first
        if 2 * dropped <= self._size:
            return
        self._values[: self._size - dropped] = self._values[dropped : self._size].copy()
        self._first += dropped
        self._size -= dropped
