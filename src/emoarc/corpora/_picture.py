"""Reading the picture of an image clip: a file, or a row of FER2013's table of pixels."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from emoarc.corpora._clip import Clip
from emoarc.errors import InputError

_cv: Any = cv2

__all__ = ["read_picture"]


def read_picture(clip: Clip) -> NDArray[np.uint8]:
    """Return the picture of an image clip in grey, shape (height, width).

    A clip's file may name a row of a table with a column `pixels`, as FER2013 is published:
    `fer2013.csv#17` is the picture of the eighteenth row below the header.

    Raises:
        InputError: It is missing, or no picture.
    """
    table = _table_and_row(clip.file)
    picture: Any = _from_row(*table) if table else _from_file(clip.file)
    if picture is None:
        raise InputError(f"{clip.file}: missing, or no picture; fetch it again")
    return picture


def _table_and_row(file: Path) -> tuple[Path, int] | None:
    name, _, row = file.name.rpartition("#")
    if not (name.lower().endswith(".csv") and row.isdecimal()):
        return None
    return file.with_name(name), int(row)


def _from_file(path: Path) -> NDArray[np.uint8] | None:
    try:
        content = np.fromfile(path, np.uint8)
    except OSError:
        return None
    return _cv.imdecode(content, _cv.IMREAD_GRAYSCALE) if len(content) else None


def _from_row(path: Path, row: int) -> NDArray[np.uint8] | None:
    """Read a square picture whose pixels are the row's one column of many numbers."""
    try:
        pixels = max(_row(path, row).split(b","), key=len).strip(b'" \r\n')
        values = np.array(pixels.split(), np.uint8)
    except (OSError, ValueError, OverflowError):
        return None
    side = int(len(values) ** 0.5)
    return values.reshape(side, side) if side > 1 and side * side == len(values) else None


def _row(path: Path, row: int) -> bytes:
    facts = path.stat()
    starts = _line_starts(path, facts.st_mtime_ns, facts.st_size)
    if row + 1 >= len(starts):
        return b""
    with path.open("rb") as file:
        file.seek(int(starts[row + 1]))
        return file.readline()


@lru_cache(maxsize=4)
def _line_starts(path: Path, changed: int, size: int) -> NDArray[np.int64]:
    """Where each line of a file begins, the header's included; read anew once it has changed."""
    lines = np.memmap(path, np.uint8, "r") if size else np.zeros(0, np.uint8)
    ends = np.flatnonzero(lines == ord("\n")) + 1
    starts = np.concatenate([[0], ends])
    return starts[starts < size]
