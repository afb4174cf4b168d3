"""What a voice network takes in that hears sound as it is, such as a big pretrained speech model.

The `input` section of its pack's `model.json` reads, with the fields of `WaveformInput`::

    {"kind": "waveform", "sampling_rate": 16000, "normalisation": "window",
     "min_seconds": 0.5, "max_seconds": 4.0, "hop_seconds": 2.0}

The network's one input is then float32 of shape (batch, samples) with free samples; its one output
is the logits, shape (batch, labels). It is given one window at a time.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from emoarc.audio._input import VoiceInput
from emoarc.errors import EmoarcError, ModelError, OptionError
from emoarc.types import SAMPLING_RATE

__all__ = ["WaveformInput", "read_voice_input"]

_Normalisation = Literal["none", "window"]
_LEAST_VARIANCE = 1e-7
"""Added to a window's variance, as wav2vec 2.0's feature extractor does."""


@dataclass(frozen=True)
class WaveformInput:
    """Turns a window of sound into what the network takes; used alike in training."""

    sampling_rate: int = SAMPLING_RATE
    """Of the sound, in hertz; the only one that can be served."""
    normalisation: _Normalisation = "window"
    """Leave the samples as they are, or bring each window to zero mean and unit variance."""
    min_seconds: float = 0.5
    """The shortest window the network has learnt to judge."""
    max_seconds: float = 4.0
    """The longest; longer signals are cut into windows of this length."""
    hop_seconds: float = 2.0
    """From one such window's start to the next."""

    def __post_init__(self) -> None:
        if self.sampling_rate != SAMPLING_RATE:
            raise OptionError(f"waveform input: its sound is not at {SAMPLING_RATE} Hz")
        if self.normalisation not in get_args(_Normalisation):
            raise OptionError(f"waveform input: normalisation {self.normalisation!r} is not known")
        if not 0 < self.min_seconds <= self.max_seconds or self.hop_seconds <= 0:
            raise OptionError("waveform input: min_seconds, max_seconds and hop_seconds contradict")

    def to_manifest(self) -> dict[str, Any]:
        """Return the `input` section for a `model.json`."""
        return {"kind": "waveform", **asdict(self)}

    def arrays(self, signal: NDArray[np.floating]) -> tuple[NDArray[np.float32], ...]:
        """Return each of the network's inputs for one window."""
        return (self(signal),)

    def __call__(self, signal: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return what the network takes of one window of mono sound, shape (samples,)."""
        samples = signal.astype(np.float32, copy=False)
        if self.normalisation == "none":
            return samples
        return (samples - samples.mean()) / np.sqrt(samples.var() + np.float32(_LEAST_VARIANCE))


def read_voice_input(section: Mapping[str, Any]) -> VoiceInput | WaveformInput:
    """Read the `input` section of a `model.json`, whichever kind it is of.

    Raises:
        ModelError: The section describes an input that is not served, or contradicts itself.
    """
    if section.get("kind") != "waveform":
        return VoiceInput.from_manifest(section)
    try:
        return WaveformInput(**{name: x for name, x in section.items() if name != "kind"})
    except (TypeError, EmoarcError) as error:
        raise ModelError(f"voice model: its input cannot be served: {error}") from error
