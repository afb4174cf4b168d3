from collections import Counter

import pytest
from tests.corpora.trees import place

from emoarc.corpora import CORPORA, read_corpora

RAVDESS = CORPORA["ravdess"]


def test_the_seven_fields_of_a_name_are_read(official):
    clips = {clip.file.stem: clip for clip in RAVDESS.read(official("ravdess")).clips}
    clip = clips["03-01-08-02-02-02-02"]
    assert (clip.kind, clip.emotion, clip.speaker, clip.sex) == (
        "audio", "surprise", "ravdess-02", "female",
    )  # fmt: skip
    assert (clip.intensity, clip.sentence, clip.language) == ("strong", "02", "en")
    assert clips["01-02-05-02-02-02-03"].sex == "male"


def test_the_modalities_of_a_recording_share_its_take(official):
    clips = {clip.file.stem: clip for clip in RAVDESS.read(official("ravdess")).clips}
    takes = {clips[f"{modality}-01-08-02-02-02-02"].take for modality in ("01", "02", "03")}
    assert takes == {"ravdess-01-08-02-02-02-02"}
    kinds = [clips[f"{modality}-01-08-02-02-02-02"].kind for modality in ("01", "02", "03")]
    assert kinds == ["audio-visual", "video", "audio"]


def test_song_is_no_speech(official):
    sung = [c for c in RAVDESS.read(official("ravdess")).clips if c.sentence.startswith("song:")]
    assert [clip.file.stem for clip in sung] == ["03-02-02-01-01-01-02", "01-02-05-02-02-02-03"]


@pytest.mark.parametrize(
    "folder", ["", "Actor_02", "Audio_Speech_Actors_01-24/Actor_02", "Video_Speech_Actor_02"]
)
def test_archives_may_be_unpacked_in_several_ways(tmp_path, folder):
    place(tmp_path / folder, "03-01-05-01-01-01-02.wav")
    assert RAVDESS.recognise(tmp_path)
    assert [clip.emotion for clip in RAVDESS.read(tmp_path).clips] == ["anger"]


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("03-01-09-01-01-01-01.wav", "not a RAVDESS name"),
        ("03-01-01-01-01-01-25.wav", "not a RAVDESS name"),
        ("angry.wav", "not a RAVDESS name"),
        ("03-02-07-01-01-01-01.wav", "no such song"),
        ("03-02-01-01-01-01-18.wav", "no such song"),
        ("03-01-01-01-01-01-01.mp4", "another modality"),
        ("01-01-01-01-01-01-01.wav", "another modality"),
    ],
)
def test_names_that_cannot_be_are_told(tmp_path, name, what):
    (problem,) = RAVDESS.read(place(tmp_path, name)).problems
    assert problem.file == tmp_path / name
    assert what in problem.what


def test_an_empty_clip_and_a_second_copy_are_told(tmp_path):
    place(tmp_path, "Actor_01/03-01-01-01-01-01-01.wav", "copy/03-01-01-01-01-01-01.wav")
    place(tmp_path, "Actor_01/03-01-02-01-01-01-01.wav", content="")
    manifest = RAVDESS.read(tmp_path)
    assert [clip.file.parent.name for clip in manifest.clips] == ["Actor_01"]
    assert [problem.what.split(";")[0] for problem in manifest.problems] == [
        "empty",
        f"the same name as {tmp_path / 'Actor_01/03-01-01-01-01-01-01.wav'}, which is kept",
    ]


def test_the_whole_corpus(shared):
    manifest = read_corpora(shared, ["ravdess"])
    assert Counter(clip.kind for clip in manifest.clips) == {"audio": 1440, "audio-visual": 52}
    assert manifest.problems == ()
    speech = manifest.where(lambda clip: clip.kind == "audio")
    assert Counter(clip.emotion for clip in speech.clips)["neutral"] == 96
    assert len(speech.speakers) == 24
