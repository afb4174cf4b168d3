"""A small network that puts faces of one person near each other on a sphere."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from emoarc.errors import OptionError
from emoarc.nets._parts import check_counts

__all__ = ["FaceEmbedder", "FaceEmbedderOptions"]


@dataclass(frozen=True)
class FaceEmbedderOptions:
    """The shape of a `FaceEmbedder`."""

    side: int = 48
    """Of the pictures in pixels, a multiple of what the convolutions divide it by."""
    stem: int = 24
    """Channels of the first convolution, which halves the resolution."""
    channels: tuple[int, ...] = (48, 128, 192, 256)
    """Channels of each stage."""
    blocks: tuple[int, ...] = (1, 3, 3, 2)
    """Blocks of each stage; every stage but the first halves the resolution."""
    size: int = 128
    """Numbers of an embedding."""

    def __post_init__(self) -> None:
        if len(self.channels) != len(self.blocks):
            raise OptionError("channels: give one number for each entry of blocks")
        check_counts(
            side=self.side,
            stem=self.stem,
            channels=self.channels,
            blocks=self.blocks,
            size=self.size,
        )
        if self.side % 2 ** len(self.blocks):
            raise OptionError(f"side: must be a multiple of {2 ** len(self.blocks)}")


class _Block(nn.Module):
    """A 3x3 convolution of each channel, then a 1x1 across them, beside a shortcut where it fits.

    Howard et al. 2017, "MobileNets"; one channel after the other costs a ninth of a full 3x3.
    """

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs, bias=False),
            nn.BatchNorm2d(inputs),
            nn.ReLU(inplace=True),
            nn.Conv2d(inputs, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.fits = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, inputs, h, w) to (n, outputs, h / stride, w / stride)."""
        y = self.body(x)
        return torch.relu(x + y if self.fits else y)


class FaceEmbedder(nn.Module):
    """Grey aligned faces (n, 1, side, side), of any brightness and contrast, to unit vectors.

    The last maps are weighed place by place rather than averaged, since each place of an aligned
    face means something else (Chen et al. 2018, "MobileFaceNets", section 3.1).
    """

    def __init__(self, options: FaceEmbedderOptions | None = None) -> None:
        super().__init__()
        options = options or FaceEmbedderOptions()
        layers: list[nn.Module] = [
            nn.Conv2d(1, options.stem, 3, 2, 1, bias=False),
            nn.BatchNorm2d(options.stem),
            nn.ReLU(inplace=True),
        ]
        width = options.stem
        for stage, (channels, count) in enumerate(
            zip(options.channels, options.blocks, strict=True)
        ):
            for block in range(count):
                layers.append(_Block(width, channels, 1 if block or not stage else 2))
                width = channels
        self.features = nn.Sequential(*layers)
        last = options.side // 2 ** len(options.blocks)
        self.places = nn.Conv2d(width, width, last, groups=width, bias=False)
        self.norm = nn.BatchNorm2d(width)
        self.embedding = nn.Linear(width, options.size)

    def forward(self, x: Tensor) -> Tensor:
        """Standardise each picture, so that lighting does not matter, and embed it: (n, size)."""
        mean = x.mean(dim=(1, 2, 3), keepdim=True)
        deviation = (x - mean).square().mean(dim=(1, 2, 3), keepdim=True).sqrt()
        maps = self.features((x - mean) / (deviation + 1e-3))
        return functional.normalize(self.embedding(self.norm(self.places(maps)).flatten(1)).float())
