"""A whole sound track as one array."""

import os

import numpy as np
from numpy.typing import NDArray

from emoarc.errors import MediaFormatError
from emoarc.media._open import shown
from emoarc.media._options import ReadOptions
from emoarc.media._reader import MediaReader
from emoarc.types import SAMPLING_RATE, AudioChunk

__all__ = ["read_audio"]


def read_audio(path: str | os.PathLike[str]) -> NDArray[np.float32]:
    """Read a file's sound at once, for training and trials; analysis streams it instead.

    Args:
        path: A local media file.

    Returns:
        Mono at `SAMPLING_RATE` from the media's zero, in [-1, 1], shape (n,); gaps are silent.

    Raises:
        InputError: The file cannot be read, or holds no sound.
    """
    with MediaReader(path, ReadOptions(video=False)) as reader:
        chunks = [item for item in reader if isinstance(item, AudioChunk)]
    if not chunks:
        raise MediaFormatError(f"{shown(path)} holds no sound; give a file that does")
    starts = [round(chunk.time * SAMPLING_RATE) for chunk in chunks]
    signal = np.zeros(starts[-1] + len(chunks[-1].samples), np.float32)
    for start, chunk in zip(starts, chunks, strict=True):
        signal[start : start + len(chunk.samples)] = chunk.samples
    return signal
