from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from emoarc.errors import OptionError
from emoarc.fusion import FixedRule, fuse

RULES = get_args(FixedRule)
VOICE, FACE = [[0.6, 0.3, 0.1]], [[0.2, 0.7, 0.1]]


@pytest.mark.parametrize(
    ("rule", "priors", "expected"),
    [
        ("max", None, [0.6 / 1.4, 0.7 / 1.4, 0.1 / 1.4]),
        ("mean", None, [0.4, 0.5, 0.1]),
        ("product", None, [0.12 / 0.34, 0.21 / 0.34, 0.01 / 0.34]),
        ("product", [0.5, 0.25, 0.25], [0.24 / 1.12, 0.84 / 1.12, 0.04 / 1.12]),
        ("bayes", [0.5, 0.25, 0.25], [0.3 / 1.05, 0.75 / 1.05, 0]),
        ("bayes", [0.2, 0.7, 0.1], [0.6, 0.3, 0.1]),
    ],
)
def test_rules_give_what_the_hand_computes(
    rule: FixedRule, priors: list[float] | None, expected: list[float]
) -> None:
    np.testing.assert_allclose(fuse([VOICE, FACE], rule, priors), [expected], atol=1e-12)


def test_the_bayesian_sum_with_equal_priors_chooses_like_the_mean() -> None:
    random = np.random.default_rng(1)
    members = random.dirichlet([0.5] * 5, (3, 200))
    bayes, mean = fuse(list(members), "bayes"), fuse(list(members), "mean")
    np.testing.assert_array_equal(bayes.argmax(1), mean.argmax(1))


@pytest.mark.parametrize("rule", RULES)
def test_one_member_is_left_as_it_is(rule: FixedRule) -> None:
    np.testing.assert_allclose(fuse([VOICE], rule, [0.1, 0.1, 0.8]), VOICE)


@pytest.mark.parametrize("rule", RULES)
def test_members_who_exclude_each_other_leave_a_distribution(rule: FixedRule) -> None:
    fused = fuse([[[1.0, 0.0, 0.0]], [[0.0, 1.0, 0.0]]], rule)
    np.testing.assert_allclose(fused, [[0.5, 0.5, 0]], atol=1e-9)


def test_a_product_of_many_members_does_not_underflow() -> None:
    fused = fuse([[[0.6e-9, 0.4e-9, 1 - 1e-9]], [[0.5, 0.5, 1e-300]]] * 200, "product")
    assert np.isfinite(fused).all()


@pytest.mark.parametrize("rule", RULES)
@given(
    members=arrays(np.float64, (3, 4, 5), elements=st.floats(0, 1)).filter(
        lambda x: bool((x.sum(axis=2) > 1e-3).all())
    ),
    priors=arrays(np.float64, 5, elements=st.floats(0.01, 1)),
)
def test_rows_sum_to_one_whatever_the_order(
    rule: FixedRule, members: np.ndarray, priors: np.ndarray
) -> None:
    fused = fuse(list(members), rule, priors)
    assert fused.shape == (4, 5)
    assert (fused >= 0).all()
    np.testing.assert_allclose(fused.sum(axis=1), 1)
    np.testing.assert_allclose(fuse(list(members[::-1]), rule, priors), fused, atol=1e-9)


@pytest.mark.parametrize("rule", RULES)
def test_no_examples_give_none(rule: FixedRule) -> None:
    assert fuse([np.empty((0, 3))] * 2, rule).shape == (0, 3)


@pytest.mark.parametrize(
    ("members", "priors", "about"),
    [
        ([], None, "members"),
        ([VOICE, [[0.5, 0.5]]], None, "members"),
        ([[0.5, 0.5]], None, "members"),
        ([VOICE, [[0.0, 0.0, 0.0]]], None, "members"),
        ([VOICE, [[-0.1, 0.6, 0.5]]], None, "members"),
        ([VOICE, [[np.nan, 0.6, 0.5]]], None, "members"),
        ([VOICE, FACE], [0.5, 0.5], "priors"),
        ([VOICE, FACE], [0.0, 0.0, 0.0], "priors"),
    ],
)
def test_what_is_no_distribution_is_refused(members: list, priors: list, about: str) -> None:
    with pytest.raises(OptionError, match=about):
        fuse(members, "product", priors)


def test_an_unknown_rule_is_named() -> None:
    with pytest.raises(OptionError, match="borda"):
        fuse([VOICE, FACE], "borda")  # type: ignore[arg-type]
