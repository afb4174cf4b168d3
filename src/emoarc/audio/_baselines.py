"""Expressions relative to the speaker's own voice."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from emoarc.errors import OptionError
from emoarc.types import VoiceObservation

__all__ = ["SpeakerBaselineOptions", "SpeakerBaselines"]

_LEAST = 1e-6
"""Probabilities below count as this."""


@dataclass(frozen=True)
class SpeakerBaselineOptions:
    """How far a voice is read relative to how it usually sounds."""

    most: float = 0.0
    """How far that can go, in [0, 1]; with 0, every window is read as it is."""
    half: float = 24.0
    """Seconds of a voice after which half of `most` is reached, chosen by
    `bench/voice_relative.py`."""

    def __post_init__(self) -> None:
        if not 0 <= self.most <= 1 or self.half <= 0:
            raise OptionError("most: must lie in [0, 1], and half be positive")


class SpeakerBaselines:
    """Reads what speakers say relative to how their voices usually sound.

    Some voices are loud, high or creaky whatever they express. The network's scores are meant to
    be taken from their mean over the speaker (normalisation per speaker; Busso et al. 2013,
    "Iterative feature normalization scheme for automatic emotion detection from speech"). What
    that gives is pooled with the absolute reading, and counts for more the more was heard of the
    speaker. It takes for granted that the speaker expresses this and that: of somebody who is
    calm throughout it makes too much.
    """

    def __init__(self, options: SpeakerBaselineOptions | None = None) -> None:
        self._options = options or SpeakerBaselineOptions()
        self._sums: dict[int, NDArray[np.float64]] = {}
        self._seconds: dict[int, float] = {}

    def hear(self, heard: VoiceObservation) -> None:
        """Let a window count in its speaker's mean, by its length and quality."""
        if not len(heard.scores):
            return
        seconds = (heard.end - heard.start) * heard.quality
        known = self._sums.get(heard.speaker, 0.0)
        self._sums[heard.speaker] = known + seconds * heard.scores.astype(np.float64)
        self._seconds[heard.speaker] = self._seconds.get(heard.speaker, 0.0) + seconds

    def relate(self, heard: VoiceObservation) -> VoiceObservation:
        """Return a window with probabilities relative to what was heard of its speaker so far."""
        seconds = self._seconds.get(heard.speaker, 0.0)
        trust = self._options.most * seconds / (seconds + self._options.half)
        if trust == 0 or not len(heard.scores):
            return heard
        relative = heard.scores - self._sums[heard.speaker] / seconds
        relative = relative - np.log(np.exp(relative).sum())
        absolute = np.log(np.maximum(heard.probabilities, _LEAST))
        pooled = np.exp((1 - trust) * absolute + trust * relative)
        return replace(heard, probabilities=(pooled / pooled.sum()).astype(np.float32))
