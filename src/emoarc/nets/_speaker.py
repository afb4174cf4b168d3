"""A network that puts voices where those of one speaker lie close together."""

from dataclasses import dataclass, field

from torch import Tensor, nn
from torch.nn import functional

from emoarc.errors import OptionError
from emoarc.nets._voice import SpectralNet, VoiceNetOptions

__all__ = ["SpeakerNet", "SpeakerNetOptions"]


@dataclass(frozen=True)
class SpeakerNetOptions:
    """The shape of a `SpeakerNet`."""

    size: int = 128
    """Length of an embedding."""
    trunk: VoiceNetOptions = field(default_factory=VoiceNetOptions)
    """The network below the embedding."""

    def __post_init__(self) -> None:
        if self.size < 1:
            raise OptionError("size: must be 1 or more")


class SpeakerNet(nn.Module):
    """Log-mel spectrograms (n, frames, bands), in nats, to embeddings (n, size) of length 1.

    The network that shows expressions in spectrograms, its features giving a direction.
    """

    def __init__(self, options: SpeakerNetOptions | None = None) -> None:
        super().__init__()
        options = options or SpeakerNetOptions()
        self.trunk = SpectralNet(options.trunk)
        self.direction = nn.Sequential(
            nn.Dropout(options.trunk.dropout), nn.Linear(2 * options.trunk.width, options.size)
        )

    def forward(self, log_mel: Tensor) -> Tensor:
        """Embed each spectrogram, whatever its level."""
        return functional.normalize(self.direction(self.trunk(log_mel)).float(), dim=1)
