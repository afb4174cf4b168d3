from pathlib import Path

import pytest
from tests.corpora.trees import meld, place

from emoarc.corpora import CORPORA, MELD_MISCUT, find_corpora

MELD = CORPORA["meld"]
HEAD = "Utterance,Speaker,Emotion,Dialogue_ID,Utterance_ID\n"


def test_rows_and_clips_are_joined(tmp_path: Path) -> None:
    meld(tmp_path)
    clips = MELD.read(tmp_path).clips
    assert [(c.split, c.file.name, c.speaker, c.emotion) for c in clips] == [
        ("train", "dia0_utt0.mp4", "meld-Phoebe", "sadness"),
        ("train", "dia0_utt1.mp4", "meld-Joey", "happiness"),
        ("validation", "dia3_utt10.mp4", "meld-Mrs. Green", "neutral"),
        ("test", "dia2_utt1.mp4", "meld-Guy", "anger"),
    ]
    # The same name in two splits is not the same take.
    assert clips[0].take == "meld-train-dia0_utt0"


def test_every_encoding_yields_the_same_quotes(tmp_path: Path) -> None:
    meld(tmp_path)
    said = [clip.sentence for clip in MELD.read(tmp_path).clips]
    assert said == ["Oh, he’s lost it.", "No", "It’s you…", "It’s"]


def test_clips_and_rows_without_the_other_are_problems(tmp_path: Path) -> None:
    meld(tmp_path)
    (tmp_path / "train_splits/dia0_utt1.mp4").unlink()
    place(tmp_path, "train_splits/dia9_utt9.mp4")
    place(tmp_path, "dev_splits_complete/dia3_utt10.mp4", content="")
    manifest = MELD.read(tmp_path)
    assert len(manifest) == 2
    assert {p.file.name: p.what for p in manifest.problems}.keys() == {
        "dia0_utt1.mp4",
        "dia3_utt10.mp4",
        "dia9_utt9.mp4",
    }


def test_the_clip_that_no_copy_can_decode_is_left_out(tmp_path: Path) -> None:
    place(tmp_path, "train_splits/dia125_utt3.mp4", "train_splits/dia125_utt2.mp4")
    rows = "a,Joey,joy,125,3\nb,Joey,joy,125,2\n"
    place(tmp_path, "train_sent_emo.csv", content=HEAD + rows)
    manifest = MELD.read(tmp_path)
    assert [clip.sentence for clip in manifest.clips] == ["b"]
    assert "decoded" in manifest.problems[0].what


def test_clips_cut_wrongly_are_kept_and_named(tmp_path: Path) -> None:
    place(tmp_path, "train_splits/dia309_utt0.mp4")
    place(tmp_path, "train_sent_emo.csv", content=HEAD + "a,Joey,joy,309,0\n")
    manifest = MELD.read(tmp_path)
    assert {clip.take for clip in manifest.clips} <= MELD_MISCUT
    assert [(p.file.name, p.kept) for p in manifest.problems] == [("dia309_utt0.mp4", True)]


def test_the_folders_as_unpacked(tmp_path: Path) -> None:
    place(tmp_path, "train/train_splits/dia0_utt0.mp4")
    place(tmp_path, "train/train_sent_emo.csv", content=HEAD + "a,Joey,joy,0,0\n")
    place(tmp_path, "dev/dev_splits_complete/dia0_utt0.mp4")
    place(tmp_path, "dev_sent_emo.csv", content=HEAD + "b,Joey,joy,0,0\n")
    assert list(find_corpora(tmp_path).items()) == [("meld", [tmp_path])]
    assert [clip.sentence for clip in MELD.read(tmp_path).clips] == ["a", "b"]


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ("Utterance,Speaker\na,b\n", "no column Emotion"),
        (HEAD + "a,Joey,cheerful,0,0\nb,Joey,joy,x,1\n", "2 rows lack"),
    ],
)
def test_a_bad_table_is_one_problem(tmp_path: Path, table: str, what: str) -> None:
    meld(tmp_path)
    place(tmp_path, "train_sent_emo.csv", content=table)
    manifest = MELD.read(tmp_path)
    assert len(manifest) == 2
    problems = [p for p in manifest.problems if p.file.name == "train_sent_emo.csv"]
    assert len(problems) == 1
    assert what in problems[0].what


def test_a_split_without_clips_is_one_problem(tmp_path: Path) -> None:
    meld(tmp_path)
    (tmp_path / "dev_splits_complete/dia3_utt10.mp4").unlink()
    manifest = MELD.read(tmp_path)
    assert len(manifest) == 3
    assert [p.file.name for p in manifest.problems] == ["dev_sent_emo.csv"]


def test_clips_without_a_table_are_a_problem(tmp_path: Path) -> None:
    meld(tmp_path)
    (tmp_path / "test_sent_emo.csv").unlink()
    manifest = MELD.read(tmp_path)
    assert "missing" in manifest.problems[0].what
