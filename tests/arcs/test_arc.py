import numpy as np
import pytest

from emoarc.arcs import MEASURES, ArcOptions, build_arc
from emoarc.fusion import express
from emoarc.labels import EMOTIONS
from emoarc.timeline import Timeline


def _timeline(emotions, step=0.2, quality=0.8):
    def one(i, emotion):
        probabilities = np.full(7, 0.02)
        probabilities[EMOTIONS.index(emotion)] = 0.88
        return express(i * step, (i + 1) * step, "P1", "fused", probabilities, quality)

    return Timeline.from_expressions(one(i, e) for i, e in enumerate(emotions) if e)


def test_a_steady_expression_gives_a_flat_arc_with_no_band():
    timeline = _timeline(["happiness"] * 300)
    arc = build_arc("P1", timeline)
    assert arc.times[0] == 0
    assert arc.times[-1] == 60
    np.testing.assert_allclose(arc.curve("happiness"), 0.88, atol=1e-6)
    np.testing.assert_allclose(arc.upper, arc.lower, atol=1e-6)


def test_a_change_of_valence_is_followed():
    arc = build_arc("P1", _timeline(["happiness"] * 150 + ["sadness"] * 150))
    valence = arc.curve("valence")
    assert valence[5] > 0.5 > -0.4 > valence[55]
    assert np.all(np.diff(valence) <= 1e-9)


def test_the_band_widens_where_estimates_disagree():
    arc = build_arc("P1", _timeline(["happiness", "sadness"] * 75 + ["sadness"] * 150))
    width = (arc.upper - arc.lower)[:, MEASURES.index("valence")]
    assert width[15] > 0.2 > width[55]


def test_where_nothing_was_observed_there_is_no_arc():
    arc = build_arc("P1", _timeline(["happiness"] * 50 + [None] * 200 + ["fear"] * 50))
    assert np.isnan(arc.curve("valence")[30])
    assert np.isfinite(arc.curve("valence")[[3, 57]]).all()


def test_low_quality_weighs_less():
    clear, poor = _timeline(["happiness"] * 50, quality=0.9), _timeline(["anger"] * 50, quality=0.1)
    arc = build_arc("all", Timeline.concatenate(clear, poor))
    assert arc.curve("happiness")[5] == pytest.approx(0.88 * 0.9 + 0.02 * 0.1, abs=1e-3)


def test_an_empty_timeline_gives_an_empty_arc():
    arc = build_arc("all", _timeline([]))
    assert arc.times.shape == (0,)
    assert arc.values.shape == (0, len(MEASURES))


def test_the_grid_spans_what_was_observed_on_multiples_of_the_step():
    arc = build_arc("P1", _timeline([None] * 503 + ["fear"] * 50), ArcOptions(step=0.5))
    assert arc.times[0] == 100.5
    assert arc.times[-1] == 111.0
    assert np.isfinite(arc.values).all()
