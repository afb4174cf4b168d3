"""VGG16 with a new head: the transfer network of Laasya Sri et al. 2023 (IIIT Kottayam).

The base is configuration D of K. Simonyan and A. Zisserman, "Very deep convolutional networks for
large-scale image recognition", ICLR 2015: thirteen convolutions of 3x3 in five blocks, 64 to 512
channels, a max-pooling by 2 after each block; 14,714,688 parameters. From the paper on expressions:
that the base is frozen. Our choice: the head, which is the mean over the last map and a dense layer
of 256; and the narrower bases that `width` makes, to be pretrained where no weights of VGG16 are at
hand.
"""

# pyright: reportUnknownVariableType=false
# safetensors annotates itself in part only.

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from emoarc.errors import ModelError, OptionError
from emoarc.files import atomic
from emoarc.nets._parts import as_pictures, check_counts, check_share, classifier

__all__ = ["VggTransferNet", "VggTransferOptions"]

_BLOCKS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of the pixels of ImageNet, between 0 and 1: what the usual weights of VGG16 were trained with."""


@dataclass(frozen=True)
class VggTransferOptions:
    """The shape of a `VggTransferNet`."""

    width: float = 1.0
    """Share of VGG16's channels; 1 is VGG16 itself."""
    hidden: int = 256
    """Units of the new dense layer."""
    dropout: float = 0.5
    """Before the last layer."""
    frozen: bool = True
    """Whether the base keeps its weights in training."""

    def __post_init__(self) -> None:
        check_counts(hidden=self.hidden)
        check_share(dropout=self.dropout)
        if not 1 / 64 <= self.width <= 1:
            raise OptionError(f"width: must lie between 1/64 and 1, not {self.width}")


class VggTransferNet(nn.Module):
    """Pictures (n, h, w) or (n, 1 or 3, h, w), between 0 and 1, to logits (n, labels).

    Grey pictures serve as three equal channels. Height and width are free from 32 up. `features`
    names its tensors as torchvision does: `features.0.weight` and so on.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, labels: int, options: VggTransferOptions | None = None) -> None:
        super().__init__()
        options = options or VggTransferOptions()
        self.register_buffer("mean", torch.tensor(_MEAN).reshape(1, 3, 1, 1), persistent=False)
        self.register_buffer(
            "deviation", torch.tensor(_DEVIATION).reshape(1, 3, 1, 1), persistent=False
        )
        self.features, channels = _base(options.width)
        self.dense = nn.Sequential(nn.Linear(channels, options.hidden), nn.ReLU(inplace=True))
        self.classifier = classifier(options.hidden, labels, options.dropout)
        self.freeze(options.frozen)

    def freeze(self, frozen: bool = True) -> None:
        """Keep the base's weights in training, or let them learn."""
        self.features.requires_grad_(not frozen)

    def base(self, pictures: Tensor) -> Tensor:
        """Return the base's mean activations, shape (n, channels).

        With a frozen base they are the same in every epoch, and worth keeping.
        """
        if min(pictures.shape[-2:]) < 32:
            raise OptionError("side: VGG16 halves a picture five times, which takes 32 pixels")
        standard = (as_pictures(pictures, 3) - self.mean) / self.deviation
        return self.features(standard).mean(dim=(2, 3))

    def embed(self, pictures: Tensor) -> Tensor:
        """Return the dense layer's activations, shape (n, hidden)."""
        return self.dense(self.base(pictures))

    def forward(self, pictures: Tensor) -> Tensor:
        """Return logits, shape (n, labels)."""
        return self.classifier(self.embed(pictures))

    def load_base(self, path: Path) -> None:
        """Load the base from a safetensors file; tensors beside `features.*` are passed over.

        Raises:
            ModelError: The file cannot be read, lacks a tensor, or holds one of another shape.
        """
        try:
            stored = load_file(path)
        except (OSError, SafetensorError) as error:
            raise ModelError(f"{path}: no weights can be read from it ({error})") from error
        ours = self._base_tensors()
        for name, tensor in ours.items():
            if name not in stored:
                raise ModelError(f"{path}: lacks {name}; give VGG16 in torchvision's names")
            if stored[name].shape != tensor.shape:
                raise ModelError(
                    f"{path}: {name} has shape {tuple(stored[name].shape)}, this network's has"
                    f" {tuple(tensor.shape)}; does `width` fit?"
                )
        for name, tensor in ours.items():
            tensor.copy_(stored[name])

    def save_base(self, path: Path) -> None:
        """Write the base, in torchvision's names, as `load_base` reads it.

        Raises:
            OutputError: The file cannot be written.
        """
        with atomic(path) as part:
            save_file({name: x.contiguous() for name, x in self._base_tensors().items()}, part)

    def _base_tensors(self) -> dict[str, Tensor]:
        """Return the base's tensors, which share its memory and know no gradient."""
        return {f"features.{name}": x for name, x in self.features.state_dict().items()}


def _base(width: float) -> tuple[nn.Sequential, int]:
    """Return VGG16's convolutional base, drawn after He et al. 2015, and its output channels."""
    layers: list[nn.Module] = []
    inputs = 3
    for block in _BLOCKS:
        for channels in block:
            outputs = max(1, round(channels * width))
            convolution = nn.Conv2d(inputs, outputs, 3, padding=1)
            nn.init.kaiming_normal_(convolution.weight, mode="fan_out", nonlinearity="relu")
            nn.init.zeros_(convolution.bias)  # pyright: ignore[reportArgumentType]
            layers += [convolution, nn.ReLU(inplace=True)]
            inputs = outputs
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers), inputs
