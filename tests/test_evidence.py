from math import inf

import numpy as np
import pytest

from emoarc.evidence import FaceEvidence, VoiceEvidence
from emoarc.types import Box, FaceGeometry, FaceObservation, VoiceObservation

UNIFORM = np.full(7, 1 / 7, np.float32)
VOICE = np.array([1, 0], np.float32)


def _face(time, track=1, person=None):
    person = track if person is None else person
    return FaceObservation(time, track, person, Box(0, 0, 50, 50), 0.9, UNIFORM, 0.8)


def _voice(start, end, utterance=1, speaker=1, **more):
    return VoiceObservation(start, end, utterance, UNIFORM, 0.8, speaker, **more)


def _spans(expressions):
    return [(pytest.approx(e.start), pytest.approx(e.end), e.subject) for e in expressions]


def test_a_face_lasts_until_the_next_frame():
    evidence = FaceEvidence(0.1, 0.2)
    for time in (0.0, 0.1, 0.25):
        evidence.frame(time)
    rows = evidence.push([_face(0.0), _face(0.1), _face(0.25)], settled=0.25)
    assert _spans(rows) == [(0.0, 0.1, "P1"), (0.1, 0.25, "P1")]
    assert evidence.settled == 0.25
    assert _spans(evidence.push([], inf)) == [(0.25, 0.35, "P1")]
    assert evidence.settled == inf


def test_a_frame_speaks_for_half_a_second_at_most():
    evidence = FaceEvidence(0.1, 0.2)
    for time in (0.0, 8.0):
        evidence.frame(time)
    assert _spans(evidence.push([_face(0.0)], settled=8.0)) == [(0.0, 0.5, "P1")]


def test_at_one_frame_a_second_a_frame_speaks_until_the_next():
    evidence = FaceEvidence(1.0, 0.2)
    for time in (0.0, 1.03):
        evidence.frame(time)
    assert _spans(evidence.push([_face(0.0)], settled=1.03)) == [(0.0, 1.03, "P1")]


def test_subjects_are_numbered_as_they_appear():
    evidence = FaceEvidence(0.1, 0.2)
    for time in (0.0, 0.1, 0.2):
        evidence.frame(time)
    rows = evidence.push([_face(0.0, track=7), _face(0.1, track=3), _face(0.1, track=7)], 0.2)
    assert [e.subject for e in rows] == ["P1", "P2", "P1"]
    assert evidence.subjects == {7: "P1", 3: "P2"}


def test_a_person_who_returns_in_another_track_is_the_same_subject():
    evidence = FaceEvidence(0.1, 0.2)
    for time in (0.0, 0.1, 0.2):
        evidence.frame(time)
    faces = [_face(0.0, 7, person=1), _face(0.1, 8, person=2), _face(0.1, 9, person=1)]
    assert [e.subject for e in evidence.push(faces, 0.2)] == ["P1", "P2", "P1"]
    assert evidence.subjects == {1: "P1", 2: "P2"}


def _talk(spoken, others=()):
    """Faces for four seconds: of the first person the mouth follows the voice, the others rest."""
    voices = VoiceEvidence(0.2, {person: f"P{person}" for person in (spoken, *others)})
    opening = np.random.default_rng(0).uniform(0, 0.2, 40)
    for frame in range(40):
        time = frame / 10
        voices.frame(time)
        voices.push_faces([_shaped(time, spoken, opening[frame])])
        voices.push_faces([_shaped(time, other, 0.03) for other in others])
    heard_at = (np.arange(125) + 0.5) * 0.032
    high = -40 + 150 * np.interp(heard_at, np.arange(40) / 10, opening)
    return voices, np.stack([np.full(125, -20), high], axis=1).astype(np.float32)


def _shaped(time, person, opening):
    shape = FaceGeometry(0, 0, 0, 0.3, opening, np.zeros(8, np.float32))
    box = Box(0, 0, 90, 90)
    return FaceObservation(time, person, person, box, 0.9, UNIFORM, 0.8, shape)


def _hear(levels, start=0.0, end=4.0, utterance=1, **more):
    part = levels[round(start / 0.032) : round(end / 0.032)]
    return VoiceObservation(start, end, utterance, UNIFORM, 0.8, levels=part, **more)


def test_speech_waits_for_the_faces_seen_meanwhile():
    voices, levels = _talk(1)
    assert voices.push([_hear(levels)], settled=4.0, faces_settled=3.0) == []
    assert voices.settled == 0.0
    assert _spans(voices.push([], settled=4.0, faces_settled=4.0)) == [(0.0, 4.0, "P1")]
    assert voices.settled == 4.0


def test_without_faces_speech_is_a_voice_of_its_own():
    voices = VoiceEvidence(0.2, {})
    assert _spans(voices.push([_voice(0.0, 2.0)], 2.0, inf)) == [(0.0, 2.0, "V1")]


@pytest.mark.parametrize(
    ("sound", "reason"),
    [("overlap", "several people speak at once"), ("crowd", "a crowd is heard")],
)
def test_what_is_not_one_voice_has_no_label_and_says_why(sound, reason):
    heard = VoiceObservation(0.0, 2.0, 1, UNIFORM, 0.8, speaker=2, sound=sound)
    (row,) = VoiceEvidence(0.2, {}).push([heard], 2.0, inf)
    assert (row.subject, row.label, row.reason) == ("V2", None, reason)


