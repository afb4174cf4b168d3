import numpy as np
import pytest

from emoarc.arcs import MEASURES, Arc, ArcOptions, build_arc
from emoarc.errors import OptionError
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
    arc = build_arc("P1", _timeline(["happiness", "sadness"] * 150 + ["sadness"] * 600))
    width = (arc.upper - arc.lower)[:, MEASURES.index("valence")]
    assert width[30] > 0.2 > width[150]


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


def _windows(rng, seconds):
    """Errors of overlapping windows of 4 s, as in long speech: each moment shares two of them."""
    times = np.arange(0, seconds, 0.2)
    drawn = rng.normal(size=int(seconds / 2) + 2)
    window = (times / 2).astype(int)
    return times, (drawn[window] + drawn[window + 1]) / 2


def _utterances(rng, seconds):
    """One error for each utterance of one to six seconds, with pauses."""
    times, errors, start = [], [], 0.0
    while start < seconds:
        length = rng.uniform(1, 6)
        times.append(np.arange(start, min(start + length, seconds), 0.2))
        errors.append(np.full(len(times[-1]), rng.normal()))
        start += length + rng.uniform(0.3, 3)
    return np.concatenate(times), np.concatenate(errors)


def _wandering(rng, seconds):
    """Errors that fade with a time constant of two seconds (Ornstein-Uhlenbeck)."""
    times = np.arange(0, seconds, 0.2)
    errors, keep = rng.normal(size=len(times)), np.exp(-0.1)
    for i in range(1, len(times)):
        errors[i] = keep * errors[i - 1] + np.sqrt(1 - keep**2) * errors[i]
    return times, errors


def _arc_of_happiness(times, happiness) -> Arc:
    """An arc of rows that say nothing but how much happiness there is."""
    rest = (1 - happiness) / 6
    rows = (
        express(t, t + 0.2, "P1", "fused", [r, h, r, r, r, r, r], 0.76)
        for t, h, r in zip(times, happiness, rest, strict=True)
    )
    return build_arc("P1", Timeline.from_expressions(rows))


@pytest.mark.parametrize("errors", [_windows, _utterances, _wandering])
def test_the_band_covers_the_truth_as_often_as_it_says(errors):
    covered = []
    for seed in range(12):
        times, error = errors(np.random.default_rng(seed), 120)
        arc = _arc_of_happiness(times, 0.5 + 0.1 * error)
        lower, upper = (part[:, MEASURES.index("happiness")] for part in (arc.lower, arc.upper))
        known = np.isfinite(lower)
        covered.append(np.mean((lower <= 0.5) & (upper >= 0.5), where=known))
    assert 0.9 < np.mean(covered) < 0.995


def test_one_short_sentence_cannot_tell_its_own_band():
    arc = build_arc("V1", _timeline(["anger"] * 10))
    assert np.isfinite(arc.values).all()
    assert np.isnan(arc.lower).all()


def test_the_band_stays_within_what_can_be():
    arc = build_arc("P1", _timeline((["happiness"] * 15 + ["anger"] * 15) * 10))
    probabilities = slice(MEASURES.index("neutral"), None)
    assert np.nanmin(arc.lower[:, probabilities]) >= 0
    assert np.nanmax(arc.upper) <= 1


@pytest.mark.parametrize("name", ["step", "bandwidth", "independence"])
@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), float("inf")])
def test_options_that_cannot_be(name, seconds):
    with pytest.raises(OptionError, match=name):
        ArcOptions(**{name: seconds})
