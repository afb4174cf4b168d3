"""A hidden Markov model of expression over time: filtered live, smoothed over a recording.

Rabiner 1989, "A tutorial on hidden Markov models", section III.A, with the emotions as states. What
was read is turned into an emission by dividing the prior out of it (Bourlard and Morgan 1994,
"Connectionist speech recognition", chapter 7). Both fitted numbers are rates per second, so that
they hold for any step.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["ExpressionHMM", "ForwardFilter", "forward", "forward_backward"]

_Floats: TypeAlias = NDArray[np.float64]

_FLOOR = 1e-6
"""Probabilities below this count as this, so that no single estimate has a veto."""


@dataclass(frozen=True)
class ExpressionHMM:
    """How long expressions last, and how much a second of evidence is worth."""

    change_rate: float
    """How often in a second an expression gives way to one drawn anew from all of them."""
    evidence_rate: float
    """How many independent estimates a second of full quality is worth: below what it holds,
    because estimates near in time err alike."""

    def kept(self, seconds: ArrayLike) -> _Floats:
        """Return the probability that an expression has not given way after so many seconds."""
        return np.exp(-self.change_rate * np.asarray(seconds, np.float64))

    def emissions(self, probabilities: ArrayLike, weights: ArrayLike) -> _Floats:
        """Return how well each state explains what was read, the best one 1, shape (n, classes).

        Args:
            probabilities: Under a balanced prior, shape (n, classes).
            weights: Quality times length in seconds, shape (n,).
        """
        logs = np.log(np.maximum(np.asarray(probabilities, np.float64), _FLOOR))
        scores = self.evidence_rate * np.asarray(weights, np.float64)[:, None] * logs
        return np.exp(scores - scores.max(axis=1, keepdims=True))


class ForwardFilter:
    """The causal half: what the past and the present tell."""

    def __init__(self, hmm: ExpressionHMM) -> None:
        self._hmm = hmm
        self._time = -np.inf
        self._belief: _Floats = np.zeros(0)

    def update(self, time: float, probabilities: ArrayLike, weight: float) -> _Floats:
        """Take in one estimate, later than the ones before, and return the belief, shape (n,).

        Args:
            time: In seconds.
            probabilities: Under a balanced prior, shape (classes,).
            weight: Quality times length in seconds.
        """
        (emission,) = self._hmm.emissions(np.asarray(probabilities)[None], [weight])
        if not len(self._belief):
            self._belief = np.full(len(emission), 1 / len(emission))
        kept = float(self._hmm.kept(time - self._time))
        self._time = time
        self._belief = _normal(emission * _stepped(self._belief, kept))
        return self._belief


def forward(
    hmm: ExpressionHMM, times: ArrayLike, probabilities: ArrayLike, weights: ArrayLike
) -> _Floats:
    """Return the belief at each time from what came until then; else as `forward_backward`."""
    emissions = hmm.emissions(probabilities, weights)
    kept = hmm.kept(np.diff(np.asarray(times, np.float64)))
    joint = emissions * _foretell(emissions, kept)
    return joint / joint.sum(axis=1, keepdims=True)


def forward_backward(
    hmm: ExpressionHMM, times: ArrayLike, probabilities: ArrayLike, weights: ArrayLike
) -> _Floats:
    """Return the posterior of each state at each time, given all of a recording.

    Args:
        hmm: The model.
        times: Increasing, in seconds, shape (n,).
        probabilities: Under a balanced prior, shape (n, classes).
        weights: Quality times length in seconds, shape (n,).

    Returns:
        Shape (n, classes).
    """
    emissions = hmm.emissions(probabilities, weights)
    kept = hmm.kept(np.diff(np.asarray(times, np.float64)))
    # The chain runs alike in both directions, so the future foretells as the past does.
    joint = emissions * _foretell(emissions, kept)
    joint *= _foretell(emissions[::-1], kept[::-1])[::-1]
    return joint / joint.sum(axis=1, keepdims=True)


def _foretell(emissions: _Floats, kept: _Floats) -> _Floats:
    """Return the belief at each time from what came before it alone, shape (n, classes)."""
    beliefs = np.full_like(emissions, 1 / emissions.shape[1])
    for i, stay in enumerate(kept, start=1):
        beliefs[i] = _stepped(_normal(emissions[i - 1] * beliefs[i - 1]), stay)
    return beliefs


def _stepped(belief: _Floats, kept: float) -> _Floats:
    return kept * belief + (1 - kept) / len(belief)


def _normal(weights: _Floats) -> _Floats:
    return weights / weights.sum()
