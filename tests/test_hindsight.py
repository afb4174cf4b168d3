import numpy as np
import pytest

from emoarc.fusion import FusionOptions, express
from emoarc.hindsight import fused_anew, given_to
from emoarc.timeline import Timeline


def _row(start, end, subject, modality, emotion):
    probabilities = np.full(7, 0.05)
    probabilities[emotion] = 0.7
    return express(start, end, subject, modality, probabilities, 0.9)


def test_a_voice_given_to_a_face_is_fused_with_it():
    faces = Timeline.from_expressions([_row(0.0, 1.0, "P1", "face", 1)])
    voices = Timeline.from_expressions([_row(0.0, 1.0, "V1", "voice", 3)])
    apart = fused_anew(Timeline.concatenate(faces, voices), FusionOptions(), 2.0)
    assert apart.subjects == ("P1", "V1")
    named = given_to(voices, ["P1"])
    together = fused_anew(Timeline.concatenate(faces, named), FusionOptions(), 2.0)
    assert together.subjects == ("P1",)
    assert len(together) == 5
    assert {row.label for row in together} == {next(iter(voices)).label}


def test_what_is_not_complete_is_not_fused():
    faces = Timeline.from_expressions([_row(0.0, 1.0, "P1", "face", 1)])
    fused = fused_anew(faces, FusionOptions(), 0.5)
    assert fused.column("end").max() == pytest.approx(0.4)


def test_nothing_observed_gives_nothing():
    assert len(fused_anew(Timeline.from_expressions([]), FusionOptions(), 1.0)) == 0
