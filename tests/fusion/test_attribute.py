import pytest

from emoarc.fusion import SoleFaceAttributor


@pytest.mark.parametrize(
    ("faces", "speaker"),
    [
        ([], "V1"),
        ([("P1", 0, 2)], "P1"),
        ([("P1", 0, 0.5)], "V1"),
        ([("P1", 0, 2), ("P2", 0, 2)], "V1"),
        ([("P1", 0, 2), ("P2", 1.8, 2)], "P1"),
        ([("P1", -5, 0.8), ("P1", 0.8, 1.4)], "P1"),
    ],
)
def test_speech_goes_to_the_only_visible_face(make, faces, speaker):
    expressions = [make(start, end, subject=subject) for subject, start, end in faces]
    assert SoleFaceAttributor().attribute(0, 2, expressions) == speaker
