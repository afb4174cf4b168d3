"""What systems hear: one array of fixed shape from one recording.

Each input is a dataclass of its options, read from a recipe's `[inputs.NAME]` by its `kind`, and
called with a signal: mono float32 at `SAMPLING_RATE`, shape (n,).
"""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from emoarc.audio import LogMel, LogMelOptions
from emoarc.errors import OptionError
from emoarc.nets import pool_frames
from emoarc.train._checks import check_from_zero, check_positive
from emoarc.train._speech_encoder import SpeechEncoder, fingerprint, open_encoder
from emoarc.types import SAMPLING_RATE

_cv: Any = cv2

__all__ = ["Functionals", "Mel", "Mfcc", "Spectrogram", "SpeechModel"]

Signal = NDArray[np.float32]

_WINDOW, _HOP = 400, 160
"""25 and 10 ms in samples: 3 s give 300 frames of 201 frequencies."""
_FLOOR = 1e-8
"""Power added before the logarithm."""
_MEL = 128
"""Mel bands of which librosa makes MFCC."""


@dataclass(frozen=True)
class Spectrogram:
    """Log-power spectrogram, frequency upwards, standardised; float16, shape (rows, columns)."""

    kind: Literal["spectrogram"]
    seconds: float = 3.0
    rows: int = 200
    columns: int = 300
    """A grid smaller than what `seconds` give is reached by averaging neighbours."""

    def __post_init__(self) -> None:
        check_positive(seconds=self.seconds, rows=self.rows, columns=self.columns)

    def __call__(self, signal: Signal) -> NDArray[np.float16]:
        """Return the spectrogram of the signal's first `seconds`, silence after its end."""
        samples = _fit(signal, round(self.seconds * SAMPLING_RATE) + _WINDOW - _HOP)
        frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP]
        power = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW + 1)[:-1])) ** 2
        return _grid(np.log(power[:, :-1].T + _FLOOR), self.rows, self.columns)


@dataclass(frozen=True)
class Mel:
    """Log-mel spectrogram, standardised; float16, shape (bands, frames)."""

    kind: Literal["mel"]
    seconds: float = 3.0
    bands: int = 64
    frames: int = 300

    def __post_init__(self) -> None:
        check_positive(seconds=self.seconds, bands=self.bands, frames=self.frames)

    def __call__(self, signal: Signal) -> NDArray[np.float16]:
        """Return the spectrogram of the signal's first `seconds`, silence after its end."""
        samples = _fit(signal, round(self.seconds * SAMPLING_RATE))
        return _grid(self._log_mel(samples).T, self.bands, self.frames)

    @cached_property
    def _log_mel(self) -> LogMel:
        return LogMel(LogMelOptions(bands=self.bands))


@dataclass(frozen=True)
class Mfcc:
    """Mel-frequency cepstral coefficients; float32, shape (coefficients, 1) or (frames, …)."""

    kind: Literal["mfcc"]
    coefficients: int = 40
    seconds: float = 3.0
    frames: int = 0
    """0 gives each coefficient's mean over time, shape (coefficients, 1); otherwise a sequence of
    so many frames, each coefficient standardised, shape (frames, coefficients)."""

    def __post_init__(self) -> None:
        check_positive(seconds=self.seconds, coefficients=self.coefficients)
        check_from_zero(frames=self.frames)
        if self.coefficients > _MEL:
            raise OptionError(f"coefficients: there are at most {_MEL}, as many as mel bands")

    def __call__(self, signal: Signal) -> NDArray[np.float32]:
        """Return the coefficients of the signal's first `seconds`."""
        cut = signal[: round(self.seconds * SAMPLING_RATE)]
        if not self.frames:
            return self._mfcc(cut).mean(axis=1, keepdims=True)
        whole = self._mfcc(_fit(cut, round(self.seconds * SAMPLING_RATE)))
        sequence = _cv.resize(whole, (self.frames, self.coefficients), interpolation=_cv.INTER_AREA)
        spread = sequence.std(axis=1, keepdims=True)
        return ((sequence - sequence.mean(axis=1, keepdims=True)) / np.maximum(spread, 1e-3)).T

    def _mfcc(self, signal: Signal) -> NDArray[np.float32]:
        feature = _librosa().feature
        return feature.mfcc(y=_at_least_a_frame(signal), sr=SAMPLING_RATE, n_mfcc=self.coefficients)


