"""Learning the points of the mesh teacher: the loss, and a whole training in seconds."""

import shutil
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the extra `train`")
pytest.importorskip("onnx", reason="exporting needs the extra `train`")

from emoarc.corpora import read_corpora  # noqa: E402
from emoarc.errors import OptionError  # noqa: E402
from emoarc.packs import load_pack  # noqa: E402
from emoarc.train import train  # noqa: E402
from emoarc.train.faces import read_pictures  # noqa: E402
from emoarc.train.faces._landmark_figures import point_errors  # noqa: E402
from emoarc.train.faces._landmarks import landmark_loss  # noqa: E402
from emoarc.train.faces._marks import mark_pictures  # noqa: E402
from emoarc.train.faces._shrunken import held_out_faces, held_out_view  # noqa: E402
from emoarc.train.faces._teachers import find_teacher  # noqa: E402
from emoarc.types import Box, FaceDetection  # noqa: E402
from emoarc.vision import FaceLandmarker, five_points  # noqa: E402
from emoarc.vision._canonical import CANONICAL_FACE  # noqa: E402

RECIPE = """
name = "tiny-landmarks"
task = "face-landmarks"
version = "0.0.1"
seed = 3
count = 32

[schedule]
epochs = 2
batch_size = 16
learning_rate = 2e-3
optimizer = "adamw"
average = 0.5
bfloat16 = false
threads = 1

[net]
side = 32
stem = 4
channels = [8]
blocks = [1]
head = 4
hidden = 8
"""


def _targets(count: int = 6) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    faces = torch.from_numpy(CANONICAL_FACE.astype(np.float32)).flatten() / 2.5
    rows = faces + 0.02 * torch.randn(count, len(faces), generator=generator)
    flags = (torch.arange(count) % 3 > 0).float()[:, None]
    return torch.cat([flags, rows * flags], dim=1)


def test_the_loss_vanishes_where_the_answer_is_right() -> None:
    targets = _targets()
    right = targets.clone()
    right[:, 0] = 40 * right[:, 0] - 20
    assert landmark_loss(right, targets, targets) < 1e-5
    assert landmark_loss(right + 0.01, targets, targets) > 0.02


def test_points_of_no_face_cost_nothing() -> None:
    targets = _targets()
    answers = targets.clone()
    answers[targets[:, 0] == 0, 1:] = 9.0
    assert landmark_loss(answers, targets, targets) == landmark_loss(targets, targets, targets)


def test_the_losses_of_shares_add_up_to_that_of_the_whole() -> None:
    targets = _targets(9)
    answers = targets + 0.05 * torch.randn(
        targets.shape, generator=torch.Generator().manual_seed(1)
    )
    parts = [landmark_loss(answers[i::2], targets[i::2], targets) for i in range(2)]
    torch.testing.assert_close(sum(parts), landmark_loss(answers, targets, targets))


def test_a_batch_without_a_face_teaches_the_score_alone() -> None:
    targets = torch.zeros(4, 1 + CANONICAL_FACE.size)
    answers = torch.ones_like(targets, requires_grad=True)
    landmark_loss(answers, targets, targets).backward()
    assert answers.grad is not None
    assert (answers.grad[:, 0] > 0).all()
    assert (answers.grad[:, 1:] == 0).all()


def test_errors_count_distances_of_the_eyes_and_no_depth() -> None:
    truth = 80 * np.stack([CANONICAL_FACE, CANONICAL_FACE])
    found = truth + np.array([3.0, 4.0, 50.0])
    np.testing.assert_allclose(point_errors(found, truth), 5 / 80, rtol=3e-3)


def test_a_missing_teacher_is_told(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"teacher models/none\.onnx is not here"):
        find_teacher(tmp_path, "none.onnx")


