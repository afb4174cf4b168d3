"""All that a training is made of, kept in one safetensors file so that it can go on from there."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# torch annotates itself in part only.

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from emoarc.errors import OptionError
from emoarc.files import atomic
from emoarc.train._recipe import Recipe

__all__ = ["State", "best_weights", "resume", "save", "save_tensors"]


@dataclass
class State:
    """A training between two epochs."""

    net: nn.Module
    average: nn.Module
    """The moving average of the net's weights."""
    best: dict[str, Tensor]
    """What `average` was after the best epoch."""
    optimizer: torch.optim.Optimizer
    history: list[dict[str, float]] = field(default_factory=list[dict[str, float]])
    """The figures of each epoch."""


def save(state: State, path: Path, recipe: Recipe) -> None:
    """Write `state` to `path`, whole or not at all.

    Raises:
        OutputError: The file cannot be written.
    """
    tensors = {f"net.{k}": v for k, v in state.net.state_dict().items()}
    tensors |= {f"average.{k}": v for k, v in state.average.state_dict().items()}
    tensors |= {f"best.{k}": v for k, v in state.best.items()}
    for index, moments in state.optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{k}": v for k, v in moments.items() if v is not None}
    facts = {"recipe": _fingerprint(recipe), "history": json.dumps(state.history)}
    save_tensors(tensors, path, facts)


def save_tensors(
    tensors: dict[str, Tensor], path: Path, facts: dict[str, str] | None = None
) -> None:
    """Write a safetensors file, whole or not at all.

    Raises:
        OutputError: The file cannot be written.
    """
    # Tensors that share memory cannot be written; copies do not.
    copies = {name: tensor.contiguous().clone() for name, tensor in tensors.items()}
    with atomic(path) as temporary:
        try:
            save_file(copies, temporary, facts)
        except SafetensorError as error:  # a full disk, which `atomic` knows as an OSError
            raise OSError(str(error)) from error


def best_weights(path: Path) -> dict[str, Tensor]:
    """Return the averaged weights of the best epoch of the checkpoint at `path`.

    Raises:
        OptionError: There is none, or it is damaged.
    """
    if not path.exists():
        raise OptionError(f"{path}: no checkpoint is here; train that recipe first")
    return _part(_read(path)[1], "best.")


def resume(state: State, path: Path, recipe: Recipe) -> None:
    """Put what is kept at `path`, if anything is, into `state`.

    Raises:
        OptionError: The checkpoint is damaged, or of another recipe.
    """
    if not path.exists():
        return
    facts, tensors = _read(path)
    if facts.get("recipe") != _fingerprint(recipe):
        raise OptionError(f"{path}: made by another recipe; give another output folder")
    state.net.load_state_dict(_part(tensors, "net."))
    state.average.load_state_dict(_part(tensors, "average."))
    state.best = _part(tensors, "best.")
    _resume_optimizer(state.optimizer, _part(tensors, "optimizer."))
    state.history.extend(json.loads(facts["history"]))


def _read(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    try:
        with safe_open(path, framework="pt") as file:
            return file.metadata(), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise OptionError(f"{path}: the checkpoint is damaged; delete it to begin anew") from error


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
