import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon

from emoarc.fusion import INCONGRUENCE_SCHEMA, divergence, incongruence, load_fitted
from emoarc.timeline import Timeline


@given(st.integers(0, 2**32 - 1))
def test_the_divergence_is_that_of_jensen_and_shannon(seed):
    pairs = np.random.default_rng(seed).dirichlet(np.full(7, 0.3), (4, 2))
    expected = [jensenshannon(*pair, base=2) ** 2 for pair in pairs]
    np.testing.assert_allclose(divergence(pairs), expected, atol=1e-9)


def test_alike_is_0_bit_and_nothing_in_common_is_1():
    assert divergence([[[0.3, 0.7], [0.3, 0.7]], [[1, 0], [0, 1]]]).tolist() == pytest.approx(
        [0, 1]
    )


def _found(*rows):
    return incongruence(Timeline.from_expressions(rows)).to_pylist()


def test_what_differs_ranks_above_what_agrees(make):
    face = make(0, 0.4)
    (agree, _), (differ, _) = (
        _found(face, make(0, 0.4, "voice")),
        _found(face, make(0, 0.4, "voice", emotion="anger")),
    )
    assert agree["divergence"] == pytest.approx(0, abs=1e-6)
    assert differ["divergence"] > 0.3
    assert 0 <= agree["rank"] < differ["rank"] <= 1


def test_it_is_told_only_where_both_were_read_well(make):
    rows = [
        make(0, 1, "face"),
        make(0.4, 2, "voice"),
        make(3, 4, "face", quality=0.05),
        make(3, 4, "voice"),
        make(5, 6, "face", "P2"),
        make(5, 6, "voice", "V1"),
        make(5, 6, "fused", "P2"),
    ]
    found = _found(*rows)
    assert {row["subject"] for row in found} == {"P1"}
    assert (found[0]["start"], found[-1]["end"]) == pytest.approx((0.4, 1.0))


def test_nothing_to_compare_is_an_empty_table(make):
    table = incongruence(Timeline.from_expressions([make(0, 1)]))
    assert table.schema == INCONGRUENCE_SCHEMA
    assert table.num_rows == 0


def test_the_usual_divergences_rise():
    usual = load_fitted().incongruence
    assert (np.diff(usual) >= 0).all()
    assert 0 <= usual[0] < usual[-1] <= 1
