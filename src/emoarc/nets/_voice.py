"""A small network for speech of any length: what a spectrogram shows, and what prosody tells."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from emoarc.errors import OptionError
from emoarc.nets._parts import AttentiveStatistics

__all__ = ["SpectralNet", "VoiceNet", "VoiceNetOptions"]

_SCALE = 4.0
"""About the standard deviation of log-mel values of speech, in nats."""


@dataclass(frozen=True)
class VoiceNetOptions:
    """The shape of a `VoiceNet`."""

    bands: int = 64
    """Mel bands of the input."""
    stem: int = 16
    """Channels of the first convolution, which halves both resolutions."""
    channels: tuple[int, ...] = (32, 64, 128)
    """Channels of each residual block; each halves the bands, all but the first the frames."""
    width: int = 128
    """Features per remaining frame that are pooled over time."""
    attention: int = 64
    """Hidden units of the attention."""
    dropout: float = 0.3
    """Share of the pooled features dropped in training."""
    hidden: int = 192
    """Units of each of the two hidden layers that take in the functionals."""
    conditions: int = 0
    """Facts about the speaker that come after the functionals and are known to both experts."""

    def __post_init__(self) -> None:
        counts = (self.stem, *self.channels, self.width, self.attention, self.hidden)
        if not self.channels or min(counts) < 1 or self.conditions < 0:
            raise OptionError(
                "channels: stem, channels, width, attention and hidden are counts from 1 up"
            )
        if self.bands % 2 ** (len(self.channels) + 1):
            raise OptionError(
                f"bands: {self.bands} cannot be halved {len(self.channels) + 1} times"
            )
        if not 0 <= self.dropout < 1:
            raise OptionError("dropout: must lie in [0, 1)")


class VoiceNet(nn.Module):
    """Log-mel spectrograms (n, frames, bands), in nats, and functionals (n, functionals) to
    logits (n, 2, 2, labels): two experts, each with two readings.

    The experts are a convolutional network on the spectrogram and a perceptron on the functionals.
    The first reading is absolute; the second is meant to be taken relative to the mean of the same
    speaker's second readings, which leaves out how this voice sounds whatever it expresses.
    """  # noqa: D205

    def __init__(
        self, labels: int, options: VoiceNetOptions | None = None, functionals: int = 255
    ) -> None:
        super().__init__()
        options = options or VoiceNetOptions()
        self.conditions = options.conditions
        self.spectral = SpectralNet(options)
        self.prosodic = _ProsodicNet(functionals, options)
        self.readings = nn.ModuleList(
            nn.Sequential(
                nn.Dropout(options.dropout),
                nn.Linear(width + options.conditions, 2 * labels),
                nn.Unflatten(1, (2, labels)),
            )
            for width in (2 * options.width, options.hidden)
        )

    def standardise(self, functionals: Tensor) -> None:
        """Learn the scale of the functionals from those of the training data, (n, functionals)."""
        spread, mean = torch.std_mean(functionals, dim=0)
        self.prosodic.mean.copy_(mean)
        self.prosodic.spread.copy_(spread + 1e-6)

    def forward(self, log_mel: Tensor, functionals: Tensor) -> Tensor:
        """Read each spectrogram, whatever its level."""
        known = functionals.shape[1] - self.conditions
        facts = functionals[:, known:]
        features = self.spectral(log_mel), self.prosodic(functionals[:, :known])
        read = [
            reading(torch.cat([values, facts], dim=1))
            for reading, values in zip(self.readings, features, strict=True)
        ]
        return torch.stack(read, dim=1)


class SpectralNet(nn.Module):
    """Log-mel spectrograms to pooled features (n, 2 * width).

    Residual blocks over time and frequency (He et al. 2016), then the attentive mean and
    deviation over time (Okabe et al. 2018, "Attentive statistics pooling for deep speaker
    embedding"), with one attention per feature (Desplanques et al. 2020, ECAPA-TDNN).
    """

    def __init__(self, options: VoiceNetOptions) -> None:
        super().__init__()
        layers: list[nn.Module] = [
            nn.Conv2d(2, options.stem, 5, 2, 2, bias=False),
            nn.BatchNorm2d(options.stem),
            nn.ReLU(inplace=True),
        ]
        inputs = options.stem
        for index, outputs in enumerate(options.channels):
            layers.append(_VoiceBlock(inputs, outputs, stride=(2 if index else 1, 2)))
            inputs = outputs
        self.maps = nn.Sequential(*layers)
        bands = options.bands // 2 ** (len(options.channels) + 1)
        self.features = nn.Sequential(
            nn.Conv1d(inputs * bands, options.width, 1, bias=False),
            nn.BatchNorm1d(options.width),
            nn.ReLU(inplace=True),
        )
        self.pool = AttentiveStatistics(options.width, options.attention)

    def forward(self, log_mel: Tensor) -> Tensor:
        """Pool what each spectrogram shows, whatever its level."""
        maps = self.maps(_two_views(log_mel / _SCALE))
        features = self.features(maps.transpose(2, 3).flatten(1, 2))
        return self.pool(features.float())


class _ProsodicNet(nn.Module):
    """Functionals to features (n, hidden)."""

    mean: Tensor
    spread: Tensor

    def __init__(self, functionals: int, options: VoiceNetOptions) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(functionals))
        self.register_buffer("spread", torch.ones(functionals))
        # Few recordings, many functionals: a quarter of them is hidden from each step.
        self.layers = nn.Sequential(
            nn.Dropout(0.25), *_layer(functionals, options.hidden), nn.Dropout(0.5),
            *_layer(options.hidden, options.hidden), nn.Dropout(0.3),
        )  # fmt: skip

    def forward(self, functionals: Tensor) -> Tensor:
        scaled = (functionals.float() - self.mean) / self.spread
        return self.layers(scaled.clamp(-4, 4)).float()


def _layer(inputs: int, outputs: int) -> tuple[nn.Module, ...]:
    return nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs), nn.ReLU()


class _VoiceBlock(nn.Module):
    """Two 3x3 convolutions beside a shortcut, with strides over (frames, bands)."""

    def __init__(self, inputs: int, outputs: int, stride: tuple[int, int]) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.shortcut = nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.body(x) + self.shortcut(x))


def _two_views(log_mel: Tensor) -> Tensor:
    """Two channels, neither of which knows the recording's level, shape (n, 2, frames, bands).

    One keeps the voice's timbre (only the overall mean is taken away), the other loses it with
    the microphone's (each band's own mean is).
    """
    timbre = log_mel - log_mel.mean(dim=(1, 2), keepdim=True)
    change = log_mel - log_mel.mean(dim=1, keepdim=True)
    return torch.stack([timbre, change], dim=1)
