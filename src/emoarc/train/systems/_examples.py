"""What a classifier learns from: rows of the input arrays beside their targets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emoarc.corpora import Clip
from emoarc.labels import canonical
from emoarc.train.systems._recipe import SystemRecipe

__all__ = ["Examples", "make_examples"]

Arrays = tuple[NDArray[Any], ...]


@dataclass(frozen=True)
class Examples:
    """Some clips, and perhaps altered copies of them, of a larger table of inputs."""

    arrays: Arrays
    """One per input, shape (all clips, 1 + copies, ...); pictures have no copies."""
    clips: NDArray[np.int64]
    """The clip of each example, shape (n,)."""
    copies: NDArray[np.int64]
    """Which copy each example is, 0 for the clip itself."""
    targets: NDArray[np.float32]
    """A distribution over the labels times the example's weight, shape (n, labels)."""

    def __len__(self) -> int:
        return len(self.clips)

    def get(self, rows: NDArray[np.integer[Any]]) -> Arrays:
        """Return the inputs of some examples, each of shape (rows, ...)."""
        clips, copies = self.clips[rows], self.copies[rows]
        return tuple(a[clips, np.minimum(copies, a.shape[1] - 1)] for a in self.arrays)

    @property
    def all(self) -> Arrays:
        """The inputs of all examples."""
        return self.get(np.arange(len(self)))

    @property
    def classes(self) -> NDArray[np.int64]:
        """The likeliest class of each example."""
        return self.targets.argmax(axis=1)

    def of(self, inputs: Sequence[int]) -> "Examples":
        """Return the same examples with only some of the inputs, in the order given."""
        return Examples(
            tuple(self.arrays[i] for i in inputs), self.clips, self.copies, self.targets
        )


def make_examples(
    recipe: SystemRecipe,
    clips: Sequence[Clip],
    rows: Sequence[int],
    arrays: Arrays,
    copies: int = 0,
) -> Examples:
    """Pair some clips, and `copies` altered copies of each, with their targets.

    Args:
        recipe: Says what the targets are.
        clips: All clips.
        rows: Which of them to take.
        arrays: The inputs of all clips.
        copies: How many altered copies to take of each.
    """
    targets = np.stack([_target(recipe, clips[row]) for row in rows])
    if recipe.class_weights:
        counts = np.bincount(targets.argmax(axis=1), minlength=len(recipe.labels))
        occurring = np.maximum(counts, 1) * np.count_nonzero(counts)
        targets *= (len(targets) / occurring)[targets.argmax(axis=1), None].astype(np.float32)
    numbers = np.repeat(np.arange(1 + copies), len(rows))
    return Examples(
        arrays,
        np.tile(np.array(rows, np.int64), 1 + copies),
        numbers,
        np.tile(targets, (1 + copies, 1)),
    )


def _target(recipe: SystemRecipe, clip: Clip) -> NDArray[np.float32]:
    target = np.zeros(len(recipe.labels), np.float32)
    target[recipe.class_of(clip)] = 1
    if recipe.votes and clip.votes:
        shares = _shares(recipe, clip.votes)
        target = (1 - recipe.votes * shares.any()) * target + recipe.votes * shares
    return target * (1 - recipe.smoothing) + np.float32(recipe.smoothing / len(recipe.labels))


def _shares(recipe: SystemRecipe, votes: dict[str, float]) -> NDArray[np.float32]:
    """The share of the votes for each label; zeros where nobody chose any of them."""
    counts = np.zeros(len(recipe.labels), np.float32)
    for word, count in votes.items():
        label = canonical(word)
        if label in recipe.labels:
            counts[recipe.labels.index(label)] += count
    return counts / max(counts.sum(), 1)
