"""Speech as rooms, microphones and bystanders hand it over.

All on mel spectrograms in nats, shape (frames, bands): the powers of two sounds add up (but for
their interference), so that noise can be mixed in without going back to the samples.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from emoarc.errors import OptionError

__all__ = ["VoiceAugmentation", "crop", "mask", "mix_examples", "mix_noise", "tilt"]

_DECIBEL = np.log(10) / 10
"""In nats of power."""

Spectrogram = NDArray[np.float32]


@dataclass(frozen=True)
class VoiceAugmentation:
    """How strongly speech is changed in training."""

    frames: int = 200
    """Frames of each example: a stretch chosen at random, or a shorter recording repeated."""
    noise: float = 0.0
    """Share of examples with noise."""
    babble: float = 0.4
    """Share of the noises that are people talking."""
    snr: tuple[float, float] = (0.0, 25.0)
    """Least and greatest signal-to-noise ratio in decibels."""
    tilt: float = 0.0
    """Deviation, in decibels, of the highest band from the lowest: microphones differ."""
    band_mask: int = 10
    """The widest stretch of bands taken out; there are two such stretches."""
    time_mask: int = 25
    """The longest stretch of frames taken out; there are two such stretches."""
    mixup: float = 0.3
    """Parameter of the beta distribution that mixes pairs of examples; 0 mixes none."""

    def __post_init__(self) -> None:
        if self.frames < 1 or min(self.band_mask, self.time_mask, self.mixup, self.tilt) < 0:
            raise OptionError("frames: must be positive, and masks, mixup and tilt not negative")
        if not (0 <= self.noise <= 1 and 0 <= self.babble <= 1 and self.snr[0] <= self.snr[1]):
            raise OptionError("noise: noise and babble are shares, and snr rises")


def crop(log_mel: NDArray[np.floating], frames: int, generator: Generator) -> Spectrogram:
    """Return `frames` frames from a random place; what is shorter goes round."""
    if len(log_mel) >= frames:
        start = generator.integers(len(log_mel) - frames + 1)
        return log_mel[start : start + frames].astype(np.float32)
    turns = np.arange(frames) + generator.integers(len(log_mel))
    return log_mel[turns % len(log_mel)].astype(np.float32)


def mix_noise(speech: Spectrogram, noise: Spectrogram, snr: float) -> Spectrogram:
    """Add noise of the same shape so that the mean powers lie `snr` decibels apart."""
    distance = _log_mean_power(speech) - _log_mean_power(noise) - snr * _DECIBEL
    return np.logaddexp(speech, noise + np.float32(distance))


def tilt(log_mel: Spectrogram, decibels: float) -> Spectrogram:
    """Raise the highest band by `decibels` against the lowest, those between in proportion."""
    slope = np.linspace(-0.5, 0.5, log_mel.shape[1], dtype=np.float32)
    return np.add(log_mel, slope * np.float32(decibels * _DECIBEL), dtype=np.float32)


def mask(log_mel: Spectrogram, options: VoiceAugmentation, generator: Generator) -> Spectrogram:
    """Put the mean in place of two stretches of bands and two of frames.

    Park et al. 2019, "SpecAugment: a simple data augmentation method for speech recognition".
    """
    masked, mean = log_mel.copy(), log_mel.mean()
    for _ in range(2):
        masked[:, _stretch(log_mel.shape[1], options.band_mask, generator)] = mean
        masked[_stretch(log_mel.shape[0], options.time_mask, generator)] = mean
    return masked


def mix_examples(
    parts: Sequence[NDArray[np.float32]],
    alpha: float,
    order: NDArray[np.intp],
    generator: Generator,
) -> list[NDArray[np.float32]]:
    """Mix each example with another (Zhang et al. 2018, "mixup: beyond empirical risk").

    Args:
        parts: What examples consist of, inputs and targets, each of shape (examples, ...).
        alpha: Parameter of the beta distribution that the share is drawn from; 0 mixes none.
        order: Which other example each is mixed with.
        generator: For the share.
    """
    if alpha == 0:
        return list(parts)
    share = np.float32(generator.beta(alpha, alpha))
    return [np.add(share * part, (1 - share) * part[order], dtype=np.float32) for part in parts]


def _log_mean_power(log_mel: Spectrogram) -> float:
    return float(np.log(np.exp(log_mel, dtype=np.float64).mean()))


def _stretch(length: int, longest: int, generator: Generator) -> slice:
    width = int(generator.integers(min(longest, length) + 1))
    start = int(generator.integers(length - width + 1))
    return slice(start, start + width)
