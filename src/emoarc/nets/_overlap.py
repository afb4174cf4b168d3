"""A small network that tells, several times a second, how many people are heard."""

from dataclasses import dataclass

from torch import Tensor, nn

from emoarc.errors import OptionError

__all__ = ["OverlapNet", "OverlapNetOptions"]

_SCALE = 4.0
"""About the standard deviation of log-mel values of speech, in nats."""


@dataclass(frozen=True)
class OverlapNetOptions:
    """The shape of an `OverlapNet`."""

    bands: int = 64
    """Mel bands of the input."""
    channels: tuple[int, ...] = (16, 32, 48, 64)
    """Channels of each convolution; each halves frames and bands."""
    width: int = 96
    """Channels of the two convolutions over time above them, each over five steps."""

    def __post_init__(self) -> None:
        if not self.channels or min(*self.channels, self.width) < 1:
            raise OptionError("channels: channels and width are counts from 1 up")
        if self.bands % 2 ** len(self.channels):
            raise OptionError(f"bands: {self.bands} cannot be halved {len(self.channels)} times")

    @property
    def stride(self) -> int:
        """Frames for each step of the output."""
        return 2 ** len(self.channels)


class OverlapNet(nn.Module):
    """Log-mel spectrograms (n, frames, bands), in nats, to logits (n, frames / stride, labels).

    Convolutions over time and frequency, then over time alone; what a step sees is a second and a
    half of sound around it.
    """

    def __init__(self, labels: int, options: OverlapNetOptions | None = None) -> None:
        super().__init__()
        options = options or OverlapNetOptions()
        self.maps = nn.Sequential()
        inputs = 1
        for outputs in options.channels:
            self.maps.append(_block(inputs, outputs))
            inputs = outputs
        features = inputs * options.bands // options.stride
        self.steps = nn.Sequential(
            *_over_time(features, options.width),
            *_over_time(options.width, options.width),
            nn.Dropout(0.2),
            nn.Conv1d(options.width, labels, 1),
        )

    def forward(self, log_mel: Tensor) -> Tensor:
        """Classify each step, whatever the level of the whole."""
        level = log_mel.mean(dim=(1, 2), keepdim=True)
        maps = self.maps((log_mel - level)[:, None] / _SCALE)
        return self.steps(maps.transpose(2, 3).flatten(1, 2)).transpose(1, 2)


def _block(inputs: int, outputs: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
        nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def _over_time(inputs: int, outputs: int) -> list[nn.Module]:
    return [
        nn.Conv1d(inputs, outputs, 5, padding=2, bias=False),
        nn.BatchNorm1d(outputs),
        nn.ReLU(inplace=True),
    ]
