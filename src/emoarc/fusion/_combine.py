"""Ways to combine what face and voice say at the same time into one distribution.

A combiner is asked only where both were observed; where one was, its distribution is the result as
it stands (`combine`). So a modality that is missing drops out by construction, whatever the rule.
"""

from dataclasses import dataclass
from typing import Final, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emoarc.fusion._rules import FixedRule, fuse
from emoarc.labels import EMOTIONS
from emoarc.types import Modality

__all__ = [
    "EXPERTS",
    "Combiner",
    "DecisionBayes",
    "ExtremeLearning",
    "FixedCombiner",
    "FusionRule",
    "Pool",
    "Stacking",
    "combine",
    "expert_features",
]

_Floats: TypeAlias = NDArray[np.float64]

FusionRule = Literal["pool", "mean", "product", "max", "bayes", "decisions", "elm", "stacking"]
"""How face and voice are combined: `Pool`; the fixed rules of Kittler et al. 1998 (`bayes` is their
sum rule with its prior); `DecisionBayes`; `ExtremeLearning`; `Stacking`."""

EXPERTS: Final[tuple[Modality, Modality]] = ("face", "voice")
"""The order of the experts in every array."""

_FLOOR = 1e-6
_NEUTRAL = EMOTIONS.index("neutral")


class Combiner(Protocol):
    """Combines two distributions over `EMOTIONS`."""

    def __call__(self, probabilities: _Floats, qualities: _Floats) -> _Floats:
        """Return the combined distributions, shape (n, 7).

        Args:
            probabilities: Of `EXPERTS`, shape (n, 2, 7).
            qualities: How far each can be trusted, above 0, shape (n, 2).
        """
        ...


def combine(combiner: Combiner, probabilities: ArrayLike, qualities: ArrayLike) -> _Floats:
    """Combine what was observed, and leave alone what stands alone.

    Args:
        combiner: For where both experts have something to say.
        probabilities: Of `EXPERTS`, shape (n, 2, 7); any numbers where there is nothing.
        qualities: Shape (n, 2), 0 where there is nothing; one of each two is above 0.

    Returns:
        Shape (n, 7).
    """
    stack, trust = np.asarray(probabilities, np.float64), np.asarray(qualities, np.float64)
    found = stack[np.arange(len(stack)), trust.argmax(axis=1)]
    both = (trust > 0).all(axis=1)
    if both.any():
        found[both] = combiner(stack[both], trust[both])
    return found


@dataclass(frozen=True)
class Pool:
    """A log-linear pool that knows what becomes of a face that speaks.

    The weights are `log_linear_pool`'s, scaled by quality. Beyond it, two numbers act as far as
    both experts are heard: by 4 s (1 - s), where s is the face's share of the weight, which falls
    to 0 as one of them fades, so that the result glides into the other's own distribution.
    """

    face_weight: float
    """The face's weight beside `1 - face_weight` for the voice, both of full quality."""
    gain: float
    """How much surer two are than their mean: 0 is the plain pool, which counts what they say as
    one opinion; 1 the product at equal weights, which takes them for independent."""
    hidden: float
    """How often a face that speaks does not show what is expressed and looks neutral instead, so
    that looking neutral says little against any emotion."""

    @property
    def shares(self) -> _Floats:
        """How much each expert's logarithms count where both speak, summing to 1, shape (2,)."""
        return np.array([self.face_weight, 1 - self.face_weight])

    def __call__(self, probabilities: _Floats, qualities: _Floats) -> _Floats:
        weights = qualities * [self.face_weight, 1 - self.face_weight]
        share = weights[:, :1] / weights.sum(axis=1, keepdims=True)
        together = 4 * share * (1 - share)
        # The likelihood of what the face looks like: it shows each emotion, or looks neutral.
        looks, hidden = probabilities[:, 0], self.hidden * together
        shown = (1 - hidden) * looks + hidden * looks[:, [_NEUTRAL]]
        shown[:, _NEUTRAL] = looks[:, _NEUTRAL]
        face, voice = (np.log(np.maximum(said, _FLOOR)) for said in (shown, probabilities[:, 1]))
        return _softmax((1 + self.gain * together) * (share * face + (1 - share) * voice))


