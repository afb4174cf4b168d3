"""Functionals: statistics over time of what prosody and timbre do, one vector for each utterance.

The descriptors are those that expressive speech is usually told by (Eyben et al. 2016, "The Geneva
minimalistic acoustic parameter set (GeMAPS) for voice research and affective computing"), computed
every 10 ms: level, F0, harmonicity, the shape of the spectrum, and cepstral coefficients.
"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from emoarc.audio._features import LogMel, LogMelOptions
from emoarc.types import SAMPLING_RATE

__all__ = ["DESCRIPTORS", "FUNCTIONALS", "descriptors", "functionals"]

_Floats = NDArray[np.floating[Any]]

_HOP = 160
_FRAME = 640
"""40 ms: three periods of the lowest voice."""
_FFT = 1024
"""Longer than a frame by more than the longest lag, so that autocorrelations do not go round."""
_FINE = 2
"""Lags for each sample, or the peaks of high voices would fall between two."""
_F0: Final = (65.0, 550.0)
"""Hertz."""
_VOICED = 0.45
"""Autocorrelation, relative to that at lag 0, from which a frame counts as voiced."""
_QUIET = 40.0
"""Decibels below the loudest frame at which a frame counts as silence."""
_CEPSTRA = 20
_BANDS = LogMel(LogMelOptions(bands=40))
_BLOCK = 512
"""Frames transformed at once, whatever the signal's length."""

DESCRIPTORS: Final = (
    "level", *(f"mfcc_{i}" for i in range(1, _CEPSTRA + 1)), "centroid", "rolloff", "flux",
    "flatness", "alpha_ratio", "hammarberg", "slope_low", "slope_high", "f0", "harmonicity",
)  # fmt: skip
"""Columns of `descriptors`: dB, cepstral coefficients, octaves twice, nats, dB three times, dB per
kHz twice, semitones above 27.5 Hz, dB. The last six are told of voiced frames only."""

_ANY, _VOICE = slice(0, -6), slice(-6, None)
_STATISTICS: Final = (
    "mean", "deviation", "low", "median", "high", "trend", "change", "change_deviation",
)  # fmt: skip
_RHYTHM: Final = (
    "voiced_share", "voiced_per_second", "voiced_length", "voiced_length_deviation",
    "unvoiced_length", "unvoiced_length_deviation", "peaks_per_second",
)  # fmt: skip
FUNCTIONALS: Final = (
    *(
        f"{name}_{statistic}"
        for part in (_ANY, _VOICE)
        for statistic in _STATISTICS
        for name in DESCRIPTORS[part]
    ),
    *_RHYTHM,
)
"""What each number of `functionals` is."""


