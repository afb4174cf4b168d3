"""A small network that tells, several times a second, how many people are heard."""

from dataclasses import dataclass

from torch import Tensor, nn

from emoarc.errors import OptionError

__all__ = ["OverlapNet", "OverlapNetOptions"]

_HALVINGS = 2
"""Convolutions that halve the frames."""
_SCALE = 4.0
"""About the standard deviation of log-mel values of speech, in nats."""


@dataclass(frozen=True)
class OverlapNetOptions:
    """The shape of an `OverlapNet`."""

    bands: int = 96
    """Mel bands of the input."""
    channels: tuple[int, ...] = (16, 32, 48, 64)
    """Channels of each convolution; each halves bands, the first two halve frames as well."""
    width: int = 96
    """Channels of the convolutions over time above them, each over five steps."""
    dilations: tuple[int, ...] = (1, 2, 4, 8)
    """From one to the next of those five steps, for each of them."""

    def __post_init__(self) -> None:
        if not self.channels or min(*self.channels, self.width, *self.dilations) < 1:
            raise OptionError("channels: channels, width and dilations are counts from 1 up")
        if self.bands % 2 ** len(self.channels):
            raise OptionError(f"bands: {self.bands} cannot be halved {len(self.channels)} times")

    @property
    def stride(self) -> int:
        """Frames for each step of the output."""
        return 2 ** min(len(self.channels), _HALVINGS)


class OverlapNet(nn.Module):
    """Log-mel spectrograms (n, frames, bands), in nats, to logits (n, frames / stride, labels).

    Convolutions over time and frequency, then over time alone, ever wider apart: who spoke before
    and who speaks after tells whether both speak now (Yu & Koltun 2016, "Multi-scale context
    aggregation by dilated convolutions").
    """

    def __init__(self, labels: int, options: OverlapNetOptions | None = None) -> None:
        super().__init__()
        options = options or OverlapNetOptions()
        self.maps = nn.Sequential()
        inputs = 1
        for number, outputs in enumerate(options.channels):
            self.maps.append(_block(inputs, outputs, 2 if number < _HALVINGS else 1))
            inputs = outputs
        inputs *= options.bands // 2 ** len(options.channels)
        self.steps = nn.Sequential()
        for dilation in options.dilations:
            self.steps.append(_over_time(inputs, options.width, dilation))
            inputs = options.width
        self.steps.append(nn.Dropout(0.1))
        self.steps.append(nn.Conv1d(inputs, labels, 1))

    def forward(self, log_mel: Tensor) -> Tensor:
        """Classify each step, whatever the level of the whole."""
        level = log_mel.mean(dim=(1, 2), keepdim=True)
        maps = self.maps((log_mel - level)[:, None] / _SCALE)
        return self.steps(maps.transpose(2, 3).flatten(1, 2)).transpose(1, 2)


def _block(inputs: int, outputs: int, stride: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, (stride, 2), 1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
        nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def _over_time(inputs: int, outputs: int, dilation: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv1d(inputs, outputs, 5, padding=2 * dilation, dilation=dilation, bias=False),
        nn.BatchNorm1d(outputs),
        nn.ReLU(inplace=True),
    )