@dataclass(frozen=True)
class FixedCombiner:
    """One of the fixed rules, calibrated; an expert of the lower quality is discounted."""

    rule: FixedRule
    temperature: float = 1.0
    """Divides the logarithms of the result."""

    def __call__(self, probabilities: _Floats, qualities: _Floats) -> _Floats:
        face, voice = np.moveaxis(_discounted(probabilities, qualities), 1, 0)
        return _tempered(fuse([face, voice], self.rule), self.temperature)


@dataclass(frozen=True)
class DecisionBayes:
    """Bayes' rule on what each expert decides for, not on how sure it is.

    Xu, Krzyzak and Suen 1992, "Methods of combining multiple classifiers", section III.B: the
    product of P(decision | truth) as the experts' confusion matrices tell, under equal priors. Xu
    and Wang 2018 fuse face features so. Ours: logarithms count by relative quality.
    """

    confusion: _Floats
    """P(decision | truth) by expert, truth and decision, shape (2, 7, 7)."""
    temperature: float = 1.0
    """Divides the logarithms of the result."""

    def __call__(self, probabilities: _Floats, qualities: _Floats) -> _Floats:
        trust = qualities / qualities.max(axis=1, keepdims=True)
        beliefs = np.log(np.maximum(self.confusion, _FLOOR))
        decided = probabilities.argmax(axis=2)
        scores = sum(trust[:, [k]] * beliefs[k].T[decided[:, k]] for k in range(len(EXPERTS)))
        return _softmax(np.asarray(scores) / self.temperature)


@dataclass(frozen=True)
class Stacking:
    """Logistic regression on both experts' logarithms (Wolpert 1992, "Stacked generalization")."""

    weights: _Floats
    """Shape (14, 7)."""
    bias: _Floats
    """Shape (7,)."""

    def __call__(self, probabilities: _Floats, qualities: _Floats) -> _Floats:
        return _softmax(expert_features(probabilities, qualities) @ self.weights + self.bias)


@dataclass(frozen=True)
class ExtremeLearning:
    """An extreme learning machine on both experts' logarithms, after Hossain and Muhammad 2019.

    One hidden layer that is drawn, not learnt, and output weights in closed form; they fuse the
    features of two networks so, we what the networks say.
    """

    hidden: _Floats
    """Weights into the hidden layer, shape (14, units)."""
    bias: _Floats
    """Of the hidden units, shape (units,)."""
    output: _Floats
    """From the hidden units and a constant to the scores, shape (units + 1, 7)."""

    def __call__(self, probabilities: _Floats, qualities: _Floats) -> _Floats:
        drive = expert_features(probabilities, qualities) @ self.hidden + self.bias
        active = np.column_stack([np.tanh(drive / 2), np.ones(len(drive))])
        return _softmax(active @ self.output)


def expert_features(probabilities: _Floats, qualities: _Floats) -> _Floats:
    """Return what `Stacking` and `ExtremeLearning` see, shape (n, 14).

    The logarithms of each expert's distribution, discounted by its quality, less their mean.
    """
    logs = np.log(np.maximum(_discounted(probabilities, qualities), _FLOOR))
    return (logs - logs.mean(axis=2, keepdims=True)).reshape(len(logs), -1)


def _discounted(probabilities: _Floats, qualities: _Floats) -> _Floats:
    """Mix each expert's distribution with none at all, by its quality relative to the best.

    Shafer 1976, "A mathematical theory of evidence", chapter 11, for distributions.
    """
    trust = (qualities / qualities.max(axis=1, keepdims=True))[:, :, None]
    return trust * probabilities + (1 - trust) / probabilities.shape[2]


def _tempered(probabilities: _Floats, temperature: float) -> _Floats:
    return _softmax(np.log(np.maximum(probabilities, _FLOOR)) / temperature)


def _softmax(scores: _Floats) -> _Floats:
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)
