from itertools import pairwise

import numpy as np
import pytest

from emoarc.audio import FRAME_SECONDS
from emoarc.turns import HeardTurn, Mouth
from emoarc.types import VoiceObservation

TIMES = np.arange(80) / 10
OPENING = np.random.default_rng(0).uniform(0, 0.2, len(TIMES))
REST = np.full(len(TIMES), 0.03)


def _heard(start=0.0, end=8.0):
    """A voice that follows the openings."""
    at = (np.arange(round(8.0 / FRAME_SECONDS)) + 0.5) * FRAME_SECONDS
    levels = np.stack([np.full(len(at), -20), -40 + 150 * np.interp(at, TIMES, OPENING)], axis=1)
    part = levels[round(start / FRAME_SECONDS) : round(end / FRAME_SECONDS)].astype(np.float32)
    embedding = np.array([1, 0], np.float32)
    probabilities = np.full(7, 1 / 7, np.float32)
    return VoiceObservation(start, end, 0, probabilities, 0.8, 1, levels=part, embedding=embedding)


def _turn(mouths, cuts=(0.0, 8.0)):
    turn = HeardTurn(1, 0.0)
    for start, end in pairwise(cuts):
        fresh = (start <= TIMES) & (end > TIMES)
        seen = {
            name: [Mouth(t, 1, o, 1.0) for t, o in zip(TIMES[fresh], openings[fresh], strict=True)]
            for name, openings in mouths.items()
        }
        turn.hear(_heard(start, end), seen, TIMES[fresh].tolist())
    return turn


def test_what_one_mouth_says_is_one_span():
    (span,) = _turn({"P1": OPENING, "P2": REST}).spans()
    assert span.start == 0
    assert span.turn.scores["P1"] > 3
    assert span.turn.scores["P2"] < -10


@pytest.mark.parametrize("cuts", [(0.0, 8.0), (0.0, 4.0, 6.0, 8.0)])
@pytest.mark.parametrize("seam", [1.5, 4.0, 6.5])
def test_the_word_passes_on_where_one_mouth_rests_and_another_moves(seam, cuts):
    first, second = np.where(seam > TIMES, (OPENING, REST), (REST, OPENING))
    before, after = _turn({"P1": first, "P2": second}, cuts).spans()
    assert before.start == 0
    assert after.start == pytest.approx(seam, abs=0.5)
    assert before.turn.scores["P1"] > 0 > before.turn.scores["P2"]
    assert after.turn.scores["P2"] > 0 > after.turn.scores["P1"]
    lengths = [np.linalg.norm(span.turn.voice) for span in (before, after)]
    assert lengths == pytest.approx([after.start, 8 - after.start])


def test_a_voice_that_goes_on_off_the_picture_is_a_span_of_nobody_seen():
    (before, after) = _turn({"P1": np.where(TIMES < 4, OPENING, 0.03)}).spans()
    assert after.start == pytest.approx(4, abs=0.5)
    assert before.turn.scores["P1"] > 0
    assert after.turn.scores["P1"] < -10


def test_a_turn_of_which_nothing_was_seen_is_one_span():
    turn = HeardTurn(1, 0.0)
    turn.hear(_heard(), {}, [])
    (span,) = turn.spans()
    assert span.turn.scores == {}
    assert np.linalg.norm(span.turn.voice) == pytest.approx(8.0)


def test_who_was_seen_for_a_short_time_is_no_candidate():
    turn = HeardTurn(1, 0.0)
    seen = [Mouth(t, 2, 0.1, 1.0) for t in TIMES[:30]]
    turn.hear(_heard(), {"P2": seen}, TIMES.tolist())
    assert all(span.turn.scores == {} for span in turn.spans() if span.start >= 3)
