"""The face job: a `ResidualNet` on the votes of FER+ and the original labels of FER2013."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# torch annotates itself in part only.

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from emoarc.errors import OptionError
from emoarc.evaluate import accuracy, negative_log_likelihood, uar
from emoarc.labels import EMOTIONS
from emoarc.nets import ResidualNet, ResidualOptions
from emoarc.train._augment_faces import FaceAugmentation, augment_faces
from emoarc.train._checkpoint import best_weights
from emoarc.train._ferplus import FERPLUS_LABELS, FaceSet
from emoarc.train._frames import UNFRAMED
from emoarc.train._loop import Batch, device_of, soft_cross_entropy
from emoarc.train._recipe import Recipe

__all__ = [
    "KINDS",
    "VOTES",
    "FaceJob",
    "FaceRecipe",
    "FramedFaces",
    "face_logits",
    "framed_pictures",
]

VOTES = len(FERPLUS_LABELS)
"""So many outputs of the net are over `FERPLUS_LABELS`, the others over `EMOTIONS`, as FER2013
labels its pictures."""

KINDS = slice(None, VOTES), slice(VOTES, None)
"""Where the outputs of either kind are."""


@dataclass(frozen=True)
class PictureSizes:
    """Small pictures first: most is learnt from them, at a fraction of the time.

    Tan & Le 2021, "EfficientNetV2: smaller models and faster training" (progressive learning).
    """

    side: int = 48
    """Of the pictures in pixels, in inference too."""
    early_side: int = 32
    early_epochs: int = 0
    """How many epochs see pictures of `early_side`."""
    whole: float = 0.2
    """Share of pictures shown as the corpus cuts them, not framed by the face's points."""

    def __post_init__(self) -> None:
        if not 0 <= self.whole <= 1:
            raise OptionError("whole: must lie in [0, 1]")


@dataclass(frozen=True)
class FaceTargets:
    """What the net is to answer."""

    smoothing: float = 0.1
    """Share of an original label that is spread over all seven: a third of them are disputed."""
    teachers: tuple[str, ...] = ()
    """Packs whose answers, averaged, are learnt too: folders, or names of shipped ones. Those of
    which none has the outputs for original labels teach the votes alone."""
    trust: float = 0.4
    """Share of the teachers' answers in the targets (Hinton et al. 2015, "Distilling the knowledge
    in a neural network"; Furlanello et al. 2018, "Born again neural networks")."""

    def __post_init__(self) -> None:
        if not (0 <= self.smoothing < 1 and 0 <= self.trust <= 1):
            raise OptionError("smoothing: must lie in [0, 1), and trust in [0, 1]")


@dataclass(frozen=True)
class FaceRecipe(Recipe):
    """A recipe of the task `face-expression`."""

    start: str = ""
    """The folder of an earlier training of the same net, whose best weights this one begins with;
    without, it begins with weights drawn at random."""
    pictures: PictureSizes = field(default_factory=PictureSizes)
    targets: FaceTargets = field(default_factory=FaceTargets)
    net: ResidualOptions = field(default_factory=ResidualOptions)
    augmentation: FaceAugmentation = field(default_factory=FaceAugmentation)


@dataclass(frozen=True)
class FramedFaces:
    """A split, and where the face of each picture lies."""

    faces: FaceSet
    frames: NDArray[np.float32]
    """As `face_frames` gives them, shape (n, 2, 3)."""


