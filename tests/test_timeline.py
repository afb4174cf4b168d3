import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoarc.fusion import express
from emoarc.labels import EMOTIONS
from emoarc.timeline import TIMELINE_SCHEMA, Timeline

spans = st.tuples(st.floats(0, 100), st.floats(0.1, 5), st.sampled_from(["P1", "P2", "V1"]))


def _expressions(spans, modality="face"):
    rng = np.random.default_rng(0)
    return [
        express(start, start + length, subject, modality, rng.dirichlet(np.ones(7)), 0.5)
        for start, length, subject in spans
    ]


@given(st.lists(spans, max_size=20))
def test_expressions_come_back_sorted_and_whole(spans):
    given = _expressions(spans)
    timeline = Timeline.from_expressions(given)
    assert timeline.table.schema.equals(TIMELINE_SCHEMA)
    found = list(timeline)
    key = lambda e: (e.start, e.subject, e.modality, e.end)  # noqa: E731
    assert [key(e) for e in found] == sorted(key(e) for e in given)
    for one, other in zip(found, sorted(given, key=key), strict=True):
        np.testing.assert_array_equal(one.probabilities, other.probabilities)
        assert one.label == other.label


@given(st.lists(spans, max_size=20))
def test_seconds_count_overlaps_once(spans):
    timeline = Timeline.from_expressions(_expressions(spans))
    grid = np.arange(0, 110, 0.01)
    observed = sum(any(e.start <= t < e.end for e in timeline) for t in grid[::10])
    assert timeline.seconds == pytest.approx(observed * 0.1, abs=0.1 * (len(spans) + 1))


def test_select_keeps_what_was_asked():
    rows = _expressions([(0, 1, "P1"), (0, 1, "P2")]) + _expressions([(0, 1, "P1")], "voice")
    timeline = Timeline.from_expressions(rows)
    assert timeline.subjects == ("P1", "P2")
    assert len(timeline.select("P1")) == 2
    assert len(timeline.select("P1", "voice")) == 1
    assert len(timeline.select(modality="fused")) == 0


@given(st.lists(spans, max_size=20))
def test_by_subject_splits_without_loss(spans):
    timeline = Timeline.from_expressions(_expressions(spans))
    parts = timeline.by_subject()
    assert tuple(parts) == timeline.subjects
    for subject, part in parts.items():
        assert part.table.equals(timeline.select(subject).table)


def test_until_shortens_what_reaches_beyond():
    timeline = Timeline.from_expressions(_expressions([(0, 3, "P1"), (1, 1, "P2"), (4, 1, "P1")]))
    assert timeline.until(2.5).column("end").tolist() == [2.5, 2.0, 5.0]
    assert timeline.until(float("inf")).table.equals(timeline.table)


def test_probabilities_follow_the_order_of_emotions():
    timeline = Timeline.from_expressions(_expressions([(0, 1, "P1")]))
    assert timeline.probabilities.shape == (1, len(EMOTIONS))
    assert timeline.probabilities.sum() == pytest.approx(1, abs=1e-5)


def test_an_empty_timeline_is_a_timeline():
    timeline = Timeline.from_expressions([])
    assert len(timeline) == 0
    assert timeline.seconds == 0
    assert timeline.subjects == ()
    assert timeline.probabilities.shape == (0, 7)


def test_pandas_gets_the_same_columns():
    pytest.importorskip("pandas")
    frame = Timeline.from_expressions(_expressions([(0, 1, "P1")])).named("a.mp4").to_pandas()
    assert list(frame.columns) == TIMELINE_SCHEMA.names
    assert frame["file"].tolist() == ["a.mp4"]
