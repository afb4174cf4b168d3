"""A small residual network for grey face pictures."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from emoarc.errors import OptionError

__all__ = ["ResidualNet", "ResidualOptions"]


@dataclass(frozen=True)
class ResidualOptions:
    """The shape of a `ResidualNet`."""

    stem: int = 32
    """Channels of the first convolution."""
    channels: tuple[int, ...] = (64, 128, 192)
    """Channels of each stage; each stage halves the resolution."""
    blocks: tuple[int, ...] = (1, 2, 2)
    """Residual blocks of each stage."""
    dropout: float = 0.3
    """Share of the pooled features dropped in training."""
    stem_kernel: int = 3
    """Side of the first convolution."""
    stem_stride: int = 1
    """What the first convolution divides the resolution by; 1 keeps it."""
    focus: float = 0.0
    """Brightness and contrast are measured under a bell about the middle of the picture whose
    deviation is this share of half a side, so that what lies behind a face does not count; with 0
    the whole picture counts."""

    def __post_init__(self) -> None:
        if len(self.channels) != len(self.blocks) or not self.channels:
            raise OptionError("channels: give one number for each entry of blocks")
        if min(self.stem, *self.channels, *self.blocks) < 1:
            raise OptionError("channels: stem, channels and blocks are counts from 1 up")
        if not 0 <= self.dropout < 1:
            raise OptionError("dropout: must lie in [0, 1)")
        if self.stem_kernel < 1 or self.stem_kernel % 2 == 0 or self.stem_stride < 1:
            raise OptionError("stem_kernel: must be odd, and stem_stride a count from 1 up")
        if self.focus < 0:
            raise OptionError("focus: must not be negative")


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions beside a shortcut.

    He et al. 2016, "Deep residual learning for image recognition"; the shortcut of a block that
    halves the resolution averages before its 1x1 convolution, and the last normalisation starts
    at zero (He et al. 2019, "Bag of tricks for image classification").
    """

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        last = nn.BatchNorm2d(outputs)
        nn.init.zeros_(last.weight)
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False),
            last,
        )
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.AvgPool2d(stride, ceil_mode=True),  # of odd sides the last row counts too
                nn.Conv2d(inputs, outputs, 1, bias=False),
                nn.BatchNorm2d(outputs),
            )

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, inputs, h, w) to (n, outputs, h / stride, w / stride)."""
        return torch.relu(self.body(x) + self.shortcut(x))


class ResidualNet(nn.Module):
    """Grey pictures (n, 1, h, w), of any brightness and contrast, to logits (n, labels)."""

    def __init__(self, labels: int, options: ResidualOptions | None = None) -> None:
        super().__init__()
        options = options or ResidualOptions()
        kernel, stride = options.stem_kernel, options.stem_stride
        layers: list[nn.Module] = [
            nn.Conv2d(1, options.stem, kernel, stride, kernel // 2, bias=False),
            nn.BatchNorm2d(options.stem),
            nn.ReLU(inplace=True),
        ]
        width = options.stem
        for channels, count in zip(options.channels, options.blocks, strict=True):
            for block in range(count):
                layers.append(ResidualBlock(width, channels, stride=1 if block else 2))
                width = channels
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(nn.Dropout(options.dropout), nn.Linear(width, labels))
        self._focus = options.focus

    def forward(self, x: Tensor) -> Tensor:
        """Standardise each picture, so that lighting does not matter, and classify it."""
        share = _bell(x, self._focus) if self._focus else torch.ones_like(x[:1, :1])
        share = share / share.sum()
        mean = (x * share).sum(dim=(2, 3), keepdim=True)
        deviation = ((x - mean).square() * share).sum(dim=(2, 3), keepdim=True).sqrt()
        maps = self.features((x - mean) / (deviation + 1e-3))
        return self.classifier(maps.mean(dim=(2, 3)))


def _bell(x: Tensor, deviation: float) -> Tensor:
    """Return a bell over the pixels of x, shape (h, w), as wide as `ResidualOptions.focus` says."""
    rows, columns = (
        (torch.arange(side, device=x.device) + 0.5) * 2 / side - 1 for side in x.shape[-2:]
    )
    distance = rows.square()[:, None] + columns.square()
    return (-distance / (2 * deviation**2)).exp()
