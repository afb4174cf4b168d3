import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from emoarc.fusion import log_linear_pool

distributions = arrays(np.float64, (3, 7), elements=st.floats(0.001, 1)).map(
    lambda p: p / p.sum(axis=1, keepdims=True)
)


@given(distributions)
def test_a_lone_distribution_stays_what_it_is(p):
    np.testing.assert_allclose(log_linear_pool(p[:1], [0.3]), p[0], rtol=1e-9)


@given(distributions, st.lists(st.floats(0.01, 10), min_size=3, max_size=3))
def test_the_pool_is_a_distribution_and_scale_free(p, weights):
    pooled = log_linear_pool(p, weights)
    assert pooled.sum() == pytest.approx(1)
    np.testing.assert_allclose(pooled, log_linear_pool(p, np.array(weights) * 7), rtol=1e-9)


@given(distributions)
def test_a_zero_weight_drops_out(p):
    np.testing.assert_allclose(log_linear_pool(p, [1, 0, 1]), log_linear_pool(p[[0, 2]], [1, 1]))


def test_all_zero_weights_count_as_equal():
    p = np.array([[0.8, 0.2], [0.2, 0.8]])
    np.testing.assert_allclose(log_linear_pool(p, [0, 0]), [0.5, 0.5])


def test_no_expert_has_a_veto():
    pooled = log_linear_pool([[1.0, 0.0], [0.01, 0.99]], [0.2, 0.8])
    assert pooled[1] > 0