@pytest.fixture(scope="session")
def data(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some real pictures in the layout of both corpora, beside the teachers."""
    folder = tmp_path_factory.mktemp("faces")
    muxspace = folder / "corpora" / "muxspace"
    (muxspace / "images").mkdir(parents=True)
    clips = read_corpora(shared / "corpora" / "muxspace", ["muxspace"]).clips[:60]
    for clip in clips:
        shutil.copyfile(clip.file, muxspace / "images" / clip.file.name)
    rows = [f"1,{clip.file.name},{clip.emotion}" for clip in clips]
    (muxspace / "legend.csv").write_text("\n".join(["user.id,image,emotion", *rows]))
    for split in ("Train", "Valid"):
        source = shared / "corpora" / "ferplus" / f"FER2013{split}"
        target = folder / "corpora" / "ferplus" / source.name
        target.mkdir(parents=True)
        lines = (source / "label.csv").read_text().splitlines()[:10]
        (target / "label.csv").write_text("\n".join(lines))
        for line in lines:
            name = line.split(",")[0]
            shutil.copyfile(source / name, target / name)
    (folder / "models").mkdir()
    for model in (shared / "models").glob("face_*.onnx"):
        (folder / "models" / model.name).symlink_to(model)
    return folder


def test_the_teachers_agree_about_where_the_eyes_are(data: Path, tmp_path: Path) -> None:
    pictures = read_pictures(data, "training")[:20]
    marks = mark_pictures(pictures, data, tmp_path / "marks.npz")
    assert len(marks.names) >= 18
    sure = marks.above(8)
    assert set(sure.scores > 8) == {True}
    ours = np.stack([five_points(points) for points in sure.points])
    width = np.linalg.norm(sure.five[:, 1] - sure.five[:, 0], axis=1)
    apart = np.linalg.norm(ours - sure.five, axis=2) / width[:, None]
    assert np.median(apart) < 0.15
    file = (tmp_path / "marks.npz").stat()
    again = mark_pictures(pictures, data, tmp_path / "marks.npz")
    assert (tmp_path / "marks.npz").stat().st_mtime_ns == file.st_mtime_ns
    np.testing.assert_array_equal(again.points, marks.points)
    fewer = mark_pictures(pictures[:3], data, tmp_path / "marks.npz")
    assert set(fewer.names) <= {picture.name for picture in pictures[:3]}


def test_shrunken_faces_keep_their_points(data: Path, tmp_path: Path) -> None:
    pictures = [p for p in read_pictures(data, "training") if p.name.startswith("muxspace")][:8]
    marks = mark_pictures(pictures, data, tmp_path / "marks.npz")
    faces = held_out_faces(pictures, marks)
    for face in faces:
        small = face.shrunk(24)
        sides = small.detection.box.width, small.detection.box.height
        assert max(sides) == pytest.approx(24, abs=0.6)
        assert small.image.shape[0] < face.image.shape[0]
        assert face.shrunk(10_000) is face
    full, small = (held_out_view("", faces, 64, size) for size in (None, 24))
    np.testing.assert_allclose(full.points, small.points, atol=0.02)
    difference = np.abs(full.crops.astype(float) - small.crops).mean()
    assert 0.5 < difference < 25


def test_a_recipe_becomes_a_pack_that_marks_faces(data: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "tiny.toml"
    recipe.write_text(RECIPE)
    metrics = train(recipe, data, tmp_path / "run")
    sizes = metrics["held_out"]["sizes"]
    assert {"full", "40 px", "24 px"} <= set(sizes)
    assert all(0 < row["error"] < 1 for row in sizes.values())
    pack = load_pack(tmp_path / "run" / "tiny-landmarks")
    assert "82 points" in pack.card
    assert "prior" not in pack.card.lower()
    picture = read_pictures(data, "validation")[0].image
    box = Box(0, 0, picture.shape[1], picture.shape[0])
    found = FaceLandmarker(pack).locate(picture, FaceDetection(box, 1.0))
    assert found.points.shape == (82, 3)
    assert 0 <= found.score <= 1
