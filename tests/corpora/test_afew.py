from pathlib import Path

from tests.corpora.trees import afew, place

from emoarc.corpora import CORPORA, find_corpora

AFEW = CORPORA["afew"]


def test_folders_tell_split_and_emotion(tmp_path: Path) -> None:
    afew(tmp_path)
    clips = [clip for clip in AFEW.read(tmp_path).clips if clip.kind == "audio-visual"]
    assert [(c.split, c.emotion, c.take) for c in clips] == [
        ("test", "", "afew-test-000100"),
        ("train", "anger", "afew-train-000046280"),
        ("train", "happiness", "afew-train-000046281"),
        ("validation", "surprise", "afew-validation-000149120"),
    ]
    assert {c.speaker for c in clips} == {""}


def test_faces_have_the_emotion_of_their_video(tmp_path: Path) -> None:
    afew(tmp_path)
    faces = [clip for clip in AFEW.read(tmp_path).clips if clip.kind == "image"]
    assert [(c.split, c.emotion, c.take) for c in faces] == [
        ("train", "anger", "afew-train-000046280"),
        ("validation", "surprise", "afew-validation-000149120"),
    ]


def test_faces_of_no_known_video_are_one_problem_per_video(tmp_path: Path) -> None:
    afew(tmp_path)
    place(tmp_path, *(f"Train_AFEW/Faces/000000001/{frame:07}.jpg" for frame in range(5)))
    manifest = AFEW.read(tmp_path)
    assert len(manifest) == 6
    assert [problem.file.name for problem in manifest.problems] == ["000000001"]


def test_the_short_names_of_folders(tmp_path: Path) -> None:
    place(tmp_path, "Train/Angry/000046280.avi", "Val/Sad/000046281.avi", "Test/000046282.avi")
    place(tmp_path, "Val/Sad/readme.avi")
    place(tmp_path, "Val/Sad/000046283.avi", content="")
    assert AFEW.recognise(tmp_path)
    manifest = AFEW.read(tmp_path)
    assert sorted(clip.split for clip in manifest.clips) == ["test", "train", "validation"]
    assert sorted(p.file.name for p in manifest.problems) == ["000046283.avi", "readme.avi"]


def test_a_collection_of_your_own_is_not_taken_for_it(tmp_path: Path) -> None:
    place(tmp_path, "Train/Angry/1.png", "Train/Sad/2.png", "Test/Angry/3.png")
    assert list(find_corpora(tmp_path)) == ["folders"]
