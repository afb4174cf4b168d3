"""MobileFaceNet, whose eye for faces expressions can be read with too."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from emoarc.errors import OptionError
from emoarc.nets._parts import check_share, classifier
from emoarc.nets._residual import standardised

__all__ = ["MobileFaceNet", "MobileFaceOptions"]

_STAGES = ((64, 128, 1, 4), (128, 256, 1, 6), (128, 512, 2, 2))
"""Of each stage, the first of whose blocks halves the resolution: channels, those within the first
block, how many times fewer are within the others, and how many others there are."""
_LAST = 512
"""Channels of the last maps."""


@dataclass(frozen=True)
class MobileFaceOptions:
    """The shape of a `MobileFaceNet`."""

    kind: Literal["mobile-face"] = "mobile-face"
    side: int = 64
    """Of the pictures in pixels, a multiple of 16."""
    dropout: float = 0.2
    """Share of the last features dropped in training."""
    focus: float = 0.6
    """As of `ResidualOptions`."""

    def __post_init__(self) -> None:
        check_share(dropout=self.dropout)
        if self.side < 16 or self.side % 16:
            raise OptionError(f"side: must be a multiple of 16, not {self.side}")
        if self.focus < 0:
            raise OptionError("focus: must not be negative")


class _Spatial(nn.Module):
    """A 3x3 convolution of each channel."""

    def __init__(self, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(channels, channels, 3, stride, 1, groups=channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, channels, h, w) to (n, channels, h / stride, w / stride)."""
        layer = self.convolution
        stride = layer.stride[0]
        if not self.training or stride == 1:
            return layer(x)
        # The same numbers; on CPUs the gradient of the strided one takes 40 times as long.
        every = functional.conv2d(x, layer.weight, layer.bias, 1, 1, groups=layer.groups)
        return every[..., ::stride, ::stride]


class _Block(nn.Module):
    """Wide within, narrow between: Sandler et al. 2018, "MobileNetV2: inverted residuals"."""

    def __init__(self, inputs: int, within: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, within, 1),
            nn.ReLU6(inplace=True),
            _Spatial(within, stride),
            nn.ReLU6(inplace=True),
            nn.Conv2d(within, outputs, 1),
        )
        self.fits = stride == 1

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, inputs, h, w) to (n, outputs, h / stride, w / stride)."""
        y = self.body(x)
        return x + y if self.fits else y


class MobileFaceNet(nn.Module):
    """Grey pictures (n, 1, side, side), of any brightness and contrast, to logits (n, labels).

    Chen et al. 2018, "MobileFaceNets: efficient CNNs for accurate real-time face verification on
    mobile devices", with as many channels as the network that was published for OpenCV. It has no
    batch normalisations: there they are a part of the convolutions.
    """

    def __init__(self, labels: int, options: MobileFaceOptions | None = None) -> None:
        super().__init__()
        options = options or MobileFaceOptions()
        layers: list[nn.Module] = [
            nn.Conv2d(1, 64, 3, 2, 1),
            nn.ReLU6(inplace=True),
            _Spatial(64),
            nn.ReLU(inplace=True),
            nn.Conv2d(64, 64, 1),
            nn.ReLU(inplace=True),
        ]
        width = 64
        for channels, within, fewer, count in _STAGES:
            layers.append(_Block(width, within, channels, stride=2))
            layers += [_Block(channels, within // fewer, channels) for _ in range(count)]
            width = channels
        layers += [nn.Conv2d(width, _LAST, 1), nn.ReLU6(inplace=True)]
        self.features = nn.Sequential(*layers)
        # At first the mean of all places; then each place of an aligned face counts by itself.
        self.places = nn.Conv2d(_LAST, _LAST, options.side // 16, groups=_LAST, bias=False)
        nn.init.constant_(self.places.weight, (16 / options.side) ** 2)
        self.norm = nn.LayerNorm(_LAST)
        self.classifier = classifier(_LAST, labels, options.dropout)
        self._focus = options.focus

    def forward(self, x: Tensor) -> Tensor:
        """Standardise each picture, so that lighting does not matter, and classify it."""
        maps = self.features(standardised(x, self._focus))
        return self.classifier(self.norm(self.places(maps).flatten(1)))

    @torch.no_grad()
    def adopt(self, kernels: Sequence[Tensor], biases: Sequence[Tensor]) -> None:
        """Begin with the convolutions of a MobileFaceNet for colour pictures in [-1, 1].

        Args:
            kernels: Of all its convolutions in their order, of which the first are those of
                `features`, each (outputs, inputs, h, w).
            biases: Likewise, each (outputs,).

        Raises:
            OptionError: They do not fit.
        """
        own = [layer for layer in self.features.modules() if isinstance(layer, nn.Conv2d)]
        for index, layer in enumerate(own):
            kernel = kernels[index] if index < len(kernels) else torch.empty(0, 0)
            if not index:  # grey is red, green and blue alike, and standardised twice as far apart
                kernel = kernel.sum(dim=1, keepdim=True) / 2
            if kernel.shape != layer.weight.shape:
                raise OptionError(
                    f"start: convolution {index} has shape {tuple(kernel.shape)}, where a "
                    f"MobileFaceNet has {tuple(layer.weight.shape)}"
                )
            layer.weight.copy_(kernel)
            assert layer.bias is not None
            layer.bias.copy_(biases[index])
