"""A manifest is written and read without loss."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emoarc.corpora import CORPORA, MANIFEST_SCHEMA, Clip, Manifest, read_manifest
from emoarc.errors import InputError

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
numbers = st.none() | st.floats(allow_nan=False, allow_infinity=False)
clips = st.builds(
    Clip,
    file=words.filter(bool).map(Path),
    corpus=words.filter(bool),
    kind=st.sampled_from(["audio", "audio-visual", "video", "image"]),
    emotion=words,
    speaker=words,
    take=words,
    start=st.floats(0, 1e6),
    end=numbers,
    sex=st.sampled_from(["female", "male", ""]),
    age=numbers,
    language=words,
    sentence=words,
    intensity=words,
    votes=st.none() | st.dictionaries(words, st.floats(0, 100), max_size=3),
    recognition=numbers,
    valence=numbers,
    arousal=numbers,
    split=st.sampled_from(["train", "validation", "test", ""]),
    digest=words,
)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_manifest_is_read_as_it_was_written(tmp_path, suffix):
    path = tmp_path / f"manifest.{suffix}"

    @settings(max_examples=40)
    @given(st.lists(clips, max_size=4).map(tuple))
    def check(clips):
        manifest = Manifest(clips)
        (manifest.write_csv if suffix == "csv" else manifest.write_parquet)(path)
        assert read_manifest(path) == manifest

    check()


def test_columns_have_types_whatever_they_hold():
    bare = Manifest((Clip(Path("a.wav"), "x", "audio"),))
    assert bare.to_table().schema == MANIFEST_SCHEMA == Manifest(()).to_table().schema
    assert pa.types.is_string(bare.to_table().schema.field("votes").type)
    assert pa.types.is_float64(bare.to_table().schema.field("age").type)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("file,corpus\na.wav,x\n", "row 1 has no kind"),
        ("file,corpus,kind\na.wav,x,smell\n", "row 1: kind is 'smell'"),
        ("file,corpus,kind,end\na.wav,x,audio,soon\n", "row 1: end is 'soon', no number"),
        ("file,corpus,kind,votes\na.wav,x,audio,many\n", "row 1: votes is 'many', no JSON object"),
        (b"\xff\xfe\x00", "no manifest of clips"),
    ],
)
def test_a_table_of_another_kind_is_refused_in_one_line(tmp_path, text, says):
    path = tmp_path / "table.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError) as caught:
        read_manifest(path)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_or_damaged_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_manifest(tmp_path / "none.parquet")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1, or not")
    with pytest.raises(InputError, match="no manifest of clips"):
        read_manifest(tmp_path / "bad.parquet")


def test_a_table_by_hand_needs_three_columns(tmp_path):
    (tmp_path / "mine.csv").write_text("note,kind,corpus,file\nx,audio,mine,a.wav\n")
    assert read_manifest(tmp_path / "mine.csv").clips == (Clip(Path("a.wav"), "mine", "audio"),)


def test_real_corpora_go_through_a_file(shared, tmp_path):
    manifest = CORPORA["ravdess"].read(shared / "corpora/ravdess/Actor_03")
    manifest.write_parquet(tmp_path / "m.parquet")
    assert read_manifest(tmp_path / "m.parquet").clips == manifest.clips
