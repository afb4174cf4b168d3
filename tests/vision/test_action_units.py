"""Measures of brows, eyes and mouth: each grows with its action, and with nothing of the pose."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from emoarc.packs import load_pack
from emoarc.types import Box, FaceDetection
from emoarc.vision import (
    ACTION_UNITS,
    FaceLandmarker,
    Landmarks,
    action_units,
    eye_opening,
    face_geometry,
    head_pose,
    measure_face,
    mouth_opening,
    neutral_of,
)
from emoarc.vision._canonical import CANONICAL_FACE
from emoarc.vision._mesh import (
    FACE_OVAL,
    INNER_LIPS,
    LEFT_BROW,
    LEFT_EYE,
    OUTER_LIPS,
    RIGHT_BROW,
    RIGHT_EYE,
    SKIN,
)

NEUTRAL = measure_face(Landmarks(CANONICAL_FACE.astype(np.float32), 1.0))


def _moved(rows: tuple[int, ...], x: float = 0.0, y: float = 0.0) -> Landmarks:
    """The mean face with some points moved; those of its left side mirrored in x."""
    face = CANONICAL_FACE.copy()
    chosen = list(rows)
    face[chosen] += np.column_stack(
        [x * np.sign(-face[chosen, 0]), np.full(len(chosen), y), np.zeros(len(chosen))]
    )
    return Landmarks((60 * face).astype(np.float32), 1.0)


LOWER_LIDS = (*RIGHT_EYE[5:], *LEFT_EYE[5:])
LOWER_LIP = (*INNER_LIPS[5:], *OUTER_LIPS[7:])
CORNERS = (OUTER_LIPS[0], OUTER_LIPS[6], INNER_LIPS[0], INNER_LIPS[4])
ACTIONS = {
    "au01": _moved((*RIGHT_BROW[3:], *LEFT_BROW[3:]), y=-0.05),
    "au02": _moved((*RIGHT_BROW[:3], *LEFT_BROW[:3]), y=-0.05),
    "au04": _moved((*RIGHT_BROW[3:], *LEFT_BROW[3:]), x=0.03, y=0.05),
    "au06": _moved((*LOWER_LIDS, SKIN[3], SKIN[6]), y=-0.04),
    "au12": _moved(CORNERS, x=-0.1, y=-0.05),
    "au15": _moved(CORNERS, y=0.06),
    "au25": _moved(LOWER_LIP, y=0.08),
    "au26": _moved((*LOWER_LIP, SKIN[8], FACE_OVAL[9]), y=0.15),
}


@pytest.mark.parametrize("name", ACTION_UNITS)
def test_an_action_raises_its_own_unit(name: str) -> None:
    intensities = action_units(measure_face(ACTIONS[name])[None], NEUTRAL)[0]
    own = intensities[ACTION_UNITS.index(name)]
    assert own > 0.8
    if name not in ("au25", "au26"):  # a dropped jaw parts the lips, and hardly else
        assert own == intensities.max()


def test_opposite_actions_count_as_none() -> None:
    raised = action_units(measure_face(ACTIONS["au01"])[None], NEUTRAL)[0]
    assert raised[ACTION_UNITS.index("au04")] == 0
    smiling = action_units(measure_face(ACTIONS["au12"])[None], NEUTRAL)[0]
    assert smiling[ACTION_UNITS.index("au15")] == 0


@given(st.floats(-40, 40), st.floats(-30, 30), st.floats(-45, 45), st.floats(10, 300))
def test_turning_and_distance_change_no_measure(
    yaw: float, pitch: float, roll: float, scale: float
) -> None:
    rotation = Rotation.from_euler("YXZ", [yaw, pitch, roll], degrees=True)
    face = scale * rotation.apply(CANONICAL_FACE) + (100, 50, 0)
    measures = measure_face(Landmarks(face.astype(np.float32), 1.0))
    np.testing.assert_allclose(measures, NEUTRAL, atol=2e-3)


def test_openings_are_zero_of_closed_eyes_and_lips_and_grow() -> None:
    shut = CANONICAL_FACE.copy()
    for ring in (RIGHT_EYE, LEFT_EYE, INNER_LIPS):
        shut[list(ring[1:4])] = shut[list(ring[:4:-1])]
    closed = Landmarks(shut.astype(np.float32), 1.0)
    still = Landmarks(CANONICAL_FACE.astype(np.float32), 1.0)
    assert eye_opening(closed) == pytest.approx(0, abs=1e-3)
    assert mouth_opening(closed) == pytest.approx(0, abs=1e-3)
    assert 0.15 < eye_opening(still) < 0.5
    assert mouth_opening(_moved(LOWER_LIP, y=0.2)) > mouth_opening(still) + 0.15


def test_one_call_tells_all_of_it() -> None:
    face = ACTIONS["au26"]
    told, pose = face_geometry(face), head_pose(face)
    assert (told.yaw, told.pitch, told.roll) == (pose.yaw, pose.pitch, pose.roll)
    assert told.eye_opening == eye_opening(face)
    assert told.mouth_opening == mouth_opening(face)
    np.testing.assert_allclose(told.measures, measure_face(face), rtol=1e-6)


def test_intensities_lie_between_0_and_5() -> None:
    measures = NEUTRAL + np.array([[-10.0], [0.0], [10.0]])
    np.testing.assert_array_equal(
        action_units(measures, NEUTRAL), np.repeat([[0.0], [0.0], [5.0]], 8, axis=1)
    )


def test_neutral_is_a_weighted_median() -> None:
    generator = np.random.default_rng(3)
    measures = generator.normal(size=(31, 8))
    np.testing.assert_allclose(neutral_of(measures, np.ones(31)), np.median(measures, axis=0))
    counts = generator.integers(0, 4, 31)
    counts[0] += 1 - counts.sum() % 2
    repeated = np.repeat(measures, counts, axis=0)
    np.testing.assert_allclose(neutral_of(measures, counts), np.median(repeated, axis=0))


def test_a_few_grimaces_move_no_neutral() -> None:
    measures = np.vstack([np.tile(NEUTRAL, (20, 1)), np.tile(NEUTRAL + 5, (9, 1))])
    np.testing.assert_allclose(neutral_of(measures, np.ones(29)), NEUTRAL)
    np.testing.assert_allclose(neutral_of(measures, np.zeros(29)), NEUTRAL)


def _measured(shared: Path, emotion: int, count: int = 60) -> NDArray[np.float64]:
    """Measure the first FER+ validation pictures that nearly everybody calls an emotion."""
    model = FaceLandmarker(load_pack("face-landmarks"))
    folder = shared / "corpora" / "ferplus" / "FER2013Valid"
    with (folder / "label.csv").open(newline="") as file:
        rows = [row for row in csv.reader(file) if int(row[2 + emotion]) >= 8][:count]
    whole = FaceDetection(Box(-1, -3, 50, 54), 1.0)
    found = [model.locate(cv2.imread(str(folder / row[0])), whole) for row in rows]
    return np.stack([measure_face(face) for face in found if face.score > 0.5])


def test_real_expressions_move_the_units_they_are_known_for(shared: Path) -> None:
    neutral, happy, surprised, angry = (_measured(shared, emotion) for emotion in (0, 1, 2, 4))
    rest = neutral_of(neutral, np.ones(len(neutral)))
    means = [action_units(group, rest).mean(axis=0) for group in (neutral, happy, surprised, angry)]
    calm, smile, surprise, anger = (dict(zip(ACTION_UNITS, row, strict=True)) for row in means)
    assert smile["au12"] > calm["au12"] + 1
    assert smile["au06"] > calm["au06"]
    assert smile["au12"] > surprise["au12"] + 1
    for name in ("au01", "au02", "au25", "au26"):
        assert surprise[name] > calm[name] + 0.5
    assert anger["au04"] > surprise["au04"]
    assert anger["au04"] > calm["au04"]
