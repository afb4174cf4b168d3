"""Parquet, CSV and JSON give back the timeline and the faces they were given."""

import csv
import dataclasses
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emoarc.analysis import FACE_SCHEMA, GEOMETRY_COLUMNS, NOTICE, Analysis
from emoarc.errors import InputError, OptionError
from emoarc.export import (
    read_analysis,
    read_faces,
    read_timeline,
    write_csv,
    write_faces_csv,
    write_faces_parquet,
    write_json,
    write_parquet,
)
from emoarc.labels import EMOTIONS
from emoarc.timeline import TIMELINE_SCHEMA, Timeline
from emoarc.types import Expression

WRITERS = {"t.parquet": write_parquet, "t.csv": write_csv, "t.json": write_json}
FACE_WRITERS = {
    "f.parquet": write_faces_parquet,
    "f.csv": write_faces_csv,
    "f.json": write_json,
}

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
unit = st.floats(0, 1, width=32)
coordinate = st.floats(-1, 1, width=32) | st.just(float("nan"))


@st.composite
def expressions(draw: st.DrawFn) -> Expression:
    start = draw(st.floats(0, 86_400))
    return Expression(
        start=start,
        end=start + draw(st.floats(0.001, 30)),
        subject=draw(st.sampled_from(["P1", "P2", "V1"]) | text),
        modality=draw(st.sampled_from(["face", "voice", "fused"])),
        probabilities=np.array(draw(st.lists(unit, min_size=7, max_size=7)), np.float32),
        valence=draw(coordinate),
        arousal=draw(coordinate),
        quality=draw(unit),
        label=draw(st.none() | st.sampled_from(EMOTIONS)),
        reason=draw(text),
    )


def assert_close(found: Timeline, expected: Timeline) -> None:
    assert len(found) == len(expected)
    for field in TIMELINE_SCHEMA:
        actual, wanted = found.column(field.name), expected.column(field.name)
        if field.name in ("file", "subject", "modality", "label", "reason"):
            assert actual.tolist() == wanted.tolist()
        else:
            np.testing.assert_allclose(actual, wanted, rtol=1e-7, atol=6e-7)


@pytest.mark.parametrize("name", WRITERS)
@given(rows=st.lists(expressions(), max_size=8), file=text)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_what_is_written_is_read_back(
    name: str, rows: list[Expression], file: str, analysis: Analysis, tmp_path: Path
) -> None:
    # Rounding may change the order of rows that lie within a microsecond.
    rows = [
        row for i, row in enumerate(rows) if all(abs(row.start - r.start) > 1e-4 for r in rows[:i])
    ]
    timeline = Timeline.from_expressions(rows).named(file)
    path = tmp_path / name
    WRITERS[name](dataclasses.replace(analysis, file=file, timeline=timeline), path)
    assert_close(read_timeline(path), timeline)


def test_parquet_keeps_every_bit_and_says_where_it_comes_from(
    analysis: Analysis, tmp_path: Path
) -> None:
    path = tmp_path / "t.parquet"
    write_parquet(analysis, path)
    assert read_timeline(path).table.equals(analysis.timeline.table)
    metadata = pq.read_schema(path).metadata
    assert metadata[b"notice"].decode() == NOTICE
    assert b"face-expression" in metadata[b"provenance"]
    assert pq.read_schema(path).field("start").metadata[b"unit"] == b"s"


