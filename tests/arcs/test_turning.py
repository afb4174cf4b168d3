import numpy as np
import pytest

from emoarc.arcs import MEASURES, Arc, TurningPoint, find_turning_points

TIMES = np.arange(100.0)
HILL = np.sin(np.pi * TIMES / 99) ** 2


def _found(values, half_width=0.1):
    return find_turning_points("valence", TIMES, values, np.full(100, half_width))


def test_a_hill_turns_at_its_top():
    (point,) = _found(HILL)
    assert (point.kind, point.measure) == ("maximum", "valence")
    assert point.time == pytest.approx(49.5, abs=1)
    assert point.value == pytest.approx(1, abs=0.01)


def test_a_valley_turns_at_its_bottom():
    assert [p.kind for p in _found(-HILL)] == ["minimum"]


def test_what_the_band_allows_for_is_no_turning_point():
    assert _found(HILL, half_width=0.8) == []


def test_a_curve_that_only_rises_does_not_turn():
    assert _found(TIMES) == []


def test_noise_in_the_band_hardly_ever_turns():
    rng = np.random.default_rng(0)
    false = sum(bool(_found(rng.normal(0, 0.1, 100), half_width=0.196)) for _ in range(200))
    assert false <= 20


def test_gaps_and_points_without_a_band_are_left_out():
    values = HILL.copy()
    values[20:30] = np.nan
    half_width = np.full(100, 0.1)
    half_width[60:70] = np.nan
    (point,) = find_turning_points("fear", TIMES, values, half_width)
    assert point.kind == "maximum"


def test_an_arc_names_its_turning_points_in_order_of_time():
    values = np.zeros((100, len(MEASURES)))
    values[:, 0], values[:, 4] = HILL, np.interp(TIMES + 20, TIMES, HILL)
    arc = Arc("P1", TIMES, values, values - 0.1, values + 0.1)
    points = arc.turning_points
    assert all(isinstance(point, TurningPoint) for point in points)
    assert [p.measure for p in points if p.kind == "maximum"] == ["sadness", "valence"]
    assert [p.time for p in points] == sorted(p.time for p in points)
