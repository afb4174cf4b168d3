"""The speaker embedder: a network that learns to tell the speakers of each corpus apart."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# torch annotates itself in part only.

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from emoarc.errors import OptionError
from emoarc.nets import SpeakerNet, SpeakerNetOptions
from emoarc.train._loop import Batch, device_of
from emoarc.train._recipe import Recipe
from emoarc.train._spectrograms import Spectrograms
from emoarc.train._voice_augment import VoiceAugmentation, crop, mask, mix_noise, tilt
from emoarc.train.speakers._sounds import SpeakerSounds

__all__ = ["SpeakerClassifier", "SpeakerEmbeddingRecipe", "SpeakerJob", "pair_figures"]

_SCALE: Final = 20.0
"""By which cosines become logits."""
_TALKERS: Final = 3
"""Talkers that make up babble."""
_EXCERPT: Final = 150
"""Frames of the excerpts that are compared: 1.5 s, as at work."""


@dataclass(frozen=True)
class SpeakerEmbeddingRecipe(Recipe):
    """A recipe of the task `speaker-embedding`."""

    corpora: dict[str, float]
    """What to train on, and how much of the examples each makes up."""
    examples: int
    """Examples drawn per epoch."""
    fitting: tuple[str, ...]
    """Speakers kept from training, on whom the epoch and all thresholds are chosen."""
    measuring: tuple[str, ...]
    """Speakers kept from all of that, on whom figures are taken."""
    speeds: tuple[float, ...] = (1.0,)
    """Every speaker at another speed is taken for another speaker (Yamamoto et al. 2019)."""
    margin: float = 0.15
    """By which the cosine to one's own class must exceed the others (Wang et al. 2018)."""
    frames: tuple[int, int] = (80, 200)
    """Fewest and most frames of an example."""
    net: SpeakerNetOptions = field(default_factory=SpeakerNetOptions)
    augmentation: VoiceAugmentation = field(default_factory=VoiceAugmentation)

    def __post_init__(self) -> None:
        if set(self.fitting) & set(self.measuring):
            raise OptionError("fitting: nobody can be in fitting and in measuring")
        if self.examples < self.schedule.batch_size:
            raise OptionError("examples: an epoch must hold at least one batch")
        if not self.speeds or not 1 <= self.frames[0] <= self.frames[1]:
            raise OptionError("speeds, frames: name one speed at least, and let frames rise")


class SpeakerClassifier(nn.Module):
    """An embedder, and the direction in which each of the training's speakers lies."""

    def __init__(self, classes: int, options: SpeakerNetOptions) -> None:
        super().__init__()
        self.embedder = SpeakerNet(options)
        self.directions = nn.Parameter(torch.randn(classes, options.size))

    def forward(self, log_mel: Tensor) -> Tensor:
        """Map (n, frames, bands) to the cosines between voices and speakers, (n, classes)."""
        return self.embedder(log_mel) @ functional.normalize(self.directions, dim=1).T


