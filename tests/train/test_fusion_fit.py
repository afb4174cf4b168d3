"""Fitting fusion to data whose truth is known by construction."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs the extra `train`")

from emoarc.fusion import ExpressionHMM, combine, forward, forward_backward
from emoarc.train._fusion_fit import (
    START,
    Pairs,
    fit_decisions,
    fit_elm,
    fit_fixed,
    fit_hmm,
    fit_memory,
    fit_pool,
    fit_stacking,
)

FITS = {
    "pool": fit_pool,
    "mean": lambda pairs: fit_fixed(pairs, "mean"),
    "product": lambda pairs: fit_fixed(pairs, "product"),
    "decisions": fit_decisions,
    "elm": fit_elm,
    "stacking": fit_stacking,
}


def _pairs(seed: int, sharpness: tuple[float, float], count: int = 1400) -> Pairs:
    """Independent experts who are calibrated: softmax of the log-likelihoods of what they saw."""
    generator = np.random.default_rng(seed)
    truth = np.arange(count) % 7
    scores = []
    for sharp in sharpness:
        seen = sharp * np.eye(7)[truth] + generator.normal(0, 1, (count, 7))
        scores.append(sharp * seen)
    weights = np.exp(np.stack(scores, axis=1))
    return Pairs(weights / weights.sum(axis=2, keepdims=True), np.ones((count, 2)), truth)


def _accuracy(probabilities: np.ndarray, pairs: Pairs) -> float:
    return float((probabilities.argmax(axis=1) == pairs.truth).mean())


@pytest.mark.parametrize("name", FITS)
def test_fused_independent_experts_beat_the_better_one_on_data_not_fitted_to(name: str) -> None:
    combiner = FITS[name](_pairs(0, (1.2, 1.6)))
    tested = _pairs(1, (1.2, 1.6))
    fused = combine(combiner, tested.probabilities, tested.qualities)
    voice = _accuracy(tested.probabilities[:, 1], tested)
    # Two decisions that differ cannot outvote each other.
    assert _accuracy(fused, tested) > voice + (-0.02 if name == "decisions" else 0.05)


def test_the_pool_finds_that_independent_experts_multiply() -> None:
    pool, tested = fit_pool(_pairs(0, (1.4, 1.4)), ridge=1e-4), _pairs(1, (1.4, 1.4))
    product = tested.probabilities.prod(axis=1)
    product /= product.sum(axis=1, keepdims=True)
    fused = combine(pool, tested.probabilities, tested.qualities)
    rows = np.arange(len(tested.truth)), tested.truth
    assert -np.log(fused[rows]).mean() < -np.log(product[rows]).mean() + 0.01
    assert pool.gain > 0.5
    assert pool.hidden < 0.2  # nothing is hidden here


def test_a_strong_ridge_keeps_the_pool_where_it_was() -> None:
    pool = fit_pool(_pairs(0, (1.4, 1.4)), ridge=1e4)
    assert pool.face_weight == pytest.approx(START.face_weight, abs=0.01)
    assert pool.gain == pytest.approx(START.gain, abs=0.01)


def test_an_expert_who_guesses_gets_little_weight() -> None:
    pairs = _pairs(0, (0.01, 1.6))
    noise = np.random.default_rng(2).dirichlet(np.ones(7), len(pairs.truth))
    pairs.probabilities[:, 0] = noise
    assert fit_pool(pairs).face_weight < 0.75 * START.face_weight


def _tracks(hmm: ExpressionHMM, count: int, seed: int):
    """Draw from the model itself: changes at its rate, and evidence worth what it says."""
    generator = np.random.default_rng(seed)
    step, rows = 0.5, 200
    for _ in range(count):
        truth = np.zeros(rows, np.int64)
        for i in range(rows):
            stay = i and generator.random() < hmm.kept(step)
            truth[i] = truth[i - 1] if stay else generator.integers(7)
        scores = 1.5 * (1.5 * np.eye(7)[truth] + generator.normal(0, 1, (rows, 7)))
        probabilities = np.exp(scores / (hmm.evidence_rate * step))
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        yield np.arange(rows) * step, np.maximum(probabilities, 1e-6), np.full(rows, step), truth


@pytest.mark.parametrize("smoother", [forward_backward, forward])
def test_the_rates_are_found_again(smoother) -> None:
    true = ExpressionHMM(change_rate=0.15, evidence_rate=1.5)
    found = fit_hmm(list(_tracks(true, 3, seed=0)), smoother)
    assert found.change_rate == pytest.approx(0.15, rel=0.35)
    assert found.evidence_rate == pytest.approx(1.5, rel=0.2)


def test_the_memory_is_longer_where_expressions_last() -> None:
    short = fit_memory(list(_tracks(ExpressionHMM(1.0, 1.5), 2, seed=0)))
    long = fit_memory(list(_tracks(ExpressionHMM(0.02, 1.5), 2, seed=0)))
    assert long > short
