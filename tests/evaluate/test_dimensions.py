import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from emoarc.errors import OptionError
from emoarc.evaluate import ccc

VALUES = st.integers(-1000, 1000).map(lambda thousandth: thousandth / 1000)
ROWS = arrays(np.float64, st.shared(st.integers(2, 30), key="n"), elements=VALUES)


def test_by_hand() -> None:
    # Variances 1 and 4, covariance 2 and means 1 apart: 2 * 2 / (1 + 4 + 1).
    assert ccc(np.array([-1.0, 1.0]), np.array([-1.0, 3.0])) == pytest.approx(4 / 6)


@given(ROWS, ROWS)
@settings(max_examples=100, deadline=None)
def test_it_is_symmetric_and_no_further_from_0_than_the_correlation(first, second) -> None:
    assume(np.ptp(first) > 0 and np.ptp(second) > 0)
    found = ccc(first, second)
    assert found == pytest.approx(ccc(second, first), abs=1e-12)
    assert abs(found) <= abs(np.corrcoef(first, second)[0, 1]) + 1e-9
    assert abs(found) <= 1 + 1e-12


@given(ROWS, st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_a_row_agrees_with_itself_in_any_order(row, random) -> None:
    assume(np.ptp(row) > 0)
    order = list(range(len(row)))
    random.shuffle(order)
    assert ccc(row, row) == pytest.approx(1)
    assert ccc(row, -row + 2 * row.mean()) == pytest.approx(-1)
    other = row**2
    assert ccc(row[order], other[order]) == pytest.approx(ccc(row, other), abs=1e-9)


def test_it_is_one_less_the_mean_square_over_that_of_independent_rows() -> None:
    generator = np.random.default_rng(0)
    first = generator.normal(size=100)
    second = 0.7 * first + generator.normal(0.3, 0.5, size=100)
    worst = first.var() + second.var() + (first.mean() - second.mean()) ** 2
    assert ccc(first, second) == pytest.approx(1 - np.mean((first - second) ** 2) / worst)


def test_rows_that_stand_still_show_no_agreement() -> None:
    still = np.full(7, 0.1)  # whose mean is not 0.1 in floating point
    assert ccc(still, np.linspace(0, 1, 7)) == 0
    assert ccc(np.linspace(0, 1, 7), still) == 0
    assert ccc(still, still + 1) == 0
    assert np.isnan(ccc(still, still))
    assert np.isnan(ccc(np.zeros(0), np.zeros(0)))
    assert np.isnan(ccc(np.ones(1), np.ones(1)))


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(OptionError, match=r"shapes \(2,\) and \(3,\)"):
        ccc(np.zeros(2), np.zeros(3))
    with pytest.raises(OptionError, match="2 items without a finite value"):
        ccc(np.array([0, np.nan, 1]), np.array([0, 1, np.inf]))
