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
    """Channels of the first convolution, which keeps the full resolution."""
    channels: tuple[int, ...] = (64, 128, 192)
    """Channels of each stage; each stage halves the resolution."""
    blocks: tuple[int, ...] = (1, 2, 2)
    """Residual blocks of each stage."""
    dropout: float = 0.3
    """Share of the pooled features dropped in training."""

    def __post_init__(self) -> None:
        if len(self.channels) != len(self.blocks) or not self.channels:
            raise OptionError("channels: give one number for each entry of blocks")
        if min(self.stem, *self.channels, *self.blocks) < 1:
            raise OptionError("channels: stem, channels and blocks are counts from 1 up")
        if not 0 <= self.dropout < 1:
            raise OptionError("dropout: must lie in [0, 1)")


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
                nn.AvgPool2d(stride),
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
        layers: list[nn.Module] = [
            nn.Conv2d(1, options.stem, 3, 1, 1, bias=False),
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

    def forward(self, x: Tensor) -> Tensor:
        """Standardise each picture, so that lighting does not matter, and classify it."""
        mean = x.mean(dim=(1, 2, 3), keepdim=True)
        deviation = (x - mean).square().mean(dim=(1, 2, 3), keepdim=True).sqrt()
        maps = self.features((x - mean) / (deviation + 1e-3))
        return self.classifier(maps.mean(dim=(2, 3)))
