"""A single-shot face detector with three maps of cells."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from emoarc.nets._parts import check_counts

__all__ = ["FaceDetectorNet", "FaceDetectorOptions"]

_ANSWERS = 1 + 4 + 10
"""Of each cell: a logit, a box, five points."""


@dataclass(frozen=True)
class FaceDetectorOptions:
    """The shape of a `FaceDetectorNet`."""

    stem: int = 16
    """Channels of the first convolution, which halves the resolution; twice as many at stride 4."""
    channels: tuple[int, int, int] = (64, 96, 128)
    """Channels at strides 8, 16 and 32."""
    blocks: tuple[int, int, int] = (2, 3, 3)
    """Separable blocks at each of these strides."""
    neck: int = 64
    """Channels of the three maps that the answers are read from."""

    def __post_init__(self) -> None:
        check_counts(stem=self.stem, channels=self.channels, blocks=self.blocks, neck=self.neck)


class SeparableBlock(nn.Sequential):
    """A 3x3 convolution of each channel, then a 1x1 convolution across them.

    Howard et al. 2017, "MobileNets: efficient convolutional neural networks for mobile vision
    applications".
    """

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs, bias=False),
            nn.BatchNorm2d(inputs),
            nn.ReLU(inplace=True),
            nn.Conv2d(inputs, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        )


class FaceDetectorNet(nn.Module):
    """BGR pictures (n, 3, h, w) in [0, 255], sides multiples of 32, to answers (n, cells, 15).

    The cells and the numbers of each are those of `emoarc.vision.NetDetector`, but for the score,
    which is a logit. Coarse maps lend what they see to finer ones, after Lin et al. 2017, "Feature
    pyramid networks for object detection".
    """

    def __init__(self, options: FaceDetectorOptions | None = None) -> None:
        super().__init__()
        options = options or FaceDetectorOptions()
        self.stem = nn.Sequential(
            nn.Conv2d(3, options.stem, 3, 2, 1, bias=False),
            nn.BatchNorm2d(options.stem),
            nn.ReLU(inplace=True),
            SeparableBlock(options.stem, 2 * options.stem, stride=2),
        )
        widths = (2 * options.stem, *options.channels)
        self.stages = nn.ModuleList(
            nn.Sequential(
                SeparableBlock(inputs, outputs, stride=2),
                *(SeparableBlock(outputs, outputs) for _ in range(count - 1)),
            )
            for inputs, outputs, count in zip(widths, widths[1:], options.blocks, strict=False)
        )
        self.laterals = nn.ModuleList(
            nn.Conv2d(width, options.neck, 1) for width in options.channels
        )
        self.heads = nn.ModuleList(
            nn.Sequential(SeparableBlock(options.neck, options.neck), _head(options.neck))
            for _ in options.channels
        )

    def forward(self, x: Tensor) -> Tensor:
        """Answer for each cell, the finest map first, each row by row."""
        return torch.cat(self.maps(x), dim=1)

    def maps(self, x: Tensor) -> list[Tensor]:
        """Answer map by map, each (n, cells, 15)."""
        x = self.stem(x / 128 - 1)
        seen: list[Tensor] = []
        for stage, lateral in zip(self.stages, self.laterals, strict=True):
            x = stage(x)
            seen.append(lateral(x))
        for finer in (1, 0):
            seen[finer] = seen[finer] + functional.interpolate(seen[finer + 1], scale_factor=2.0)
        answers = [head(each) for head, each in zip(self.heads, seen, strict=True)]
        return [answer.flatten(2).transpose(1, 2) for answer in answers]


def _head(width: int) -> nn.Conv2d:
    layer = nn.Conv2d(width, _ANSWERS, 1)
    # Nearly all cells see no face: begin by saying so (Lin et al. 2017, "Focal loss", section 4.1).
    assert layer.bias is not None
    nn.init.constant_(layer.bias[0], -4.6)
    return layer
