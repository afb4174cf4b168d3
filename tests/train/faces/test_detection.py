"""What the detector is taught, and how far off it is."""

from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the extra `train`")

from emoarc.train.faces._compose import Scene  # noqa: E402
from emoarc.train.faces._detection import (  # noqa: E402
    agreement,
    detection_loss,
    mirrored,
    scene_targets,
)
from emoarc.types import Box, FaceDetection  # noqa: E402
from emoarc.vision import STRIDES, pick_faces  # noqa: E402

SIDE = 128
CELLS = sum((SIDE // stride) ** 2 for stride in STRIDES)


def face(x: float, y: float, side: float) -> FaceDetection:
    places = np.array([[0.3, 0.4], [0.7, 0.4], [0.5, 0.6], [0.35, 0.8], [0.65, 0.8]])
    return FaceDetection(
        Box(x, y, side, side), 0.9, (np.array([x, y]) + side * places).astype(np.float32)
    )


class Teacher:
    """Sees nothing, or what it is told to."""

    def __init__(self, answers: Any = None) -> None:
        self._answers = np.zeros((CELLS, 15), np.float32) if answers is None else answers

    def answers(self, image: Any) -> Any:
        return self._answers.copy()


def scene(*faces: FaceDetection, covered: bool = False) -> Scene:
    image = np.zeros((SIDE, SIDE, 3), np.uint8)
    return Scene(image, faces, tuple(f.box for f in faces), (covered,) * len(faces))


@pytest.mark.parametrize("side", [16, 30, 60, 100])
def test_a_face_the_teacher_misses_is_taught_by_its_place(side: float) -> None:
    truth = face(12, 9, side)
    target = scene_targets(scene(truth), Teacher())
    assert target.shape == (CELLS, 16)
    (found,) = pick_faces(target[:, 1:], SIDE, SIDE)
    assert found.box.x == pytest.approx(12, abs=1e-3)
    assert found.box.width == pytest.approx(side, rel=1e-4)
    np.testing.assert_allclose(found.points, truth.points, atol=1e-3)


def test_what_the_teacher_says_of_a_face_stands() -> None:
    truth = face(20, 20, 60)
    taught = scene_targets(scene(truth), Teacher())[:, 1:]
    taught[:, 0] *= 0.9
    again = scene_targets(scene(truth), Teacher(taught))
    np.testing.assert_array_equal(again[:, 1:], taught)


def test_what_the_teacher_sees_in_vain_is_not_taught() -> None:
    answers = scene_targets(scene(face(20, 20, 60)), Teacher())[:, 1:]
    target = scene_targets(scene(), Teacher(answers))
    assert target[:, 1].max() == 0
    assert target[:, 0].min() == 1


def test_covered_and_tiny_faces_do_not_count() -> None:
    for doubtful in (scene(face(20, 20, 60), covered=True), scene(face(60, 60, 9))):
        target = scene_targets(doubtful, Teacher())
        assert target[:, 1].max() == 0
        assert 0 < (target[:, 0] == 0).sum() < CELLS / 2


def test_a_mirrored_target_is_that_of_the_mirror_image() -> None:
    target = scene_targets(scene(face(12, 40, 44)), Teacher())
    (found,) = pick_faces(mirrored(target, SIDE)[:, 1:], SIDE, SIDE)
    assert found.box.x == pytest.approx(SIDE - 12 - 44, abs=1e-3)
    assert found.points[0, 0] < found.points[1, 0]
    np.testing.assert_allclose(mirrored(mirrored(target, SIDE), SIDE), target, atol=1e-5)


def test_the_right_answer_costs_least() -> None:
    targets = torch.from_numpy(scene_targets(scene(face(20, 20, 60)), Teacher()))[None]
    right = targets[..., 1:].clone()
    right[..., 0] = torch.logit(right[..., 0].clamp(1e-6, 1 - 1e-6))
    best = detection_loss(right, targets, targets)
    assert best < 1e-3
    for column, change in [(0, -3.0), (1, 0.5), (3, 0.3), (7, 1.0)]:
        wrong = right.clone()
        wrong[..., column] += change
        assert detection_loss(wrong, targets, targets) > best + 0.01


def test_rows_in_parts_give_the_loss_of_the_whole() -> None:
    rows = [scene_targets(scene(face(20, 20, side)), Teacher()) for side in (20, 60, 90)]
    targets = torch.from_numpy(np.stack(rows))
    outputs = torch.randn(3, CELLS, 15, generator=torch.Generator().manual_seed(0))
    parts = [detection_loss(outputs[i : i + 1], targets[i : i + 1], targets) for i in range(3)]
    torch.testing.assert_close(sum(parts), detection_loss(outputs, targets, targets))


def test_agreement_counts_what_is_found_and_what_is_not_there() -> None:
    truth = face(20, 20, 60)
    right = torch.from_numpy(scene_targets(scene(truth), Teacher())[:, 1:])
    right[:, 0] = torch.logit(right[:, 0].clamp(1e-6, 1 - 1e-6))

    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.answers = torch.nn.Parameter(right[None])

        def forward(self, x: Any) -> Any:
            return self.answers

    image = np.zeros((SIDE, SIDE, 3), np.uint8)
    figures = agreement(Net(), [(image, [truth]), (image, [])])
    assert figures["recall"] == 1
    assert figures["false_alarms"] == 0.5
    assert agreement(Net(), [(image, [face(80, 80, 40)])])["recall"] == 0
