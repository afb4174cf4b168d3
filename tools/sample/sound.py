"""The speech: espeak-ng says each part's sentence with the part's own prosody."""

import shutil
import subprocess
import sys
import tempfile
import wave

import numpy as np
from numpy.typing import NDArray

from script import DURATION, PARTS, SECONDS_PER_PART, Part

Sound = NDArray[np.float32]

RATE = 22_050
"""Sampling rate of espeak-ng's voices (Hz)."""
SPEECH_STARTS = 1.0
"""Seconds into each part."""


def soundtrack() -> tuple[Sound, list[tuple[float, float]]]:
    """All sentences over faint room noise, and when each is spoken (seconds)."""
    sound = np.random.default_rng(0).normal(0, 2e-4, int(DURATION * RATE)).astype(np.float32)
    spoken: list[tuple[float, float]] = []
    for number, part in enumerate(PARTS):
        start = number * SECONDS_PER_PART + SPEECH_STARTS
        voice = 0.6 * _speak(part)
        sound[int(start * RATE) :][: len(voice)] += voice
        spoken.append((start, start + len(voice) / RATE))
    return sound, spoken


def loudness(sound: Sound, fps: int) -> NDArray[np.float64]:
    """How loud it is around each video frame, 0 to 1, smooth enough for a jaw to follow."""
    blocks = sound.reshape(-1, RATE // fps)
    level = np.sqrt(np.square(blocks, dtype=np.float64).mean(axis=1))
    level = np.convolve(level, [0.25, 0.5, 0.25], mode="same")
    return np.clip(level / np.quantile(level, 0.97), 0, 1)


def _speak(part: Part) -> Sound:
    """Let espeak-ng say the part's sentence; samples in [-1, 1], silence at both ends cut."""
    if shutil.which("espeak-ng") is None:
        sys.exit("sample: espeak-ng is missing; install it, e.g.: apt install espeak-ng")
    prosody = ["-s", str(part.speed), "-p", str(part.pitch), "-a", str(part.volume)]
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        text = f'<prosody range="{part.melody}">{part.text}</prosody>'
        command = ["espeak-ng", "-m", "-v", "en-us+f5", *prosody, "-w", file.name, text]
        subprocess.run(command, check=True)
        with wave.open(file.name) as sound:
            samples = np.frombuffer(sound.readframes(sound.getnframes()), np.int16)
    audible = np.flatnonzero(np.abs(samples.astype(int)) > 100)
    return (samples[audible[0] : audible[-1] + 1] / 32768).astype(np.float32)
