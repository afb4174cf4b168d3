from dataclasses import replace

import pytest
from tests.corpora.trees import place

from emoarc.corpora import CORPORA, Clip, Manifest, find_corpora, read_corpora

TABLE = CORPORA["table"]


def test_columns_are_the_fields_of_a_clip(official):
    first, second = TABLE.read(official("table")).clips
    assert (first.emotion, first.kind, first.sex, first.valence) == (
        "happiness", "audio", "female", 0.5,
    )  # fmt: skip
    assert (second.speaker, second.kind, second.sex) == ("table-bob", "audio-visual", "")


def test_a_manifest_is_read_as_it_was_written(tmp_path):
    clips = [
        Clip(
            place(tmp_path, f"{n}.wav") / f"{n}.wav", "table", "audio", "anger", start=n, age=30.0,
            votes={"anger": 3.0}, split="train", speaker="table-x", take="t",
        )
        for n in (0.0, 1.5)
    ]  # fmt: skip
    manifest = Manifest(tuple(replace(clip, file=clip.file) for clip in clips))
    manifest.write_csv(tmp_path / "mine.csv")
    assert TABLE.read(tmp_path / "mine.csv") == TABLE.read(tmp_path) == manifest


@pytest.mark.parametrize(
    ("header", "row", "what"),
    [
        ("file,emotion", "1.wav,puzzled", "'puzzled' is no emotion"),
        ("file,emotion", "2.wav,anger", "2.wav is missing or empty"),
        ("file,emotion", ",anger", "names no file"),
        ("file,emotion,age", "1.wav,anger,old", "age is 'old', no number"),
        ("file,emotion,age", "1.wav,anger,nan", "age is 'nan', no number"),
        ("file,emotion,sex", "1.wav,anger,f", "sex is 'f', none of female, male"),
        ("file,emotion,votes", "1.wav,anger,[1]", "no JSON object"),
        ("file,emotion,votes", "1.wav,anger,{", "votes is '{', no JSON object"),
        ("file,emotion,start,end", "1.wav,anger,3,2", "end 2 is not after start 3"),
        ("file,emotion", "mine.csv,anger", "no known suffix"),
    ],
)
def test_a_spoilt_row_is_told(tmp_path, header, row, what):
    place(tmp_path, "1.wav")
    place(tmp_path, "mine.csv", content=f"{header}\n1.wav,fear\n{row}\n")
    manifest = TABLE.read(tmp_path)
    (problem,) = manifest.problems
    assert len(manifest) == 1
    assert problem.what.startswith("row 2: ")
    assert what in problem.what


def test_a_table_may_be_pointed_at(official):
    table = official("table") / "mine.csv"
    assert find_corpora(table) == {"table": [table]}
    assert read_corpora(table, ["table"]) == TABLE.read(table)
    assert len(TABLE.read(table)) == 2


def test_other_tables_are_left_alone(tmp_path):
    place(tmp_path, "other.csv", content="name,emotion\nx,anger\n")
    assert not TABLE.recognise(tmp_path)
    assert TABLE.read(tmp_path) == Manifest(())