class SpeakerJob:
    """What the loop must know: the net, the batches, and how well strangers are told apart."""

    def __init__(
        self,
        recipe: SpeakerEmbeddingRecipe,
        training: SpeakerSounds,
        strangers: SpeakerSounds,
        noises: Spectrograms,
    ) -> None:
        torch.manual_seed(recipe.seed)
        self._recipe, self._training, self._noises = recipe, training, noises
        self._strangers = strangers
        names = np.array([clip.speaker for clip in training.clips])
        speakers, self._speaker = np.unique(names, return_inverse=True)
        corpora = np.repeat([name.split("-")[0] for name in speakers], len(recipe.speeds))
        self._rivals = torch.from_numpy(corpora[:, None] == corpora)
        self._chances = _chances(recipe, training)
        self.net: nn.Module = SpeakerClassifier(len(corpora), recipe.net)
        self.steps = recipe.examples // recipe.schedule.batch_size

    def batches(self, epoch: int) -> Iterator[Batch]:
        """Yield excerpts of one length with the numbers of their classes."""
        generator = np.random.default_rng([self._recipe.seed, epoch])
        size = self._recipe.schedule.batch_size
        for _ in range(self.steps):
            frames = int(generator.integers(*self._recipe.frames, endpoint=True))
            rows = generator.choice(len(self._chances), size, p=self._chances)
            speeds = generator.integers(len(self._recipe.speeds), size=size)
            excerpts = [
                self._example(row, speed, frames, generator)
                for row, speed in zip(rows, speeds, strict=True)
            ]
            classes = self._speaker[rows] * len(self._recipe.speeds) + speeds
            yield torch.from_numpy(np.stack(excerpts)), torch.from_numpy(classes)

    def loss(self, cosines: Tensor, classes: Tensor, whole: Tensor) -> Tensor:
        """Cross-entropy with an additive margin, among the speakers of the example's corpus.

        Speakers of other corpora do not compete: else the net would learn to tell rooms and
        microphones apart, which is easier and of no use within one recording.
        """
        own = functional.one_hot(classes, cosines.shape[1])
        logits = _SCALE * (cosines - self._recipe.margin * own)
        rivals = self._rivals.to(cosines.device)[classes]
        losses = functional.cross_entropy(
            logits.masked_fill(~rivals, -1e4), classes, reduction="sum"
        )
        return losses / len(whole)

    def validate(self, net: nn.Module) -> dict[str, float]:
        """Measure how well excerpts tell whether two are of one speaker, of the fitting ones."""
        assert isinstance(net, SpeakerClassifier)
        figures = pair_figures(net.embedder, self._strangers)
        return {"score": figures["auc"], **figures}

    def _example(
        self, row: int, speed: int, frames: int, generator: Generator
    ) -> NDArray[np.float32]:
        options = self._recipe.augmentation
        version = 2 * speed + int(generator.integers(2))
        speech = crop(self._training.spectrograms.get(row, version), frames, generator)
        if generator.random() < options.noise:
            noise = self._noise(row, frames, generator)
            speech = mix_noise(speech, noise, generator.uniform(*options.snr))
        return mask(tilt(speech, generator.normal(0, options.tilt)), options, generator)

    def _noise(self, row: int, frames: int, generator: Generator) -> NDArray[np.float32]:
        """Draw noise or, for some, people of the same corpus who talk."""
        if generator.random() >= self._recipe.augmentation.babble:
            noise = self._noises.get(int(generator.integers(len(self._noises))))
            return crop(noise, frames, generator)
        others = generator.choice(len(self._chances), _TALKERS, p=self._chances)
        voices = (crop(self._training.spectrograms.get(o), frames, generator) for o in others)
        return np.logaddexp.reduce(list(voices))


@torch.inference_mode()
def pair_figures(net: nn.Module, sounds: SpeakerSounds) -> dict[str, float]:
    """Compare excerpts of 1.5 s of recordings, as they are and elsewhere, within each corpus.

    Returns:
        `auc`: how likely two excerpts of one speaker are more alike than two of different
        speakers; `eer`: the rate at which as many pairs of either kind are mistaken. Means over
        the corpora.
    """
    generator = np.random.default_rng(0)
    excerpts = [
        crop(sounds.spectrograms.get(row, row % 2), _EXCERPT, generator)
        for row in range(len(sounds.clips))
    ]
    batch = torch.from_numpy(np.stack(excerpts)).to(device_of(net))
    vectors = torch.cat([net(part).cpu() for part in batch.split(128)]).numpy()
    speakers = np.array([clip.speaker for clip in sounds.clips])
    corpora = np.array([clip.corpus for clip in sounds.clips])
    found = [
        _verification(vectors[corpora == corpus], speakers[corpora == corpus])
        for corpus in np.unique(corpora)
    ]
    return dict(zip(("auc", "eer"), np.mean(found, axis=0).round(4).tolist(), strict=True))


def _verification(vectors: NDArray[np.float32], speakers: NDArray[np.str_]) -> tuple[float, float]:
    pairs = np.triu_indices(len(vectors), 1)
    likeness = (vectors @ vectors.T)[pairs]
    same = (speakers[:, None] == speakers)[pairs]
    strangers, own = np.sort(likeness[~same]), np.sort(likeness[same])
    below = np.searchsorted(strangers, own) / len(strangers)
    missed = np.arange(len(own)) / len(own)
    return float(below.mean()), float(np.min(np.maximum(missed, 1 - below)))


def _chances(recipe: SpeakerEmbeddingRecipe, sounds: SpeakerSounds) -> NDArray[np.float64]:
    """How likely each recording is drawn: corpora by their weights, their speakers alike."""
    speakers = np.array([clip.speaker for clip in sounds.clips])
    corpora = np.array([clip.corpus for clip in sounds.clips])
    chances = np.zeros(len(speakers))
    for corpus, weight in recipe.corpora.items():
        own = np.unique(speakers[corpora == corpus])
        for speaker in own:
            chances[speakers == speaker] = weight / len(own) / (speakers == speaker).sum()
    return chances / chances.sum()
