from pathlib import Path

from tests.corpora.trees import enterface05, place

from emoarc.corpora import CORPORA

ENTERFACE05 = CORPORA["enterface05"]


def test_folders_tell_the_clip_where_names_err(tmp_path: Path) -> None:
    enterface05(tmp_path)
    clips = ENTERFACE05.read(tmp_path).clips
    assert {(c.speaker, c.emotion, c.sentence) for c in clips} == {
        ("enterface05-1", "anger", "anger-1"),
        ("enterface05-3", "happiness", "happiness-1"),
        ("enterface05-6", "anger", ""),
        ("enterface05-11", "fear", "fear-2"),
        ("enterface05-16", "surprise", "surprise-3"),
    }
    assert {c.kind for c in clips} == {"audio-visual"}


def test_sound_taken_out_of_a_video_shares_its_take(tmp_path: Path) -> None:
    place(tmp_path, "subject 1/anger/sentence 1/s1_an_1.avi")
    place(tmp_path, "subject 1/anger/sentence 1/s1_an_1.wav")
    assert ENTERFACE05.recognise(tmp_path)
    first, second = ENTERFACE05.read(tmp_path).clips
    assert first.take == second.take
    assert {first.kind, second.kind} == {"audio-visual", "audio"}


def test_hyphens_in_place_of_blanks(tmp_path: Path) -> None:
    place(tmp_path, "subject-1/anger/sentence-4/s1_an_4.avi")
    assert ENTERFACE05.recognise(tmp_path)
    (clip,) = ENTERFACE05.read(tmp_path).clips
    assert (clip.speaker, clip.sentence) == ("enterface05-1", "anger-4")


def test_clips_elsewhere_are_problems(tmp_path: Path) -> None:
    enterface05(tmp_path)
    place(tmp_path, "subject 2/boredom/sentence 1/s2_bo_1.avi", "s2_an_1.avi")
    place(tmp_path, "subject 2/anger/sentence 1/s2_an_1.avi", content="")
    manifest = ENTERFACE05.read(tmp_path)
    assert len(manifest) == 5
    assert len(manifest.problems) == 3
