"""The networks of Keropyan 2021 on acoustic features, alone and with faces.

Source: Keropyan 2021 (Yerevan). Taken from it: the features (ZCR, RMS, mel, MFCC, chroma), a Conv1D
network on them, and the hybrid: a Conv1D branch and a Conv2D branch on 20 faces of 50x50, joined, a
dense layer, softmax.

Our choice, since we know no more of it than that: number and width of the layers, kernels, batch
normalisation, dropout, and that the 20 faces are the 20 channels of one picture.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from emoarc.errors import OptionError
from emoarc.nets._parts import check_counts, check_share, classifier, halved

__all__ = ["KeropyanAudioNet", "KeropyanAudioOptions", "KeropyanHybridNet", "KeropyanHybridOptions"]


@dataclass(frozen=True)
class KeropyanAudioOptions:
    """The shape of a `KeropyanAudioNet`."""

    features: int = 182
    """Values of the feature vector, or of each frame of a sequence. The default is ZCR, RMS, 128
    mel bands, 40 MFCC and 12 chroma, each once."""
    sequence: bool = False
    """Whether the input is a sequence of frames, (n, frames, features), instead of one vector."""
    channels: tuple[int, ...] = (64, 128, 128)
    """Of each convolution; each is followed by max-pooling by 2."""
    kernel: int = 5
    hidden: int = 128
    """Units of the dense layer."""
    dropout: float = 0.3

    def __post_init__(self) -> None:
        check_counts(
            features=self.features, channels=self.channels, kernel=self.kernel, hidden=self.hidden
        )
        check_share(dropout=self.dropout)
        if self.kernel % 2 == 0:
            raise OptionError(f"kernel: must be odd, so that the length stays, not {self.kernel}")
        if not self.sequence:
            halved(self.features, len(self.channels), "features")


@dataclass(frozen=True)
class KeropyanHybridOptions:
    """The shape of a `KeropyanHybridNet`."""

    audio: KeropyanAudioOptions = KeropyanAudioOptions()
    """The Conv1D branch, up to its dense layer."""
    faces: int = 20
    """Faces of a clip."""
    side: int = 50
    """Their height and width in pixels."""
    channels: tuple[int, ...] = (32, 64, 128)
    """Of each convolution of the Conv2D branch; each is followed by max-pooling by 2."""
    hidden: int = 128
    """Units of the dense layer on both branches."""
    dropout: float = 0.3

    def __post_init__(self) -> None:
        check_counts(faces=self.faces, side=self.side, channels=self.channels, hidden=self.hidden)
        check_share(dropout=self.dropout)
        halved(self.side, len(self.channels), "side")


class KeropyanAudioNet(nn.Module):
    """Standardised features, (n, features) or (n, frames, features), to logits (n, labels).

    A vector is read as a signal of one channel, in the order of its features; a sequence over time,
    each feature a channel, and then averaged over what time is left, so that its length is free.
    """

    def __init__(self, labels: int, options: KeropyanAudioOptions | None = None) -> None:
        super().__init__()
        options = options or KeropyanAudioOptions()
        self.branch = _AudioBranch(options)
        self.classifier = classifier(options.hidden, labels, options.dropout)

    def embed(self, features: Tensor) -> Tensor:
        """Return the dense layer's activations, shape (n, hidden)."""
        return self.branch(features)

    def forward(self, features: Tensor) -> Tensor:
        """Return logits, shape (n, labels)."""
        return self.classifier(self.embed(features))


class KeropyanHybridNet(nn.Module):
    """Features as in `KeropyanAudioNet`, and grey faces (n, faces, side, side) between 0 and 1."""

    def __init__(self, labels: int, options: KeropyanHybridOptions | None = None) -> None:
        super().__init__()
        options = options or KeropyanHybridOptions()
        self.audio = _AudioBranch(options.audio)
        maps = _convolutions(2, options.faces, options.channels, 3)
        left = halved(options.side, len(options.channels), "side")
        self.faces = nn.Sequential(*maps, nn.Flatten())
        self.dense = nn.Sequential(
            nn.Linear(options.audio.hidden + options.channels[-1] * left**2, options.hidden),
            nn.ReLU(inplace=True),
        )
        self.classifier = classifier(options.hidden, labels, options.dropout)

    def embed(self, features: Tensor, faces: Tensor) -> Tensor:
        """Return the dense layer's activations, shape (n, hidden)."""
        return self.dense(torch.cat([self.audio(features), self.faces(faces)], dim=1))

    def forward(self, features: Tensor, faces: Tensor) -> Tensor:
        """Return logits, shape (n, labels)."""
        return self.classifier(self.embed(features, faces))


class _AudioBranch(nn.Module):
    """Features to the activations (n, hidden) of a dense layer."""

    def __init__(self, options: KeropyanAudioOptions) -> None:
        super().__init__()
        self.sequence = options.sequence
        inputs = options.features if options.sequence else 1
        self.maps = nn.Sequential(*_convolutions(1, inputs, options.channels, options.kernel))
        width = options.channels[-1]
        if not options.sequence:
            width *= halved(options.features, len(options.channels), "features")
        self.dense = nn.Sequential(nn.Linear(width, options.hidden), nn.ReLU(inplace=True))

    def forward(self, features: Tensor) -> Tensor:
        if self.sequence:
            return self.dense(self.maps(features.transpose(1, 2)).mean(dim=2))
        return self.dense(self.maps(features.unsqueeze(1)).flatten(1))


def _convolutions(
    axes: int, inputs: int, channels: tuple[int, ...], kernel: int
) -> list[nn.Module]:
    """Return convolutions over 1 or 2 axes that keep the size, each with pooling by 2."""
    convolution, norm, pool = {
        1: (nn.Conv1d, nn.BatchNorm1d, nn.MaxPool1d),
        2: (nn.Conv2d, nn.BatchNorm2d, nn.MaxPool2d),
    }[axes]
    layers: list[nn.Module] = []
    for outputs in channels:
        layers += [
            convolution(inputs, outputs, kernel, padding="same", bias=False),
            norm(outputs),
            nn.ReLU(inplace=True),
            pool(2),
        ]
        inputs = outputs
    return layers
