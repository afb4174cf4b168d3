"""The networks of Laasya Sri et al. 2023 (IIIT Kottayam) on pictures, voices and videos.

From the paper: a picture CNN of convolutions 64, 128 and 256 with max-pooling, a dense layer of 512
and 7 classes, on 48x48 and on 88x88 RGB; a network of two convolutions with dropout for CK+48; for
voices an LSTM of 123 units on 40 MFCC, dense layers of 64 and 32, dropout 0.2; a video model. Its
transfer from VGG16 is in `_vgg`.

Our choice, where we found nothing stated: kernels of 3x3 that keep the size, a pooling by 2 after
each convolution; widths and dropouts of the CK+48 net; a dropout after each dense layer of the
voice net; and the whole of the video model: the picture CNN on each frame, its features averaged
over time.
"""

from dataclasses import dataclass

from torch import Tensor, nn

from emoarc.nets._parts import as_pictures, check_counts, check_share, classifier, halved

__all__ = [
    "KottayamCkNet",
    "KottayamCkOptions",
    "KottayamImageNet",
    "KottayamImageOptions",
    "KottayamVideoNet",
    "KottayamVoiceNet",
    "KottayamVoiceOptions",
]


@dataclass(frozen=True)
class KottayamImageOptions:
    """The shape of a `KottayamImageNet` or `KottayamVideoNet`."""

    side: int = 48
    """Height and width of the pictures in pixels; the paper's are 48 and 88."""
    colours: int = 1
    """1 for grey, 3 for RGB."""
    channels: tuple[int, ...] = (64, 128, 256)
    """Of each convolution."""
    hidden: int = 512
    """Units of the dense layer."""
    dropout: float = 0.0
    """Before the last layer; the paper names none for this network."""
    batch_norm: bool = False
    """Normalise after each convolution, which the paper does not name."""

    def __post_init__(self) -> None:
        check_counts(
            side=self.side, colours=self.colours, channels=self.channels, hidden=self.hidden
        )
        check_share(dropout=self.dropout)
        halved(self.side, len(self.channels), "side")


@dataclass(frozen=True)
class KottayamCkOptions:
    """The shape of a `KottayamCkNet`; all of it but the two convolutions is ours."""

    side: int = 48
    """Height and width of the pictures in pixels."""
    channels: tuple[int, int] = (32, 64)
    """Of the two convolutions."""
    hidden: int = 128
    """Units of the dense layer."""
    dropout: float = 0.25
    """After each convolution."""
    last_dropout: float = 0.5
    """Before the last layer."""

    def __post_init__(self) -> None:
        check_counts(side=self.side, channels=self.channels, hidden=self.hidden)
        check_share(dropout=self.dropout, last_dropout=self.last_dropout)
        halved(self.side, 2, "side")


@dataclass(frozen=True)
class KottayamVoiceOptions:
    """The shape of a `KottayamVoiceNet`; the defaults are the paper's."""

    features: int = 1
    """Values of each step: 1 where the steps are the 40 mean MFCC."""
    units: int = 123
    """Of the LSTM."""
    hidden: tuple[int, ...] = (64, 32)
    """Units of each dense layer."""
    dropout: float = 0.2
    """After each dense layer."""

    def __post_init__(self) -> None:
        check_counts(features=self.features, units=self.units, hidden=self.hidden)
        check_share(dropout=self.dropout)


class KottayamImageNet(nn.Module):
    """Pictures (n, h, w) or (n, colours, h, w), between 0 and 1, to logits (n, labels)."""

    def __init__(self, labels: int, options: KottayamImageOptions | None = None) -> None:
        super().__init__()
        self.options = options or KottayamImageOptions()
        self.features = _picture_features(self.options)
        self.classifier = classifier(self.options.hidden, labels, self.options.dropout)

    def embed(self, pictures: Tensor) -> Tensor:
        """Return the dense layer's activations, shape (n, hidden)."""
        return self.features(as_pictures(pictures, self.options.colours))

    def forward(self, pictures: Tensor) -> Tensor:
        """Return logits, shape (n, labels)."""
        return self.classifier(self.embed(pictures))


