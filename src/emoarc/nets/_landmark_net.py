"""A small network that marks the points of a face."""

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn

from emoarc.errors import OptionError
from emoarc.nets._parts import check_counts
from emoarc.nets._residual import ResidualBlock

__all__ = ["LandmarkNet", "LandmarkNetOptions"]

_UNIT: Final = 0.1
"""Places are told in tenths of the side: a step of Adam, which moves every weight as far, would
throw points about by more than what tells faces apart."""


@dataclass(frozen=True)
class LandmarkNetOptions:
    """The shape of a `LandmarkNet`."""

    side: int = 96
    """Of the pictures in pixels."""
    stem: int = 16
    """Channels of the first convolution, which halves the resolution."""
    channels: tuple[int, ...] = (24, 48, 64)
    """Channels of each stage; each stage halves the resolution."""
    blocks: tuple[int, ...] = (1, 1, 2)
    """Residual blocks of each stage."""
    head: int = 24
    """Channels of the last maps, whose every cell the points are read from."""
    hidden: int = 96
    """Units between the cells and the points."""

    def __post_init__(self) -> None:
        check_counts(stem=self.stem, channels=self.channels, blocks=self.blocks)
        check_counts(head=self.head, hidden=self.hidden, side=self.side)
        if len(self.channels) != len(self.blocks):
            raise OptionError("channels: give one number for each entry of blocks")
        if self.side % self.stride:
            raise OptionError(f"side: must be a multiple of {self.stride}")

    @property
    def stride(self) -> int:
        """Pixels to a cell of the last maps."""
        return 2 ** (1 + len(self.channels))


class LandmarkNet(nn.Module):
    """Grey pictures (n, 1, side, side), of any brightness and contrast, to points and a face logit.

    A point's place is read from all cells at once, not from a map of its own, since points that
    are covered or blurred must be told by the others; convolutions are full rather than separable,
    which is as quick for so few channels and trains twice as fast on a CPU.
    """

    def __init__(self, points: int, options: LandmarkNetOptions | None = None) -> None:
        super().__init__()
        options = options or LandmarkNetOptions()
        layers: list[nn.Module] = [
            nn.Conv2d(1, options.stem, 3, 2, 1, bias=False),
            nn.BatchNorm2d(options.stem),
            nn.ReLU(inplace=True),
        ]
        width = options.stem
        for channels, count in zip(options.channels, options.blocks, strict=True):
            for block in range(count):
                layers.append(ResidualBlock(width, channels, stride=1 if block else 2))
                width = channels
        layers += [
            nn.Conv2d(width, options.head, 1, bias=False),
            nn.BatchNorm2d(options.head),
            nn.ReLU(inplace=True),
        ]
        self.features = nn.Sequential(*layers)
        cells = (options.side // options.stride) ** 2
        self.hidden = nn.Sequential(
            nn.Flatten(),
            nn.Linear(options.head * cells, options.hidden, bias=False),
            # Without it the first steps, which are large, leave nearly all units dead for good.
            nn.BatchNorm1d(options.hidden),
            nn.ReLU(inplace=True),
        )
        self.answer = nn.Linear(options.hidden, 1 + 3 * points)
        self.unit: Tensor
        self.register_buffer("unit", torch.tensor([1.0] + [_UNIT] * 3 * points))

    def begin_at(self, answer: Tensor) -> None:
        """Let the answer vary about `answer`, (1 + 3 points), from the start."""
        self.answer.bias.data.copy_(answer / self.unit)
        self.answer.weight.data *= _UNIT

    def forward(self, x: Tensor) -> Tensor:
        """Return (n, 1 + 3 points): the face logit, then x, y, z of each point.

        In shares of the side, from the centre of the picture; z in the same unit.
        """
        mean = x.mean(dim=(1, 2, 3), keepdim=True)
        deviation = (x - mean).square().mean(dim=(1, 2, 3), keepdim=True).sqrt()
        maps = self.features((x - mean) / (deviation + 1e-3))
        return self.answer(self.hidden(maps)) * self.unit