class FaceJob:
    """What the loop must know: the net, the batches, and how well it does in validation."""

    def __init__(
        self,
        recipe: FaceRecipe,
        training: FramedFaces,
        validation: FramedFaces,
        taught: NDArray[np.floating] | None = None,
    ) -> None:
        """Take the data.

        Args:
            recipe: How to train.
            training: The pictures to learn from.
            validation: Those that choose the epoch.
            taught: The teachers' probabilities for the training pictures, over the outputs of
                either kind, shape (n, 15), all zero of a kind that is not taught; none without
                teachers.
        """
        torch.manual_seed(recipe.seed)
        self.net: nn.Module = ResidualNet(VOTES + len(EMOTIONS), recipe.net)
        if recipe.start:
            self.net.load_state_dict(best_weights(Path(recipe.start) / "checkpoint.safetensors"))
        self._recipe = recipe
        targets = _targets(training.faces, recipe.targets, taught)
        usable = targets.any(axis=1)
        if not usable.any():
            raise OptionError(
                "ferplus: no picture of the Train split is left to learn from; those equal to a "
                "picture of Valid or Test are not used"
            )
        self._images = torch.from_numpy(training.faces.images[usable])[:, None]
        self._frames = torch.from_numpy(training.frames[usable])
        self._targets = torch.from_numpy(targets[usable])
        self.steps = max(1, len(self._images) // recipe.schedule.batch_size)
        self._validation = validation.faces
        self._pictures = framed_pictures(validation, recipe.pictures.side)

    @staticmethod
    def loss(outputs: Tensor, targets: Tensor, whole: Tensor) -> Tensor:
        """Add the cross-entropies of both kinds of outputs, each over the pictures that have it."""
        losses = [
            soft_cross_entropy(outputs[:, kind], targets[:, kind], whole[:, kind])
            for kind in KINDS
            if whole[:, kind].any()
        ]
        return torch.stack(losses).sum()

    def batches(self, epoch: int) -> Iterator[Batch]:
        """Yield augmented pictures with their targets, in a new order each epoch."""
        generator = torch.Generator().manual_seed(self._recipe.seed * 100_003 + epoch)
        order = torch.randperm(len(self._images), generator=generator)
        sizes = self._recipe.pictures
        side = sizes.early_side if epoch < sizes.early_epochs else sizes.side
        for rows in order.split(self._recipe.schedule.batch_size)[: self.steps]:
            whole = torch.rand(len(rows), 1, 1, generator=generator) < sizes.whole
            frames = torch.where(whole, torch.from_numpy(UNFRAMED), self._frames[rows])
            images = self._images[rows].float() / 255
            images = augment_faces(images, self._recipe.augmentation, generator, side, frames)
            yield images, self._targets[rows]

    def validate(self, net: nn.Module) -> dict[str, float]:
        """Measure both kinds of outputs; the score is the mean of their accuracies."""
        logits = face_logits(net, self._pictures, self._recipe.schedule.bfloat16)
        votes, original = logits[:, :VOTES], logits[:, VOTES:]
        judged, labelled = self._validation.majority >= 0, self._validation.original >= 0
        truth, label = self._validation.majority[judged], self._validation.original[labelled]
        figures = {
            "votes": accuracy(truth, votes[judged].argmax(axis=1)),
            "original": accuracy(label, original[labelled].argmax(axis=1)),
        }
        return {
            "score": sum(figures.values()) / 2,
            **figures,
            "uar": uar(truth, votes[judged].argmax(axis=1)),
            "nll": negative_log_likelihood(truth, votes[judged]),
        }


def _targets(
    faces: FaceSet, options: FaceTargets, taught: NDArray[np.floating] | None
) -> NDArray[np.float32]:
    """Return distributions over both kinds of outputs, all zero where nothing is known."""
    count = len(EMOTIONS)
    labelled = (faces.original >= 0)[:, None]
    hard = np.eye(count)[faces.original] * (1 - options.smoothing) + options.smoothing / count
    targets = np.concatenate([faces.votes, np.where(labelled, hard, 0)], axis=1)
    if taught is not None:
        for kind in KINDS:
            known = targets[:, kind].any(axis=1, keepdims=True)
            share = options.trust * (known & taught[:, kind].any(axis=1, keepdims=True))
            targets[:, kind] = (1 - share) * targets[:, kind] + share * taught[:, kind]
    return targets.astype(np.float32)


def framed_pictures(data: FramedFaces, side: int, batch_size: int = 512) -> NDArray[np.uint8]:
    """Return each picture framed, shape (n, side, side), edges repeated beyond it."""
    images = torch.from_numpy(data.faces.images)[:, None]
    framed: list[Tensor] = []
    for rows in torch.arange(len(images)).split(batch_size):
        size = [len(rows), 1, side, side]
        grid = functional.affine_grid(torch.from_numpy(data.frames)[rows], size, False)
        pictures = functional.grid_sample(
            images[rows].float(), grid, padding_mode="border", align_corners=False
        )
        framed.append(pictures.round().byte()[:, 0])
    return torch.cat(framed).numpy()


@torch.inference_mode()
def face_logits(
    net: nn.Module, images: NDArray[np.uint8], bfloat16: bool = False, batch_size: int = 256
) -> NDArray[np.float32]:
    """Run `net` over grey pictures (n, h, w), giving logits (n, outputs)."""
    pictures, device = torch.from_numpy(images)[:, None], device_of(net)
    logits: list[Tensor] = []
    with torch.autocast(device.type, torch.bfloat16, enabled=bfloat16):
        for batch in pictures.split(batch_size):
            batch = (batch.to(device).float() / 255).contiguous(memory_format=torch.channels_last)
            logits.append(net(batch).float().cpu())
    return torch.cat(logits).numpy()
