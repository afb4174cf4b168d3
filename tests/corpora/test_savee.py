from pathlib import Path

import pytest
from tests.corpora.trees import place, savee

from emoarc.corpora import CORPORA

SAVEE = CORPORA["savee"]


def test_a_name_tells_speaker_emotion_and_sentence(tmp_path: Path) -> None:
    savee(tmp_path)
    clips = SAVEE.read(tmp_path).clips
    assert [(c.speaker, c.emotion, c.sentence, c.kind) for c in clips] == [
        ("savee-DC", "anger", "a01", "audio"),
        ("savee-DC", "sadness", "sa15", "audio"),
        ("savee-JE", "neutral", "n30", "audio"),
        ("savee-KL", "surprise", "su01", "audio"),
        ("savee-DC", "anger", "a01", "audio-visual"),
    ]
    assert {(c.sex, c.language, c.age) for c in clips} == {("male", "en", None)}
    # Sound alone and with picture are one recording; equal stems of two men are not.
    assert clips[0].take == clips[4].take
    assert len({c.take for c in clips}) == 4


@pytest.mark.parametrize("name", ["DC_sa01.wav", "ALL/DC_sa01.wav", "DC/sa01.wav"])
def test_the_layouts_in_which_it_is_shared(tmp_path: Path, name: str) -> None:
    place(tmp_path, name)
    assert SAVEE.recognise(tmp_path)
    (clip,) = SAVEE.read(tmp_path).clips
    assert (clip.speaker, clip.emotion) == ("savee-DC", "sadness")


def test_what_is_no_clip_of_savee_is_named(tmp_path: Path) -> None:
    place(tmp_path, "AudioData/DC/x01.wav", "AudioData/ZZ/a01.wav", "AudioData/DC/a01.wav")
    place(tmp_path, "AudioData/DC/a02.wav", content="")
    manifest = SAVEE.read(tmp_path)
    assert [clip.sentence for clip in manifest.clips] == ["a01"]
    assert [str(p.file.relative_to(tmp_path / "AudioData")) for p in manifest.problems] == [
        "DC/a02.wav",
        "DC/x01.wav",
        "ZZ/a01.wav",
    ]
