"""Frames are chosen by their times."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoarc.media._video import FramePicker

rising = st.lists(st.fractions(0, 30, max_denominator=90_000), min_size=1, max_size=60).map(
    lambda times: sorted(set(times))
)


def chosen(times, fps):
    picker = FramePicker(fps)
    return [time for time in times if picker.wants(time)]


@given(times=rising, fps=st.sampled_from([1.0, 5.0, 10.0, 29.97]))
def test_each_grid_point_gets_the_first_frame_at_or_after_it(times, fps):
    rate, slack = Fraction(fps), Fraction(1, 500)
    expected = set()
    for k in range(int(30 * rate) + 2):
        expected.update([time for time in times if time + slack >= k / rate][:1])
    assert chosen(times, fps) == sorted(expected)


@given(times=rising, start=st.fractions(0, 30))
def test_the_choice_is_the_same_wherever_reading_starts(times, start):
    """Given that reading starts a little earlier, as the reader does."""
    picker = FramePicker(10.0)
    late = [time for time in times if time >= start - 1 and picker.wants(time) and time >= start]
    assert late == [time for time in chosen(times, 10.0) if time >= start]


@pytest.mark.parametrize(("rate", "count"), [(10, 100), (25, 100), (30, 100), (12, 100), (5, 50)])
def test_ten_seconds_give_a_hundred_frames_where_there_are_enough(rate, count):
    assert len(chosen([Fraction(i, rate) for i in range(rate * 10)], 10.0)) == pytest.approx(
        count, abs=1
    )


def test_times_rounded_to_milliseconds_do_not_miss_the_grid():
    times = [Fraction(int(i * 1000 / 30), 1000) for i in range(300)]  # 33, 66, 99 ms
    assert len(chosen(times, 10.0)) == 100
    assert all(abs(time - Fraction(i, 10)) <= Fraction(1, 500)
               for i, time in enumerate(chosen(times, 10.0)))  # fmt: skip


def test_no_rate_means_every_frame():
    times = [Fraction(i, 240) for i in range(100)]
    assert chosen(times, None) == times
