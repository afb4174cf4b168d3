import numpy as np
import pytest

from emoarc.fusion import FusionOptions, LiveSmoother, Segment, express, segments, smooth_rows
from emoarc.labels import EMOTIONS
from emoarc.timeline import Timeline


@pytest.fixture
def fused(make):
    """Make fused rows of 0.2 s each from a string, a letter for each: h, s, or - for unsure."""
    words = {"h": ("happiness", 0.8), "s": ("sadness", 0.8), "-": ("happiness", 0.05)}

    def fused(letters, start=0.0, subject="P1"):
        return [
            make(start + 0.2 * i, start + 0.2 * (i + 1), "fused", subject, *words[letter])
            for i, letter in enumerate(letters)
            if letter != " "
        ]

    return fused


def _labels(rows):
    return "".join(row.label[0] if row.label else "-" for row in rows)


@pytest.mark.parametrize("smoothing", ["hmm", "linear"])
def test_a_blip_goes_and_what_lasts_stays(fused, smoothing):
    rows = fused("h" * 20 + "s" + "h" * 19 + "s" * 40)
    smoothed = _labels(
        smooth_rows(Timeline.from_expressions(rows), FusionOptions(smoothing=smoothing))
    )
    assert smoothed[:35] == "h" * 35
    assert smoothed[-35:] == "s" * 35


@pytest.mark.parametrize("smoothing", ["hmm", "linear"])
def test_live_rows_do_not_depend_on_what_comes(fused, smoothing):
    rows = fused("hhhhhsssss")
    options = FusionOptions(live_smoothing=smoothing)
    whole = [row.probabilities for row in map(LiveSmoother(options), rows)]
    part = [row.probabilities for row in map(LiveSmoother(options), rows[:6])]
    np.testing.assert_array_equal(whole[:6], part)


@pytest.mark.parametrize("smoothing", ["hmm", "linear", "none"])
def test_subjects_do_not_mix_and_what_abstained_abstains(fused, smoothing):
    one, other = fused("hhh-hh"), fused("ssssss", subject="P2")
    options = FusionOptions(smoothing=smoothing, live_smoothing=smoothing)
    both = smooth_rows(Timeline.from_expressions(one + other), options)
    assert _labels(both.select("P1")) == "hhh-hh"
    assert _labels(both.select("P2")) == "ssssss"
    live = LiveSmoother(options)
    assert (
        _labels([live(row) for row in sorted(one + other, key=lambda row: row.start)])
        == "hs" * 3 + "-s" + "hs" * 2
    )


def test_without_smoothing_rows_stay_as_they_are(fused):
    rows = fused("hshs")
    options = FusionOptions(smoothing="none", live_smoothing="none")
    assert [*map(LiveSmoother(options), rows)] == rows
    timeline = Timeline.from_expressions(rows)
    assert smooth_rows(timeline, options).table == timeline.table


def _cut(segments):
    return [(round(s.start, 3), round(s.end, 3), s.subject, s.label) for s in segments]


def test_segments_end_with_the_label_an_abstention_or_a_gap(fused):
    found = segments(Timeline.from_expressions(fused("hhs-ss  hh")))
    assert _cut(found) == [
        (0.0, 0.4, "P1", "happiness"),
        (0.4, 0.6, "P1", "sadness"),
        (0.8, 1.2, "P1", "sadness"),
        (1.6, 2.0, "P1", "happiness"),
    ]
    assert found[0].probability == pytest.approx(0.7, abs=1e-3)


def test_a_short_gap_does_not_cut_a_segment(fused):
    assert _cut(segments(Timeline.from_expressions(fused("hh hh")))) == [
        (0.0, 1.0, "P1", "happiness")
    ]


def test_segments_of_all_subjects_come_in_order_and_from_fused_rows_alone(fused, make):
    rows = [*fused("hh", 5.0), *fused("ss", 1.0, "P2"), make(0, 9, "face")]
    found = segments(Timeline.from_expressions(rows))
    assert [segment.subject for segment in found] == ["P2", "P1"]


def test_a_segment_never_reaches_into_the_next():
    def row(start, end, emotion):
        probabilities = np.full(7, 0.05)
        probabilities[EMOTIONS.index(emotion)] = 0.7
        return express(start, end, "P1", "fused", probabilities, 1.0)

    rows = [row(0, 1, "anger"), row(0.8, 2, "fear")]
    assert segments(Timeline.from_expressions(rows)) == (
        Segment(0, 0.8, "P1", "anger", pytest.approx(0.7, abs=1e-6)),
        Segment(0.8, 2, "P1", "fear", pytest.approx(0.7, abs=1e-6)),
    )


def test_nothing_has_no_segments_and_stays_nothing():
    empty = Timeline.from_expressions([])
    assert segments(empty) == ()
    assert len(smooth_rows(empty, FusionOptions())) == 0
