"""Smoothing by a hidden Markov model, beside its definition."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoarc.fusion import ExpressionHMM, ForwardFilter, forward, forward_backward

HMM = ExpressionHMM(change_rate=0.4, evidence_rate=2.0)


def _by_paths(hmm, times, probabilities, weights):
    """The posterior by summing over all paths."""
    states = probabilities.shape[1]
    emissions = probabilities ** (hmm.evidence_rate * weights[:, None])
    posterior = np.zeros_like(probabilities)
    for path in product(range(states), repeat=len(times)):
        likelihood = np.prod(emissions[np.arange(len(times)), path])
        for i, (one, two) in enumerate(pairwise(path)):
            kept = np.exp(-hmm.change_rate * (times[i + 1] - times[i]))
            likelihood *= kept * (one == two) + (1 - kept) / states
        posterior[np.arange(len(times)), path] += likelihood
    return posterior / posterior.sum(axis=1, keepdims=True)


def _track(seed, rows, states=3):
    generator = np.random.default_rng(seed)
    times = np.cumsum(generator.uniform(0.05, 2, rows))
    probabilities = generator.dirichlet(np.ones(states), rows) * 0.97 + 0.03 / states
    return times, probabilities, generator.uniform(0.01, 1, rows)


@given(st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_forward_and_backward_give_the_sum_over_all_paths(rows, seed):
    track = _track(seed, rows)
    np.testing.assert_allclose(forward_backward(HMM, *track), _by_paths(HMM, *track), rtol=1e-8)


@given(st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_the_filter_knows_the_past_alone(rows, seed):
    times, probabilities, weights = _track(seed, rows)
    live = ForwardFilter(HMM)
    track = zip(times, probabilities, weights, strict=True)
    found = np.array([live.update(*row) for row in track])
    expected = [
        _by_paths(HMM, times[:n], probabilities[:n], weights[:n])[-1] for n in range(1, rows + 1)
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-8)
    np.testing.assert_allclose(forward(HMM, times, probabilities, weights), found, rtol=1e-8)


@given(st.integers(0, 2**32 - 1))
def test_cutting_a_row_in_two_changes_next_to_nothing(seed):
    """Rates per second hold for any step."""
    generator = np.random.default_rng(seed)
    coarse = generator.dirichlet(np.ones(7), 20) * 0.9 + 0.1 / 7
    one = forward_backward(HMM, np.arange(20) * 0.2, coarse, np.full(20, 0.2))
    fine = np.repeat(coarse, 2, axis=0)
    two = forward_backward(HMM, np.arange(40) * 0.1, fine, np.full(40, 0.1))
    np.testing.assert_allclose(two[::2], one, atol=0.06)


def test_after_a_long_gap_the_past_is_forgotten():
    sure, even = [0.98, 0.01, 0.01], [1 / 3] * 3
    found = forward_backward(HMM, [0, 1000], [sure, even], [1.0, 1.0])
    np.testing.assert_allclose(found[1], even, atol=1e-6)
    assert found[0, 0] > 0.99


def test_what_cannot_be_trusted_takes_on_what_stands_beside_it():
    happy, sad = [0.1, 0.9], [0.9, 0.1]
    found = forward_backward(HMM, [0, 0.2, 0.4], [happy, sad, happy], [1.0, 1e-6, 1.0])
    assert found[1].argmax() == 1


def test_a_blip_is_passed_over_and_a_lasting_change_is_not():
    probabilities = np.tile([0.2, 0.8], (60, 1))
    probabilities[20] = [0.8, 0.2]
    probabilities[40:] = [0.8, 0.2]
    found = forward_backward(HMM, np.arange(60) * 0.2, probabilities, np.full(60, 0.2))
    assert np.flatnonzero(np.diff(found.argmax(axis=1))).tolist() == [39]


def test_a_certain_estimate_has_no_veto():
    found = forward_backward(HMM, [0.0, 0.1], [[1.0, 0.0], [0.0, 1.0]], [50.0, 50.0])
    assert np.isfinite(found).all()
    assert found.sum(axis=1) == pytest.approx(1)
