"""Counts say what a manifest holds."""

from pathlib import Path

from emoarc.corpora import Clip, Manifest, tally, tally_by_emotion, tally_corpora

CLIPS = (
    Clip(Path("1"), "x", "audio", "calm", "x-1", end=2.5, sex="female", split="train"),
    Clip(Path("2"), "x", "audio", "anger", "x-2", start=1.0, end=2.0, sex="male"),
    Clip(Path("3"), "x", "video", "anger", "x-2", sex="male", intensity="strong"),
    Clip(Path("4"), "y", "image"),
)
MANIFEST = Manifest(CLIPS)


def test_a_tally_counts_clips_people_and_time():
    total = tally(CLIPS)
    assert (total.clips, total.speakers, total.seconds) == (4, 2, 3.5)
    assert total.counts["sex"] == {"female": 1, "male": 2}
    assert total.counts["kind"] == {"audio": 2, "image": 1, "video": 1}
    assert total.counts["intensity"] == {"strong": 1}
    assert total.counts["language"] == {}


def test_time_that_nobody_knows_is_not_zero():
    assert tally(CLIPS[2:]).seconds is None
    assert tally(()).clips == 0


def test_emotions_come_in_their_order_and_none_last():
    by_emotion = tally_by_emotion(MANIFEST)
    assert list(by_emotion) == ["anger", "calm", ""]
    assert by_emotion["anger"].clips == 2


def test_corpora_are_counted_apart():
    assert {name: each.clips for name, each in tally_corpora(MANIFEST).items()} == {"x": 3, "y": 1}
