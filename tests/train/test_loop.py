"""The loop on a task of a few numbers: it learns, stops, goes on, and refuses what is not its."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs the extra `train`")

from safetensors.torch import load_file  # noqa: E402

from emoarc.errors import OptionError  # noqa: E402
from emoarc.train._history import read_history  # noqa: E402
from emoarc.train._loop import fit, soft_cross_entropy  # noqa: E402
from emoarc.train._recipe import Recipe, Schedule  # noqa: E402


class Points:
    """Two clouds of points in the plane."""

    steps = 4
    loss = staticmethod(soft_cross_entropy)

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


def recipe(epochs: int = 4, optimizer: str = "sgd", rate: float = 0.1, **options) -> Recipe:
    schedule = Schedule(
        epochs=epochs,
        batch_size=32,
        learning_rate=rate,
        optimizer=optimizer,
        **{"average": 0.5, "bfloat16": False, "threads": 1, **options},
    )
    return Recipe("points", "test", "1", seed=5, schedule=schedule)


def assert_same(found: torch.nn.Module, expected: torch.nn.Module, **tolerance: float) -> None:
    for name, value in expected.state_dict().items():
        torch.testing.assert_close(
            found.state_dict()[name], value, **(tolerance or {"rtol": 0, "atol": 0})
        )


class KilledError(Exception):
    pass


@pytest.mark.parametrize(("optimizer", "rate"), [("sgd", 0.1), ("adamw", 0.05), ("adam", 0.05)])
def test_it_learns(tmp_path: Path, optimizer: str, rate: float) -> None:
    net = fit(Points(), recipe(8, optimizer, rate), tmp_path)
    assert Points().validate(net)["score"] > 0.9
    epochs = read_history(tmp_path / "progress.csv")
    assert [figures["epoch"] for figures in epochs] == list(range(8))
    assert set(epochs[0]) == {"epoch", "loss", "score", "seconds"}
    assert epochs[-1]["loss"] < epochs[0]["loss"]


@pytest.mark.parametrize("optimizer", ["sgd", "adamw", "adam"])
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
    assert_same(resumed, whole)


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
    alone = soft_cross_entropy(logits[:1], sure[:1], sure[:1])
    torch.testing.assert_close(soft_cross_entropy(logits, sure, sure), alone)
    expected = torch.nn.functional.cross_entropy(logits, torch.tensor([0, 1]))
    torch.testing.assert_close(soft_cross_entropy(logits, torch.eye(2), torch.eye(2)), expected)


def test_rows_in_parts_give_the_loss_of_the_whole() -> None:
    logits, targets = torch.randn(6, 3), torch.rand(6, 3)
    parts = [soft_cross_entropy(logits[i::2], targets[i::2], targets) for i in range(2)]
    torch.testing.assert_close(parts[0] + parts[1], soft_cross_entropy(logits, targets, targets))


class Line(Points):
    """Points without what looks at other rows or draws lots, with a bias in every layer."""

    def __init__(self) -> None:
        torch.manual_seed(1)
        self.net = torch.nn.Sequential(
            torch.nn.Linear(2, 8), torch.nn.Tanh(), torch.nn.Linear(8, 2)
        )


def test_adam_at_a_constant_rate_is_what_torch_does(tmp_path: Path) -> None:
    options = {"schedule": "constant", "average": 0.0, "warmup_epochs": 0.0, "weight_decay": 0.01}
    found = fit(Line(), recipe(3, "adam", 0.01, clip_norm=1e9, **options), tmp_path)
    job = Line()
    kernels, biases = [0, 2], [1, 3]
    weights = list(job.net.parameters())
    adam = torch.optim.Adam(
        [
            {"params": [weights[i] for i in kernels], "weight_decay": 0.01},
            {"params": [weights[i] for i in biases]},
        ],
        lr=0.01,
    )
    scores, states = [], []
    for epoch in range(3):
        for points, targets in job.batches(epoch):
            adam.zero_grad()
            torch.nn.functional.cross_entropy(job.net(points), targets).backward()
            adam.step()
        scores.append(job.validate(job.net.eval())["score"])
        states.append({k: v.clone() for k, v in job.net.state_dict().items()})
    job.net.load_state_dict(states[scores.index(max(scores))])
    assert_same(found, job.net, rtol=1e-5, atol=1e-6)


def test_a_net_of_several_inputs_is_called_with_them(tmp_path: Path) -> None:
    class Sum(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.line, self.volume = torch.nn.Linear(2, 2), torch.nn.Conv3d(1, 2, 3)

        def forward(self, points: torch.Tensor, volumes: torch.Tensor) -> torch.Tensor:
            return self.line(points) + self.volume(volumes).mean((2, 3, 4))

    class Pairs(Points):
        def __init__(self) -> None:
            torch.manual_seed(0)
            self.net = Sum()

        def batches(self, epoch: int) -> Iterator:
            for points, targets in super().batches(epoch):
                yield (points, torch.ones(len(points), 1, 4, 4, 4)), targets

        def validate(self, net: torch.nn.Module) -> dict[str, float]:
            return {}

    net = fit(Pairs(), recipe(8), tmp_path)
    points, targets = Points()._draw(200, torch.Generator().manual_seed(9))
    hits = net(points, torch.ones(200, 1, 4, 4, 4)).argmax(1) == targets.argmax(1)
    assert hits.float().mean() > 0.9


def test_a_training_that_runs_away_is_stopped(tmp_path: Path) -> None:
    class Wild(Line):
        def batches(self, epoch: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
            for points, targets in super().batches(epoch):
                yield points * float("inf"), targets

    with pytest.raises(OptionError, match=r"learning_rate: the loss is nan in epoch 0"):
        fit(Wild(), recipe(), tmp_path)
    assert not (tmp_path / "checkpoint.safetensors").exists()


_SCRIPT = """
import sys, time
from pathlib import Path
sys.path.insert(0, {folder!r})
import test_loop as loops
from emoarc.train._processes import accelerator

