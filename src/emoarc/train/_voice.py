"""The voice job: a `VoiceNet` on acted speech of several corpora."""

# pyright: reportUnknownMemberType=false
# torch's annotations are partial.

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor, nn

from emoarc.corpora import Clip
from emoarc.errors import OptionError
from emoarc.labels import EMOTIONS
from emoarc.nets import VoiceNet, VoiceNetOptions
from emoarc.train._loop import Batch, Progress, fit, soft_cross_entropy
from emoarc.train._recipe import Recipe
from emoarc.train._voice_augment import (
    VoiceAugmentation,
    crop,
    mask,
    mix_examples,
    mix_noise,
    tilt,
)
from emoarc.train._voice_clips import vote_shares
from emoarc.train._voice_features import Spectrograms

__all__ = [
    "AveragedNets",
    "NoiseBank",
    "VoiceJob",
    "VoiceRecipe",
    "VoiceSet",
    "fit_members",
    "voice_logits",
]

_VOICES = 3
"""Talkers that make up babble."""


@dataclass(frozen=True)
class VoiceRecipe(Recipe):
    """A recipe of the task `voice-expression`."""

    labels: tuple[str, ...]
    """The classes, in the order of the logits."""
    corpora: dict[str, float]
    """What to train on, and how much each weighs among the examples of a class."""
    examples: int
    """Examples drawn per epoch."""
    protocol: Literal["pack", "ravdess-folds"] = "pack"
    """Make a pack, or measure the recipe on the five folds of RAVDESS and make none."""
    members: int = 1
    """Nets trained from one seed after the other, whose log-probabilities are averaged."""
    held_out: tuple[str, ...] = ()
    """Speakers kept from training, on whom the temperature is fitted."""
    speeds: tuple[float, ...] = (1.0,)
    """Speeds at which a clip may be played; the first is the original."""
    level: float | None = -26.0
    """RMS level in dB of full scale to which every clip is brought."""
    smoothing: float = 0.1
    """Share of each target that is spread over all labels (Szegedy et al. 2016)."""
    votes: float = 0.0
    """Share of the target that listeners decide, where a corpus asked them; the actor's
    intention decides the rest."""
    net: VoiceNetOptions = field(default_factory=VoiceNetOptions)
    augmentation: VoiceAugmentation = field(default_factory=VoiceAugmentation)

    def __post_init__(self) -> None:
        if self.examples < self.schedule.batch_size or self.members < 1:
            raise OptionError(
                "examples: an epoch must hold at least one batch, and members one net"
            )
        if not 0 <= self.smoothing < 1 or not 0 <= self.votes <= 1:
            raise OptionError("smoothing: smoothing and votes are shares")
        if not self.speeds or self.speeds[0] != 1.0:
            raise OptionError("speeds: the first must be 1.0, the original")


@dataclass(frozen=True)
class VoiceSet:
    """Clips and their spectrograms."""

    clips: tuple[Clip, ...]
    spectrograms: Spectrograms
    rows: tuple[int, ...]
    """The recording of each clip in `spectrograms`."""

    @classmethod
    def of(cls, clips: list[Clip], spectrograms: Spectrograms) -> "VoiceSet":
        """Pair clips with their spectrograms, which are in the same order."""
        return cls(tuple(clips), spectrograms, tuple(range(len(clips))))

    def where(self, wanted: Callable[[Clip], bool]) -> "VoiceSet":
        """Return the part of the clips that is wanted."""
        kept = [i for i, clip in enumerate(self.clips) if wanted(clip)]
        clips, rows = (tuple(x[i] for i in kept) for x in (self.clips, self.rows))
        return replace(self, clips=clips, rows=rows)

    @property
    def speakers(self) -> NDArray[np.str_]:
        """The speaker of each clip."""
        return np.array([clip.speaker for clip in self.clips])

    def truth(self, labels: tuple[str, ...]) -> NDArray[np.int64]:
        """The class of each clip among `labels`."""
        return np.array([_class_of(clip, labels) for clip in self.clips], np.int64)

    def get(self, index: int, speed: int = 0) -> NDArray[np.float16]:
        """The spectrogram of one clip, shape (frames, bands)."""
        return self.spectrograms.get(self.rows[index], speed)


@dataclass(frozen=True)
class NoiseBank:
    """What is heard beside speech."""

    noises: Spectrograms
    voices: Spectrograms
    """People who talk; a few of them at once are babble."""

    def draw(self, frames: int, babble: float, generator: Generator) -> NDArray[np.float32]:
        """Return noise, shape (frames, bands), or with probability `babble` people talking."""
        if generator.random() >= babble:
            return _any(self.noises, frames, generator)
        talkers = [_any(self.voices, frames, generator) for _ in range(_VOICES)]
        return np.logaddexp.reduce(talkers)


