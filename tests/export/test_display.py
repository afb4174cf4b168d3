import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from emoarc.analysis import FACE_SCHEMA, Analysis
from emoarc.arcs import MEASURES, Arc
from emoarc.export._display import display_data, span
from emoarc.labels import EMOTIONS
from emoarc.timeline import TIMELINE_SCHEMA, Timeline


@pytest.fixture(scope="module")
def long(analysis: Analysis, synthetic: Callable) -> Analysis:
    """An hour of one face with a gap of 100 s."""
    rows = synthetic("P1", "fused", ((0.0, 1200.0), (1300.0, 3600.0)), 3)
    media = dataclasses.replace(analysis.media, duration=3600.0)
    return dataclasses.replace(analysis, media=media, timeline=Timeline.from_expressions(rows))


def test_short_recordings_are_drawn_row_by_row(analysis: Analysis) -> None:
    lane = display_data(analysis)["lanes"]["fused"]["P1"]
    rows = analysis.timeline.select("P1", "fused")
    assert lane["start"] == pytest.approx(rows.column("start"))
    np.testing.assert_allclose(np.array(lane["p"]).T / 1000, rows.probabilities, atol=6e-4)
    assert [EMOTIONS[i] if i >= 0 else None for i in lane["label"]] == list(rows.column("label"))


def test_abstentions_say_why(analysis: Analysis) -> None:
    data = display_data(analysis)
    lane = data["lanes"]["fused"]["P1"]
    why = {data["reasons"][w] for w, i in zip(lane["why"], lane["label"], strict=True) if i < 0}
    assert why == {"the face is too small"}


def test_an_hour_is_thinned_and_keeps_its_gap(long: Analysis) -> None:
    data = display_data(long)
    lane = data["lanes"]["fused"]["P1"]
    assert 1900 <= len(lane["start"]) <= 2000
    gaps = np.array(lane["start"][1:]) - np.array(lane["end"][:-1])
    assert gaps.max() == pytest.approx(100, abs=4)
    assert sum(gap > data["tolerance"] for gap in gaps) == 1


def test_thinning_keeps_the_means(long: Analysis) -> None:
    lane = display_data(long)["lanes"]["fused"]["P1"]
    shown = np.array(lane["p"]).mean(axis=1) / 1000
    assert shown == pytest.approx(long.timeline.probabilities.mean(axis=0), abs=0.03)
    assert np.array(lane["p"]).sum(axis=0) == pytest.approx(1000, abs=4)


def test_thinned_labels_are_those_that_hold_longest(long: Analysis) -> None:
    lane = display_data(long)["lanes"]["fused"]["P1"]
    labels = list(long.timeline.column("label"))
    shares = [labels.count(emotion) / len(labels) for emotion in (None, *EMOTIONS)]
    shown = [lane["label"].count(i) / len(lane["label"]) for i in range(-1, 7)]
    assert shown == pytest.approx(shares, abs=0.03)


def test_a_crowd_is_thinned_more(analysis: Analysis, synthetic: Callable) -> None:
    crowd = [row for i in range(30) for row in synthetic(f"P{i}", "fused", ((0, 150.0),), i)]
    data = display_data(dataclasses.replace(analysis, timeline=Timeline.from_expressions(crowd)))
    lanes = data["lanes"]["fused"].values()
    assert sum(len(lane["start"]) for lane in lanes) <= 36_000
    assert min(len(lane["start"]) for lane in lanes) >= 1000


def test_the_span_is_what_was_asked_for(analysis: Analysis) -> None:
    options = {"options": {"start": 2.0, "end": 7.5}}
    assert span(dataclasses.replace(analysis, provenance=options)) == (2.0, 7.5)
    assert span(dataclasses.replace(analysis, provenance={})) == (0.0, pytest.approx(12.0, abs=0.1))


def test_the_span_ends_with_the_recording(analysis: Analysis) -> None:
    options = {"options": {"start": 2.0, "end": 600.0}}
    _, end = span(dataclasses.replace(analysis, provenance=options))
    assert end == pytest.approx(12.0, abs=0.1)
    endless = dataclasses.replace(analysis.media, duration=None)
    _, end = span(dataclasses.replace(analysis, media=endless, provenance=options))
    assert end == 600.0


def test_nothing_observed_is_drawn_as_nothing(analysis: Analysis) -> None:
    empty = dataclasses.replace(
        analysis,
        timeline=Timeline(TIMELINE_SCHEMA.empty_table()),
        faces=FACE_SCHEMA.empty_table(),
        subjects=(),
        arcs=(),
        summary=(),
    )
    data = display_data(empty)
    assert data["lanes"] == {"fused": {}, "face": {}, "voice": {}}
    assert data["end"] > data["start"]


def test_arcs_keep_their_gaps(analysis: Analysis) -> None:
    arc = analysis.arcs[0]
    values = arc.values.copy()
    values[3:5] = np.nan
    data = display_data(
        dataclasses.replace(analysis, arcs=(dataclasses.replace(arc, values=values),))
    )
    mean = data["arcs"]["all"]["valence"][0]
    assert [i for i, value in enumerate(mean) if value is None] == [3, 4]


def test_turning_points_of_what_is_drawn_are_marked(analysis: Analysis) -> None:
    times = np.arange(40.0)
    values = np.tile(-np.sin(np.pi * times / 39)[:, None], len(MEASURES))
    arc = Arc("all", times, values, values - 0.1, values + 0.1)
    turns = display_data(dataclasses.replace(analysis, arcs=(arc,)))["arcs"]["all"]["turns"]
    assert [(turn["of"], turn["kind"]) for turn in turns] == [
        ("valence", "minimum"),
        ("arousal", "minimum"),
    ]