def pause(figures):
    print("epoch", int(figures["epoch"]), flush=True)
    time.sleep({pause})

loops.fit(loops.{job}(), loops.recipe({epochs}), Path(sys.argv[1]), pause)
print(f"processes={{accelerator().num_processes}}", flush=True)
"""


def script(folder: Path, job: str, epochs: int, pause: float = 0.0) -> Path:
    path = folder / "script.py"
    here = str(Path(__file__).parent)
    path.write_text(_SCRIPT.format(folder=here, job=job, epochs=epochs, pause=pause))
    return path


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system kills otherwise")
def test_after_kill_9_the_weights_are_those_of_an_unbroken_run(tmp_path: Path) -> None:
    fit(Points(), recipe(6), tmp_path / "whole")
    command = [sys.executable, str(script(tmp_path, "Points", 6, 0.2)), str(tmp_path / "killed")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        while run.stdout.readline().strip() != "epoch 1":
            assert run.poll() is None
        time.sleep(0.05)
        run.kill()
    assert run.returncode == -signal.SIGKILL
    done = len(read_history(tmp_path / "killed" / "progress.csv"))
    assert 2 <= done < 6
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    whole, killed = (
        load_file(tmp_path / n / "checkpoint.safetensors") for n in ("whole", "killed")
    )
    assert set(whole) == set(killed)
    for name, value in whole.items():
        torch.testing.assert_close(killed[name], value, rtol=0, atol=0)


def test_two_processes_train_the_same_net_as_one(tmp_path: Path) -> None:
    alone = fit(Line(), recipe(3), tmp_path / "one")
    # What `accelerate launch` starts for several GPUs, and would leave to MPI for CPUs.
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    path, out = script(tmp_path, "Line", 3), tmp_path / "two"
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(
        [*command, str(path), str(out)],
        check=True, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    words = done.stdout.split()
    assert words.count("epoch") == 3  # told by the main process alone
    assert words.count("processes=2") == 2
    kept = load_file(out / "checkpoint.safetensors")
    for name, value in alone.state_dict().items():
        torch.testing.assert_close(kept[f"best.{name}"], value, rtol=1e-5, atol=1e-6)
    one, two = (read_history(tmp_path / n / "progress.csv") for n in ("one", "two"))
    assert [x["loss"] for x in two] == pytest.approx([x["loss"] for x in one], rel=1e-5)
