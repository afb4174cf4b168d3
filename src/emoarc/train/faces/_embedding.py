"""The face embedder: a small network taught by MobileFaceNet to tell people apart."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# torch annotates itself in part only.

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor, nn
from torch.nn import functional

from emoarc.nets import FaceEmbedder, FaceEmbedderOptions
from emoarc.train._augment_faces import FaceAugmentation, augment_faces
from emoarc.train._loop import Batch, device_of
from emoarc.train._recipe import Recipe
from emoarc.train.faces._embedding_teacher import TaughtFaces

__all__ = ["EmbeddingJob", "EmbeddingRecipe", "embeddings", "is_held_out", "person_of", "shrunk"]

_PERSON: Final = re.compile(r"muxspace/(.+)_\d{4}\.\w+")
"""Pictures named so show the person they are named after."""
_HELD_OUT: Final = 10
"""One in so many people is kept from training."""
_LIKENESS: Final = 10.0
"""Weight of wrong likenesses between faces, whose square is about a hundredth of the cosine's."""


@dataclass(frozen=True)
class EmbeddingRecipe(Recipe):
    """A recipe of the task `face-embedding`."""

    net: FaceEmbedderOptions = field(default_factory=FaceEmbedderOptions)
    augmentation: FaceAugmentation = field(default_factory=FaceAugmentation)


class EmbeddingJob:
    """What the loop must know: the net, the batches, and how near it comes to its teacher."""

    def __init__(
        self, recipe: EmbeddingRecipe, training: TaughtFaces, validation: TaughtFaces
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.net: nn.Module = FaceEmbedder(recipe.net)
        self._recipe = recipe
        self._images = torch.from_numpy(training.images)[:, None]
        self._targets = torch.from_numpy(training.embeddings)
        self.steps = max(1, len(self._images) // recipe.schedule.batch_size)
        self._truth = validation.embeddings
        self._clean = shrunk(validation.images, recipe.net.side)
        faces = torch.from_numpy(validation.images)[:, None].float() / 255
        self._spoilt = self._spoil(faces, torch.Generator().manual_seed(recipe.seed))

    def batches(self, epoch: int) -> Iterator[Batch]:
        """Yield spoilt faces with what the teacher says of them as they were."""
        generator = torch.Generator().manual_seed(self._recipe.seed * 100_003 + epoch)
        order = torch.randperm(len(self._images), generator=generator)
        for rows in order.split(self._recipe.schedule.batch_size)[: self.steps]:
            images = self._images[rows].float() / 255
            yield self._spoil(images, generator), self._targets[rows]

    def loss(self, outputs: Tensor, targets: Tensor, whole: Tensor) -> Tensor:
        """One minus the cosine to the teacher's answer, and how wrong the likenesses to all
        faces of the batch are (Park et al. 2019, "Relational knowledge distillation").
        """  # noqa: D205
        away = 1 - (outputs * targets).sum(dim=1)
        wrong = ((outputs - targets) @ whole.T).square().mean(dim=1)
        return (away + _LIKENESS * wrong).sum() / len(whole)

    def validate(self, net: nn.Module) -> dict[str, float]:
        """Measure the mean cosine to the teacher's answers, of clean and of spoilt faces."""
        clean, spoilt = (
            float((embeddings(net, images) * self._truth).sum(axis=1).mean())
            for images in (self._clean, self._spoilt)
        )
        return {"score": (clean + spoilt) / 2, "cosine": clean, "spoilt": spoilt}

    def _spoil(self, images: Tensor, generator: Generator) -> Tensor:
        recipe = self._recipe
        return augment_faces(images, recipe.augmentation, generator, recipe.net.side)


def shrunk(images: NDArray[np.uint8], side: int) -> Tensor:
    """Turn grey pictures (n, h, w) into what the net takes: (n, 1, side, side), in [0, 1]."""
    pictures = torch.from_numpy(images)[:, None].float() / 255
    return functional.interpolate(pictures, (side, side), mode="bilinear", antialias=True)


@torch.inference_mode()
def embeddings(net: nn.Module, images: Tensor, batch_size: int = 256) -> NDArray[np.float32]:
    """Embed grey pictures in [0, 1], shape (n, 1, h, w)."""
    device = device_of(net)
    return torch.cat([net(part.to(device)).cpu() for part in images.split(batch_size)]).numpy()


def person_of(name: str) -> str | None:
    """Whom a picture shows, where its name says so."""
    found = _PERSON.fullmatch(name)
    return found[1] if found else None


def is_held_out(name: str) -> bool:
    """Whether a picture shows one of the people kept from training."""
    person = person_of(name)
    if person is None:
        return False
    return int.from_bytes(hashlib.sha256(person.encode()).digest()[:4]) % _HELD_OUT == 0