class KottayamVideoNet(nn.Module):
    """Frames (n, frames, h, w) or (n, frames, colours, h, w), between 0 and 1, to logits.

    We found no description of the paper's video model. Ours runs the picture CNN on every frame and
    classifies the mean of its features, so that the number of frames is free.
    """

    def __init__(self, labels: int, options: KottayamImageOptions | None = None) -> None:
        super().__init__()
        self.options = options or KottayamImageOptions()
        self.features = _picture_features(self.options)
        self.classifier = classifier(self.options.hidden, labels, self.options.dropout)

    def embed(self, frames: Tensor) -> Tensor:
        """Return the frames' mean features, shape (n, hidden)."""
        clips, count = frames.shape[:2]
        features = self.features(as_pictures(frames.flatten(0, 1), self.options.colours))
        return features.reshape(clips, count, -1).mean(dim=1)

    def forward(self, frames: Tensor) -> Tensor:
        """Return logits, shape (n, labels)."""
        return self.classifier(self.embed(frames))


class KottayamCkNet(nn.Module):
    """Grey pictures (n, h, w) or (n, 1, h, w), between 0 and 1, to logits (n, labels)."""

    def __init__(self, labels: int, options: KottayamCkOptions | None = None) -> None:
        super().__init__()
        options = options or KottayamCkOptions()
        first, second = options.channels
        self.features = nn.Sequential(
            *_convolution(1, first, batch_norm=False),
            nn.Dropout(options.dropout),
            *_convolution(first, second, batch_norm=False),
            nn.Dropout(options.dropout),
            *_dense(second * halved(options.side, 2, "side") ** 2, options.hidden),
        )
        self.classifier = classifier(options.hidden, labels, options.last_dropout)

    def embed(self, pictures: Tensor) -> Tensor:
        """Return the dense layer's activations, shape (n, hidden)."""
        return self.features(as_pictures(pictures, 1))

    def forward(self, pictures: Tensor) -> Tensor:
        """Return logits, shape (n, labels)."""
        return self.classifier(self.embed(pictures))


class KottayamVoiceNet(nn.Module):
    """Sequences (n, steps, features) of any length to logits (n, labels).

    The paper's steps are the 40 coefficients of a clip's mean MFCC, one value each: (n, 40, 1).
    """

    def __init__(self, labels: int, options: KottayamVoiceOptions | None = None) -> None:
        super().__init__()
        options = options or KottayamVoiceOptions()
        self.lstm = nn.LSTM(options.features, options.units, batch_first=True)
        layers: list[nn.Module] = []
        width = options.units
        for units in options.hidden:
            layers += [
                nn.Linear(width, units),
                nn.ReLU(inplace=True),
                nn.Dropout(options.dropout),
            ]
            width = units
        self.dense = nn.Sequential(*layers[:-1])  # `classifier` begins with the last dropout
        self.classifier = classifier(width, labels, options.dropout)

    def embed(self, steps: Tensor) -> Tensor:
        """Return the last dense layer's activations, shape (n, hidden[-1])."""
        states, _ = self.lstm(steps)
        return self.dense(states[:, -1])

    def forward(self, steps: Tensor) -> Tensor:
        """Return logits, shape (n, labels)."""
        return self.classifier(self.embed(steps))


def _picture_features(options: KottayamImageOptions) -> nn.Sequential:
    """Return the convolutions and the dense layer, (n, colours, side, side) to (n, hidden)."""
    layers: list[nn.Module] = []
    inputs = options.colours
    for outputs in options.channels:
        layers += _convolution(inputs, outputs, options.batch_norm)
        inputs = outputs
    left = halved(options.side, len(options.channels), "side")
    return nn.Sequential(*layers, *_dense(inputs * left**2, options.hidden))


def _convolution(inputs: int, outputs: int, batch_norm: bool) -> list[nn.Module]:
    norm = [nn.BatchNorm2d(outputs)] if batch_norm else []
    convolution = nn.Conv2d(inputs, outputs, 3, padding=1, bias=not batch_norm)
    return [convolution, *norm, nn.ReLU(inplace=True), nn.MaxPool2d(2)]


def _dense(inputs: int, outputs: int) -> list[nn.Module]:
    return [nn.Flatten(), nn.Linear(inputs, outputs), nn.ReLU(inplace=True)]
