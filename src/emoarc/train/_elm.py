"""Extreme learning machines, alone and in the chain that fuses voice and face."""

from dataclasses import dataclass, field

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize_scalar

from emoarc.errors import OptionError
from emoarc.evaluate import softmax
from emoarc.train._classical import (
    SVM,
    Classes,
    Features,
    Floats,
    Scaler,
    SubsetLearner,
    SVMOptions,
)

__all__ = ["ELM", "ELMChain", "ELMChainOptions", "ELMOptions"]


@dataclass(frozen=True)
class ELMOptions:
    """The shape of an `ELM`."""

    hidden: int = 500
    """Units whose weights are drawn and never learnt."""
    ridge: float = 1.0
    """Penalty on the squares of the output weights."""
    seed: int = 0

    def __post_init__(self) -> None:
        if self.hidden < 1 or self.ridge <= 0:
            raise OptionError("hidden: from 1 up; ridge: above 0")


class ELM(SubsetLearner):
    """A network of one hidden layer that is drawn, and output weights in closed form.

    Huang, Zhu and Siew 2006, "Extreme learning machine: theory and applications"; the ridge and
    targets of -1 and 1 after Huang et al. 2012, "Extreme learning machine for regression and
    multiclass classification"; weights of examples after Zong, Huang and Chen 2013, "Weighted
    extreme learning machine for imbalance learning".

    Ours: features are standardised and their weights drawn with a variance of 1 / features, so that
    the sigmoids do not saturate, however many there are; scores become probabilities by a softmax
    whose temperature fits the scores of examples left out.
    """

    def __init__(self, labels: int, options: ELMOptions | None = None) -> None:
        super().__init__(labels)
        self.options = options or ELMOptions()
        self._scaler = Scaler()

    def scores(self, features: Features) -> Floats:
        """Return a score per class that occurred in training, near 1 for it and -1 against it."""
        self._check_width(features)
        return self._hidden(np.asarray(features, np.float64)) @ self._output

    @property
    def left_out_scores(self) -> Floats:
        """The training examples' scores, each by the machine that was not shown this example.

        A ridge regression gives them without fitting again: the residual of an example grows by
        1 / (1 - its leverage) (Allen 1974, PRESS).
        """
        return self._left_out

    def arrays(self) -> tuple[Floats, Floats, Floats]:
        """Return the machine as arrays, for inference elsewhere.

        Weights into the hidden layer, its bias, and from it and a constant to logits; the scaling
        of features is in the first two, the sharpness of the softmax in the last.
        """
        weights = self._input / self._scaler.deviation[:, None]
        bias = self._bias - self._scaler.mean @ weights
        return weights, bias, self._sharpness * self._output

    def _fit(self, features: Floats, classes: Classes, weights: Floats) -> None:
        random = np.random.default_rng(self.options.seed)
        width, units = features.shape[1], self.options.hidden
        self._input = random.normal(0, width**-0.5, (width, units))
        self._bias = random.uniform(-1, 1, units)
        self._scaler.fit(features)
        hidden = self._hidden(features)
        targets: Floats = 2 * np.eye(int(classes.max()) + 1)[classes] - 1
        weighted = hidden * weights[:, None]
        normal = hidden.T @ weighted
        normal[np.diag_indices_from(normal)] += self.options.ridge
        factor = cho_factor(normal, lower=True)
        self._output: Floats = cho_solve(factor, weighted.T @ targets)
        leverage = np.einsum("ij,ji->i", weighted, cho_solve(factor, hidden.T))
        residuals = (targets - hidden @ self._output) / np.maximum(1 - leverage, 1e-6)[:, None]
        self._left_out = targets - residuals
        self._sharpness = _sharpness(self._left_out, classes, weights)

    def _probabilities(self, features: Floats) -> Floats:
        return softmax(self._sharpness * self.scores(features))

    def _hidden(self, features: Floats) -> Floats:
        """Return the hidden layer's activations and a constant, shape (n, hidden + 1)."""
        drive = self._scaler(features) @ self._input + self._bias
        return np.column_stack([np.tanh(drive / 2), np.ones(len(features))])


@dataclass(frozen=True)
class ELMChainOptions:
    """The parts of an `ELMChain`."""

    first: ELMOptions = field(default_factory=ELMOptions)
    """Learns from the joined features."""
    second: ELMOptions = field(default_factory=lambda: ELMOptions(hidden=100, seed=1))
    """Learns from the first one's scores."""
    svm: SVMOptions = field(default_factory=SVMOptions)
    """Learns from the second one's scores."""


class ELMChain(SubsetLearner):
    """Two consecutive extreme learning machines with a support vector machine on top.

    Hossain and Muhammad 2019 (see `emoarc.nets._hossain_muhammad`) fuse so the features of a voice
    and a face network, which come joined in one vector. Ours: all stages learn the same emotions,
    and each learns from the scores the stage before gives to examples left out, lest it trust
    scores that were learnt by heart.
    """

    def __init__(self, labels: int, options: ELMChainOptions | None = None) -> None:
        super().__init__(labels)
        self.options = options or ELMChainOptions()

    def _fit(self, features: Floats, classes: Classes, weights: Floats) -> None:
        count = int(classes.max()) + 1
        self._first = ELM(count, self.options.first)
        self._first.fit(features, classes, weights)
        self._second = ELM(count, self.options.second)
        self._second.fit(self._first.left_out_scores, classes, weights)
        self._svm = SVM(count, self.options.svm)
        self._svm.fit(self._second.left_out_scores, classes, weights)

    def _probabilities(self, features: Floats) -> Floats:
        return self._svm.probabilities(self._second.scores(self._first.scores(features)))


def _sharpness(scores: Floats, classes: Classes, weights: Floats) -> float:
    """Return the factor on scores whose softmax makes the classes most likely."""

    def surprise(log_factor: float) -> float:
        likelihood = softmax(np.exp(log_factor) * scores)[np.arange(len(classes)), classes]
        return -float(weights @ np.log(np.maximum(likelihood, 1e-300)))

    found = minimize_scalar(surprise, bounds=(np.log(0.01), np.log(100)), method="bounded")
    return float(np.exp(found.x))