class VoiceJob:
    """What the loop must know: the net and the batches. The last epoch's weights are kept."""

    loss = staticmethod(soft_cross_entropy)

    def __init__(
        self, recipe: VoiceRecipe, training: VoiceSet, noise: NoiseBank | None = None
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.net: nn.Module = VoiceNet(len(recipe.labels), recipe.net)
        self.steps = recipe.examples // recipe.schedule.batch_size
        self._recipe, self._training, self._noise = recipe, training, noise
        self._targets = _targets(recipe, training)
        self._chances = _chances(recipe, training)

    @property
    def prior(self) -> dict[str, float]:
        """How often each label occurs in what the net sees."""
        shares = self._chances @ self._targets
        return {
            label: float(share) for label, share in zip(self._recipe.labels, shares, strict=True)
        }

    def batches(self, epoch: int) -> Iterator[Batch]:
        """Yield an epoch's examples, every class alike, each clip cut and changed anew."""
        generator = np.random.default_rng([self._recipe.seed, epoch])
        drawn = _draw(self._chances, self._recipe.examples, generator)
        for step in range(self.steps):
            rows = drawn[step :: self.steps]
            inputs = np.stack([self._example(row, generator) for row in rows])
            mixed = mix_examples(
                inputs, self._targets[rows], self._recipe.augmentation.mixup, generator
            )
            yield torch.from_numpy(mixed[0]), torch.from_numpy(mixed[1])

    def validate(self, net: nn.Module) -> dict[str, float]:
        """Measure nothing: no speaker is spared for choosing an epoch."""
        return {}

    def _example(self, row: int, generator: Generator) -> NDArray[np.float32]:
        options = self._recipe.augmentation
        speed = int(generator.integers(self._training.spectrograms.speeds))
        speech = crop(self._training.get(row, speed), options.frames, generator)
        if self._noise is not None and generator.random() < options.noise:
            noise = self._noise.draw(options.frames, options.babble, generator)
            speech = mix_noise(speech, noise, generator.uniform(*options.snr))
        return mask(tilt(speech, generator.normal(0, options.tilt)), options, generator)


class AveragedNets(nn.Module):
    """Nets that judge the same speech and average their log-probabilities."""

    def __init__(self, nets: Sequence[nn.Module]) -> None:
        super().__init__()
        self.nets = nn.ModuleList(nets)

    def forward(self, log_mel: Tensor) -> Tensor:
        """Map (n, frames, bands) to logits (n, labels)."""
        return torch.stack([net(log_mel).log_softmax(dim=1) for net in self.nets]).mean(dim=0)


def fit_members(
    recipe: VoiceRecipe,
    training: VoiceSet,
    noise: NoiseBank | None,
    out: Path,
    progress: Progress | None = None,
) -> nn.Module:
    """Train the recipe's nets, each in a folder of its own below `out`, and join them."""
    nets: list[nn.Module] = []
    for number in range(recipe.members):
        member = replace(recipe, seed=recipe.seed + number)
        job = VoiceJob(member, training, noise)
        nets.append(fit(job, member, out / f"member-{number + 1}", progress))
    return AveragedNets(nets).eval()


@torch.inference_mode()
def voice_logits(net: nn.Module, voices: VoiceSet) -> NDArray[np.float32]:
    """Run `net` over whole clips, one by one, giving logits (clips, labels)."""
    net = net.eval()
    logits: list[Tensor] = []
    for index in range(len(voices.clips)):
        spectrogram = voices.get(index).astype(np.float32)
        logits.append(net(torch.from_numpy(spectrogram)[None]).float())
    return torch.cat(logits).numpy()


def _class_of(clip: Clip, labels: tuple[str, ...]) -> int:
    label = clip.emotion if clip.emotion in labels else clip.label
    if label not in labels:
        raise OptionError(
            f"labels: {clip.file.name} shows {clip.emotion}, which is none of {labels}"
        )
    return labels.index(label)


def _targets(recipe: VoiceRecipe, training: VoiceSet) -> NDArray[np.float32]:
    """The distribution each clip is to be given, shape (clips, labels)."""
    size = len(recipe.labels)
    targets = np.eye(size, dtype=np.float32)[training.truth(recipe.labels)]
    for target, clip in zip(targets, training.clips, strict=True):
        shares = vote_shares(clip)
        if shares is not None:
            target *= 1 - recipe.votes
            for emotion, share in zip(EMOTIONS, shares.tolist(), strict=True):
                target[recipe.labels.index(emotion)] += recipe.votes * share
    return targets * np.float32(1 - recipe.smoothing) + np.float32(recipe.smoothing / size)


def _chances(recipe: VoiceRecipe, training: VoiceSet) -> NDArray[np.float64]:
    """How likely each clip is to be drawn: every class equally, its corpora by their weights."""
    truth = training.truth(recipe.labels)
    corpora = np.array([clip.corpus for clip in training.clips])
    chances = np.zeros(len(truth))
    for label in np.unique(truth):
        for corpus, weight in recipe.corpora.items():
            cell = (truth == label) & (corpora == corpus)
            chances[cell] = weight / max(cell.sum(), 1)
        chances[truth == label] /= chances[truth == label].sum()
    return chances / chances.sum()


def _draw(chances: NDArray[np.float64], count: int, generator: Generator) -> NDArray[np.intp]:
    """Draw clips, each as often as its chance says, give or take one (systematic sampling)."""
    order = generator.permutation(len(chances))
    places = (np.arange(count) + generator.random()) / count
    drawn = order[np.searchsorted(chances[order].cumsum(), places).clip(max=len(order) - 1)]
    return generator.permutation(drawn)


def _any(sounds: Spectrograms, frames: int, generator: Generator) -> NDArray[np.float32]:
    return crop(sounds.get(int(generator.integers(len(sounds)))), frames, generator)
