from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.arcs.test_compare import arc_of, wandering

from emoarc.arcs import cluster_arcs, compare_arcs, silhouettes
from emoarc.errors import OptionError

U = np.linspace(0, 1, 60)
SHAPES = {"rise": U, "fall": -U, "hill": -np.abs(U - 0.5), "valley": np.abs(U - 0.5)}


def _planted(each=6, noise=0.1):
    rng = np.random.default_rng(0)
    return {
        f"{name} {i}": arc_of(shape + rng.normal(0, noise, 60))
        for name, shape in SHAPES.items()
        for i in range(each)
    }


def _groups(families):
    names = np.array(families.comparison.names)
    return {frozenset(names[families.family == i]) for i in range(len(families.medoids))}


def test_planted_families_are_found_and_their_number_too():
    families = cluster_arcs(compare_arcs(_planted()))
    assert len(families.medoids) == 4
    assert all(len({name.split()[0] for name in group}) == 1 for group in _groups(families))
    assert max(families.tried, key=families.tried.get) == 4


@settings(max_examples=20)
@given(st.permutations(range(20)))
def test_the_order_of_recordings_does_not_matter(order):
    arcs = {f"{i:02}": arc_of(wandering(i)) for i in range(20)}
    shuffled = {f"{i:02}": arcs[f"{i:02}"] for i in order}
    first, second = (cluster_arcs(compare_arcs(each)) for each in (arcs, shuffled))
    np.testing.assert_array_equal(first.family, second.family)
    np.testing.assert_array_equal(first.medoids, second.medoids)


def test_medoids_are_the_best_there_are():
    comparison = compare_arcs({f"{i:02}": arc_of(wandering(i)) for i in range(14)})
    for k in (2, 3):
        found = cluster_arcs(comparison, k)
        totals = [
            comparison.distances[:, each].min(axis=1).sum() for each in combinations(range(14), k)
        ]
        assert found.to_medoid.sum() <= 1.02 * min(totals)  # exchange ends in a local optimum


def test_the_largest_family_comes_first():
    families = cluster_arcs(compare_arcs(_planted() | {"extra": arc_of(SHAPES["fall"])}), 4)
    sizes = np.bincount(families.family)
    assert list(sizes) == sorted(sizes, reverse=True)
    assert np.all(families.family[families.medoids] == np.arange(4))
    assert np.all(families.to_medoid[families.medoids] == 0)


@given(st.integers(0, 999), st.integers(2, 5))
def test_silhouettes_are_those_of_scikit_learn(seed, k):
    metrics = pytest.importorskip("sklearn.metrics", reason="training needs the extra `train`")
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(12, 2))
    distances = np.linalg.norm(points[:, None] - points, axis=-1)
    labels = np.concatenate([np.arange(k), rng.integers(0, k, 12 - k)])
    expected = metrics.silhouette_samples(distances, labels, metric="precomputed")
    np.testing.assert_allclose(silhouettes(distances, labels), expected, atol=1e-9)


@pytest.mark.parametrize("families", [1, 6, 7])
def test_a_number_of_families_that_cannot_be(families):
    comparison = compare_arcs({f"{i}": arc_of(wandering(i)) for i in range(6)})
    with pytest.raises(OptionError, match="6 arcs"):
        cluster_arcs(comparison, families)


def test_recordings_that_are_all_the_same_are_no_error():
    families = cluster_arcs(compare_arcs({str(i): arc_of(U) for i in range(5)}))
    assert np.isfinite(families.silhouettes).all()
