"""The loop on a task of a few numbers: it learns, stops, goes on, and refuses what is not its."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs the extra `train`")

from emoarc.errors import OptionError  # noqa: E402
from emoarc.train._loop import fit, soft_cross_entropy  # noqa: E402
from emoarc.train._recipe import Recipe, Schedule  # noqa: E402


class Points:
    """Two clouds of points in the plane."""

    steps = 4

    def __init__(self, seed: int = 0) -> None:
        torch.manual_seed(seed)
        self.net = torch.nn.Sequential(
            torch.nn.Linear(2, 8),
            torch.nn.BatchNorm1d(8),
            torch.nn.ReLU(),
            torch.nn.Dropout(0.2),
            torch.nn.Linear(8, 2),
        )

    def batches(self, epoch: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        generator = torch.Generator().manual_seed(epoch)
        for _ in range(self.steps):
            yield self._draw(32, generator)

    def validate(self, net: torch.nn.Module) -> dict[str, float]:
        assert not net.training
        points, targets = self._draw(200, torch.Generator().manual_seed(99))
        hits = net(points).argmax(dim=1) == targets.argmax(dim=1)
        return {"score": float(hits.float().mean())}

    def _draw(self, n: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        labels = torch.randint(0, 2, (n,), generator=generator)
        points = torch.randn(n, 2, generator=generator) + 3 * labels[:, None]
        return points, torch.nn.functional.one_hot(labels, 2).float()


def recipe(epochs: int = 4, optimizer: str = "sgd", rate: float = 0.1) -> Recipe:
    schedule = Schedule(
        epochs=epochs,
        batch_size=32,
        learning_rate=rate,
        optimizer=optimizer,
        average=0.5,
        bfloat16=False,
        threads=1,
    )
    return Recipe("points", "test", "1", seed=5, schedule=schedule)


class KilledError(Exception):
    pass


@pytest.mark.parametrize(("optimizer", "rate"), [("sgd", 0.1), ("adamw", 0.05)])
def test_it_learns(tmp_path: Path, optimizer: str, rate: float) -> None:
    net = fit(Points(), recipe(8, optimizer, rate), tmp_path)
    assert Points().validate(net)["score"] > 0.9
    lines = (tmp_path / "progress.jsonl").read_text().splitlines()
    epochs = [json.loads(line) for line in lines]
    assert [figures["epoch"] for figures in epochs] == list(range(8))
    assert epochs[-1]["loss"] < epochs[0]["loss"]


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_a_killed_training_goes_on_as_if_never_stopped(tmp_path: Path, optimizer: str) -> None:
    whole = fit(Points(), recipe(optimizer=optimizer), tmp_path / "whole")

    def kill(figures: dict[str, float]) -> None:
        if figures["epoch"] == 1:
            raise KilledError

    with pytest.raises(KilledError):
        fit(Points(), recipe(optimizer=optimizer), tmp_path / "killed", kill)
    # The net it is given now is another, so what it knows can only come from the checkpoint.
    seen: list[float] = []
    resumed = fit(
        Points(seed=7),
        recipe(optimizer=optimizer),
        tmp_path / "killed",
        lambda figures: seen.append(figures["epoch"]),
    )
    assert seen == [2, 3]
    for name, value in whole.state_dict().items():
        torch.testing.assert_close(resumed.state_dict()[name], value, rtol=0, atol=0)


def test_a_finished_training_is_not_repeated(tmp_path: Path) -> None:
    fit(Points(), recipe(), tmp_path)
    seen: list[float] = []
    fit(Points(), recipe(), tmp_path, lambda figures: seen.append(figures["epoch"]))
    assert seen == []


def test_the_best_epoch_is_kept(tmp_path: Path) -> None:
    class Spoilt(Points):
        count = 0

        def validate(self, net: torch.nn.Module) -> dict[str, float]:
            self.count += 1
            self.kept = self.kept if self.count > 2 else net[0].weight.clone()
            return {"score": 1.0 if self.count == 2 else 0.5}

    job = Spoilt()
    net = fit(job, recipe(), tmp_path)
    torch.testing.assert_close(net[0].weight, job.kept)


def test_without_a_validation_split_the_last_epoch_is_kept(tmp_path: Path) -> None:
    class Blind(Points):
        def validate(self, net: torch.nn.Module) -> dict[str, float]:
            self.last = net[0].weight.clone()
            return {}

    job = Blind()
    torch.testing.assert_close(fit(job, recipe(), tmp_path)[0].weight, job.last)


def test_another_recipe_is_refused(tmp_path: Path) -> None:
    fit(Points(), recipe(), tmp_path)
    with pytest.raises(OptionError, match="made by another recipe"):
        fit(Points(), recipe(epochs=5), tmp_path)


def test_a_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    fit(Points(), recipe(), tmp_path)
    path = tmp_path / "checkpoint.safetensors"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(OptionError, match="damaged"):
        fit(Points(), recipe(), tmp_path)


def test_a_rows_sum_is_its_weight() -> None:
    logits = torch.tensor([[2.0, 0.0], [0.0, 0.0]])
    sure = torch.tensor([[1.0, 0.0], [0.0, 0.0]])
    alone = soft_cross_entropy(logits[:1], sure[:1])
    torch.testing.assert_close(soft_cross_entropy(logits, sure), alone)
    expected = torch.nn.functional.cross_entropy(logits, torch.tensor([0, 1]))
    torch.testing.assert_close(soft_cross_entropy(logits, torch.eye(2)), expected)