def test_several_voices_at_once_are_no_new_subject():
    """They count where the speaker heard before them does, be it a face."""
    voices, levels = _talk(1)
    both = _voice(3.0, 3.6, utterance=2, sound="overlap")
    rows = voices.push([_hear(levels, 0, 3, embedding=VOICE), both], 4.0, 4.0)
    for found in (rows, voices.revised({1: 1, 2: 1})):
        assert [(row.subject, row.label) for row in found] == [("P1", "neutral"), ("P1", None)]


def test_speech_goes_to_the_mouth_that_follows_it():
    voices, levels = _talk(2, others=(1, 3))
    assert _spans(voices.push([_hear(levels)], 4.0, 4.0)) == [(0.0, 4.0, "P2")]


def test_a_window_is_parted_where_the_word_passes_on():
    voices, levels = _talk(1)
    taking_turns = VoiceEvidence(0.2, {1: "P1", 2: "P2"})
    for frame, mouth in enumerate(voices._mouths):
        taking_turns.frame(mouth.time)
        first, second = (mouth.opening, 0.03) if frame < 20 else (0.03, mouth.opening)
        taking_turns.push_faces([_shaped(mouth.time, 1, first), _shaped(mouth.time, 2, second)])
    live = taking_turns.push([_hear(levels, embedding=VOICE)], 4.0, 4.0)
    for rows in (live, taking_turns.revised({1: 1})):
        assert _spans(rows) == [(0.0, 2.0, "P1"), (2.0, 4.0, "P2")]


def test_the_only_face_loses_a_voice_while_it_listens():
    voices, levels = _talk(1, others=(2,))
    voices = VoiceEvidence(0.2, {2: "P2"})
    for frame in range(40):
        voices.frame(frame / 10)
        voices.push_faces([_shaped(frame / 10, 2, 0.03)])
    assert _spans(voices.push([_hear(levels)], 4.0, 4.0)) == [(0.0, 4.0, "V1")]


def test_the_only_face_keeps_a_voice_where_its_mouth_is_not_known():
    voices = VoiceEvidence(0.2, {1: "P1"})
    for frame in range(20):
        voices.frame(frame / 10)
        voices.push_faces([_face(frame / 10)])
    assert _spans(voices.push([_voice(0.0, 2.0)], 2.0, 2.0)) == [(0.0, 2.0, "P1")]


def test_windows_that_overlap_count_what_they_share_once():
    once, levels = _talk(1)
    twice, _ = _talk(1)
    once.push([_hear(levels)], 4.0, 4.0)
    twice.push([_hear(levels, 0, 3), _hear(levels, 1, 4)], 4.0, 4.0)
    spans = [next(iter(voices._turns.values())).spans() for voices in (once, twice)]
    scores = [span.turn.scores["P1"] for (span,) in spans]
    assert scores[0] == pytest.approx(scores[1], rel=0.2)


def test_nothing_large_is_kept_of_what_was_heard():
    voices, levels = _talk(1)
    voices.push([_hear(levels, embedding=np.tile(VOICE, 64)[:64])], 4.0, 4.0)
    (kept,) = voices._heard
    for array in (kept.levels, kept.embedding):
        assert array.size == 0
        assert array.base is None


def test_faces_that_came_early_do_not_change_what_was_decided():
    late, levels = _talk(1)
    early, _ = _talk(1)
    for frame in range(40, 80):
        early.frame(frame / 10)
        early.push_faces([_shaped(frame / 10, 1, 0.03)])
    first, second = (v.push([_hear(levels)], 4.0, 4.0)[0] for v in (late, early))
    assert first.subject == second.subject
    (once,), (twice,) = (list(v._turns.values()) for v in (late, early))
    assert [s.turn.scores for s in once.spans()] == [s.turn.scores for s in twice.spans()]


def test_the_end_knows_better_who_an_utterance_is():
    voices, levels = _talk(1)
    unseen = _voice(-3.0, -1.0, utterance=0, embedding=VOICE)
    rows = voices.push([unseen, _hear(levels, 0, 3, embedding=VOICE)], 3.0, 3.0)
    assert [row.subject for row in rows] == ["V1", "P1"]
    assert [row.subject for row in voices.revised({0: 1, 1: 1})] == ["P1", "P1"]


def test_another_voice_stays_off_the_picture_and_has_the_number_of_its_speaker():
    voices, levels = _talk(1)
    voices.push([_hear(levels, 0, 3, embedding=VOICE)], 3.0, 3.0)
    voices.push([_voice(20.0, 21.0, utterance=2, embedding=VOICE[::-1])], 21.0, 21.0)
    assert [row.subject for row in voices.revised({1: 1, 2: 2})] == ["P1", "V2"]


def test_without_voices_told_apart_the_end_goes_by_lips_alone():
    voices, levels = _talk(1)
    live = voices.push([_hear(levels, 0, 3)], 3.0, 3.0)
    live += voices.push([_voice(20.0, 21.0, utterance=2)], 21.0, 21.0)
    assert [row.subject for row in voices.revised({})] == [row.subject for row in live]