@dataclass(frozen=True)
class Functionals:
    """Statistics over time of zero-crossing rate, RMS, mel bands, MFCC and chroma; float32.

    Shape (features,): 1 + 1 + `mel` + `mfcc` + 12 per statistic.
    """

    kind: Literal["functionals"]
    mel: int = 64
    """Mel bands, in decibels; the MFCC are made of them."""
    mfcc: int = 20
    statistics: tuple[Literal["mean", "std", "low", "high", "delta"], ...] = ("mean",)
    """`low` and `high` are the 10th and the 90th percentile, `delta` the mean absolute change."""

    def __post_init__(self) -> None:
        check_positive(mel=self.mel, mfcc=self.mfcc)
        if self.mfcc > self.mel:
            raise OptionError(f"mfcc: there are at most {self.mel}, as many as mel bands")
        if not self.statistics:
            raise OptionError("statistics: name one at least")

    def __call__(self, signal: Signal) -> NDArray[np.float32]:
        """Return the statistics of the whole signal."""
        librosa = _librosa()
        feature = librosa.feature
        signal = _at_least_a_frame(signal)
        mel = feature.melspectrogram(y=signal, sr=SAMPLING_RATE, n_mels=self.mel)
        decibels = librosa.power_to_db(mel)
        tracks = np.concatenate(
            [
                feature.zero_crossing_rate(signal),
                feature.rms(y=signal),
                decibels,
                feature.mfcc(S=decibels, n_mfcc=self.mfcc),
                feature.chroma_stft(y=signal, sr=SAMPLING_RATE, tuning=0.0),
            ]
        )
        return np.concatenate([_statistic(tracks, name) for name in self.statistics])


@dataclass(frozen=True)
class SpeechModel:
    """Hidden states of a frozen speech model; float16, shape (layers, frames, features).

    The first of the layers is what the model's first block takes in, where the model tells. Each
    frame is the mean over a stretch of the signal, so that 13 layers of 768 features take 320 kB.
    """

    kind: Literal["speech-model"]
    path: str
    """A folder in the layout of Hugging Face (`config.json` and weights), or an ONNX file."""
    seconds: float = 4.0
    """Only the first seconds of a signal are heard."""
    frames: int = 16
    """Stretches into which a signal is parted, whatever its length."""
    threads: int = field(default=1, repr=False)
    """Of the processor, for computing them; not a part of what is computed."""

    def __post_init__(self) -> None:
        check_positive(seconds=self.seconds, frames=self.frames, threads=self.threads)

    @property
    def encoder(self) -> SpeechEncoder:
        """The model, opened once in a process.

        Raises:
            OptionError: There is none at `path`, or a package is missing.
            ModelError: It is no speech model that serves.
        """
        return open_encoder(self._place, self.threads)

    @property
    def fingerprint(self) -> str:
        """A hash of the model's files."""
        return fingerprint(self._place)

    def __call__(self, signal: Signal) -> NDArray[np.float16]:
        """Return the states of the signal's first `seconds`."""
        states = self.encoder(signal[: round(self.seconds * SAMPLING_RATE)])
        limit = float(np.finfo(np.float16).max)
        return pool_frames(states, self.frames).clamp(-limit, limit).numpy().astype(np.float16)

    @property
    def _place(self) -> Path:
        return Path(self.path).expanduser()


def _statistic(tracks: NDArray[np.floating], name: str) -> NDArray[np.float32]:
    match name:
        case "mean":
            value = tracks.mean(axis=1)
        case "std":
            value = tracks.std(axis=1)
        case "delta":
            value = np.abs(np.diff(tracks, axis=1)).mean(axis=1)
        case _:
            value = np.quantile(tracks, 0.1 if name == "low" else 0.9, axis=1)
    return value.astype(np.float32)


def _fit(signal: Signal, samples: int) -> Signal:
    """Cut a signal or add silence, so that it has so many samples."""
    return np.pad(signal[:samples], (0, max(samples - len(signal), 0)))


def _at_least_a_frame(signal: Signal) -> Signal:
    """Add silence to what is shorter than librosa's usual frame."""
    return _fit(signal, max(len(signal), 2048))


def _grid(log_power: NDArray[np.floating], rows: int, columns: int) -> NDArray[np.float16]:
    shrunk: NDArray[np.float32] = _cv.resize(
        log_power.astype(np.float32), (columns, rows), interpolation=_cv.INTER_AREA
    )
    return ((shrunk - shrunk.mean()) / max(float(shrunk.std()), 1e-3)).astype(np.float16)


def _librosa() -> Any:
    try:
        import librosa
    except ImportError as error:
        raise OptionError(
            "inputs: librosa is missing; `make train-env` or pip install 'emoarc[train]' brings it"
        ) from error
    return librosa
