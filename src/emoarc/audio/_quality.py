"""How far a window of speech can be trusted."""

import numpy as np
from numpy.typing import NDArray

from emoarc.audio._vad import FRAME, FRAME_SECONDS
from emoarc.types import SAMPLING_RATE

__all__ = ["levels", "voice_quality"]

_SPEAKING = 0.5
"""Speech probability from which a frame counts as speech."""
_ENOUGH_SPEECH = 0.5
"""Share of speech frames beyond which more of them do not help."""
_ENOUGH_SECONDS = 1.0
"""Seconds of sound beyond which more do not help."""
_CLEAN = 15.0
"""Ratio of speech to noise in dB beyond which noise does not hurt."""
_CLIPPED = 0.99
"""Magnitude from which a sample counts as clipped."""
_RUINED = 0.1
"""Share of clipped samples at which nothing is left."""
_LOW = 500.0
"""Hertz below which a voice sounds through a closed mouth too."""


def voice_quality(samples: NDArray[np.float32], probabilities: NDArray[np.float32]) -> float:
    """Judge a window in [0, 1]: the product of four marks, each 1 where nothing is amiss.

    - speech: the share of frames that are speech, full from one half;
    - noise: how far speech lies above the window's quietest tenth, 0 dB to full at 15 dB;
    - clipping: falls from 1 without clipped samples to 0 with one in ten;
    - duration: full from one second.

    Args:
        samples: Mono, whole frames of `FRAME` samples.
        probabilities: The speech probability of each of these frames.
    """
    if not len(probabilities):
        return 0.0
    speaking = probabilities >= _SPEAKING
    marks = (
        float(speaking.mean()) / _ENOUGH_SPEECH,
        _speech_to_noise(samples.reshape(-1, FRAME), speaking) / _CLEAN,
        1 - float((np.abs(samples) >= _CLIPPED).mean()) / _RUINED,
        len(probabilities) * FRAME_SECONDS / _ENOUGH_SECONDS,
    )
    return float(np.prod(np.clip(marks, 0, 1)))


def levels(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the levels of each whole frame of `FRAME` samples in dB of full scale.

    Returns:
        Below and from 500 Hz, shape (frames, 2).
    """
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64)
    spectrum = np.fft.rfft(frames * np.hanning(FRAME), axis=1)
    power = np.square(np.abs(spectrum)) * (2 / FRAME / np.square(np.hanning(FRAME)).sum())
    low = round(_LOW * FRAME / SAMPLING_RATE)
    bands = np.stack([power[:, :low].sum(axis=1), power[:, low:].sum(axis=1)], axis=1)
    return (10 * np.log10(bands + 1e-10)).astype(np.float32)


def _speech_to_noise(frames: NDArray[np.float32], speaking: NDArray[np.bool_]) -> float:
    """How far the mean power of speech lies above that of the quietest tenth, in dB."""
    power = np.mean(np.square(frames.astype(np.float64)), axis=1)
    speech = float(power[speaking].mean()) if speaking.any() else 0.0
    noise = float(np.quantile(power, 0.1))
    return 10 * float(np.log10((speech + 1e-12) / (noise + 1e-12)))
