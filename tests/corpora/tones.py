"""Recordings of nothing but a tone."""

import wave
from pathlib import Path

import numpy as np


def write_tone(path: Path, seconds: float = 0.5, pitch: float = 220) -> Path:
    """Write a tone at 16 kHz; of one length, those of another pitch have other content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    time = np.arange(round(16_000 * seconds)) / 16_000
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes((8000 * np.sin(2 * np.pi * pitch * time)).astype("<i2").tobytes())
    return path
