"""A small network on the hidden states of a frozen speech model, which learns to weigh its layers.

From Singh & Gupta 2023, "Decoding Emotions": a learnt weight for each layer of wav2vec 2.0, XLSR or
HuBERT, point-wise layers on the weighted sum, the mean over time, a linear layer; and the same on a
single layer, which probes what that layer holds. In their code the point-wise layers are two, of
256 units. From SUPERB (Yang et al. 2021): the weights are a softmax.

Our choice: every frame of every layer is standardised first, so that weights compare layers and not
their scales; one point-wise layer; attentive statistics instead of the mean, unless asked.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import layer_norm

from emoarc.errors import OptionError
from emoarc.nets._parts import AttentiveStatistics, check_counts, check_share, classifier

__all__ = ["LayerProbeNet", "LayerProbeOptions", "pool_frames"]


@dataclass(frozen=True)
class LayerProbeOptions:
    """The shape of a `LayerProbeNet`; the defaults are for models of base size."""

    layers: int = 13
    """Hidden states of the speech model: what its first layer takes in, and what each gives."""
    features: int = 768
    """Values of each frame."""
    only: tuple[int, ...] = ()
    """The hidden states to use, from 0 up; none uses all, a single one probes it."""
    hidden: int = 256
    """Units of the point-wise layer."""
    pooling: Literal["attentive", "mean"] = "attentive"
    """Over time: attentive mean and deviation, or the plain mean."""
    attention: int = 64
    """Hidden units of the attention."""
    dropout: float = 0.2
    """After the point-wise layer, and before the last one."""

    def __post_init__(self) -> None:
        check_counts(
            layers=self.layers,
            features=self.features,
            hidden=self.hidden,
            attention=self.attention,
        )
        check_share(dropout=self.dropout)
        if len(set(self.only)) < len(self.only):
            raise OptionError(f"only: names a hidden state twice: {self.only}")


class LayerProbeNet(nn.Module):
    """Hidden states (n, layers, frames, features), of any number of frames, to logits (n, labels).

    Raises:
        OptionError: `only` names hidden states that there are not.
    """

    def __init__(self, labels: int, options: LayerProbeOptions | None = None) -> None:
        super().__init__()
        self.options = options or LayerProbeOptions()
        count = self.options.layers
        self.used = self.options.only or tuple(range(count))
        """Which hidden states the weights are of."""
        if not all(0 <= layer < count for layer in self.used):
            raise OptionError(f"only: there are hidden states 0 to {count - 1}, not {self.used}")
        hidden, attentive = self.options.hidden, self.options.pooling == "attentive"
        self.layer_scores = nn.Parameter(torch.zeros(len(self.used)))
        self.project = nn.Sequential(
            nn.Conv1d(self.options.features, hidden, 1), nn.ReLU(), nn.Dropout(self.options.dropout)
        )
        self.pool = AttentiveStatistics(hidden, self.options.attention) if attentive else _Mean()
        self.classifier = classifier(hidden * (1 + attentive), labels, self.options.dropout)

    @property
    def layer_weights(self) -> Tensor:
        """What each of the used hidden states weighs; sums to 1."""
        return self.layer_scores.softmax(dim=0)

    def embed(self, states: Tensor) -> Tensor:
        """Return the pooled features, shape (n, hidden), or twice as many with deviations."""
        used = layer_norm(states[:, list(self.used)], states.shape[-1:])
        mixed = (self.layer_weights[:, None, None] * used).sum(dim=1)
        return self.pool(self.project(mixed.transpose(1, 2)).float())

    def forward(self, states: Tensor) -> Tensor:
        """Return logits, shape (n, labels)."""
        return self.classifier(self.embed(states))


class _Mean(nn.Module):
    """The mean over time of features (n, features, frames)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean(dim=2)


def pool_frames(states: Tensor, frames: int) -> Tensor:
    """Average (..., any number of frames, features) over `frames` stretches of equal length.

    A frame on a border counts to either side by its share; where there are fewer frames than
    stretches, they are repeated.
    """
    count = states.shape[-2]
    borders = torch.arange(frames + 1, device=states.device) / frames
    ticks = torch.arange(count + 1, device=states.device) / count
    ends = torch.minimum(borders[1:, None], ticks[1:])
    starts = torch.maximum(borders[:-1, None], ticks[:-1])
    return ((ends - starts).clamp(min=0) * frames) @ states
