from collections import Counter

import pytest
from tests.corpora.trees import place

from emoarc.corpora import CORPORA, read_corpora

CREMAD = CORPORA["cremad"]


def test_a_name_and_the_demographics_are_read(official):
    clip = CREMAD.read(official("cremad")).clips[0]
    assert (clip.emotion, clip.speaker, clip.sentence) == ("happiness", "cremad-1001", "IEO")
    assert (clip.intensity, clip.sex, clip.age) == ("low", "male", 51)


def test_the_formats_of_a_recording_share_its_take(official):
    clips = CREMAD.read(official("cremad")).clips
    formats = [clip for clip in clips if clip.take == "cremad-1001_IEO_HAP_LO"]
    assert [(clip.file.suffix, clip.kind) for clip in formats] == [
        (".wav", "audio"), (".mp3", "audio"), (".flv", "audio-visual"),
    ]  # fmt: skip


def test_votes_are_those_on_what_the_file_holds(official):
    clips = {clip.file.suffix: clip for clip in CREMAD.read(official("cremad")).clips[::-1]}
    heard = {"happiness": 3, "neutral": 6, "sadness": 1, "anger": 0, "disgust": 0, "fear": 0}
    assert clips[".wav"].votes == clips[".mp3"].votes == heard
    assert clips[".wav"].recognition == pytest.approx(0.3)
    assert clips[".flv"].recognition == pytest.approx(0.9)


def test_a_clip_without_votes_has_none(official):
    clip = CREMAD.read(official("cremad")).clips[1]
    assert (clip.file.stem, clip.intensity) == ("1040_ITH_SAD_X", "")
    assert (clip.votes, clip.recognition) == (None, None)


@pytest.mark.parametrize(
    ("table", "content", "what"),
    [
        ("VideoDemographics.csv", "ActorID,Sex\n1001,Male\n", "no column Age"),
        ("VideoDemographics.csv", "ActorID,Age,Sex\n1001,?,Male\n", "row 1: could not convert"),
        ("tabulatedVotes.csv", '"",A,D,F,H,N,S\n', "no column fileName"),
        ("tabulatedVotes.csv", "", "no column"),
    ],
)
def test_a_spoilt_table_costs_its_facts_alone(official, table, content, what):
    root = official("cremad")
    place(root, table, content=content)
    manifest = CREMAD.read(root)
    (problem,) = manifest.problems
    assert len(manifest) == 4
    assert problem.file == root / table
    assert what in problem.what
    assert problem.what.endswith("are not known")


def test_missing_tables_cost_their_facts_alone(official):
    root = official("cremad")
    (root / "VideoDemographics.csv").unlink()
    (root / "tabulatedVotes.csv").unlink()
    manifest = CREMAD.read(root)
    assert len(manifest) == 4
    assert [problem.file.name for problem in manifest.problems] == [
        "VideoDemographics.csv", "tabulatedVotes.csv",
    ]  # fmt: skip


def test_strange_names_are_told(official):
    root = place(official("cremad"), "AudioWAV/1001_IEO_JOY_LO.wav")
    (problem,) = CREMAD.read(root).problems
    assert "not a CREMA-D name" in problem.what


def test_the_part_at_hand(shared):
    manifest = read_corpora(shared, ["cremad"])
    assert Counter(clip.kind for clip in manifest.clips) == {"audio": 550, "audio-visual": 6}
    assert manifest.problems == ()
    assert len(manifest.speakers) == 14
    assert all(clip.votes and clip.sex and clip.age for clip in manifest.clips)
    # Acted disgust is heard as disgust by about four in ten.
    shares = [clip.recognition for clip in manifest.clips if clip.recognition is not None]
    assert 0.3 < sum(shares) / len(shares) < 0.7
