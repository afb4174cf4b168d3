import dataclasses

import numpy as np
import pyarrow as pa
import pytest

from emoarc.analysis import ACTION_UNIT_COLUMNS, FACE_SCHEMA, Analysis, Subject
from emoarc.export._display_faces import display_faces


def faces_at(times: np.ndarray, subject: str = "P1") -> pa.Table:
    """A head that turns slowly, with one action unit up in every second half minute."""
    nothing = np.zeros(len(times))
    columns = dict.fromkeys(FACE_SCHEMA.names, nothing) | {
        "time": times,
        "subject": [subject] * len(times),
        "track": nothing.astype(int),
        "quality": nothing + 0.8,
        "yaw": 40 * np.sin(times / 100),
        "pitch": nothing - 12.34,
        "au12": np.where(times // 30 % 2, 4.0, 0.0),
    }
    return pa.Table.from_pydict(columns, FACE_SCHEMA)


def with_faces(analysis: Analysis, *faces: pa.Table) -> Analysis:
    table = pa.concat_tables(faces)
    names = dict.fromkeys(table["subject"].to_pylist())
    subjects = tuple(Subject(name, (), 1.0, 0.0) for name in names)
    return dataclasses.replace(analysis, faces=table, subjects=subjects)


def test_short_recordings_are_drawn_frame_by_frame(analysis: Analysis) -> None:
    times = np.array([0.0, 0.1, 0.2, 0.3, 5.0, 5.1])
    curves = display_faces(with_faces(analysis, faces_at(times)), 6.0)["P1"]
    assert curves["start"] == pytest.approx(times)
    assert curves["end"] == pytest.approx([0.1, 0.2, 0.3, 0.45, 5.1, 5.25])
    yaw, pitch, roll = curves["pose"]
    np.testing.assert_allclose(np.array(yaw) / 10, 40 * np.sin(times / 100), atol=0.051)
    assert pitch == [-123] * 6
    assert roll == [0] * 6
    assert len(curves["units"]) == len(ACTION_UNIT_COLUMNS)


def test_only_those_with_landmarks_are_drawn(analysis: Analysis) -> None:
    assert list(display_faces(analysis, 12.0)) == ["P1"]
    assert display_faces(dataclasses.replace(analysis, faces=FACE_SCHEMA.empty_table()), 1) == {}


def test_an_hour_is_thinned_to_means_and_keeps_its_gap(analysis: Analysis) -> None:
    times = np.concatenate([np.arange(0, 1200, 0.1), np.arange(1300, 3600, 0.1)])
    faces = faces_at(times)
    curves = display_faces(with_faces(analysis, faces), 3600.0)["P1"]
    start, end = np.array(curves["start"]), np.array(curves["end"])
    assert 1100 <= len(start) <= 1200
    gaps = start[1:] - end[:-1]
    assert gaps.max() == pytest.approx(100, abs=4)
    assert np.sort(gaps)[-2] < 0.06
    np.testing.assert_allclose(np.array(curves["pose"][0]) / 10, 40 * np.sin(start / 100), atol=1)
    au12 = np.array(curves["units"][list(ACTION_UNIT_COLUMNS).index("au12")]) / 10
    assert au12.mean() == pytest.approx(faces["au12"].to_numpy().mean(), abs=0.05)


def test_clear_frames_count_more_where_frames_are_joined(analysis: Analysis) -> None:
    times = np.arange(0, 3600, 0.1)
    faces = faces_at(times)
    clear = np.arange(len(times)) % 2 == 0
    quality = pa.array(np.where(clear, 0.9, 0.0), pa.float32())
    roll = pa.array(np.where(clear, 10.0, -60.0), pa.float32())
    for name, values in (("quality", quality), ("roll", roll)):
        faces = faces.set_column(FACE_SCHEMA.get_field_index(name), FACE_SCHEMA.field(name), values)
    curves = display_faces(with_faces(analysis, faces), 3600.0)["P1"]
    assert set(curves["pose"][2]) == {100}


def test_a_crowd_is_thinned_more(analysis: Analysis) -> None:
    crowd = [faces_at(np.arange(0, 150, 0.1), f"P{i}") for i in range(30)]
    curves = display_faces(with_faces(analysis, *crowd), 150.0).values()
    assert sum(len(each["start"]) for each in curves) <= 12_100
    assert min(len(each["start"]) for each in curves) >= 390
