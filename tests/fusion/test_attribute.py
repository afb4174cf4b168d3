import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoarc.fusion import Turn, attribute

SCORES = st.dictionaries(st.sampled_from(["P1", "P2", "P3"]), st.floats(-30, 15))


@pytest.mark.parametrize(
    ("scores", "owner"),
    [
        ({}, "V1"),
        ({"P1": 0.0}, "P1"),
        ({"P1": -1.0}, "P1"),
        ({"P1": -6.0}, "V1"),
        ({"P1": 0.0, "P2": 0.0}, "V1"),
        ({"P1": 1.0, "P2": 3.0}, "P2"),
        ({"P1": -6.0, "P2": -9.0}, "V1"),
    ],
)
def test_a_turn_by_itself_goes_by_its_lips(scores, owner):
    assert attribute([Turn(1, scores)]) == [owner]


def test_one_odd_turn_does_not_give_a_voice_away():
    clear, odd = {"P1": 4.0, "P2": -6.0}, {"P1": -0.5, "P2": 0.5}
    turns = [Turn(1, clear), Turn(1, odd), Turn(1, clear)]
    assert attribute(turns) == ["P1"] * 3
    assert attribute([Turn(1, odd)]) == ["P2"]


def test_a_clear_turn_stands_against_a_voice_told_wrongly():
    first, second = {"P1": 4.0, "P2": -6.0}, {"P1": -6.0, "P2": 4.0}
    assert attribute([Turn(1, first), Turn(1, first), Turn(1, second)]) == ["P1", "P1", "P2"]


def test_an_owner_out_of_the_picture_keeps_the_voice():
    turns = [Turn(1, {"P1": 4.0}), Turn(1, {"P1": 4.0}), Turn(1, {}), Turn(2, {})]
    assert attribute(turns) == ["P1", "P1", "P1", "V2"]


def test_two_voices_rather_have_two_owners():
    sure, unsure = {"P1": 5.0, "P2": -5.0}, {"P1": 0.6, "P2": 0.4}
    assert attribute([Turn(2, unsure)]) == ["P1"]
    assert attribute([Turn(1, sure), Turn(2, unsure)]) == ["P1", "P2"]


@given(st.lists(st.tuples(st.integers(1, 3), SCORES), max_size=8), st.randoms())
def test_owners_do_not_depend_on_the_order_of_turns(given_turns, random):
    turns = [Turn(speaker, scores) for speaker, scores in given_turns]
    order = list(range(len(turns)))
    random.shuffle(order)
    names, shuffled = attribute(turns), attribute([turns[n] for n in order])
    known = {subject for turn in turns for subject in turn.scores}
    assert all(n in known or n == f"V{t.speaker}" for n, t in zip(names, turns, strict=True))
    changed = np.array([names[n] for n in order]) != np.array(shuffled)
    # Sums in another order may break an exact tie otherwise; nothing else may change.
    assert not changed.any() or len(set(map(str, given_turns))) < len(given_turns)
