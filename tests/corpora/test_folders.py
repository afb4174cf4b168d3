from tests.corpora.trees import place

from emoarc.corpora import CORPORA, find_corpora, read_corpora

FOLDERS = CORPORA["folders"]


def test_folders_name_the_emotion(official):
    clips = FOLDERS.read(official("folders")).clips
    assert [(clip.emotion, clip.kind) for clip in clips] == [
        ("happiness", "image"), ("anger", "audio"), ("sadness", "image"), ("sadness", "image"),
    ]  # fmt: skip


def test_a_level_above_may_name_the_split(tmp_path):
    place(tmp_path, "train/fear/1.wav", "val/fear/1.wav", "Test/calm/1.mp4", "Test/other/1.mp4")
    assert FOLDERS.recognise(tmp_path)
    clips = FOLDERS.read(tmp_path).clips
    assert {(clip.split, clip.emotion, clip.kind) for clip in clips} == {
        ("train", "fear", "audio"),
        ("validation", "fear", "audio"),
        ("test", "calm", "audio-visual"),
    }


def test_letters_and_lone_classes_are_no_collection(tmp_path):
    place(tmp_path, "a/1.wav", "s/1.wav", "h/1.wav", "happy/1.wav")
    assert not FOLDERS.recognise(tmp_path)


def test_folders_of_other_names_are_told_once_each(tmp_path):
    place(tmp_path, "happy/1.wav", "sad/1.wav", "weird/1.wav", "weird/2.wav", "notes/read.txt")
    place(tmp_path, "test/happy/1.wav", "test/odd/1.wav")
    manifest = FOLDERS.read(tmp_path)
    assert len(manifest) == 3
    assert [problem.file for problem in manifest.problems] == [
        tmp_path / "test/odd",
        tmp_path / "weird",
    ]
    assert all("happiness" in problem.what for problem in manifest.problems)


def test_a_lone_class_is_read_where_asked_for_by_name(tmp_path):
    place(tmp_path, "happy/1.wav", "weird/1.wav")
    assert find_corpora(tmp_path) == {}
    assert find_corpora(tmp_path, ["folders"]) == {"folders": [tmp_path]}
    manifest = read_corpora(tmp_path, ["folders"])
    assert [clip.emotion for clip in manifest.clips] == ["happiness"]
    assert [problem.file.name for problem in manifest.problems] == ["weird"]
