from tests.corpora.trees import place

from emoarc.corpora import CORPORA

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
