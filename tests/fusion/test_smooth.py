import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoarc.fusion import CausalSmoother, smooth

HAPPY = np.array([0.1, 0.9])
SAD = np.array([0.9, 0.1])


def _two_sided(times, probabilities, qualities, time_constant):
    """The definition, in O(n²)."""
    weights = qualities * np.exp(-np.abs(times[:, None] - times) / time_constant)
    return weights @ probabilities / weights.sum(axis=1, keepdims=True)


@given(st.integers(1, 30), st.integers(0, 2**32 - 1))
def test_smoothing_is_the_two_sided_kernel(n, seed):
    rng = np.random.default_rng(seed)
    times = np.cumsum(rng.uniform(0.05, 3, n))
    probabilities = rng.dirichlet(np.ones(7), n) * 0.98 + 0.02 / 7
    qualities = rng.uniform(0.1, 1, n)
    expected = _two_sided(times, probabilities, qualities, 0.8)
    np.testing.assert_allclose(smooth(times, probabilities, qualities, 0.8), expected, rtol=1e-6)


def test_steady_input_stays():
    smoother = CausalSmoother(0.8)
    for time in np.arange(0, 2, 0.2):
        np.testing.assert_allclose(smoother.update(time, HAPPY, 1.0), HAPPY)


def test_a_single_outlier_is_damped_and_a_lasting_change_comes_through():
    smoother = CausalSmoother(0.8)
    for time in np.arange(0, 2, 0.2):
        smoother.update(time, HAPPY, 1.0)
    assert smoother.update(2.0, SAD, 1.0).argmax() == HAPPY.argmax()
    for time in np.arange(2.2, 5, 0.2):
        last = smoother.update(time, SAD, 1.0)
    assert last.argmax() == SAD.argmax()


def test_after_a_long_gap_the_past_is_forgotten():
    smoother = CausalSmoother(0.8)
    smoother.update(0, HAPPY, 1.0)
    np.testing.assert_allclose(smoother.update(60, SAD, 1.0), SAD, atol=1e-6)


def test_low_quality_counts_little():
    high = smooth([0, 0.2], [HAPPY, SAD], [1, 1], 0.8)[0]
    low = smooth([0, 0.2], [HAPPY, SAD], [1, 0.01], 0.8)[0]
    assert low[1] > high[1]
    assert low[1] == pytest.approx(HAPPY[1], abs=0.01)


def test_a_very_sure_estimate_does_not_run_ahead_of_the_change():
    times = np.arange(0, 4, 0.1)
    sure = np.array([1.0 - 1e-9, 1e-9])
    probabilities = np.where(times[:, None] < 2, [0.9, 0.1], sure[::-1])
    smoothed = smooth(times, probabilities, np.ones(len(times)), 0.8)
    assert np.flatnonzero(smoothed.argmax(axis=1) == 1)[0] >= 19
