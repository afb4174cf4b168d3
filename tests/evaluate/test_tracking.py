import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoarc.evaluate import TrackingFigures, tracking_figures
from emoarc.types import Box


def at(x: float) -> Box:
    return Box(x, 0, 10, 10)


def scenes(text: str) -> list[dict[str, Box]]:
    """Read `ab .b`: a frame a word, a place a letter; a dot is an empty place."""
    return [{who: at(100 * n) for n, who in enumerate(word) if who != "."} for word in text.split()]


def test_perfect_following_is_perfect_under_any_names() -> None:
    figures = tracking_figures(scenes("ab ab ba"), scenes("xy xy yx"))
    assert figures == TrackingFigures(true=6, found=6, identified=6)
    assert figures.idf1 == 1


def test_a_switch_costs_what_comes_after() -> None:
    figures = tracking_figures(scenes("a a a a"), scenes("x x x y"))
    assert (figures.switches, figures.identified) == (1, 3)
    assert figures.idf1 == pytest.approx(3 / 4)


def test_the_best_naming_is_global_not_greedy() -> None:
    # Person a: 3 x, 2 y. Person b: 3 x. Named greedily a=x leaves b with nothing; a=y, b=x is best.
    figures = tracking_figures(scenes("a a a a a b b b"), scenes("x x x y y x x x"))
    assert figures.identified == 5


def test_misses_false_alarms_and_fragments_are_counted() -> None:
    figures = tracking_figures(scenes("a a a a"), scenes("x . x .y"))
    assert (figures.missed, figures.false, figures.fragmentations) == (2, 1, 1)
    assert figures.idf1 == pytest.approx(2 * 2 / (4 + 3))


def test_who_is_not_there_is_not_fragmented() -> None:
    assert tracking_figures(scenes("a . a"), scenes("x . x")).fragmentations == 0


def test_a_box_beside_the_face_is_no_match() -> None:
    figures = tracking_figures([{"a": at(0)}], [{"x": at(6)}])
    assert (figures.identified, figures.missed, figures.false) == (0, 1, 1)


def test_merges_are_of_different_shots() -> None:
    truth, shots = scenes("a a b b a"), [0, 0, 1, 1, 2]
    assert tracking_figures(truth, scenes("x x x x x"), shots).merges == 1
    assert tracking_figures(truth, scenes("x x y y x"), shots).merges == 0
    assert tracking_figures(truth, scenes("x x x x x")).merges == 0


def test_a_match_that_holds_is_kept() -> None:
    # y overlaps more in the second frame, but x, matched before, still lies on the face.
    truth = [{"a": at(0)}, {"a": at(0)}]
    found = [{"x": at(0)}, {"x": at(2), "y": at(0)}]
    assert tracking_figures(truth, found).switches == 0


def test_nothing_is_nothing() -> None:
    figures = tracking_figures([{}], [{}])
    assert (figures, figures.idf1) == (TrackingFigures(), 0)


@given(st.lists(st.lists(st.sampled_from("abcxyz"), unique=True, max_size=4), max_size=8))
def test_idf1_lies_between_0_and_1_and_is_1_of_itself(frames: list[list[str]]) -> None:
    truth = [{who: at(100 * n) for n, who in enumerate(frame)} for frame in frames]
    figures = tracking_figures(truth, truth)
    assert figures.identified == figures.true
    other = [{who: at(100 * n) for n, who in enumerate(reversed(frame))} for frame in frames]
    assert 0 <= tracking_figures(truth, other).idf1 <= 1


def test_counts_add_up() -> None:
    one = tracking_figures(scenes("a a"), scenes("x y"))
    assert one + one == TrackingFigures(true=4, found=4, identified=2, switches=2)
