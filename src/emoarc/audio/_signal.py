"""From whatever array a caller holds to mono float samples at emoarc's rate."""

from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emoarc.errors import OptionError
from emoarc.types import SAMPLING_RATE

__all__ = ["as_mono", "resample"]

_RATES = (1_000, 768_000)
"""Hertz; outside of these no recording of a voice is made."""


def as_mono(signal: NDArray[Any]) -> NDArray[np.float32]:
    """Return a signal as float32 mono, shape (n,), in [-1, 1].

    Integers are scaled by their type's range. Floats are taken as they are, and scaled down to a
    peak of 1 where they exceed it. Channels are averaged; of two axes the shorter is the
    channels', so that both (n, channels) and (channels, n) serve.

    Raises:
        OptionError: The array is empty, not numeric, not finite, or has more than two axes.
    """
    array = np.asarray(signal)
    if array.ndim not in (1, 2) or array.size == 0 or array.dtype.kind not in "iuf":
        raise OptionError(
            f"voice: a signal is a non-empty array of numbers, shape (n,) or (n, channels), "
            f"not {array.dtype} of shape {array.shape}"
        )
    samples = _scaled(array)
    if samples.ndim == 2:
        samples = samples.mean(axis=int(np.argmin(samples.shape)))
    if not np.isfinite(samples).all():
        raise OptionError("voice: the signal holds NaN or infinite samples; replace them by 0")
    peak = float(np.abs(samples).max())
    return (samples / max(peak, 1.0)).astype(np.float32)


def resample(
    signal: NDArray[np.float32], rate: float, target: int = SAMPLING_RATE
) -> NDArray[np.float32]:
    """Return a mono signal at another sampling rate, by a polyphase low-pass filter.

    Raises:
        OptionError: The rate is not one at which voices are recorded.
    """
    whole = round(rate) if np.isfinite(rate) else 0
    if not _RATES[0] <= whole <= _RATES[1]:
        raise OptionError(f"voice: sampling rate {rate} Hz; give one of {_RATES[0]}-{_RATES[1]} Hz")
    if whole == target:
        return signal
    return _resample_poly(signal, up=target // gcd(whole, target), down=whole // gcd(whole, target))


def _resample_poly(signal: NDArray[np.float32], up: int, down: int) -> NDArray[np.float32]:
    from scipy import signal as scipy_signal  # takes most of a second, and is seldom needed

    resampled: Any = scipy_signal.resample_poly(signal, up, down)  # pyright: ignore
    return np.asarray(resampled, dtype=np.float32)


def _scaled(array: NDArray[Any]) -> NDArray[np.float64]:
    if array.dtype.kind == "f":
        return array.astype(np.float64)
    half = 2.0 ** (8 * array.dtype.itemsize - 1)
    offset = half if array.dtype.kind == "u" else 0.0
    return (array.astype(np.float64) - offset) / half
