"""The voice job: a `VoiceNet` on acted speech of several corpora."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# torch's annotations are partial.

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
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
from emoarc.train._augment_signal import SignalAugmentation
from emoarc.train._checks import check_from_zero, check_share
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
from emoarc.train._voice_features import VoiceFeatures

__all__ = [
    "JoinedNets",
    "NoiseBank",
    "VoiceJob",
    "VoiceRecipe",
    "VoiceSet",
    "class_of",
    "fit_members",
    "read_voice_set",
    "reading_loss",
]

_VOICES = 3
"""Talkers that make up babble."""
_ONE_SIDED = 0.6
"""Share of one expression from which a speaker's mean tells more of it than of the voice."""
_HEAVIEST = 3.0
"""What a clip of a rare expression counts for at the most."""


@dataclass(frozen=True)
class VoiceRecipe(Recipe):
    """A recipe of the task `voice-expression`."""

    labels: tuple[str, ...]
    """The classes, in the order of the logits."""
    corpora: dict[str, float]
    """What to train on, and how likely a speaker of each is drawn."""
    examples: int
    """Examples drawn per epoch."""
    protocol: str = "pack"
    """Make a `pack`, or measure the recipe under a speaker-independent protocol and make none."""
    members: int = 1
    """Nets trained from one seed after the other, whose log-probabilities are averaged."""
    held_out: tuple[str, ...] = ()
    """Speakers kept from training, on whom the temperature is fitted."""
    voices: int = 4
    """Speakers in a batch; what is read relative to a speaker is relative to these few clips."""
    copies: int = 0
    """Altered copies of each clip, any of which may stand for it."""
    original: float = 0.0
    """Share of the examples that are the clip itself, beside its turn among the copies."""
    level: float | None = -26.0
    """RMS level in dB of full scale to which every clip is brought."""
    smoothing: float = 0.1
    """Share of each target that is spread over all labels (Szegedy et al. 2016)."""
    votes: float = 0.0
    """Share of the target that listeners decide, where a corpus asked them; the actor's
    intention decides the rest."""
    told: tuple[Literal["sex", "age"], ...] = ()
    """What the net is told of the speaker, as the corpus states it: to measure whether it helps."""
    net: VoiceNetOptions = field(default_factory=VoiceNetOptions)
    signal: SignalAugmentation = field(default_factory=SignalAugmentation)
    """How the copies are altered."""
    augmentation: VoiceAugmentation = field(default_factory=VoiceAugmentation)

    def __post_init__(self) -> None:
        if self.examples < self.schedule.batch_size or self.members < 1:
            raise OptionError(
                "examples: an epoch must hold at least one batch, and members one net"
            )
        if not 0 <= self.smoothing < 1 or not 0 <= self.votes <= 1:
            raise OptionError("smoothing: smoothing and votes are shares")
        if self.voices < 1 or self.schedule.batch_size % self.voices:
            raise OptionError("voices: must divide batch_size")
        check_from_zero(copies=self.copies)
        check_share(original=self.original)


@dataclass(frozen=True)
class VoiceSet:
    """Clips and what is heard in them."""

    clips: tuple[Clip, ...]
    features: VoiceFeatures
    rows: tuple[int, ...]
    """The recording of each clip in `features`."""

    @classmethod
    def of(cls, clips: list[Clip], features: VoiceFeatures) -> "VoiceSet":
        """Pair clips with their features, which are in the same order."""
        return cls(tuple(clips), features, tuple(range(len(clips))))

    def where(self, wanted: Callable[[Clip], bool]) -> "VoiceSet":
        """Return the part of the clips that is wanted."""
        return self.take([i for i, clip in enumerate(self.clips) if wanted(clip)])

    def take(self, kept: Sequence[int]) -> "VoiceSet":
        """Return some of the clips by their numbers."""
        clips, rows = (tuple(x[i] for i in kept) for x in (self.clips, self.rows))
        return replace(self, clips=clips, rows=rows)

    @property
    def speakers(self) -> NDArray[np.str_]:
        """The speaker of each clip."""
        return np.array([clip.speaker for clip in self.clips])

    def truth(self, labels: tuple[str, ...]) -> NDArray[np.int64]:
        """The class of each clip among `labels`."""
        return np.array([class_of(clip, labels) for clip in self.clips], np.int64)

    def get(self, index: int, version: int = 0) -> NDArray[np.float16]:
        """The spectrogram of one clip, shape (frames, bands)."""
        return self.features.get(self.rows[index], version)

    def statistics(self, index: int, version: int = 0) -> NDArray[np.float32]:
        """The functionals of one clip."""
        return self.features.statistics[self.rows[index], version]


