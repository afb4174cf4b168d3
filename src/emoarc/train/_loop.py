"""The training loop: one loop for every task, resumable after each epoch, on any machine."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false
# torch and accelerate annotate themselves in part only.

import math
import time
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from accelerate import Accelerator
from torch import Tensor, nn

from emoarc.errors import OptionError
from emoarc.train._checkpoint import State, resume, save
from emoarc.train._history import write_history
from emoarc.train._processes import accelerator, agreed, synchronised
from emoarc.train._recipe import Recipe, Schedule

__all__ = ["Batch", "Job", "Loss", "Progress", "device_of", "fit", "soft_cross_entropy"]

Batch = tuple[Tensor | tuple[Tensor, ...], Tensor]
"""Inputs (n, ...), one tensor or one for each input of the net, and targets (n, ...).

For a classifier a target row is a distribution over the labels times the example's weight, so
that a row which sums to 0.5 counts half.
"""

Loss = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Maps outputs, their targets and the targets of the whole batch to a number. It is a sum over its
rows, divided by something that depends on the whole batch alone: processes that train together
each take a share of the rows, and their losses add up."""

Progress = Callable[[Mapping[str, float]], None]
"""Told the figures of each epoch as it ends, and how many `epochs` there are in this training."""


class Job(Protocol):
    """What the loop must know of a task."""

    net: nn.Module
    steps: int
    """Batches per epoch."""
    loss: Loss

    def batches(self, epoch: int) -> Iterable[Batch]:
        """Yield an epoch's batches, augmented; a function of the recipe's seed and `epoch` alone,
        so that a resumed training goes on as if it had never stopped, and that processes which
        train together draw the same batch, of which each takes its share.
        """  # noqa: D205
        ...

    def validate(self, net: nn.Module) -> dict[str, float]:
        """Measure `net` (in evaluation mode) on the validation split; `score` is maximised.

        The net lies on the device it is trained on, `device_of(net)`. Where there is no such
        split there is no score, and the last epoch is kept.
        """
        ...


@dataclass(frozen=True)
class _Trainer:
    """The state of a training, and the machine it runs on."""

    state: State
    replica: nn.Module
    """The net as it is called: with several processes, it adds their gradients up."""
    machine: Accelerator
    schedule: Schedule


def fit(job: Job, recipe: Recipe, out: Path, progress: Progress | None = None) -> nn.Module:
    """Train `job.net` and return the averaged weights of the best epoch, in evaluation mode.

    After every epoch `out/checkpoint.safetensors` and `out/progress.csv` are replaced; called
    again with the same recipe and folder, training goes on from there. The net comes back on the
    CPU, wherever it was trained. Of several processes all get it, and only the main one writes.

    Raises:
        OptionError: The folder holds a checkpoint of another recipe, or the net does not learn.
        OutputError: The checkpoint cannot be written.
    """
    torch.set_num_threads(recipe.schedule.threads)
    out.mkdir(parents=True, exist_ok=True)
    trainer = _begin(job.net, recipe.schedule)
    state, main = trainer.state, trainer.machine.is_main_process
    resume(state, out / "checkpoint.safetensors", recipe)
    for epoch in range(len(state.history), recipe.schedule.epochs):
        figures = _epoch(trainer, job, recipe.seed, epoch)
        if all(_score(figures) > _score(past) for past in state.history):
            state.best = {k: v.clone() for k, v in state.average.state_dict().items()}
        state.history.append(figures)
        if main:
            save(state, out / "checkpoint.safetensors", recipe)
            write_history(out / "progress.csv", state.history)
        if main and progress is not None:
            progress({**figures, "epochs": recipe.schedule.epochs})
    state.average.load_state_dict(state.best)
    return state.average.cpu().eval()


def device_of(net: nn.Module) -> torch.device:
    """Return where the weights of `net` lie, and its inputs must."""
    return next(net.parameters()).device


def soft_cross_entropy(logits: Tensor, targets: Tensor, whole: Tensor) -> Tensor:
    """Cross-entropy with (weighted) distributions, averaged over the weights.

    Args:
        logits: Shape (n, labels).
        targets: Shape (n, labels).
        whole: The targets of the whole batch, of which these may be a part.
    """
    return -(targets * logits.float().log_softmax(dim=1)).sum() / whole.sum()


def _begin(net: nn.Module, schedule: Schedule) -> _Trainer:
    machine = accelerator()
    net.to(machine.device)
    if all(p.ndim < 5 for p in net.parameters()):  # three-dimensional kernels have another order
        net.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    average = deepcopy(net).requires_grad_(False)
    net = synchronised(net, machine.num_processes, machine.device)
    state = State(net, average, average.state_dict(), _optimizer(net, schedule))
    replica, _ = machine.prepare(net, state.optimizer)
    return _Trainer(state, replica, machine, schedule)


