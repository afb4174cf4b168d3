"""Fitting what fuses face and voice, and what smooths the result over time, to known emotions.

Pairs are what both experts say of one emotion: probabilities of `EXPERTS`, shape (n, 2, 7), their
qualities, shape (n, 2), and the emotions' numbers, shape (n,).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, logit

from emoarc.evaluate import confusion_matrix, softmax
from emoarc.fusion import (
    EXPERTS,
    CausalSmoother,
    DecisionBayes,
    ExpressionHMM,
    ExtremeLearning,
    FixedCombiner,
    FixedRule,
    Pool,
    Stacking,
    expert_features,
    forward_backward,
)
from emoarc.labels import EMOTIONS
from emoarc.train._elm import ELM, ELMOptions

__all__ = [
    "START",
    "Pairs",
    "Smoother",
    "Track",
    "fit_decisions",
    "fit_elm",
    "fit_fixed",
    "fit_hmm",
    "fit_memory",
    "fit_pool",
    "fit_stacking",
    "leak",
]

_Floats: TypeAlias = NDArray[np.float64]

Track: TypeAlias = tuple[_Floats, _Floats, _Floats, NDArray[np.int64]]
"""Times, probabilities, weights and true emotions of the rows of one recording."""

Smoother: TypeAlias = Callable[[ExpressionHMM, _Floats, _Floats, _Floats], _Floats]

START = Pool(face_weight=0.24, gain=0.0, hidden=0.5)
"""Towards which the pool's numbers are drawn: the plain pool of the first release, of faces that
may as well hide an expression as show it."""


@dataclass(frozen=True)
class Pairs:
    """What face and voice say of the same emotion."""

    probabilities: _Floats
    qualities: _Floats
    truth: NDArray[np.int64]

    def missing(self, expert: int) -> "Pairs":
        """Return the pairs without one of `EXPERTS`."""
        qualities = self.qualities.copy()
        qualities[:, expert] = 0
        return replace(self, qualities=qualities)


def fit_pool(pairs: Pairs, ridge: float = 0.01) -> Pool:
    """Fit the pool's numbers, drawn towards `START` by a ridge on their natural scales."""

    def pool(x: _Floats) -> Pool:
        face_weight, hidden = expit(x[[0, 2]]).tolist()
        return Pool(face_weight, float(x[1]), hidden)

    start = np.array([logit(START.face_weight), START.gain, logit(START.hidden)])

    def loss(x: _Floats) -> float:
        return _surprise(pool(x), pairs) + ridge * float(((x - start) ** 2).sum())

    return pool(minimize(loss, start, method="L-BFGS-B").x)


def fit_fixed(pairs: Pairs, rule: FixedRule) -> FixedCombiner:
    """Fit the temperature of a fixed rule."""
    return FixedCombiner(rule, _temperature(lambda t: FixedCombiner(rule, t), pairs))


def fit_decisions(pairs: Pairs) -> DecisionBayes:
    """Count what each expert decides for, one beyond what was seen (Laplace), and calibrate."""
    decided = pairs.probabilities.argmax(axis=2)
    classes = len(EMOTIONS)
    counts = [confusion_matrix(pairs.truth, decided[:, k], classes) for k in range(len(EXPERTS))]
    tables = np.array(counts, np.float64) + 1
    tables /= tables.sum(axis=2, keepdims=True)
    return DecisionBayes(tables, _temperature(lambda t: DecisionBayes(tables, t), pairs))


def fit_stacking(pairs: Pairs, ridge: float = 0.01, dropout: float = 0.1) -> Stacking:
    """Fit a logistic regression to pairs of which a part lacks one expert."""
    features, truth = _with_gaps(pairs, dropout)
    targets, shape = np.eye(len(EMOTIONS))[truth], (features.shape[1] + 1, len(EMOTIONS))
    inputs = np.column_stack([features, np.ones(len(features))])

    def loss(x: _Floats) -> tuple[float, _Floats]:
        weights = x.reshape(shape)
        fitted = softmax(inputs @ weights)
        surprise = -np.log(np.maximum(fitted[targets > 0], 1e-12)).mean()
        slope = inputs.T @ (fitted - targets) / len(inputs) + 2 * ridge * weights
        return float(surprise + ridge * (weights**2).sum()), slope.ravel()

    found = minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B").x.reshape(shape)
    return Stacking(found[:-1], found[-1])


