"""The networks of Singh & Fang 2020 on spectrograms, with or without recurrence and faces.

Source: M. Singh and Y. Fang, "Emotion recognition in audio and video using deep neural networks",
Stanford CS231N, arXiv:2006.08129. From the paper: spectrograms of 3 s as pictures of 200x300; three
convolutions, 16 of 12x16, 24 of 8x12, 24 of 5x7, each with ReLU and max-pooling 2/2; a linear
layer of 64, dropout 0.2, a linear layer to the classes; the recurrent variants put 128 units in 2
layers before the linear one; the video variant joins the last layer of a 3D CNN on 20 frames of
60x100 to the last layer of CNN+RNN, and one linear layer decides.

Our choice, where we found nothing stated: one channel of input; convolutions without padding; the
recurrence reads the map's columns in time and hands on its last state; the layers of the 3D CNN.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from emoarc.errors import OptionError
from emoarc.nets._parts import check_counts, check_share, classifier

__all__ = ["SinghFangNet", "SinghFangOptions"]

_KERNELS = ((12, 16), (8, 12), (5, 7))
"""Rows (frequency) x columns (time) of each convolution, as in the paper."""


@dataclass(frozen=True)
class SinghFangOptions:
    """The shape of a `SinghFangNet`; the defaults are the paper's CNN."""

    rows: int = 200
    """Frequencies of the spectrogram."""
    columns: int = 300
    """Frames of the spectrogram."""
    channels: tuple[int, int, int] = (16, 24, 24)
    """Of each convolution; more of them are the "larger layers" of the paper's future work."""
    recurrent: Literal["none", "rnn", "lstm"] = "none"
    """What reads the map over time: nothing, an Elman network, or an LSTM."""
    units: int = 128
    """Of each recurrent layer."""
    layers: int = 2
    """Of the recurrence."""
    summary: Literal["last", "mean"] = "last"
    """What the recurrence hands on: its last state, or the mean over time."""
    hidden: int = 64
    """Units of the linear layer; of each branch's, with video."""
    dropout: float = 0.2
    video: bool = False
    """Whether faces are a second input."""
    video_channels: tuple[int, int, int] = (8, 16, 32)
    """Of each convolution of the 3D CNN (ours)."""

    def __post_init__(self) -> None:
        check_counts(
            rows=self.rows,
            columns=self.columns,
            channels=self.channels,
            units=self.units,
            layers=self.layers,
            hidden=self.hidden,
            video_channels=self.video_channels,
        )
        check_share(dropout=self.dropout)
        _ = self.map_size

    @property
    def map_size(self) -> tuple[int, int]:
        """Rows and columns of the last map."""
        return _left(self.rows, 0, "rows"), _left(self.columns, 1, "columns")


class SinghFangNet(nn.Module):
    """Spectrograms (n, rows, columns), and faces (n, frames, h, w) with video, to logits.

    Spectrograms are expected standardised, faces grey between 0 and 1; the faces' sizes are free
    (the paper's are 20 of 60x100, at least 8 of 32x32 leave something).
    """

    def __init__(self, labels: int, options: SinghFangOptions | None = None) -> None:
        super().__init__()
        self.options = options or SinghFangOptions()
        self.audio = _AudioBranch(self.options)
        self.faces = _FaceBranch(self.options) if self.options.video else None
        width = self.options.hidden * (2 if self.options.video else 1)
        self.classifier = classifier(width, labels, self.options.dropout)

    def embed(self, spectrogram: Tensor, faces: Tensor | None = None) -> Tensor:
        """Return the features (n, hidden), or (n, 2 hidden) with video, that are classified."""
        heard = self.audio(spectrogram)
        if self.faces is None:
            return heard
        if faces is None:
            raise OptionError("faces: this network has video and needs them as its second input")
        return torch.cat([heard, self.faces(faces)], dim=1)

    def forward(self, spectrogram: Tensor, faces: Tensor | None = None) -> Tensor:
        """Return logits, shape (n, labels)."""
        return self.classifier(self.embed(spectrogram, faces))


class _AudioBranch(nn.Module):
    """Spectrograms (n, rows, columns) to features (n, hidden)."""

    def __init__(self, options: SinghFangOptions) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        inputs = 1
        for outputs, kernel in zip(options.channels, _KERNELS, strict=True):
            layers += [nn.Conv2d(inputs, outputs, kernel), nn.ReLU(inplace=True), nn.MaxPool2d(2)]
            inputs = outputs
        self.maps = nn.Sequential(*layers)
        rows, columns = options.map_size
        self.recurrence = _recurrence(inputs * rows, options)
        width = options.units if self.recurrence else inputs * rows * columns
        self.mean = options.summary == "mean"
        self.linear = nn.Sequential(nn.Linear(width, options.hidden), nn.ReLU(inplace=True))

    def forward(self, spectrogram: Tensor) -> Tensor:
        maps = self.maps(spectrogram.unsqueeze(1))
        if self.recurrence is None:
            return self.linear(maps.flatten(1))
        states, _ = self.recurrence(maps.flatten(1, 2).transpose(1, 2))
        return self.linear(states.mean(dim=1) if self.mean else states[:, -1])


class _FaceBranch(nn.Module):
    """Grey faces (n, frames, h, w) to features (n, hidden): a small 3D CNN (ours).

    The first convolution skips every other pixel, which a CPU can afford; the last map is averaged,
    so that the sizes are free.
    """

    def __init__(self, options: SinghFangOptions) -> None:
        super().__init__()
        first, second, third = options.video_channels
        self.body = nn.Sequential(
            nn.Conv3d(1, first, 3, (1, 2, 2), 1),
            nn.ReLU(inplace=True),
            nn.MaxPool3d((1, 2, 2)),
            nn.Conv3d(first, second, 3, 1, 1),
            nn.ReLU(inplace=True),
            nn.MaxPool3d(2),
            nn.Conv3d(second, third, 3, 1, 1),
            nn.ReLU(inplace=True),
            nn.AdaptiveAvgPool3d((2, 3, 3)),
            nn.Flatten(),
            nn.Linear(18 * third, options.hidden),
            nn.ReLU(inplace=True),
        )

    def forward(self, faces: Tensor) -> Tensor:
        return self.body(faces.unsqueeze(1))


def _recurrence(inputs: int, options: SinghFangOptions) -> nn.RNN | nn.LSTM | None:
    if options.recurrent == "none":
        return None
    kind = nn.RNN if options.recurrent == "rnn" else nn.LSTM
    return kind(inputs, options.units, options.layers, batch_first=True)


def _left(size: int, axis: int, name: str) -> int:
    """Return what the convolutions and poolings leave of one axis."""
    left = size
    for kernel in _KERNELS:
        left = (left - kernel[axis] + 1) // 2
    if left < 1:
        raise OptionError(f"{name}: {size} is less than the three convolutions take away")
    return left
