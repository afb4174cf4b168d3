"""The job `face-detection`: a small net learns from YuNet, and from scenes we composed."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# torch annotates itself in part only.

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from emoarc.errors import OptionError
from emoarc.nets import FaceDetectorNet, FaceDetectorOptions
from emoarc.train._loop import Batch, device_of
from emoarc.train._recipe import Recipe
from emoarc.train.faces._ahead import made_ahead
from emoarc.train.faces._compose import Composer, FacePicture, Scene
from emoarc.train.faces._degrade import degraded
from emoarc.types import Box, FaceDetection
from emoarc.vision import (
    STRIDES,
    NetDetector,
    NetDetectorOptions,
    cell_grid,
    decode,
    iou,
    pick_faces,
)

__all__ = ["DetectionJob", "DetectionRecipe", "detection_loss", "scene_targets"]

_KNOWN = 0.35
"""Overlap (intersection over union) from which a cell's box is that of a face we placed."""
_MISSED = 0.5
"""A face of which the teacher is less sure than this is taught by its place."""
_EXTRA = 0.6
"""So sure the teacher must be of a face that we did not place."""
_SURE = 0.9
"""The score to be learnt for faces taught by their place; the teacher rarely says more."""
_FACE = 0.3
"""The score from which a cell's box and points are learnt."""
_LEAST = 12.0
"""Pixels; smaller faces are taught only where the teacher finds them."""


@dataclass(frozen=True)
class SceneOptions:
    """The scenes of an epoch."""

    side: int = 288
    """Pixels, a multiple of 32."""
    count: int = 3000
    """Scenes per epoch; each is seen twice, spoilt in two ways, once mirrored."""
    validation: int = 300
    """Scenes that the epochs are judged by."""

    def __post_init__(self) -> None:
        if self.side < 32 or self.side % 32:
            raise OptionError(f"side: must be a multiple of 32, not {self.side}")
        if self.count < 1 or self.validation < 1:
            raise OptionError("count, validation: must be counted from 1 up")


@dataclass(frozen=True)
class DetectionRecipe(Recipe):
    """A recipe of the task `face-detection`."""

    net: FaceDetectorOptions = field(default_factory=FaceDetectorOptions)
    scenes: SceneOptions = field(default_factory=SceneOptions)


