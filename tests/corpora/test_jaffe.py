from pathlib import Path

import pytest
from tests.corpora.trees import jaffe, place

from emoarc.corpora import CORPORA

JAFFE = CORPORA["jaffe"]


def test_a_name_tells_woman_and_expression(tmp_path: Path) -> None:
    jaffe(tmp_path)
    clips = JAFFE.read(tmp_path).clips
    assert [(c.speaker, c.emotion, c.sex) for c in clips] == [
        ("jaffe-KA", "anger", "female"),
        ("jaffe-KM", "neutral", "female"),
        ("jaffe-YM", "surprise", "female"),
    ]


def test_votes_are_what_raters_saw_beyond_nothing(tmp_path: Path) -> None:
    jaffe(tmp_path)
    anger, neutral, unrated = JAFFE.read(tmp_path).clips
    assert anger.votes == pytest.approx(
        {"happiness": 0.1, "sadness": 1.0, "surprise": 0.5, "anger": 3.6, "disgust": 2.2,
         "fear": 0.9}
    )  # fmt: skip
    assert neutral.votes is None
    assert unrated.votes is None


def test_the_ratings_may_be_a_table_of_commas(tmp_path: Path) -> None:
    place(tmp_path, "KM.HA1.4.tiff")
    table = "N,HAP,SAD,SUR,ANG,DIS,FEA,PIC\n1,4.87,1.52,2.10,1.97,1.97,2.06,KM-HA1\n"
    place(tmp_path, "semantic-ratings.csv", content=table)
    (clip,) = JAFFE.read(tmp_path).clips
    assert clip.votes is not None
    assert clip.votes["happiness"] == pytest.approx(3.87)


def test_images_are_read_without_ratings_and_junk_is_named(tmp_path: Path) -> None:
    place(tmp_path, "KA.AN1.39.tiff", "XX.AN1.39.tiff")
    place(tmp_path, "KA.HA1.29.tiff", content="")
    assert JAFFE.recognise(tmp_path)
    manifest = JAFFE.read(tmp_path)
    assert [clip.votes for clip in manifest.clips] == [None]
    assert sorted(p.file.name for p in manifest.problems) == ["KA.HA1.29.tiff", "XX.AN1.39.tiff"]
