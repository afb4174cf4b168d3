"""The face job: a `ResidualNet` on FER+."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# torch annotates itself in part only.

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from emoarc.evaluate import accuracy, negative_log_likelihood, uar
from emoarc.nets import ResidualNet, ResidualOptions
from emoarc.train._augment_faces import FaceAugmentation, augment_faces
from emoarc.train._ferplus import FERPLUS_LABELS, FaceSet
from emoarc.train._loop import Batch, device_of, soft_cross_entropy
from emoarc.train._recipe import Recipe

__all__ = ["FaceJob", "FaceRecipe", "face_logits"]


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


@dataclass(frozen=True)
class FaceRecipe(Recipe):
    """A recipe of the task `face-expression`."""

    pictures: PictureSizes = field(default_factory=PictureSizes)
    net: ResidualOptions = field(default_factory=ResidualOptions)
    augmentation: FaceAugmentation = field(default_factory=FaceAugmentation)


class FaceJob:
    """What the loop must know: the net, the batches, and how well it does in validation."""

    loss = staticmethod(soft_cross_entropy)

    def __init__(self, recipe: FaceRecipe, training: FaceSet, validation: FaceSet) -> None:
        torch.manual_seed(recipe.seed)
        self.net: nn.Module = ResidualNet(len(FERPLUS_LABELS), recipe.net)
        self._recipe = recipe
        usable = training.votes.any(axis=1)
        self._images = torch.from_numpy(training.images[usable])[:, None]
        self._votes = torch.from_numpy(training.votes[usable])
        self.steps = max(1, len(self._images) // recipe.schedule.batch_size)
        judged = validation.majority >= 0
        self._validation = validation.images[judged], validation.majority[judged]

    def batches(self, epoch: int) -> Iterator[Batch]:
        """Yield augmented pictures with their votes, in a new order each epoch."""
        generator = torch.Generator().manual_seed(self._recipe.seed * 100_003 + epoch)
        order = torch.randperm(len(self._images), generator=generator)
        sizes = self._recipe.pictures
        side = sizes.early_side if epoch < sizes.early_epochs else sizes.side
        for rows in order.split(self._recipe.schedule.batch_size)[: self.steps]:
            images = self._images[rows].float() / 255
            images = augment_faces(images, self._recipe.augmentation, generator, side)
            yield images, self._votes[rows]

    def validate(self, net: nn.Module) -> dict[str, float]:
        """Measure on the pictures with a majority; the score is their accuracy."""
        images, truth = self._validation
        logits = face_logits(net, images, self._recipe.schedule.bfloat16)
        correct = accuracy(truth, logits.argmax(axis=1))
        return {
            "score": correct,
            "uar": uar(truth, logits.argmax(axis=1)),
            "nll": negative_log_likelihood(truth, logits),
        }


@torch.inference_mode()
def face_logits(
    net: nn.Module, images: NDArray[np.uint8], bfloat16: bool = False, batch_size: int = 256
) -> NDArray[np.float32]:
    """Run `net` over grey pictures (n, h, w), giving logits (n, labels)."""
    pictures, device = torch.from_numpy(images)[:, None], device_of(net)
    logits: list[Tensor] = []
    with torch.autocast(device.type, torch.bfloat16, enabled=bfloat16):
        for batch in pictures.split(batch_size):
            batch = (batch.to(device).float() / 255).contiguous(memory_format=torch.channels_last)
            logits.append(net(batch).float().cpu())
    return torch.cat(logits).numpy()
