from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emoarc.errors import OptionError
from emoarc.evaluate import accuracy, brier_score, mcnemar, paired_bootstrap, uar


def answers(ahead: int, behind: int, both: int = 20) -> tuple[np.ndarray, ...]:
    """Make a truth and two systems of which the first alone is right `ahead` times."""
    truth = np.ones(ahead + behind + both, np.int64)
    first, second = truth.copy(), truth.copy()
    second[:ahead] = 0
    first[ahead : ahead + behind] = 0
    return truth, first, second


def test_mcnemar_by_hand() -> None:
    # Ten items part the systems, one of them for the second: 2 (1 + 10) / 2^10.
    found = mcnemar(*answers(9, 1))
    assert (found.only_first, found.only_second) == (9, 1)
    assert found.p == pytest.approx(22 / 1024)


@given(st.integers(0, 30), st.integers(0, 30))
@settings(max_examples=50, deadline=None)
def test_mcnemar_is_the_exact_binomial_test(ahead: int, behind: int) -> None:
    n, fewer = ahead + behind, min(ahead, behind)
    tail = sum(comb(n, k) for k in range(fewer + 1)) / 2**n
    assert mcnemar(*answers(ahead, behind)).p == pytest.approx(min(1.0, 2 * tail))
    assert mcnemar(*answers(behind, ahead)).p == pytest.approx(mcnemar(*answers(ahead, behind)).p)


def test_items_both_get_right_or_wrong_do_not_count() -> None:
    assert mcnemar(*answers(5, 2, both=0)).p == mcnemar(*answers(5, 2, both=500)).p
    same = mcnemar(*answers(0, 0))
    assert (same.only_first, same.only_second, same.p) == (0, 0, 1.0)


def test_without_items_there_is_no_p() -> None:
    none = np.zeros(0, np.int64)
    assert np.isnan(mcnemar(none, none, none).p)
    assert np.isnan(paired_bootstrap(accuracy, none, none, none, none).p)


def planted(gain: float, seed: int = 0) -> tuple[np.ndarray, ...]:
    """Make thirty speakers who differ much, and a first system better by `gain` for each."""
    generator = np.random.default_rng(seed)
    speakers = np.repeat(np.arange(30), 40)
    truth = generator.integers(0, 4, len(speakers))
    ease = np.repeat(generator.uniform(0.3, 0.8, 30), 40)
    luck = generator.random(len(speakers))
    first, second = (np.where(luck < ease + more, truth, (truth + 1) % 4) for more in (gain, 0))
    return truth, first, second, speakers


def test_a_planted_difference_is_found_however_much_speakers_differ() -> None:
    truth, first, second, speakers = planted(0.05)
    found = paired_bootstrap(uar, truth, first, second, speakers)
    assert found.value == uar(truth, first) - uar(truth, second)
    assert 0 < found.low < found.value < found.high < 0.1
    assert found.p < 0.01
    turned = paired_bootstrap(uar, truth, second, first, speakers)
    assert (turned.value, turned.p) == (-found.value, found.p)
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))


def test_without_a_difference_p_is_small_as_often_as_it_says() -> None:
    small = 0
    for seed in range(100):
        generator = np.random.default_rng(seed)
        truth = np.zeros(150, np.int64)
        first, second = generator.integers(0, 2, (2, 150))
        groups = np.repeat(np.arange(30), 5)
        found = paired_bootstrap(accuracy, truth, first, second, groups, resamples=200)
        small += found.p < 0.1
    assert 2 <= small <= 22


def test_a_system_does_not_differ_from_itself() -> None:
    truth, first, _, speakers = planted(0)
    found = paired_bootstrap(uar, truth, first, first, speakers, resamples=50)
    assert (found.value, found.low, found.high, found.p) == (0, 0, 0, 1)


def test_probabilities_are_compared_as_well() -> None:
    truth, first, second, speakers = planted(0.1)
    sure, unsure = np.eye(4)[first], 0.5 * np.eye(4)[second] + 0.125
    found = paired_bootstrap(brier_score, truth, sure, unsure, speakers, resamples=50)
    assert found.value == brier_score(truth, sure) - brier_score(truth, unsure)


def test_few_groups_give_a_difference_alone() -> None:
    truth, first, second, speakers = planted(0.05)
    found = paired_bootstrap(uar, truth, first, second, speakers % 7)
    assert found.value > 0
    assert np.isnan([found.low, found.high, found.p]).all()


def test_columns_must_be_of_one_length() -> None:
    two, three = np.zeros(2, np.int64), np.zeros(3, np.int64)
    with pytest.raises(OptionError, match="2 true classes beside 3"):
        mcnemar(two, two, three)
    with pytest.raises(OptionError, match="beside 3 groups"):
        paired_bootstrap(accuracy, two, two, two, three)
