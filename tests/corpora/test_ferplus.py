from collections import Counter

import pytest
from tests.corpora.trees import place

from emoarc.corpora import CORPORA, read_corpora

FERPLUS = CORPORA["ferplus"]


def test_splits_and_votes_are_read(official):
    clips = FERPLUS.read(official("ferplus")).clips
    assert [clip.split for clip in clips] == ["train", "validation", "test"]
    assert clips[0].votes == {
        "neutral": 6, "happiness": 1, "surprise": 0, "sadness": 2, "anger": 0, "disgust": 0,
        "fear": 0, "contempt": 0, "unknown": 1, "no face": 0,
    }  # fmt: skip
    # Six of the eight votes that are not single.
    assert clips[0].emotion == "neutral"


@pytest.mark.parametrize(
    ("votes", "emotion"),
    [
        ("5,0,0,5,0,0,0,0,0,0", ""),
        ("6,0,0,4,0,0,0,0,0,0", "neutral"),
        ("5,1,1,1,1,1,0,0,0,0", "neutral"),
        ("4,0,0,2,2,2,0,0,0,0", ""),
        ("0,0,0,0,0,0,0,8,2,0", "contempt"),
        ("0,0,0,0,0,0,0,0,9,1", ""),
        ("2,0,0,0,0,0,0,0,0,8", ""),
        ("1,1,1,1,1,1,1,1,1,1", ""),
    ],
)
def test_the_majority_is_that_of_the_authors(official, votes, emotion):
    root = official("ferplus")
    place(root, "FER2013Test/label.csv", content=f'fer0000002.png,"(0, 0, 48, 48)",{votes}\n')
    assert FERPLUS.read(root).clips[-1].emotion == emotion


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ('fer0000002.png,"(0)",1,2,3\n', "votes that are no numbers"),
        ('fer0000003.png,"(0)",9,0,0,0,0,0,0,0,0,0\n', "fer0000003.png is missing"),
    ],
)
def test_a_spoilt_row_is_told(official, rows, what):
    root = official("ferplus")
    place(root, "FER2013Test/label.csv", content=rows)
    manifest = FERPLUS.read(root)
    (problem,) = manifest.problems
    assert len(manifest) == 2
    assert what in problem.what


def test_an_empty_picture_and_a_missing_split_are_told(official):
    root = official("ferplus")
    (root / "FER2013Test/fer0000002.png").unlink()
    place(root, "FER2013Valid/fer0000001.png", content="")
    manifest = FERPLUS.read(root)
    assert len(manifest) == 1
    assert [str(problem) for problem in manifest.problems] == [
        f"{root / 'FER2013Valid/label.csv'}: row 1: fer0000001.png is empty; copy it again",
        f"{root / 'FER2013Test'}: no pictures here; FER+ is not whole without",
    ]


def test_the_pictures_at_hand(shared):
    manifest = read_corpora(shared, ["ferplus"])
    assert manifest.problems == ()
    assert Counter(clip.split for clip in manifest.clips) == {
        "train": 28_558, "validation": 3579, "test": 3573,
    }  # fmt: skip


def test_the_majority_is_that_of_training(shared):
    pytest.importorskip("torch", reason="training needs the extra `train`")
    from emoarc.train._ferplus import FERPLUS_LABELS, find_ferplus, read_ferplus

    faces = read_ferplus(find_ferplus(shared), "Test")
    clips = read_corpora(shared, ["ferplus"]).where(lambda clip: clip.split == "test").clips
    assert [clip.file.name for clip in clips] == list(faces.names)
    words = [FERPLUS_LABELS[row] if row >= 0 else "" for row in faces.majority.tolist()]
    assert [clip.emotion for clip in clips] == words
