"""The two networks of Hossain & Muhammad 2019, whose features and scores are fused.

Source: M. S. Hossain and G. Muhammad, "Emotion recognition using deep learning approach from
audio-visual emotional big data", Information Fusion 49 (2019) 69-78. From the paper: a CNN on the
mel-spectrogram of the speech, read as an image; another on representative frames of the video; both
trained with a softmax on the emotions, then fused by two consecutive extreme learning machines with
a support vector machine on top (see `emoarc.train`).

Our choice, since the paper's tables of layers were not at hand: numbers and widths of the layers,
kernels, batch normalisation, dropout, and the mean over the last map, which leaves the input's size
free.
"""

from dataclasses import dataclass

from torch import Tensor, nn

from emoarc.nets._parts import check_counts, check_share, classifier

__all__ = ["HossainVideoNet", "HossainVideoOptions", "HossainVoiceNet", "HossainVoiceOptions"]


@dataclass(frozen=True)
class HossainVoiceOptions:
    """The shape of a `HossainVoiceNet`."""

    channels: tuple[int, ...] = (32, 64, 128, 128)
    """Of each convolution. The first skips every other point, which a CPU can afford; all but the
    last are followed by max-pooling by 2."""
    hidden: int = 256
    """Units of the dense layer, the features that are fused."""
    dropout: float = 0.5

    def __post_init__(self) -> None:
        check_counts(channels=self.channels, hidden=self.hidden)
        check_share(dropout=self.dropout)


@dataclass(frozen=True)
class HossainVideoOptions:
    """The shape of a `HossainVideoNet`."""

    channels: tuple[int, ...] = (16, 32, 64)
    """Of each convolution. The first skips every other pixel, which a CPU can afford; all but the
    last are followed by max-pooling of the pictures by 2."""
    hidden: int = 256
    """Units of the dense layer, the features that are fused."""
    dropout: float = 0.5

    def __post_init__(self) -> None:
        check_counts(channels=self.channels, hidden=self.hidden)
        check_share(dropout=self.dropout)


class HossainVoiceNet(nn.Module):
    """Mel-spectrograms (n, bands, frames), standardised, to logits (n, labels)."""

    def __init__(self, labels: int, options: HossainVoiceOptions | None = None) -> None:
        super().__init__()
        options = options or HossainVoiceOptions()
        layers: list[nn.Module] = []
        inputs = 1
        for outputs in options.channels:
            stride = 1 if layers else 2
            layers += [
                nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False),
                nn.BatchNorm2d(outputs),
                nn.ReLU(inplace=True),
                nn.MaxPool2d(2),
            ]
            inputs = outputs
        self.maps = nn.Sequential(*layers[:-1])
        self.dense = nn.Sequential(nn.Linear(inputs, options.hidden), nn.ReLU(inplace=True))
        self.classifier = classifier(options.hidden, labels, options.dropout)

    def embed(self, mel: Tensor) -> Tensor:
        """Return the features that are fused, shape (n, hidden)."""
        return self.dense(self.maps(mel.unsqueeze(1)).mean(dim=(2, 3)))

    def forward(self, mel: Tensor) -> Tensor:
        """Return logits, shape (n, labels)."""
        return self.classifier(self.embed(mel))


class HossainVideoNet(nn.Module):
    """Grey key frames (n, frames, h, w) between 0 and 1 to logits (n, labels): a 3D CNN."""

    def __init__(self, labels: int, options: HossainVideoOptions | None = None) -> None:
        super().__init__()
        options = options or HossainVideoOptions()
        layers: list[nn.Module] = []
        inputs = 1
        for outputs in options.channels:
            stride = 1 if layers else (1, 2, 2)
            layers += [
                nn.Conv3d(inputs, outputs, 3, stride, 1, bias=False),
                nn.BatchNorm3d(outputs),
                nn.ReLU(inplace=True),
                nn.MaxPool3d((1, 2, 2)),
            ]
            inputs = outputs
        self.maps = nn.Sequential(*layers[:-1])
        self.dense = nn.Sequential(nn.Linear(inputs, options.hidden), nn.ReLU(inplace=True))
        self.classifier = classifier(options.hidden, labels, options.dropout)

    def embed(self, frames: Tensor) -> Tensor:
        """Return the features that are fused, shape (n, hidden)."""
        return self.dense(self.maps(frames.unsqueeze(1)).mean(dim=(2, 3, 4)))

    def forward(self, frames: Tensor) -> Tensor:
        """Return logits, shape (n, labels)."""
        return self.classifier(self.embed(frames))
