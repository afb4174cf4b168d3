"""What a voice expression network takes in: the `input` section of its pack's `model.json`.

The section reads, with the fields of `VoiceInput` and of `LogMelOptions`::

    {
      "kind": "log-mel",
      "features": {"sampling_rate": 16000, "window": 0.025, "hop": 0.01, "n_fft": 512,
                   "bands": 64, "f_min": 50.0, "f_max": 8000.0, "floor": 1e-10},
      "level": -26.0,
      "normalisation": "bands", "mean": [...], "std": [...], "functionals": true,
      "min_seconds": 0.5, "max_seconds": 4.0, "hop_seconds": 2.0
    }

The network's input is then float32 of shape (batch, frames, bands) with free batch and frames, and
where it wants them a second one, `functionals`, of shape (batch, len(FUNCTIONALS)). Its first
output is the logits, shape (batch, labels); a second one, `scores`, of the same shape, is to be
taken relative to the speaker's mean.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from emoarc.audio._features import LogMel, LogMelOptions
from emoarc.audio._functionals import functionals
from emoarc.errors import EmoarcError, ModelError, OptionError

__all__ = ["Normalisation", "VoiceInput"]

Normalisation = Literal["none", "window", "bands"]
"""What is taken from the log-mel values: nothing; the window's own mean over all its values,
divided by their standard deviation; or each band's mean and deviation in the training data."""


@dataclass(frozen=True)
class VoiceInput:
    """Turns a window of sound into what the network takes; used alike in training."""

    features: LogMelOptions = field(default_factory=LogMelOptions)
    """The log-mel spectrogram."""
    level: float | None = None
    """RMS level in dB of full scale to which a window is brought first; None leaves it."""
    normalisation: Normalisation = "window"
    """How the log-mel values are normalised."""
    mean: tuple[float, ...] = ()
    """One number per band, for `bands`."""
    std: tuple[float, ...] = ()
    """One number per band, for `bands`."""
    functionals: bool = False
    """Whether the network takes in functionals as well."""
    min_seconds: float = 0.5
    """The shortest window the network has learnt to judge."""
    max_seconds: float = 4.0
    """The longest; longer signals are cut into windows of this length."""
    hop_seconds: float = 2.0
    """From one such window's start to the next."""

    def __post_init__(self) -> None:
        if self.normalisation not in get_args(Normalisation):
            raise OptionError(f"voice input: normalisation {self.normalisation!r} is not known")
        bands = self.features.bands if self.normalisation == "bands" else 0
        if not len(self.mean) == len(self.std) == bands or any(s <= 0 for s in self.std):
            raise OptionError(f"voice input: mean and (positive) std need {bands} numbers each")
        if not 0 < self.min_seconds <= self.max_seconds or self.hop_seconds <= 0:
            raise OptionError("voice input: min_seconds, max_seconds and hop_seconds contradict")

    @classmethod
    def from_manifest(cls, section: Mapping[str, Any]) -> "VoiceInput":
        """Read the `input` section of a `model.json`.

        Raises:
            ModelError: The section describes another kind of input, or contradicts itself.
        """
        fields = {name: value for name, value in section.items() if name != "kind"}
        try:
            fields["features"] = LogMelOptions(**fields.get("features", {}))
            fields |= {name: tuple(fields.get(name, ())) for name in ("mean", "std")}
            if section.get("kind") != "log-mel":
                raise ModelError(f"kind {section.get('kind')!r} is not log-mel")
            return cls(**fields)
        except (TypeError, ValueError, EmoarcError) as error:
            raise ModelError(f"voice model: its input cannot be served: {error}") from error

    def to_manifest(self) -> dict[str, Any]:
        """Return the `input` section for a `model.json`."""
        return {"kind": "log-mel", **asdict(self)}

    @property
    def sampling_rate(self) -> int:
        """Of the sound it is made of, in hertz."""
        return self.features.sampling_rate

    @cached_property
    def log_mel(self) -> LogMel:
        """The spectrogram, built once."""
        return LogMel(self.features)

    def arrays(self, signal: NDArray[np.floating]) -> tuple[NDArray[np.float32], ...]:
        """Return each of the network's inputs for one window."""
        levelled = self.levelled(signal)
        log_mel = self.normalise(self.log_mel(levelled))
        return (log_mel, functionals(levelled)) if self.functionals else (log_mel,)

    def __call__(self, signal: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return what the network takes of one window of mono sound, shape (frames, bands)."""
        return self.normalise(self.log_mel(self.levelled(signal)))

    def levelled(self, signal: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return the window at the input's level; silence stays silence."""
        rms = float(np.sqrt(np.mean(np.square(signal)))) if len(signal) else 0.0
        if self.level is None or rms == 0:
            return signal
        return signal * np.float32(10 ** (self.level / 20) / rms)

    def normalise(self, log_mel: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return normalised log-mel values, shape (frames, bands)."""
        if self.normalisation == "none":
            return log_mel
        if self.normalisation == "window":
            return (log_mel - log_mel.mean()) / max(float(log_mel.std()), 1e-3)
        return (log_mel - np.asarray(self.mean, np.float32)) / np.asarray(self.std, np.float32)