def test_csv_follows_rfc_4180_and_runs_no_formula(analysis: Analysis, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    file = '=cmd|"/C calc"!A0,\n</script>.mp4'
    write_csv(dataclasses.replace(analysis, timeline=analysis.timeline.named(file)), path)
    raw = path.read_bytes()
    assert raw.startswith(b"file,start,end,subject,modality,label,p_neutral,")
    assert raw.endswith(b"\r\n")
    with path.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert {row["file"] for row in rows} == {f"'{file}"}
    cells = [cell for row in rows for cell in row.values()]
    formulas = [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))]
    assert not formulas
    assert all(float(cell) < 0 for cell in cells if cell.startswith("-"))
    assert any(row["label"] == "" and row["reason"] for row in rows)
    assert max(len(row["p_neutral"]) for row in rows) <= len("0.000000")


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("content", [b"", b"a,b\r\n1,2\r\n", b"{}", b"\xff\xfe\x00"])
def test_a_foreign_file_is_refused_in_one_line(name: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match="this is no") as caught:
        read_timeline(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", WRITERS)
def test_a_missing_file_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_timeline(tmp_path / name)


def test_a_row_cut_short_is_refused(analysis: Analysis, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    write_csv(analysis, path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="this is no timeline"):
        read_timeline(path)


def test_other_suffixes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"\.parquet, \.csv, \.json"):
        read_timeline(tmp_path / "t.xlsx")


def test_an_analysis_is_read_back_whole(analysis: Analysis, tmp_path: Path) -> None:
    path = tmp_path / "analysis.json"
    write_json(analysis, path)
    found = read_analysis(path)
    assert found.media == analysis.media
    assert found.coverage == analysis.coverage
    assert found.faces.schema == analysis.faces.schema
    for left, right in zip(found.arcs, analysis.arcs, strict=True):
        np.testing.assert_allclose(left.values, right.values, atol=1e-6)
        np.testing.assert_allclose(left.upper, right.upper, atol=1e-6)
    assert found.to_dict() == analysis.to_dict()


@pytest.mark.parametrize("name", FACE_WRITERS)
def test_faces_are_read_back_and_what_is_null_stays_null(
    name: str, analysis: Analysis, tmp_path: Path
) -> None:
    path = tmp_path / name
    FACE_WRITERS[name](analysis, path)
    found = read_faces(path)
    assert found.schema == FACE_SCHEMA
    assert found["subject"].equals(analysis.faces["subject"])
    assert found["track"].equals(analysis.faces["track"])
    for field in FACE_SCHEMA:
        actual, wanted = found[field.name], analysis.faces[field.name]
        assert actual.is_valid().equals(wanted.is_valid())
        if field.name != "subject":
            np.testing.assert_allclose(actual.to_numpy(), wanted.to_numpy(), atol=6e-7)
    told = found["au12"].is_valid().to_pylist()
    assert told == [subject == "P1" for subject in found["subject"].to_pylist()]


def test_parquet_of_faces_keeps_every_bit_and_says_what_it_is(
    analysis: Analysis, tmp_path: Path
) -> None:
    path = tmp_path / "f.parquet"
    write_faces_parquet(analysis, path)
    assert read_faces(path).equals(analysis.faces)
    assert pq.read_schema(path).metadata[b"notice"].decode() == NOTICE
    assert pq.read_schema(path).field("yaw").metadata[b"unit"] == b"degrees"


def test_no_faces_make_a_table_all_the_same(analysis: Analysis, tmp_path: Path) -> None:
    nobody = dataclasses.replace(analysis, faces=FACE_SCHEMA.empty_table())
    for name, write in FACE_WRITERS.items():
        write(nobody, tmp_path / name)
        assert read_faces(tmp_path / name).equals(nobody.faces)


def test_an_analysis_from_before_landmarks_is_read(analysis: Analysis, tmp_path: Path) -> None:
    data = analysis.to_dict()
    for name in GEOMETRY_COLUMNS:
        del data["faces"][name]
    path = tmp_path / "analysis.json"
    path.write_text(json.dumps(data))
    found = read_analysis(path)
    assert found.faces.schema == FACE_SCHEMA
    assert found.faces.num_rows == analysis.faces.num_rows
    assert all(found.faces[name].null_count == found.faces.num_rows for name in GEOMETRY_COLUMNS)


def test_a_timeline_is_no_table_of_faces(analysis: Analysis, tmp_path: Path) -> None:
    for name, write in (("t.parquet", write_parquet), ("t.csv", write_csv)):
        write(analysis, tmp_path / name)
        with pytest.raises(InputError, match="this is no faces"):
            read_faces(tmp_path / name)
    with pytest.raises(OptionError, match=r"\.parquet, \.csv, \.json"):
        read_faces(tmp_path / "f.xlsx")