def functionals(signal: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the functionals of an utterance, shape (255,), as `FUNCTIONALS` names them.

    Args:
        signal: Mono at `SAMPLING_RATE`, shape (n,). What was not heard in it (the pitch of a
            whisper) is 0.
    """
    tracks, voiced = descriptors(signal)
    active = tracks[:, 0] > tracks[:, 0].max() - _QUIET
    voiced &= active
    # Pitch and the tilt of the spectrum belong to voiced frames, the rest to all that is speech.
    statistics = [
        _statistics(tracks[:, columns], voiced if of_voice else active)
        for columns, of_voice in ((_ANY, False), (_VOICE, True))
    ]
    rhythm = _rhythm(tracks[:, 0], voiced, len(signal) / SAMPLING_RATE)
    return np.concatenate([*statistics, rhythm]).astype(np.float32)


def descriptors(signal: NDArray[np.floating]) -> tuple[_Floats, NDArray[np.bool_]]:
    """Return `DESCRIPTORS` every 10 ms, shape (frames, 31), and which frames are voiced."""
    samples = np.asarray(signal, np.float32)
    samples = np.pad(samples, (0, max(_FRAME - len(samples), 0)))
    found = [_describe(frames) for frames in _blocks(samples)]
    f0, strength, shape = (np.concatenate(parts) for parts in zip(*found, strict=True))
    f0 = _without_jumps(np.where(strength > _VOICED, f0, 0))
    semitones = 12 * np.log2(np.maximum(f0, _A0) / _A0)
    tracks = [shape[:, :1], _cepstra(_BANDS(samples)[: len(f0)]), shape[:, 1:4], shape[:, 4:]]
    pitch = np.stack([semitones, _harmonicity(strength)], axis=1)
    return np.concatenate([*tracks, pitch], axis=1), f0 > 0


def _blocks(samples: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    frames = np.lib.stride_tricks.sliding_window_view(samples, _FRAME)[::_HOP]
    for start in range(0, len(frames), _BLOCK):
        block = frames[start : start + _BLOCK]
        yield (block - block.mean(axis=1, keepdims=True)) * _WINDOW


def _describe(frames: NDArray[np.float32]) -> tuple[_Floats, _Floats, _Floats]:
    """F0, its strength and the shape of the spectrum of windowed frames."""
    spectrum = np.fft.rfft(frames, _FFT)
    power = spectrum.real**2 + spectrum.imag**2
    return *_period(np.fft.irfft(power, _FINE * _FFT)), _shape(power + np.float32(1e-10))


def _period(autocorrelation: _Floats) -> tuple[_Floats, _Floats]:
    """F0 in hertz and its strength in [0, 1], each shape (frames,).

    The highest peak of the autocorrelation, divided by that of the window (Boersma 1993, "Accurate
    short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a sampled
    sound"), with a preference for short lags, since a period's multiples peak alike.
    """
    heights = (
        autocorrelation[:, _LAGS]
        / (autocorrelation[:, :1] + 1e-6)
        / (_OF_WINDOW / _OF_WINDOW_AT_ZERO)
    )
    preferred = heights - 0.02 * np.log2(_LAGS / _LAGS[0])
    best = preferred[:, 1:-1].argmax(axis=1) + 1
    rows = np.arange(len(best))
    below, peak, above = (heights[rows, best + step] for step in (-1, 0, 1))
    bend = np.minimum(below - 2 * peak + above, -1e-9)
    lag = _LAGS[best] + np.clip(0.5 * (below - above) / bend, -0.5, 0.5)
    return _FINE * SAMPLING_RATE / lag, np.clip(peak, 0, 1)


def _without_jumps(f0: _Floats) -> _Floats:
    """Take the median of five frames, and what is voiced for less than that for unvoiced."""
    near = np.lib.stride_tricks.sliding_window_view(np.pad(f0, 2), 5)
    return np.where(f0 > 0, np.median(near, axis=1), 0)


def _harmonicity(strength: _Floats) -> _Floats:
    share = np.clip(strength, 1e-3, 1 - 1e-3)
    return 10 * np.log10(share / (1 - share))


def _shape(power: _Floats) -> _Floats:
    """The columns of `DESCRIPTORS` that a power spectrum gives, but for the cepstra."""
    share = power / power.sum(axis=1, keepdims=True)
    change = np.diff(np.sqrt(share), axis=0, prepend=np.sqrt(share[:1]))
    decibels = 10 * np.log10(power)
    rolloff = _HERTZ[(share.cumsum(axis=1) < 0.85).sum(axis=1).clip(max=len(_HERTZ) - 1)]
    columns = [
        10 * np.log10(power.sum(axis=1)),
        np.log2(share @ _HERTZ + 1),
        np.log2(rolloff + 1),
        np.log(np.square(change).sum(axis=1) + 1e-6),
        decibels.mean(axis=1) - 10 * np.log10(power.mean(axis=1)),
        _level(power, 50, 1000) - _level(power, 1000, 5000),
        decibels[:, _bins(0, 2000)].max(axis=1) - decibels[:, _bins(2000, 5000)].max(axis=1),
        decibels[:, _bins(50, 500)] @ _line(50, 500),
        decibels[:, _bins(500, 1500)] @ _line(500, 1500),
    ]
    return np.stack(columns, axis=1)


def _level(power: _Floats, low: float, high: float) -> _Floats:
    return 10 * np.log10(power[:, _bins(low, high)].sum(axis=1))


def _bins(low: float, high: float) -> slice:
    return slice(*np.searchsorted(_HERTZ, [low, high]).tolist())


def _line(low: float, high: float) -> _Floats:
    """What a spectrum is multiplied by to get its slope in a band, per kHz."""
    x = (_HERTZ[_bins(low, high)] - _HERTZ[_bins(low, high)].mean()) / 1000
    return (x / (x @ x)).astype(np.float32)


def _cepstra(log_mel: NDArray[np.float32]) -> _Floats:
    """Mel-frequency cepstral coefficients from the first on, by a DCT-II, shape (frames, 20)."""
    return log_mel @ _COSINES


def _statistics(tracks: _Floats, kept: NDArray[np.bool_]) -> _Floats:
    """Return `_STATISTICS` of each column over the frames kept, one statistic after the other."""
    values = tracks[kept]
    joined = kept[1:] & kept[:-1]
    if len(values) < 3 or not joined.any():
        return np.zeros((len(_STATISTICS), tracks.shape[1]), np.float64).ravel()
    changes = np.abs(np.diff(tracks, axis=0)[joined])
    times = np.flatnonzero(kept) * _HOP / SAMPLING_RATE
    times = times - times.mean()
    quantiles = np.quantile(values, (0.1, 0.5, 0.9), axis=0)
    trend = times @ values / (times @ times)
    return np.concatenate(
        [values.mean(0), values.std(0), *quantiles, trend, changes.mean(0), changes.std(0)]
    )


def _rhythm(level: _Floats, voiced: NDArray[np.bool_], seconds: float) -> _Floats:
    edges = np.flatnonzero(np.diff(np.pad(voiced, 1).astype(np.int8)))
    lengths = np.diff(edges) * _HOP / SAMPLING_RATE  # voiced, unvoiced, voiced …
    smooth = np.convolve(level, np.full(5, 0.2), mode="same")
    peak = (smooth[1:-1] > smooth[:-2]) & (smooth[1:-1] >= smooth[2:])
    loud = smooth[1:-1] > np.median(smooth)
    spread = [
        f(part) if len(part) else 0.0
        for part in (lengths[::2], lengths[1::2])
        for f in (np.mean, np.std)
    ]
    return np.array(
        [voiced.mean(), len(edges) / 2 / seconds, *spread, (peak & loud).sum() / seconds]
    )


_A0 = 27.5
"""Hertz of the tone from which semitones are counted."""
_HERTZ: Final = np.fft.rfftfreq(_FFT, 1 / SAMPLING_RATE).astype(np.float32)
_WINDOW: Final = np.hanning(_FRAME + 2)[1:-1].astype(np.float32)
_LAGS: Final = np.arange(*(int(_FINE * SAMPLING_RATE / hertz) for hertz in reversed(_F0)))
_OF_WINDOW: Final = np.fft.irfft(np.abs(np.fft.rfft(_WINDOW, _FFT)) ** 2, _FINE * _FFT)[_LAGS]
_OF_WINDOW_AT_ZERO: Final = float(_WINDOW @ _WINDOW) / _FINE
_COSINES: Final[NDArray[np.float32]] = (
    np.cos(np.pi / 40 * (np.arange(40) + 0.5)[:, None] * np.arange(1, _CEPSTRA + 1))
    * np.sqrt(2 / 40)
).astype(np.float32)
