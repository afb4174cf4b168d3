"""The face table: what landmarks told, and action units from each person's own neutral."""

import numpy as np
import pytest

from emoarc.analysis import ACTION_UNIT_COLUMNS, FACE_SCHEMA, GEOMETRY_COLUMNS
from emoarc.face_table import FaceTable
from emoarc.labels import EMOTIONS
from emoarc.types import Box, FaceGeometry, FaceObservation
from emoarc.vision import ACTION_UNITS

UNITS = list(ACTION_UNIT_COLUMNS)
SMILE = UNITS.index("au12")


def _geometry(measures):
    return FaceGeometry(10.0, -5.0, 2.0, 0.3, 0.05, np.asarray(measures, np.float32))


def _face(time, measures=None, person=1, track=1, quality=0.8, neutral=0.9):
    probabilities = np.full(7, (1 - neutral) / 6, np.float32)
    probabilities[EMOTIONS.index("neutral")] = neutral
    geometry = None if measures is None else _geometry(measures)
    box = Box(1, 2, 50, 60)
    return FaceObservation(time, track, person, box, 0.9, probabilities, quality, geometry)


def _table(faces, subjects=None):
    table = FaceTable()
    for face in faces:
        table.append(face)
    return table.build({1: "P1", 2: "P2"} if subjects is None else subjects)


def _units(table):
    return np.column_stack([table[name].to_numpy() for name in UNITS])


def _at_rest(person):
    return np.linspace(0.2, 0.9, 8) * person


def _smiling(person, amount=0.2):
    return _at_rest(person) + amount * np.eye(8)[SMILE]


def test_the_columns_are_the_action_units_in_their_order():
    assert tuple(ACTION_UNIT_COLUMNS) == ACTION_UNITS
    names = [f"au{int(doc.split()[0][2:]):02}" for doc in ACTION_UNIT_COLUMNS.values()]
    assert names == list(ACTION_UNITS)
    assert GEOMETRY_COLUMNS[-8:] == ACTION_UNITS


def test_without_landmarks_their_columns_are_null_and_the_rest_is_told():
    table = _table([_face(0.0), _face(0.1)])
    assert table.schema == FACE_SCHEMA
    assert {name for name in table.column_names if table[name].null_count} == set(GEOMETRY_COLUMNS)
    assert table["time"].to_pylist() == [0.0, 0.1]
    assert table["subject"].to_pylist() == ["P1", "P1"]
    assert (table["x"][0].as_py(), table["height"][0].as_py()) == (1.0, 60.0)


def test_only_the_frames_with_landmarks_have_a_shape():
    table = _table([_face(0.0), _face(0.1, _at_rest(1)), _face(0.2)])
    for name in GEOMETRY_COLUMNS:
        assert table[name].is_valid().to_pylist() == [False, True, False]
    assert table["yaw"][1].as_py() == 10.0
    assert table["mouth_opening"][1].as_py() == pytest.approx(0.05)


def test_intensities_count_from_each_person_s_own_neutral():
    faces = [
        face
        for i in range(20)
        for face in (
            _face(i / 10, _at_rest(1), 1, 1),
            _face(i / 10, _at_rest(2), 2, 2),
        )
    ]
    faces += [_face(2.0, _smiling(1), 1, 1, neutral=0.1), _face(2.0, _at_rest(2), 2, 2)]
    table = _table(faces)
    units = _units(table)
    smiling = units[-2]
    assert smiling[SMILE] > 0.5
    assert np.delete(smiling, SMILE) == pytest.approx(0)
    assert np.delete(units, -2, axis=0) == pytest.approx(0)


def test_a_person_who_returns_in_another_track_keeps_their_neutral():
    faces = [_face(i / 10, _at_rest(1)) for i in range(20)]
    faces.append(_face(9.0, _smiling(1), track=2, neutral=0.1))
    table = _table(faces, {1: "P1", 2: "P1"})
    assert _units(table)[-1, SMILE] > 0.5


@pytest.mark.parametrize("unlike", [{"neutral": 0.02}, {"quality": 0.01}])
def test_frames_that_are_not_neutral_or_not_clear_hardly_count(unlike):
    faces = [_face(i / 10, _at_rest(1)) for i in range(10)]
    faces += [_face(1 + i / 10, _smiling(1), **unlike) for i in range(30)]
    units = _units(_table(faces))
    assert units[:10] == pytest.approx(0)
    assert (units[10:, SMILE] > 0.5).all()


def test_a_person_seen_once_and_never_neutral_still_gets_numbers():
    units = _units(_table([_face(0.0, _smiling(1), quality=0.0, neutral=0.0)]))
    assert np.isfinite(units).all()
    assert units == pytest.approx(0)


def test_a_table_may_be_built_while_the_stream_runs():
    table = FaceTable()
    assert table.build({}).equals(FACE_SCHEMA.empty_table())
    for i in range(3):
        table.append(_face(i / 10, _at_rest(1)))
    assert table.build({})["subject"].to_pylist() == [None] * 3
    table.append(_face(0.3, _smiling(1), neutral=0.1))
    later = table.build({1: "P1"})
    assert later["subject"].to_pylist() == ["P1"] * 4
    assert later["au12"][3].as_py() > 0.5


def test_order_and_batches_do_not_matter():
    rng = np.random.default_rng(0)
    faces = [
        _face(i / 10, _at_rest(1) + rng.normal(0, 0.02, 8) if i % 3 else None) for i in range(5000)
    ]
    units = _units(_table(faces))
    assert np.isnan(units[::3]).all()
    rest = np.delete(np.arange(5000), np.arange(0, 5000, 3))
    assert units[rest].min() >= 0
    assert units[rest].max() <= 5
    again = _units(_table(faces[::-1]))[::-1]
    np.testing.assert_array_equal(units, again)
