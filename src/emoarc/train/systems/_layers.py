"""What the layers of speech models are worth to systems that have learnt to weigh them."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# safetensors is annotated in part only.

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from emoarc.train.systems._recipe import SystemRecipe

__all__ = ["layer_weights"]


def layer_weights(recipe: SystemRecipe, folders: Sequence[Path]) -> dict[str, dict[str, Any]]:
    """Return, for each member that weighs layers, which and how much.

    Args:
        recipe: Names the members.
        folders: Of the folds, each with a folder of weights for every member.

    Returns:
        By member `layers` (numbers of hidden states), and of their weights, which sum to 1 in
        every fold, the `mean` and the standard deviation (`std`) over folds.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, member in recipe.members.items():
        if member.architecture == "layer-probe":
            weights = np.stack([_weights(folder / name / "net.safetensors") for folder in folders])
            found[name] = {
                "layers": list(member.learner.only or range(weights.shape[1])),
                "mean": np.round(weights.mean(axis=0), 4).tolist(),
                "std": np.round(weights.std(axis=0), 4).tolist(),
            }
    return found


def _weights(path: Path) -> NDArray[np.float64]:
    scores = np.exp(load_file(path)["layer_scores"].astype(np.float64))
    return scores / scores.sum()
