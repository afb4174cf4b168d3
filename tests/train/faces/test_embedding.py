from collections import Counter
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the extra `train`")

from sklearn.metrics import roc_auc_score  # noqa: E402

from emoarc.nets import FaceEmbedderOptions  # noqa: E402
from emoarc.train._augment_faces import FaceAugmentation  # noqa: E402
from emoarc.train._loop import fit  # noqa: E402
from emoarc.train._recipe import Schedule  # noqa: E402
from emoarc.train.faces._embedding import (  # noqa: E402
    EmbeddingJob,
    EmbeddingRecipe,
    embeddings,
    is_held_out,
    person_of,
    shrunk,
)
from emoarc.train.faces._embedding_pack import likeness_figures  # noqa: E402
from emoarc.train.faces._embedding_teacher import TaughtFaces, teach_faces  # noqa: E402
from emoarc.train.faces._pictures import read_pictures  # noqa: E402

RECIPE = EmbeddingRecipe(
    name="tiny",
    task="face-embedding",
    version="0",
    seed=1,
    schedule=Schedule(
        epochs=3, batch_size=16, learning_rate=0.01, optimizer="adamw", bfloat16=False, threads=1
    ),
    net=FaceEmbedderOptions(side=16, stem=4, channels=(8, 8), blocks=(1, 1), size=8),
    augmentation=FaceAugmentation(),
)


def faces(count: int, seed: int = 0) -> TaughtFaces:
    """Stripes of four directions, each with an embedding of its own."""
    random = np.random.default_rng(seed)
    kinds = random.integers(0, 4, count)
    y, x = np.mgrid[:24, :24]
    stripes = np.stack([np.sin(x), np.sin(y), np.sin(x + y), np.sin(x - y)])
    noise = random.normal(0, 10, (count, 24, 24))
    images = np.clip(128 + 80 * stripes[kinds] + noise, 0, 255).astype(np.uint8)
    names = np.array([f"muxspace/Kind_{kind}_{n:04}.jpg" for n, kind in enumerate(kinds)])
    return TaughtFaces(names, images, np.eye(8, dtype=np.float32)[kinds])


def test_a_student_comes_near_its_teacher(tmp_path: Path) -> None:
    job = EmbeddingJob(RECIPE, faces(320), faces(64, seed=1))
    before = job.validate(job.net.eval())["score"]
    figures: list[float] = []
    net = fit(job, RECIPE, tmp_path, lambda epoch: figures.append(epoch["score"]))
    assert figures[-1] > before + 0.3
    taught = faces(64, seed=2)
    assert likeness_figures(taught, embeddings(net, shrunk(taught.images, 16)))["auc"] > 0.9


def test_the_loss_is_nothing_for_the_teachers_own_answers() -> None:
    job = EmbeddingJob(RECIPE, faces(32), faces(16))
    answers = torch.nn.functional.normalize(torch.randn(6, 8))
    assert float(job.loss(answers, answers, answers)) == pytest.approx(0, abs=1e-6)
    assert float(job.loss(-answers, answers, answers)) > 2


def test_losses_of_parts_add_up_to_that_of_the_whole() -> None:
    job = EmbeddingJob(RECIPE, faces(32), faces(16))
    outputs, targets = torch.nn.functional.normalize(torch.randn(2, 6, 8), dim=2)
    whole = job.loss(outputs, targets, targets)
    parts = [job.loss(outputs[i::2], targets[i::2], targets) for i in range(2)]
    assert float(sum(parts)) == pytest.approx(float(whole), rel=1e-5)


def test_an_epoch_can_be_drawn_again() -> None:
    job = EmbeddingJob(RECIPE, faces(64), faces(16))
    first, again, other = (next(iter(job.batches(epoch))) for epoch in (0, 0, 1))
    assert torch.equal(first[0], again[0])
    assert not torch.equal(first[0], other[0])
    assert first[0].shape == (16, 1, 16, 16)


def test_people_are_told_from_file_names() -> None:
    assert person_of("muxspace/Ann_Lee_0003.jpg") == "Ann_Lee"
    assert person_of("muxspace/facial-expressions_2868588k.jpg") is None
    assert person_of("ferplus/fer0001234.png") is None


def test_a_person_is_held_out_with_all_pictures() -> None:
    kept = [{is_held_out(f"muxspace/P{n}_{m:04}.jpg") for m in range(3)} for n in range(300)]
    assert all(len(answers) == 1 for answers in kept)
    assert 15 <= sum(True in answers for answers in kept) <= 50
    assert not is_held_out("ferplus/fer0001234.png")


def test_figures_agree_with_scikit_learn() -> None:
    taught = faces(60)
    random = np.random.default_rng(3)
    vectors = taught.embeddings + random.normal(0, 0.5, taught.embeddings.shape)
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    figures = likeness_figures(taught, vectors)
    people = np.array([person_of(name) for name in taught.names])
    pairs = np.triu_indices(60, 1)
    same = (people[:, None] == people)[pairs]
    assert figures["auc"] == pytest.approx(
        roc_auc_score(same, (vectors @ vectors.T)[pairs]), abs=1e-3
    )
    assert figures["teacher_auc"] == 1
    assert 0 < figures["correlation_with_teacher"] < 1


def test_the_teacher_knows_people_again(shared: Path, tmp_path: Path) -> None:
    named = [(person_of(p.name), p) for p in read_pictures(shared, "validation")]
    counts = Counter(person for person, _ in named if person)
    chosen = [picture for person, picture in named if counts[person] > 1][:12]
    taught = teach_faces(chosen, shared, tmp_path / "kept.npz")
    assert likeness_figures(taught, taught.embeddings)["auc"] > 0.9
    again = teach_faces(chosen, Path("/nowhere"), tmp_path / "kept.npz")
    assert np.array_equal(again.embeddings, taught.embeddings)
