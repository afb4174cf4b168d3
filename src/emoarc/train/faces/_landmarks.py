"""The job `face-landmarks`: a small net learns the points of the mesh teacher."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# torch annotates itself in part only.

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from emoarc.errors import OptionError
from emoarc.nets import LandmarkNet, LandmarkNetOptions
from emoarc.train._loop import Batch, device_of
from emoarc.train._recipe import Recipe
from emoarc.train.faces._ahead import made_ahead
from emoarc.train.faces._face_views import FaceViews, ViewOptions, mirrored
from emoarc.train.faces._landmark_figures import point_errors
from emoarc.train.faces._shrunken import HeldOutView
from emoarc.vision._mesh import (
    INNER_LIPS,
    LEFT_BROW,
    LEFT_EYE,
    MESH_POINTS,
    RIGHT_BROW,
    RIGHT_EYE,
)

__all__ = ["LandmarkJob", "LandmarkRecipe", "landmark_answers", "landmark_loss"]

_DEPTH: Final = 0.5
"""How much an error in z counts beside one in x or y: the teacher's depth is a guess itself."""
_GAPS: Final = 0.5
"""How much the error of the distances that expressions change counts beside that of the points."""
_FACE: Final = 0.1
"""How much the face logit counts beside the points, whose error is a few hundredths."""

_UPPER: Final = (
    *RIGHT_EYE[1:4], *LEFT_EYE[1:4], *INNER_LIPS[1:4], INNER_LIPS[0], *RIGHT_BROW, *LEFT_BROW,
)  # fmt: skip
_LOWER: Final = (
    *RIGHT_EYE[:4:-1], *LEFT_EYE[:4:-1], *INNER_LIPS[:4:-1], INNER_LIPS[4],
    *[RIGHT_EYE[0]] * 2, *[RIGHT_EYE[4]] * 3, *[LEFT_EYE[0]] * 2, *[LEFT_EYE[4]] * 3,
)  # fmt: skip


@dataclass(frozen=True)
class LandmarkRecipe(Recipe):
    """A recipe of the task `face-landmarks`."""

    count: int = 16384
    """Views per epoch, each of which is seen twice, once mirrored."""
    muxspace: float = 0.5
    """Share of the faces drawn from muxspace, whose pictures are larger and fewer than FER+'s."""
    net: LandmarkNetOptions = field(default_factory=LandmarkNetOptions)
    views: ViewOptions = field(default_factory=ViewOptions)

    def __post_init__(self) -> None:
        if self.count < self.schedule.batch_size:
            raise OptionError("count: must be at least schedule.batch_size")
        if not 0 <= self.muxspace <= 1:
            raise OptionError("muxspace: is a share, from 0 to 1")


class LandmarkJob:
    """What the loop must know: the net, the views, and how far off its points are."""

    def __init__(
        self,
        recipe: LandmarkRecipe,
        views: FaceViews,
        larger: NDArray[np.bool_],
        validation: Sequence[HeldOutView],
    ) -> None:
        """Take training views, which of them are of larger pictures, and held-out crops."""
        torch.manual_seed(recipe.seed)
        net = LandmarkNet(len(MESH_POINTS), recipe.net)
        # What the net says of anything before it has learnt to tell faces apart.
        net.begin_at(torch.from_numpy(_row(views.mean_face)))
        self.net: nn.Module = net
        self.loss = landmark_loss
        self.steps = 2 * recipe.count // recipe.schedule.batch_size
        self._recipe, self._views, self._validation = recipe, views, validation
        shares = np.where(larger, recipe.muxspace, 1 - recipe.muxspace)
        shares = shares / np.where(larger, max(larger.sum(), 1), max((~larger).sum(), 1))
        self._shares = shares / shares.sum()

    def batches(self, epoch: int) -> Iterator[Batch]:
        """Yield new views; the next batch is drawn while the net learns from this one."""
        yield from made_ahead(partial(self._batch, epoch), self.steps)

    def validate(self, net: nn.Module) -> dict[str, float]:
        """Measure the error in interocular distances; the score falls with it."""
        figures: dict[str, float] = {}
        for view in self._validation:
            answers = landmark_answers(net, view.crops)
            figures[view.name] = float(point_errors(answers[:, 1:], view.points).mean())
        return {"score": -sum(figures.values()) / len(figures), **figures}

    def _batch(self, epoch: int, step: int) -> Batch:
        generator = np.random.default_rng([self._recipe.seed, epoch, step])
        count = self._recipe.schedule.batch_size // 2
        crops: list[NDArray[np.uint8]] = []
        targets: list[NDArray[np.float32]] = []
        for index in generator.choice(len(self._views), count, p=self._shares).tolist():
            crop, target = self._draw(index, generator)
            crops += [crop, np.ascontiguousarray(crop[:, ::-1])]
            targets += [_row(target), _row(None if target is None else mirrored(target))]
        return _as_input(np.stack(crops)), torch.from_numpy(np.stack(targets))

    def _draw(
        self, index: int, generator: np.random.Generator
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32] | None]:
        if generator.random() < self._recipe.views.others:
            return self._views.other(index, generator), None
        return self._views.face(index, generator)


def _row(points: NDArray[np.float32] | None) -> NDArray[np.float32]:
    """Lay a target out as the net's answer: whether there is a face, then its points."""
    if points is None:
        return np.zeros(1 + 3 * len(MESH_POINTS), np.float32)
    return np.concatenate([np.ones(1, np.float32), points.ravel()])


def _as_input(crops: NDArray[np.uint8]) -> Tensor:
    return torch.from_numpy(crops)[:, None].float() / 255


def landmark_loss(outputs: Tensor, targets: Tensor, whole: Tensor) -> Tensor:
    """Sum the mean distance of points, of the gaps between some of them, and the face's entropy.

    Distances are absolute differences over the distance of the outer corners of the eyes in space,
    which turning a face leaves as it is; of crops without a face only the logit counts.

    Args:
        outputs: (n, 1 + 3 points), as `LandmarkNet` answers.
        targets: The same, with 1 or 0 for the logit.
        whole: The targets of the whole batch, of which these may be a part.
    """
    outputs = outputs.float()
    faces = targets[:, 0] > 0
    entropy = functional.binary_cross_entropy_with_logits(
        outputs[:, 0], targets[:, 0], reduction="sum"
    )
    found = outputs[faces, 1:].unflatten(1, (-1, 3))
    truth = targets[faces, 1:].unflatten(1, (-1, 3))
    unit = (truth[:, RIGHT_EYE[0]] - truth[:, LEFT_EYE[0]]).norm(dim=1).view(-1, 1, 1)
    errors = (found - truth) / unit.clamp_min(0.05)
    weights = errors.new_tensor([1, 1, _DEPTH])
    gaps = errors[:, list(_UPPER)] - errors[:, list(_LOWER)]
    distance = (errors.abs() * weights).sum(dim=2).mean(dim=1)
    gap = gaps[..., :2].abs().sum(dim=2).mean(dim=1)
    count = (whole[:, 0] > 0).sum().clamp_min(1)
    return (distance + _GAPS * gap).sum() / count + _FACE * entropy / len(whole)


@torch.inference_mode()
def landmark_answers(net: nn.Module, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Run `net` over grey crops (n, side, side), giving (n, 1 + 3 points)."""
    device = device_of(net)
    batches = (_as_input(crops[i : i + 128]).to(device) for i in range(0, len(crops), 128))
    return torch.cat([net(batch).float().cpu() for batch in batches]).numpy()
