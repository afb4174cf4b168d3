from math import inf

import numpy as np
import pytest

from emoarc.evidence import FaceEvidence, VoiceEvidence
from emoarc.fusion import SoleFaceAttributor
from emoarc.types import Box, FaceObservation, VoiceObservation

UNIFORM = np.full(7, 1 / 7, np.float32)


def _face(time, track=1, person=None):
    person = track if person is None else person
    return FaceObservation(time, track, person, Box(0, 0, 50, 50), 0.9, UNIFORM, 0.8)


def _voice(start, end):
    return VoiceObservation(start, end, 1, UNIFORM, 0.8)


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


def test_speech_waits_for_the_faces_seen_meanwhile():
    voices = VoiceEvidence(SoleFaceAttributor(), 0.2)
    assert voices.push([_voice(0.0, 2.0)], settled=2.0, faces_settled=1.0) == []
    assert voices.settled == 0.0
    faces = FaceEvidence(0.5, 0.2)
    for time in (0.0, 0.5, 1.0, 1.5, 2.0):
        faces.frame(time)
    voices.push_faces(faces.push([_face(t) for t in (0.0, 0.5, 1.0, 1.5)], settled=2.0))
    assert _spans(voices.push([], settled=2.0, faces_settled=2.0)) == [(0.0, 2.0, "P1")]
    assert voices.settled == 2.0


def test_without_faces_speech_is_a_voice_of_its_own():
    voices = VoiceEvidence(SoleFaceAttributor(), 0.2)
    assert _spans(voices.push([_voice(0.0, 2.0)], 2.0, inf)) == [(0.0, 2.0, "V1")]


@pytest.mark.parametrize(
    ("sound", "reason"),
    [("overlap", "several people speak at once"), ("crowd", "a crowd is heard")],
)
def test_what_is_not_one_voice_has_no_label_and_says_why(sound, reason):
    heard = VoiceObservation(0.0, 2.0, 1, UNIFORM, 0.8, speaker=2, sound=sound)
    (row,) = VoiceEvidence(SoleFaceAttributor(), 0.2).push([heard], 2.0, inf)
    assert (row.subject, row.label, row.reason) == ("V2", None, reason)