def _optimizer(net: nn.Module, schedule: Schedule) -> torch.optim.Optimizer:
    kernels = [p for p in net.parameters() if p.ndim > 1]
    others = [p for p in net.parameters() if p.ndim <= 1]
    groups = [
        {"params": kernels, "weight_decay": schedule.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    match schedule.optimizer:
        case "sgd":
            return torch.optim.SGD(groups, schedule.learning_rate, momentum=0.9, nesterov=True)
        case "adam":
            return torch.optim.Adam(groups, schedule.learning_rate)
        case "adamw":
            return torch.optim.AdamW(groups, schedule.learning_rate)


def _epoch(trainer: _Trainer, job: Job, seed: int, epoch: int) -> dict[str, float]:
    started = time.perf_counter()
    # Processes draw the same batches, yet leave out other units of their own rows.
    torch.manual_seed(seed * 100_003 + epoch + trainer.machine.process_index * 1_000_003)
    loss = _train_epoch(trainer, job, epoch)
    if not math.isfinite(loss):
        raise OptionError(
            f"schedule.learning_rate: the loss is {loss} in epoch {epoch}; choose a smaller rate"
        )
    main = trainer.machine.is_main_process
    measured = agreed(job.validate(trainer.state.average.eval()) if main else None)
    figures = {"epoch": epoch, "loss": loss, **measured}
    return figures | {"seconds": round(time.perf_counter() - started, 1)}


def _train_epoch(trainer: _Trainer, job: Job, epoch: int) -> float:
    trainer.replica.train()
    total = torch.zeros((), device=trainer.machine.device)
    for step, batch in enumerate(job.batches(epoch)):
        rate = _learning_rate(trainer.schedule, epoch + step / job.steps)
        total += _train_step(trainer, job.loss, batch, rate)
        _update_average(trainer.state, trainer.schedule, epoch * job.steps + step)
    mean: Any = trainer.machine.reduce(total, "mean")
    return float(mean) / job.steps


def _train_step(trainer: _Trainer, measure: Loss, batch: Batch, rate: float) -> Tensor:
    state, machine, schedule = trainer.state, trainer.machine, trainer.schedule
    for group in state.optimizer.param_groups:
        group["lr"] = rate
    inputs, targets, whole = _share(batch, machine)
    with torch.autocast(machine.device.type, torch.bfloat16, enabled=schedule.bfloat16):
        outputs = trainer.replica(*inputs)
    # Gradients are averaged over the processes, where the loss is a sum over their rows.
    loss = measure(outputs, targets, whole) * machine.num_processes
    state.optimizer.zero_grad(set_to_none=True)
    machine.backward(loss)
    nn.utils.clip_grad_norm_(state.net.parameters(), schedule.clip_norm)
    state.optimizer.step()
    return loss.detach()


def _share(batch: Batch, machine: Accelerator) -> tuple[list[Tensor], Tensor, Tensor]:
    """Return this process's rows of the inputs and targets, and all targets."""
    inputs, targets = batch
    tensors = (inputs,) if isinstance(inputs, Tensor) else inputs
    rows = slice(machine.process_index, None, machine.num_processes)
    own = [_laid_out(tensor[rows].to(machine.device)) for tensor in tensors]
    return own, targets[rows].to(machine.device), targets.to(machine.device)


def _laid_out(inputs: Tensor) -> Tensor:
    return inputs.contiguous(memory_format=torch.channels_last) if inputs.ndim == 4 else inputs


def _learning_rate(schedule: Schedule, epoch: float) -> float:
    if epoch < schedule.warmup_epochs:
        return schedule.learning_rate * (epoch + 0.01) / schedule.warmup_epochs
    if schedule.schedule == "constant":
        return schedule.learning_rate
    span = max(schedule.epochs - schedule.warmup_epochs, 1e-9)
    return (
        schedule.learning_rate
        * (1 + math.cos(math.pi * (epoch - schedule.warmup_epochs) / span))
        / 2
    )


def _update_average(state: State, schedule: Schedule, step: int) -> None:
    # A young average forgets faster, or it would stay near the random start for long.
    keep = min(schedule.average, (1 + step) / (10 + step))
    now = state.net.state_dict()
    for name, value in state.average.state_dict().items():
        if value.is_floating_point():
            value.lerp_(now[name], 1 - keep)
        else:
            value.copy_(now[name])


def _score(figures: Mapping[str, float]) -> float:
    return figures.get("score", figures["epoch"])
