"""Recordings of voices as they might have been made: elsewhere, noisier, over a poor line.

On samples: mono float32 at `SAMPLING_RATE`, shape (n,). All that is left to chance comes from the
generator handed in, so that the same generator gives the same signal.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import signal as scipy_signal

from emoarc.audio import resample
from emoarc.errors import OptionError
from emoarc.train._codecs import CODECS, CodecName, through_codec
from emoarc.train._rooms import draw_room, impulse_response
from emoarc.types import SAMPLING_RATE

__all__ = [
    "SignalAugmentation",
    "SignalBank",
    "active_level",
    "add_babble",
    "add_noise",
    "add_reverb",
    "augment_signal",
    "change_gain",
    "change_speed",
    "clip_peaks",
    "mix",
    "send",
]

T = TypeVar("T")
Signal = NDArray[np.float32]
Range = tuple[float, float]

_FRAME: Final = SAMPLING_RATE // 50
_MARGIN: Final = 10**-1.59
"""Frames that lie further below the active level, 15.9 dB, are pauses (ITU-T P.56)."""
_TALKERS: Final = (3, 7)
"""Fewest and most people in babble (Snyder et al. 2018, "X-vectors")."""
_CLIPPED: Final = (0.001, 0.02)
"""Least and greatest share of samples that an overdriven input cuts."""


@dataclass(frozen=True)
class SignalAugmentation:
    """How often and how strongly recordings are changed."""

    speed: Range = (1.0, 1.0)
    """Slowest and fastest playing, pitch and formants changing with it (Ko et al. 2015)."""
    reverb: float = 0.0
    """Share of the signals that sound in a room."""
    rt60: Range = (0.2, 0.8)
    """Shortest and longest reverberation time of the rooms in seconds."""
    noise: float = 0.0
    """Share of the signals with noise."""
    babble: float = 0.0
    """Share of the signals with people talking."""
    snr: Range = (0.0, 25.0)
    """Least and greatest signal-to-noise ratio in decibels."""
    gain: Range = (0.0, 0.0)
    """Least and greatest change of the level in decibels."""
    clipping: float = 0.0
    """Share of the signals that overdrive their input."""
    codec: float = 0.0
    """Share of the signals that were encoded with losses."""
    codecs: tuple[CodecName, ...] = ("opus", "mp3", "telephone")
    """The codecs drawn from."""

    def __post_init__(self) -> None:
        for name in ("reverb", "noise", "babble", "clipping", "codec"):
            if not 0 <= getattr(self, name) <= 1:
                raise OptionError(f"{name}: is a share, from 0 to 1")
        for name in ("speed", "rt60", "snr", "gain"):
            low, high = getattr(self, name)
            if not low <= high:
                raise OptionError(f"{name}: give the lower bound first")
        if not 0.5 <= self.speed[0] <= self.speed[1] <= 2:
            raise OptionError("speed: must lie between 0.5 and 2")
        if not 0.05 <= self.rt60[0] <= self.rt60[1] <= 3:
            raise OptionError("rt60: must lie between 0.05 and 3 seconds")
        if self.codec and not self.codecs:
            raise OptionError("codecs: name one at least")


@dataclass(frozen=True)
class SignalBank:
    """What is heard beside a voice; both mono at `SAMPLING_RATE`."""

    noises: Sequence[Signal] = field(default_factory=list[Signal])
    voices: Sequence[Signal] = field(default_factory=list[Signal])
    """People who talk; a few of them at once are babble."""

    @classmethod
    def empty(cls) -> "SignalBank":
        """Return a bank for signals to which nothing is added."""
        return cls()


def augment_signal(
    signal: Signal, options: SignalAugmentation, bank: SignalBank, generator: Generator
) -> Signal:
    """Change a signal on its way from mouth to file: talker, room, others, microphone, line.

    Raises:
        OptionError: The options ask for noise or babble, and the bank holds none.
    """
    if options.speed != (1.0, 1.0):
        signal = change_speed(signal, options.speed, generator)
    if generator.random() < options.reverb:
        signal = add_reverb(signal, options.rt60, generator)
    if generator.random() < options.noise:
        signal = add_noise(signal, bank.noises, options.snr, generator)
    if generator.random() < options.babble:
        signal = add_babble(signal, bank.voices, options.snr, generator)
    if options.gain != (0.0, 0.0):
        signal = change_gain(signal, options.gain, generator)
    if generator.random() < options.clipping:
        signal = clip_peaks(signal, generator)
    if generator.random() < options.codec:
        signal = send(signal, options.codecs, generator)
    return signal


def change_speed(signal: Signal, speed: Range, generator: Generator) -> Signal:
    """Play a signal faster or slower; its length changes."""
    # Whole percents, since resampling between rates without a common divisor is slow.
    percent = round(100 * generator.uniform(*speed))
    return resample(signal, SAMPLING_RATE * percent / 100)


def add_reverb(signal: Signal, rt60: Range, generator: Generator) -> Signal:
    """Let a signal sound in a room, at the same active level; what rings on after it is cut."""
    room = draw_room(float(generator.uniform(*rt60)), generator)
    response = impulse_response(room, generator)
    heard = scipy_signal.fftconvolve(signal, response)[: len(signal)]
    louder = active_level(heard)
    return (heard * (active_level(signal) / louder if louder else 1.0)).astype(np.float32)


def add_noise(signal: Signal, noises: Sequence[Signal], snr: Range, generator: Generator) -> Signal:
    """Add a stretch of one of the noises, at a signal-to-noise ratio drawn from a range."""
    if not noises:
        raise OptionError("noise: there are no recordings of noise to add")
    noise = _stretch(_any(noises, generator), len(signal), generator)
    return mix(signal, noise, float(generator.uniform(*snr)))


def add_babble(
    signal: Signal, voices: Sequence[Signal], snr: Range, generator: Generator
) -> Signal:
    """Add several people who talk equally loud, at a ratio drawn from a range."""
    if not voices:
        raise OptionError("babble: there are no recordings of people who talk")
    babble = np.zeros(len(signal), np.float32)
    for _ in range(int(generator.integers(*_TALKERS, endpoint=True))):
        talk = _stretch(_any(voices, generator), len(signal), generator)
        babble += talk / np.float32(active_level(talk) or 1.0)
    return mix(signal, babble, float(generator.uniform(*snr)))


def change_gain(signal: Signal, decibels: Range, generator: Generator) -> Signal:
    """Change the level by so many decibels."""
    return signal * np.float32(10 ** (generator.uniform(*decibels) / 20))


def clip_peaks(signal: Signal, generator: Generator) -> Signal:
    """Cut off the loudest samples, as an overdriven input does."""
    limit = np.quantile(np.abs(signal), 1 - generator.uniform(*_CLIPPED))
    return np.clip(signal, np.float32(-limit), np.float32(limit))


def send(signal: Signal, codecs: Sequence[CodecName], generator: Generator) -> Signal:
    """Send a signal through one of the codecs, at a bit rate that is common for speech."""
    codec = CODECS[_any(codecs, generator)]
    rates = codec.bit_rates
    return through_codec(signal, codec, int(generator.integers(*rates)) if rates else None)


def mix(signal: Signal, noise: Signal, snr: float) -> Signal:
    """Add noise of the same length so that the active levels lie `snr` decibels apart.

    Where one of them is silent, the signal comes back as it is.
    """
    loud, noisy = active_level(signal), active_level(noise)
    if not loud or not noisy:
        return signal
    factor = np.float32(loud / noisy * 10 ** (-snr / 20))
    return np.add(signal, noise * factor, dtype=np.float32)


def active_level(signal: NDArray[np.floating]) -> float:
    """Return the RMS of a signal where it is not pausing, 0 for silence.

    After ITU-T P.56, "Objective measurement of active speech level": the mean power of what lies
    no more than 15.9 dB below it, here of frames of 20 ms.
    """
    whole = len(signal) - len(signal) % _FRAME
    frames = signal[:whole].reshape(-1, _FRAME) if whole else signal[None]
    power = np.square(frames, dtype=np.float64).mean(axis=1)
    level, before = power.mean(), -1.0
    while level > before:
        level, before = power[power >= level * _MARGIN].mean(), level
    return float(np.sqrt(level))


def _any(choices: Sequence[T], generator: Generator) -> T:
    return choices[int(generator.integers(len(choices)))]


def _stretch(recording: Signal, samples: int, generator: Generator) -> Signal:
    """Return so many samples from a random place; what is shorter goes round."""
    if len(recording) >= samples:
        start = generator.integers(len(recording) - samples + 1)
        return recording[start : start + samples]
    return recording[(np.arange(samples) + generator.integers(len(recording))) % len(recording)]
