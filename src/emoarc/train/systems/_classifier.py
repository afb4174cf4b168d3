"""Classifiers: nets, learners without gradients, and several of them joined."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from emoarc.fusion import fuse
from emoarc.train._classical import Learner
from emoarc.train._elm import ELMChain
from emoarc.train._loop import Progress
from emoarc.train.systems._architectures import ARCHITECTURES
from emoarc.train.systems._examples import Arrays, Examples
from emoarc.train.systems._net import NetClassifier
from emoarc.train.systems._recipe import Member, SystemRecipe

__all__ = ["Classifier", "build_classifier"]


class Classifier(Protocol):
    """Whatever learns from examples and then tells how likely each label is."""

    @property
    def parameters(self) -> int:
        """How many numbers gradient descent has learnt; 0 for learners that need none."""
        ...

    def fit(self, examples: Examples, validation: Examples | None = None) -> None:
        """Learn; `validation` may be used to stop, never to learn from."""
        ...

    def predict(self, inputs: Arrays) -> NDArray[np.float64]:
        """Return probabilities, shape (n, labels), rows summing to 1."""
        ...


def build_classifier(
    recipe: SystemRecipe, out: Path, progress: Progress | None = None
) -> Classifier:
    """Build the recipe's classifier, whose nets keep their checkpoints below `out`."""
    names = list(recipe.inputs)
    members = [
        _Member(
            _build_member(recipe, member, out / name, progress),
            [names.index(given) for given in member.inputs],
        )
        for name, member in recipe.members.items()
    ]
    return members[0] if len(members) == 1 else _Joined(recipe, members)


def _build_member(
    recipe: SystemRecipe, member: Member, out: Path, progress: Progress | None
) -> "NetClassifier | _LearnerClassifier":
    build = ARCHITECTURES[member.architecture].learner
    if build is None:
        return NetClassifier(recipe, member, out, progress)
    return _LearnerClassifier(build(len(recipe.labels), member.learner))


class _LearnerClassifier:
    """A classical learner on all its inputs laid out in one row."""

    parameters = 0

    def __init__(self, learner: Learner) -> None:
        self._learner = learner

    def fit(self, examples: Examples, validation: Examples | None = None) -> None:
        """Learn the likeliest class of each example, weighed as its target is."""
        weights = examples.targets.sum(axis=1).astype(np.float64)
        self._learner.fit(self.embed(examples.all), examples.classes, weights)

    def predict(self, inputs: Arrays) -> NDArray[np.float64]:
        return self._learner.probabilities(self.embed(inputs))

    def embed(self, inputs: Arrays) -> NDArray[np.float32]:
        """Return what the learner sees, shape (n, features)."""
        rows = [array.reshape(len(array), -1).astype(np.float32) for array in inputs]
        return np.concatenate(rows, axis=1)


class _Member:
    """A classifier that takes some of the system's inputs."""

    def __init__(self, classifier: NetClassifier | _LearnerClassifier, inputs: list[int]) -> None:
        self._classifier, self._inputs = classifier, inputs

    @property
    def parameters(self) -> int:
        return self._classifier.parameters

    def fit(self, examples: Examples, validation: Examples | None = None) -> None:
        spared = None if validation is None else validation.of(self._inputs)
        self._classifier.fit(examples.of(self._inputs), spared)

    def predict(self, inputs: Arrays) -> NDArray[np.float64]:
        return self._classifier.predict(self._part(inputs))

    def embed(self, inputs: Arrays) -> NDArray[np.float32]:
        return self._classifier.embed(self._part(inputs))

    def _part(self, inputs: Arrays) -> Arrays:
        return tuple(inputs[i] for i in self._inputs)


class _Joined:
    """Members joined by a rule, or by an `ELMChain` on what their last layers take in."""

    def __init__(self, recipe: SystemRecipe, members: Sequence[_Member]) -> None:
        self._recipe, self._members = recipe, members
        self._prior = np.ones(len(recipe.labels))
        self._chain = ELMChain(len(recipe.labels)) if recipe.fusion == "elm-chain" else None

    @property
    def parameters(self) -> int:
        return sum(member.parameters for member in self._members)

    def fit(self, examples: Examples, validation: Examples | None = None) -> None:
        for member in self._members:
            member.fit(examples, validation)
        self._prior = examples.targets.sum(axis=0) + 1e-9
        if self._chain is not None:
            self._chain.fit(self._embed(examples.all), examples.classes)

    def predict(self, inputs: Arrays) -> NDArray[np.float64]:
        if self._chain is not None:
            return self._chain.probabilities(self._embed(inputs))
        assert self._recipe.fusion != "elm-chain"  # or there were a chain
        each = [member.predict(inputs) for member in self._members]
        return fuse(each, self._recipe.fusion, self._prior)

    def _embed(self, inputs: Arrays) -> NDArray[np.float32]:
        return np.concatenate([member.embed(inputs) for member in self._members], axis=1)