@dataclass(frozen=True)
class NoiseBank:
    """What is heard beside speech."""

    noises: VoiceFeatures
    voices: VoiceFeatures
    """People who talk; a few of them at once are babble."""

    def draw(self, frames: int, babble: float, generator: Generator) -> NDArray[np.float32]:
        """Return noise, shape (frames, bands), or with probability `babble` people talking."""
        if generator.random() >= babble:
            return _any(self.noises, frames, generator)
        talkers = [_any(self.voices, frames, generator) for _ in range(_VOICES)]
        return np.logaddexp.reduce(talkers)


class VoiceJob:
    """What the loop must know: the net and the batches. The last epoch's weights are kept."""

    def __init__(
        self, recipe: VoiceRecipe, training: VoiceSet, noise: NoiseBank | None = None
    ) -> None:
        torch.manual_seed(recipe.seed)
        options = replace(recipe.net, conditions=len(recipe.told))
        net = VoiceNet(len(recipe.labels), options, training.features.statistics.shape[2])
        net.standardise(torch.from_numpy(training.features.statistics[list(training.rows), 0]))
        self.net: nn.Module = net
        self.steps = recipe.examples // recipe.schedule.batch_size
        self.loss = partial(reading_loss, speakers=recipe.voices)
        self._recipe, self._training, self._noise = recipe, training, noise
        self._targets = _targets(recipe, training)
        self._draw = _Draw(recipe, training)

    @property
    def prior(self) -> dict[str, float]:
        """How often each label occurs in what the net sees, by weight."""
        shares = (self._draw.chances * self._draw.weights) @ self._targets
        return {
            label: float(share)
            for label, share in zip(self._recipe.labels, shares / shares.sum(), strict=True)
        }

    def batches(self, epoch: int) -> Iterator[Batch]:
        """Yield an epoch's examples: a few speakers at a time, each clip cut and changed anew."""
        generator = np.random.default_rng([self._recipe.seed, epoch])
        share = self._recipe.augmentation.mixup
        for _ in range(self.steps):
            rows = self._draw(self._recipe.schedule.batch_size, generator)
            examples = [self._example(row, generator) for row in rows]
            inputs, statistics = (np.stack(parts) for parts in zip(*examples, strict=True))
            targets = self._targets[rows] * self._draw.weights[rows, None].astype(np.float32)
            order = _within(self._recipe.voices, len(rows), generator)
            mixed = mix_examples((inputs, statistics, targets), share, order, generator)
            log_mel, functionals, wanted = (torch.from_numpy(part) for part in mixed)
            yield (log_mel, functionals), wanted

    def validate(self, net: nn.Module) -> dict[str, float]:
        """Measure nothing: no speaker is spared for choosing an epoch."""
        return {}

    def _example(
        self, row: int, generator: Generator
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        options, voices = self._recipe.augmentation, self._training
        version = int(generator.integers(voices.features.versions))
        version *= int(generator.random() >= self._recipe.original)
        speech = crop(voices.get(row, version), options.frames, generator)
        if self._noise is not None and generator.random() < options.noise:
            noise = self._noise.draw(options.frames, options.babble, generator)
            speech = mix_noise(speech, noise, generator.uniform(*options.snr))
        speech = mask(tilt(speech, generator.normal(0, options.tilt)), options, generator)
        return speech, told_of(self._recipe, voices, row, version)


def reading_loss(outputs: Tensor, targets: Tensor, whole: Tensor, speakers: int) -> Tensor:
    """The cross-entropies of both readings of both experts.

    The second reading counts from its mean over the clips of the same speaker, who are next to
    each other in the batch. Speakers of whom hardly anything but one expression is there have no
    such mean that would tell how they usually sound, and are left out of it.

    Args:
        outputs: Shape (n, experts, readings, labels).
        targets: Shape (n, labels).
        whole: The targets of the whole batch, of which these may be a part.
        speakers: In the batch, each with as many clips as any other.
    """
    absolute, scores = outputs.unbind(dim=2)
    scores = scores.unflatten(0, (speakers, -1))
    relative = (scores - scores.mean(dim=1, keepdim=True)).flatten(0, 1)
    shares = targets.unflatten(0, (speakers, -1)).mean(dim=1)
    known = shares.amax(dim=1) < _ONE_SIDED * shares.sum(dim=1)
    varied = targets * known.repeat_interleave(len(targets) // speakers)[:, None]
    return sum(
        (
            soft_cross_entropy(reading[:, expert], wanted, whole)
            for reading, wanted in ((absolute, targets), (relative, varied))
            for expert in range(outputs.shape[1])
        ),
        torch.zeros(()),
    )


class JoinedNets(nn.Module):
    """Nets that read the same speech: their experts' readings, averaged and weighed."""

    weights: Tensor
    """How much each expert counts in each reading, shape (experts, readings)."""

    def __init__(self, nets: Sequence[nn.Module]) -> None:
        super().__init__()
        self.nets = nn.ModuleList(nets)
        self.register_buffer("weights", torch.full((2, 2), 0.5))

    def forward(self, log_mel: Tensor, functionals: Tensor) -> tuple[Tensor, Tensor]:
        """Map (n, frames, bands) and (n, functionals) to logits and scores, each (n, labels)."""
        readings = self.experts(log_mel, functionals)
        logits, scores = (
            (reading * weights[:, None]).sum(dim=1)
            for reading, weights in zip(readings, self.weights.unbind(dim=1), strict=True)
        )
        return logits, scores

    def experts(self, log_mel: Tensor, functionals: Tensor) -> tuple[Tensor, Tensor]:
        """Return each expert's log-probabilities and scores, each (n, experts, labels)."""
        outputs = torch.stack([net(log_mel, functionals) for net in self.nets])
        absolute, scores = outputs.unbind(dim=3)
        return absolute.log_softmax(dim=3).mean(dim=0), scores.mean(dim=0)


def fit_members(
    recipe: VoiceRecipe,
    training: VoiceSet,
    noise: NoiseBank | None,
    out: Path,
    progress: Progress | None = None,
) -> JoinedNets:
    """Train the recipe's nets, each in a folder of its own below `out`, and join them."""
    nets: list[nn.Module] = []
    for number in range(recipe.members):
        member = replace(recipe, seed=recipe.seed + number)
        job = VoiceJob(member, training, noise)
        nets.append(fit(job, member, out / f"member-{number + 1}", progress))
    return JoinedNets(nets).eval()


@torch.inference_mode()
def read_voice_set(
    read: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]],
    recipe: VoiceRecipe,
    voices: VoiceSet,
    version: int = 0,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Let nets or experts read a version of whole clips, one by one.

    Returns:
        Logits and scores, each (clips, ..., labels).
    """
    found: list[tuple[Tensor, Tensor]] = []
    for row in range(len(voices.clips)):
        spectrogram = voices.get(row, version).astype(np.float32)
        known = told_of(recipe, voices, row, version)
        found.append(read(torch.from_numpy(spectrogram)[None], torch.from_numpy(known)[None]))
    logits, scores = (torch.cat(parts).numpy() for parts in zip(*found, strict=True))
    return logits, scores


def told_of(
    recipe: VoiceRecipe, voices: VoiceSet, row: int, version: int = 0
) -> NDArray[np.float32]:
    """Return a clip's functionals and what the net is told of its speaker, 0 where unknown."""
    clip = voices.clips[row]
    facts = {
        "sex": {"female": 1.0, "male": -1.0}.get(clip.sex, 0.0),
        "age": 0.0 if clip.age is None else (clip.age - 35) / 20,
    }
    told = np.array([facts[fact] for fact in recipe.told], np.float32)
    return np.concatenate([voices.statistics(row, version), told])


def class_of(clip: Clip, labels: tuple[str, ...]) -> int:
    """Return which of `labels` a clip shows: its own word, or else the emotion that it counts as.

    Raises:
        OptionError: It shows none of them.
    """
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
    known = [i for i, emotion in enumerate(EMOTIONS) if emotion in recipe.labels]
    columns = [recipe.labels.index(EMOTIONS[i]) for i in known]
    for target, clip in zip(targets, training.clips, strict=True):
        shares = vote_shares(clip)
        if recipe.votes and shares is not None and shares[known].any():
            target *= 1 - recipe.votes
            target[columns] += recipe.votes * shares[known] / shares[known].sum()
    return targets * np.float32(1 - recipe.smoothing) + np.float32(recipe.smoothing / size)


class _Draw:
    """Draws speakers by the weights of their corpora, and of each clips of all expressions alike.

    What is rarer for want of clips, since a corpus lacks an expression, weighs more.
    """

    def __init__(self, recipe: VoiceRecipe, training: VoiceSet) -> None:
        truth, names = training.truth(recipe.labels), training.speakers
        corpus_of = {clip.speaker: clip.corpus for clip in training.clips}
        self._voices = recipe.voices
        self._rows = [np.flatnonzero(names == name) for name in sorted(corpus_of)]
        sizes = Counter(corpus_of.values())
        likely = np.array(
            [recipe.corpora[corpus_of[n]] / sizes[corpus_of[n]] for n in sorted(corpus_of)]
        )
        self._likely = likely / likely.sum()
        self._within = [_alike(truth[rows]) for rows in self._rows]
        self.chances = np.zeros(len(truth))
        """How likely each clip is drawn."""
        for rows, likely, within in zip(self._rows, self._likely, self._within, strict=True):
            self.chances[rows] = likely * within
        shares = np.bincount(truth, self.chances, len(recipe.labels))
        self.weights = np.minimum(1 / (len(shares) * shares[truth]), _HEAVIEST)
        """What each clip counts for, so that all labels count alike."""

    def __call__(self, count: int, generator: Generator) -> NDArray[np.intp]:
        """Draw clips of a few speakers, those of one next to each other."""
        drawn = generator.choice(
            len(self._rows), self._voices, replace=len(self._rows) < self._voices, p=self._likely
        )
        size = count // self._voices
        parts = [generator.choice(self._rows[i], size, p=self._within[i]) for i in drawn]
        return np.concatenate(parts)


def _alike(classes: NDArray[np.int64]) -> NDArray[np.float64]:
    """How likely each clip of a speaker is drawn so that all classes are alike."""
    counts = np.bincount(classes)[classes]
    return 1 / counts / (1 / counts).sum()


def _within(groups: int, count: int, generator: Generator) -> NDArray[np.intp]:
    """Return an order of the rows in which every row stays in its group."""
    size = count // groups
    return np.concatenate([i * size + generator.permutation(size) for i in range(groups)])


def _any(sounds: VoiceFeatures, frames: int, generator: Generator) -> NDArray[np.float32]:
    return crop(sounds.get(int(generator.integers(len(sounds)))), frames, generator)