class DetectionJob:
    """What the loop must know: the net, the scenes, and how well it finds the teacher's faces."""

    def __init__(
        self,
        recipe: DetectionRecipe,
        teacher: NetDetector,
        training: list[FacePicture],
        validation: list[FacePicture],
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.net: nn.Module = FaceDetectorNet(recipe.net)
        self.loss = detection_loss
        self.steps = max(1, 2 * recipe.scenes.count // recipe.schedule.batch_size)
        self._recipe, self._teacher = recipe, teacher
        self._composer = Composer(training, recipe.scenes.side)
        judge = Composer(validation, recipe.scenes.side)
        draws = (np.random.default_rng([0, i]) for i in range(recipe.scenes.validation))
        scenes = (judge.compose(draw) for draw in draws)
        self._validation = [(s.image, teacher.detect(s.image)) for s in scenes]

    def batches(self, epoch: int) -> Iterator[Batch]:
        """Yield new scenes; the next batch is composed while the net learns from this one."""
        yield from made_ahead(partial(self._batch, epoch), self.steps)

    def validate(self, net: nn.Module) -> dict[str, float]:
        """Measure recall of what the teacher is sure of, and false alarms per scene."""
        return agreement(net, self._validation)

    def _batch(self, epoch: int, step: int) -> Batch:
        generator = np.random.default_rng([self._recipe.seed, epoch, step])
        images: list[NDArray[np.uint8]] = []
        targets: list[NDArray[np.float32]] = []
        for _ in range(self._recipe.schedule.batch_size // 2):
            scene = self._composer.compose(generator)
            target = scene_targets(scene, self._teacher)
            images += [
                degraded(scene.image, generator),
                degraded(scene.image[:, ::-1].copy(), generator),
            ]
            targets += [target, mirrored(target, self._recipe.scenes.side)]
        pixels = np.ascontiguousarray(np.stack(images)[..., ::-1].transpose(0, 3, 1, 2))
        return torch.from_numpy(pixels).float(), torch.from_numpy(np.stack(targets))


def scene_targets(scene: Scene, teacher: NetDetector) -> NDArray[np.float32]:
    """What a net should answer of a scene: what the teacher says, where it is right.

    Faces that it sees where we placed none are passed over, unless it is sure of them within a
    picture; faces that it misses, turned ones above all, are taught by their place.

    Returns:
        Shape (cells, 16): how much the cell counts, 0 or 1, then the answer as in `NetDetector`.
    """
    side = scene.image.shape[0]
    answers = teacher.answers(scene.image)
    boxes, _ = decode(answers, side, side)
    centers = boxes[:, :2] + boxes[:, 2:] / 2
    weights = np.ones(len(answers), np.float32)
    scores = answers[:, 0].copy()
    within = [_holds(box, centers) for box in scene.natural]
    extra = (scores >= _EXTRA) & np.any(within, axis=0) if within else np.zeros(len(scores), bool)
    overlaps = [_overlap(face.box, boxes) for face in scene.faces]
    known = np.max(overlaps, axis=0) > _KNOWN if overlaps else np.zeros(len(scores), bool)
    answers[:, 0] = np.where(known | extra, scores, 0)
    cells, strides = cell_grid(side, side)
    for face, overlap, covered in zip(scene.faces, overlaps, scene.covered, strict=True):
        if scores[overlap > _KNOWN].max(initial=0) >= _MISSED:
            continue
        if covered or face.box.width < _LEAST:
            weights[_holds(face.box, (cells + 0.5) * strides)] = 0
        else:
            _teach(answers, face, cells, strides)
    return np.concatenate([weights[:, None], answers], axis=1)


def mirrored(target: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Turn what should be answered of a scene into what should be of its mirror image."""
    counts = np.cumsum([(side // stride) ** 2 for stride in STRIDES])
    maps = np.split(target, counts[:-1])
    flipped = [
        each.reshape(side // stride, -1, each.shape[1])[:, ::-1].reshape(each.shape)
        for each, stride in zip(maps, STRIDES, strict=True)
    ]
    result = np.concatenate(flipped)
    # A place counts from its cell's left edge: at x in one picture, at 1 - x in the other.
    result[:, [2, *range(6, 16, 2)]] = 1 - result[:, [2, *range(6, 16, 2)]]
    result[:, 6:] = result[:, 6:].reshape(-1, 5, 2)[:, [1, 0, 2, 4, 3]].reshape(-1, 10)
    return result


def detection_loss(outputs: Tensor, targets: Tensor, whole: Tensor) -> Tensor:
    """How far answers are from what they should be, per unit of the scores of all true faces.

    Scores by the quality focal loss (Li et al. 2020, "Generalized focal loss"); where there is a
    face, boxes by their overlap and their encoding, points by their distance in face sizes.

    Args:
        outputs: Shape (n, cells, 15), scores as logits.
        targets: Shape (n, cells, 16), as from `scene_targets`.
        whole: The targets of the whole batch.
    """
    outputs = outputs.float()
    counts, truth = targets[..., 0], targets[..., 1]
    doubt = functional.binary_cross_entropy_with_logits(outputs[..., 0], truth, reduction="none")
    scores = counts * (outputs[..., 0].sigmoid() - truth).square() * doubt
    faces = counts * truth > _FACE
    weight, found, wanted = truth[faces], outputs[faces][:, 1:], targets[faces][:, 2:]
    apart = 1 - _box_overlap(found[:, :4], wanted[:, :4])
    apart = apart + 0.2 * (found[:, :4] - wanted[:, :4]).abs().sum(dim=1)
    size = wanted[:, 2:4].mean(dim=1, keepdim=True).exp()
    astray = ((found[:, 4:] - wanted[:, 4:]) / size).abs().mean(dim=1)
    total = (whole[..., 0] * whole[..., 1] * (whole[..., 1] > _FACE)).sum().clamp(min=1)
    return (scores.sum() + (weight * (apart + 5 * astray)).sum()) / total


def agreement(
    net: nn.Module, judged: Sequence[tuple[NDArray[np.uint8], list[FaceDetection]]]
) -> dict[str, float]:
    """Compare what a net finds with what its teacher finds, in pictures of one size.

    Returns:
        `recall` of the faces of at least 24 pixels of which the teacher is sure; `false_alarms`,
        faces per picture that the teacher does not see at all; `score`, which weighs both.
    """
    sure = found = alarms = 0
    for image, truth in judged:
        faces = net_faces(net, image)
        wanted = [f for f in truth if f.score >= 0.8 and min(f.box.width, f.box.height) >= 24]
        sure += len(wanted)
        found += sum(any(iou(f.box, own.box) >= 0.5 for own in faces) for f in wanted)
        alarms += sum(not any(iou(own.box, f.box) >= 0.3 for f in truth) for own in faces)
    recall, false = found / max(sure, 1), alarms / len(judged)
    return {"score": recall - 0.2 * false, "recall": recall, "false_alarms": false}


@torch.inference_mode()
def net_faces(net: nn.Module, image: NDArray[np.uint8]) -> list[FaceDetection]:
    """Find faces in an RGB picture whose sides are multiples of 32."""
    pixels = torch.from_numpy(image[:, :, ::-1].transpose(2, 0, 1).copy())[None].float()
    answers: Tensor = net(pixels.to(device_of(net)))[0].float().cpu()
    scored = torch.cat([answers[:, :1].sigmoid(), answers[:, 1:]], dim=1)
    options = NetDetectorOptions(floor=0.5)
    return pick_faces(scored.numpy(), image.shape[1], image.shape[0], options)


def _teach(
    answers: NDArray[np.float32],
    face: FaceDetection,
    cells: NDArray[np.float32],
    strides: NDArray[np.float32],
) -> None:
    """Make the cells about a face's centre answer with it, on the map that its size belongs to."""
    assert face.points is not None
    width, height = face.box.width, face.box.height
    # Where YuNet passes from one map to the next, by the boxes it gives to faces of all sizes.
    stride = 8 if width < 44 else 16 if width < 120 else 32
    offset = np.array(face.box.center, np.float32) / strides - cells
    near = (strides[:, 0] == stride) & (np.abs(offset - 0.5).max(axis=1) < 1.5)
    answers[near, 0] = _SURE
    answers[near, 1:3] = offset[near]
    answers[near, 3:5] = np.log(np.array([width, height], np.float32) / stride)
    points = face.points[None] / stride - cells[near][:, None]
    answers[near, 5:] = points.reshape(-1, 10)


def _box_overlap(a: Tensor, b: Tensor) -> Tensor:
    """Intersection over union of boxes (n, 4) as the net encodes them, of the same cells."""
    (low_a, high_a), (low_b, high_b) = (
        (box[:, :2] - box[:, 2:].exp() / 2, box[:, :2] + box[:, 2:].exp() / 2) for box in (a, b)
    )
    shared = (torch.min(high_a, high_b) - torch.max(low_a, low_b)).clamp(min=0).prod(dim=1)
    areas = a[:, 2:].exp().prod(dim=1) + b[:, 2:].exp().prod(dim=1)
    return shared / (areas - shared)


def _overlap(box: Box, boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Intersection over union of a box with many, (n, 4) as x, y, width, height."""
    low = np.maximum(boxes[:, :2], (box.x, box.y))
    high = np.minimum(boxes[:, :2] + boxes[:, 2:], (box.x + box.width, box.y + box.height))
    shared = np.clip(high - low, 0, None).prod(axis=1)
    return shared / (box.area + boxes[:, 2] * boxes[:, 3] - shared)


def _holds(box: Box, places: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Which of the places (n, 2) lie in a box."""
    offset = places - (box.x, box.y)
    return np.all((offset >= 0) & (offset <= (box.width, box.height)), axis=1)
