from pathlib import Path

from tests.corpora.trees import ck_plus, ck_plus_48, place

from emoarc.corpora import CORPORA, Fold, find_corpora, find_leaks

CK_PLUS = CORPORA["ck-plus"]
CK_PLUS_48 = CORPORA["ck-plus-48"]


def test_the_last_three_frames_have_the_emotion_and_the_first_is_neutral(tmp_path: Path) -> None:
    ck_plus(tmp_path)
    clips = [c for c in CK_PLUS.read(tmp_path).clips if c.speaker == "ck-plus-S005"]
    assert sorted((int(c.file.stem[-2:]), c.emotion) for c in clips) == [
        (1, "neutral"),
        (4, "disgust"),
        (5, "disgust"),
        (6, "disgust"),
    ]
    assert {c.take for c in clips} == {"ck-plus-S005_001"}


def test_a_short_sequence_keeps_its_neutral_frame(tmp_path: Path) -> None:
    ck_plus(tmp_path)
    clips = [c for c in CK_PLUS.read(tmp_path).clips if c.speaker == "ck-plus-S010"]
    assert [(c.file.stem[-1], c.emotion) for c in clips] == [("2", "contempt"), ("1", "neutral")]


def test_sequences_without_an_emotion_are_left_out_silently(tmp_path: Path) -> None:
    ck_plus(tmp_path)
    manifest = CK_PLUS.read(tmp_path)
    assert "ck-plus-S999" not in manifest.speakers
    assert manifest.problems == ()


def test_bad_labels_and_names_are_named(tmp_path: Path) -> None:
    ck_plus(tmp_path)
    place(tmp_path, "Emotion/S005/001/S005_001_00000006_emotion.txt", content="9.0\n")
    place(tmp_path, "Emotion/S011/001/S011_001_00000006_emotion.txt", content=" 1.0000000e+00\n")
    place(tmp_path, "cohn-kanade-images/S010/004/S010_005_00000001.png")
    manifest = CK_PLUS.read(tmp_path)
    assert manifest.speakers == ["ck-plus-S010"]
    assert {p.file.name: p.what.split(";")[0] for p in manifest.problems} == {
        "S005_001_00000006_emotion.txt": "holds no number from 0 to 7",
        "S010_005_00000001.png": "not a CK+ name such as S005/001/S005_001_00000011",
        "S011_001_00000006_emotion.txt": "labels a sequence without images",
    }


def test_the_small_images_name_their_people_as_ck_plus_does(tmp_path: Path) -> None:
    ck_plus(tmp_path / "large")
    ck_plus_48(tmp_path / "small")
    small = CK_PLUS_48.read(tmp_path / "small")
    assert [c.emotion for c in small.clips] == ["anger", "anger", "contempt", "happiness"]
    both = CK_PLUS.read(tmp_path / "large") + small
    train = tuple(i for i, c in enumerate(both.clips) if c.corpus == "ck-plus")
    test = tuple(i for i, c in enumerate(both.clips) if c.corpus == "ck-plus-48")
    kinds = {leak.kind for leak in find_leaks(both, Fold("cross", train, test))}
    assert {"speaker", "take"} <= kinds


def test_ck_plus_48_is_no_collection_of_your_own(tmp_path: Path) -> None:
    ck_plus_48(tmp_path)
    assert list(find_corpora(tmp_path)) == ["ck-plus-48"]
