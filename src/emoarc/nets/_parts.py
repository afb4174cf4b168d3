"""What several architectures share: checks of their options, and small stacks of layers."""

import torch
from torch import Tensor, nn

from emoarc.errors import OptionError

__all__ = [
    "AttentiveStatistics",
    "as_pictures",
    "check_counts",
    "check_share",
    "classifier",
    "halved",
]


def check_counts(**counts: int | tuple[int, ...]) -> None:
    """Refuse a number below 1, or an empty list of them, by its name.

    Raises:
        OptionError: A count is none.
    """
    for name, value in counts.items():
        values = value if isinstance(value, tuple) else (value,)
        if not values or min(values) < 1:
            raise OptionError(f"{name}: must be counted from 1 up, not {value}")


def check_share(**shares: float) -> None:
    """Refuse a share outside [0, 1), by its name.

    Raises:
        OptionError: A value is no such share.
    """
    for name, value in shares.items():
        if not 0 <= value < 1:
            raise OptionError(f"{name}: must lie in [0, 1), not {value}")


def halved(size: int, times: int, name: str) -> int:
    """Return what `times` poolings by 2 leave of `size`.

    Raises:
        OptionError: Nothing is left; the message begins with `name`.
    """
    left = size >> times
    if left < 1:
        raise OptionError(f"{name}: {size} is too small to be halved {times} times")
    return left


def as_pictures(x: Tensor, channels: int) -> Tensor:
    """Bring pictures (n, h, w) or (n, 1 or channels, h, w) to shape (n, channels, h, w)."""
    if x.ndim == 3:
        x = x.unsqueeze(1)
    return x.expand(-1, channels, -1, -1)


def classifier(inputs: int, labels: int, dropout: float) -> nn.Sequential:
    """Return the last layer, after a dropout."""
    return nn.Sequential(nn.Dropout(dropout), nn.Linear(inputs, labels))


class AttentiveStatistics(nn.Module):
    """The weighted mean and deviation over time of features (n, features, frames).

    Attentive statistics pooling (Okabe et al. 2018), with one attention per feature (Desplanques et
    al. 2020, ECAPA-TDNN); the result is of shape (n, 2 * features).
    """

    def __init__(self, features: int, hidden: int) -> None:
        super().__init__()
        self.scores = nn.Sequential(
            nn.Conv1d(features, hidden, 1), nn.Tanh(), nn.Conv1d(hidden, features, 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Pool over time."""
        weights = self.scores(x).float().softmax(dim=2)
        mean = (weights * x).sum(dim=2, keepdim=True)
        variance = (weights * (x - mean).square()).sum(dim=2)
        return torch.cat([mean.squeeze(2), (variance + 1e-5).sqrt()], dim=1)