def fit_elm(
    pairs: Pairs, units: int = 60, ridge: float = 10.0, dropout: float = 0.1
) -> ExtremeLearning:
    """Fit an extreme learning machine to pairs of which a part lacks one expert."""
    features, truth = _with_gaps(pairs, dropout)
    machine = ELM(len(EMOTIONS), ELMOptions(hidden=units, ridge=ridge))
    machine.fit(features, truth, np.ones(len(truth)))
    return ExtremeLearning(*machine.arrays())


def fit_hmm(tracks: Sequence[Track], smooth: Smoother = forward_backward) -> ExpressionHMM:
    """Fit both rates by the likelihood of the true emotion of each row.

    Args:
        tracks: What to fit to.
        smooth: Gives the beliefs that are judged: `forward_backward` knows all of a track,
            `forward` what came before.
    """

    def loss(x: _Floats) -> float:
        hmm = ExpressionHMM(*np.exp(x).tolist())
        found = [_likelihoods(smooth(hmm, *track[:3]), track[3]) for track in tracks]
        return -float(np.log(np.concatenate(found)).mean())

    begin = np.log([[0.3, 0.6], [0.1, 0.6], [0.3, 2.0]])
    options: Any = {"xatol": 0.03, "fatol": 1e-4, "initial_simplex": begin}
    found = minimize(loss, begin[0], method="Nelder-Mead", options=options).x
    return ExpressionHMM(*np.exp(found).tolist())


def fit_memory(tracks: Sequence[Track]) -> float:
    """Fit the time constant of `CausalSmoother` as `fit_hmm` fits its rates; in seconds."""

    def loss(x: float) -> float:
        found = [_likelihoods(leak(float(np.exp(x)), *track[:3]), track[3]) for track in tracks]
        return -float(np.log(np.concatenate(found)).mean())

    found = minimize_scalar(loss, bounds=(-4, 2), method="bounded", options={"xatol": 0.1})
    return float(np.exp(found.x))


def leak(memory: float, times: _Floats, probabilities: _Floats, weights: _Floats) -> _Floats:
    """Smooth the rows of one recording by `CausalSmoother`, shape (n, classes)."""
    smoother = CausalSmoother(memory)
    rows = zip(times.tolist(), probabilities, weights.tolist(), strict=True)
    return np.array([smoother.update(*row) for row in rows])


def _likelihoods(probabilities: _Floats, truth: NDArray[np.int64]) -> _Floats:
    return np.maximum(probabilities[np.arange(len(truth)), truth], 1e-9)


def _surprise(combiner: Any, pairs: Pairs) -> float:
    fused = combiner(pairs.probabilities, pairs.qualities)
    return -float(np.log(_likelihoods(fused, pairs.truth)).mean())


def _temperature(make: Callable[[float], Any], pairs: Pairs) -> float:
    def loss(x: _Floats) -> float:
        return _surprise(make(float(np.exp(x[0]))), pairs)

    return float(np.exp(minimize(loss, np.zeros(1), method="Nelder-Mead").x[0]))


def _with_gaps(pairs: Pairs, dropout: float) -> tuple[_Floats, NDArray[np.int64]]:
    """Return features and emotions, each expert left out of a part of the pairs."""
    draw = np.random.default_rng(0).random(len(pairs.truth))
    qualities = pairs.qualities.copy()
    for k in range(len(EXPERTS)):
        qualities[(draw >= k * dropout) & (draw < (k + 1) * dropout), k] = 0
    return expert_features(pairs.probabilities, qualities), pairs.truth
