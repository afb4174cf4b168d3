import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoarc.arcs import MEASURES, Arc, CompareOptions, compare_arcs
from emoarc.errors import OptionError


def arc_of(valence, step=1.0) -> Arc:
    values = np.zeros((len(valence), len(MEASURES)))
    values[:, 0] = valence
    return Arc("all", step * np.arange(len(valence)), values, values - 0.1, values + 0.1)


def wandering(seed, seconds=60):
    return np.cumsum(np.random.default_rng(seed).normal(0, 0.1, seconds))


def distance_of(first, second, **options):
    return compare_arcs({"a": first, "b": second}, CompareOptions(**options)).distances[0, 1]


@given(
    st.integers(0, 999), st.floats(2, 20), st.floats(-5, 5), st.sampled_from(["euclidean", "dtw"])
)
def test_height_and_spread_do_not_matter(seed, scale, shift, distance):
    first, second = wandering(seed), wandering(seed + 1)
    plain = distance_of(arc_of(first), arc_of(second), distance=distance)
    moved = distance_of(arc_of(first), arc_of(scale * second + shift), distance=distance)
    assert moved == pytest.approx(plain, abs=1e-9)


def test_length_does_not_matter():
    assert distance_of(arc_of(np.linspace(-1, 1, 30)), arc_of(np.linspace(-1, 1, 600))) < 0.01


def test_opposite_courses_are_farther_apart_than_like_ones():
    rise, late = np.linspace(-1, 1, 60), np.linspace(0, 1, 60) ** 3
    assert distance_of(arc_of(rise), arc_of(-rise)) > 3 * distance_of(arc_of(rise), arc_of(late))


def _by_hand(first, second, reach):
    """The textbook's recursion (Sakoe & Chiba 1978)."""
    points = len(first)
    costs = np.full((points + 1, points + 1), np.inf)
    costs[0, 0] = 0
    for i in range(points):
        for j in range(points):
            if abs(i - j) <= reach:
                before = min(costs[i, j], costs[i, j + 1], costs[i + 1, j])
                costs[i + 1, j + 1] = (first[i] - second[j]) ** 2 + before
    return np.sqrt(costs[-1, -1] / points)


@pytest.mark.parametrize("window", [0.05, 0.2, 1.0])
def test_dynamic_time_warping_is_that_of_the_textbook(window):
    arcs = {str(i): arc_of(wandering(i)) for i in range(6)}
    found = compare_arcs(arcs, CompareOptions(distance="dtw", window=window, points=20))
    for i in range(6):
        for j in range(6):
            expected = (
                0 if i == j else _by_hand(found.curves[i], found.curves[j], round(window * 20))
            )
            assert found.distances[i, j] == pytest.approx(expected)


def test_warping_forgives_a_delay():
    early, late = (np.exp(-(((np.arange(60) - at) / 6) ** 2)) for at in (28, 32))
    warped = distance_of(arc_of(early), arc_of(late), distance="dtw")
    assert warped < 0.3 * distance_of(arc_of(early), arc_of(late))


def test_gaps_are_bridged():
    whole = np.linspace(-1, 1, 60)
    gap = whole.copy()
    gap[20:40] = np.nan
    assert distance_of(arc_of(whole), arc_of(gap)) < 0.01


def test_what_cannot_be_compared_is_named_with_the_reason():
    arcs = {
        "b": arc_of(wandering(1)),
        "short": arc_of(wandering(2, 5)),
        "flat": arc_of(np.full(60, 0.3)),
        "empty": arc_of(np.full(60, np.nan)),
        "a": arc_of(wandering(3)),
    }
    found = compare_arcs(arcs)
    assert found.names == ("a", "b")
    assert found.left_out.keys() == {"short", "flat", "empty"}
    assert "5 s observed" in found.left_out["short"]
    assert "valence varies by 0.000" in found.left_out["flat"]
    assert found.distances.shape == (2, 2)


@pytest.mark.parametrize(
    "options",
    [
        {"measure": "joy"},
        {"distance": "cosine"},
        {"points": 1},
        {"window": 0.0},
        {"smoothing": 0.0},
    ],
)
def test_options_that_cannot_be(options):
    with pytest.raises(OptionError):
        CompareOptions(**options)
