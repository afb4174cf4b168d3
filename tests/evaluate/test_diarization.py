from itertools import permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from emoarc.evaluate import DiarizationFigures, diarization_figures


def by_hand(truth, found):
    """Try every pairing of the names; count frame by frame."""
    size = max(len(truth), len(found))
    truth = np.pad(truth, ((0, size - len(truth)), (0, 0)))
    found = np.pad(found, ((0, size - len(found)), (0, 0)))
    wrong = []
    for order in permutations(range(size)):
        right = (truth & found[list(order)]).sum(axis=0)
        wrong.append(int((np.maximum(truth.sum(axis=0), found.sum(axis=0)) - right).sum()))
    return min(wrong)


def tracks(speakers):
    return hnp.arrays(bool, st.tuples(st.integers(1, speakers), st.just(12)))


@given(tracks(3), tracks(4))
def test_the_error_is_the_least_of_all_pairings(truth, found):
    figures = diarization_figures(truth, found)
    assert figures.speech == truth.sum()
    assert figures.missed + figures.false_alarm + figures.confusion == by_hand(truth, found)
    assert figures.confusion >= 0


def test_the_parts_are_told_apart():
    truth = np.array([[1, 1, 1, 0, 0, 1, 0], [0, 0, 0, 1, 1, 1, 0]], bool)
    found = np.array([[0, 0, 0, 1, 1, 0, 1], [0, 1, 1, 0, 0, 1, 0], [0, 0, 0, 0, 0, 0, 0]], bool)
    assert diarization_figures(truth, found) == DiarizationFigures(7, 2, 1, 0)
    assert diarization_figures(truth, found[:1]).error == (5 + 1) / 7
    one = np.array([[1, 1, 1, 1, 1, 1, 0]], bool)
    assert diarization_figures(truth, one) == DiarizationFigures(7, 1, 0, 2)


def test_a_collar_leaves_out_what_is_near_a_change():
    truth = np.repeat([[0, 1, 0]], 10, axis=1).reshape(1, 30).astype(bool)
    late = np.roll(truth, 2, axis=1)
    assert diarization_figures(truth, late).error == 4 / 10
    assert diarization_figures(truth, late, collar=2) == DiarizationFigures(6, 0, 0, 0)


def test_figures_add_up():
    some, other = DiarizationFigures(10, 1, 2, 3), DiarizationFigures(30, 0, 0, 2)
    assert (some + other).error == 8 / 40
    assert DiarizationFigures().error == 0
