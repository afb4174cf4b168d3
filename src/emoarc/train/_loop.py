"""The training loop: one loop for every task, resumable after each epoch."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# torch annotates itself in part only.

import hashlib
import json
import math
import time
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from emoarc.errors import OptionError
from emoarc.files import atomic, write_text
from emoarc.train._recipe import Recipe, Schedule

__all__ = ["Batch", "Job", "Progress", "fit", "soft_cross_entropy"]

Batch = tuple[Tensor, Tensor]
"""Inputs (n, ...) and targets (n, labels).

A target row is a distribution over the labels times the example's weight, so that a row which
sums to 0.5 counts half.
"""

Progress = Callable[[Mapping[str, float]], None]
"""Told the figures of each epoch as it ends."""


class Job(Protocol):
    """What the loop must know of a task."""

    net: nn.Module
    steps: int
    """Batches per epoch."""

    def batches(self, epoch: int) -> Iterable[Batch]:
        """Yield an epoch's batches, augmented; a function of the recipe's seed and `epoch` alone,
        so that a resumed training goes on as if it had never stopped.
        """  # noqa: D205
        ...

    def validate(self, net: nn.Module) -> dict[str, float]:
        """Measure `net` (in evaluation mode) on the validation split; `score` is maximised.

        Where there is no such split there is no score, and the last epoch is kept.
        """
        ...


@dataclass
class _State:
    net: nn.Module
    average: nn.Module
    best: dict[str, Tensor]
    optimizer: torch.optim.Optimizer
    history: list[dict[str, float]] = field(default_factory=list[dict[str, float]])


def fit(job: Job, recipe: Recipe, out: Path, progress: Progress | None = None) -> nn.Module:
    """Train `job.net` and return the averaged weights of the best epoch, in evaluation mode.

    After every epoch `out/checkpoint.safetensors` and `out/progress.jsonl` are replaced; called
    again with the same recipe and folder, training goes on from there.

    Raises:
        OptionError: The folder holds a checkpoint of another recipe.
        OutputError: The checkpoint cannot be written.
    """
    schedule = recipe.schedule
    torch.set_num_threads(schedule.threads)
    out.mkdir(parents=True, exist_ok=True)
    state = _begin(job.net, schedule)
    _resume(state, out / "checkpoint.safetensors", recipe)
    for epoch in range(len(state.history), schedule.epochs):
        started = time.perf_counter()
        torch.manual_seed(recipe.seed * 100_003 + epoch)
        loss = _train_epoch(state, job, schedule, epoch)
        measured = job.validate(state.average.eval())
        figures = {"epoch": epoch, "loss": loss, "score": float(epoch), **measured}
        figures["seconds"] = round(time.perf_counter() - started, 1)
        if all(figures["score"] > past["score"] for past in state.history):
            state.best = {k: v.clone() for k, v in state.average.state_dict().items()}
        state.history.append(figures)
        _save(state, out, recipe)
        if progress is not None:
            progress(figures)
    state.average.load_state_dict(state.best)
    return state.average.eval()


def soft_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy with (weighted) distributions, averaged over the weights."""
    losses = -(targets * logits.float().log_softmax(dim=1)).sum()
    return losses / targets.sum()


def _begin(net: nn.Module, schedule: Schedule) -> _State:
    net.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    average = deepcopy(net).requires_grad_(False)
    kernels = [p for p in net.parameters() if p.ndim > 1]
    others = [p for p in net.parameters() if p.ndim <= 1]
    groups = [
        {"params": kernels, "weight_decay": schedule.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    optimizer = (
        torch.optim.SGD(groups, lr=schedule.learning_rate, momentum=0.9, nesterov=True)
        if schedule.optimizer == "sgd"
        else torch.optim.AdamW(groups, lr=schedule.learning_rate)
    )
    return _State(net, average, average.state_dict(), optimizer)


def _train_epoch(state: _State, job: Job, schedule: Schedule, epoch: int) -> float:
    state.net.train()
    total = torch.zeros(())
    for step, (inputs, targets) in enumerate(job.batches(epoch)):
        rate = _learning_rate(schedule, epoch + step / job.steps)
        for group in state.optimizer.param_groups:
            group["lr"] = rate
        if inputs.ndim == 4:
            inputs = inputs.contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16, enabled=schedule.bfloat16):
            logits = state.net(inputs)
        loss = soft_cross_entropy(logits, targets)
        state.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(state.net.parameters(), schedule.clip_norm)
        state.optimizer.step()
        _update_average(state, schedule, epoch * job.steps + step)
        total += loss.detach()
    return float(total) / job.steps


def _learning_rate(schedule: Schedule, epoch: float) -> float:
    if epoch < schedule.warmup_epochs:
        return schedule.learning_rate * (epoch + 0.01) / schedule.warmup_epochs
    span = max(schedule.epochs - schedule.warmup_epochs, 1e-9)
    return (
        schedule.learning_rate
        * (1 + math.cos(math.pi * (epoch - schedule.warmup_epochs) / span))
        / 2
    )


def _update_average(state: _State, schedule: Schedule, step: int) -> None:
    # A young average forgets faster, or it would stay near the random start for long.
    keep = min(schedule.average, (1 + step) / (10 + step))
    now = state.net.state_dict()
    for name, value in state.average.state_dict().items():
        if value.is_floating_point():
            value.lerp_(now[name], 1 - keep)
        else:
            value.copy_(now[name])


def _save(state: _State, out: Path, recipe: Recipe) -> None:
    tensors = {f"net.{k}": v for k, v in state.net.state_dict().items()}
    tensors |= {f"average.{k}": v for k, v in state.average.state_dict().items()}
    tensors |= {f"best.{k}": v for k, v in state.best.items()}
    for index, moments in state.optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{k}": v for k, v in moments.items()}
    tensors = {name: tensor.contiguous().clone() for name, tensor in tensors.items()}
    facts = {"recipe": _fingerprint(recipe), "history": json.dumps(state.history)}
    lines = "".join(json.dumps(figures) + "\n" for figures in state.history)
    with atomic(out / "checkpoint.safetensors") as temporary:
        save_file(tensors, temporary, facts)
    write_text(out / "progress.jsonl", lines)


def _resume(state: _State, path: Path, recipe: Recipe) -> None:
    if not path.exists():
        return
    try:
        with safe_open(path, framework="pt") as file:
            facts: dict[str, str] = file.metadata()
            tensors: dict[str, Tensor] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise OptionError(f"{path}: the checkpoint is damaged; delete it to begin anew") from error
    if facts.get("recipe") != _fingerprint(recipe):
        raise OptionError(f"{path}: made by another recipe; give another output folder")
    state.net.load_state_dict(_part(tensors, "net."))
    state.average.load_state_dict(_part(tensors, "average."))
    state.best = _part(tensors, "best.")
    _resume_optimizer(state.optimizer, _part(tensors, "optimizer."))
    state.history.extend(json.loads(facts["history"]))


def _resume_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    moments: dict[int, dict[str, Tensor]] = {}
    for key, tensor in tensors.items():
        index, name = key.split(".")
        moments.setdefault(int(index), {})[name] = tensor
    groups: list[dict[str, Any]] = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": moments, "param_groups": groups})


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}


def _fingerprint(recipe: Recipe) -> str:
    return hashlib.sha256(repr(recipe).encode()).hexdigest()
