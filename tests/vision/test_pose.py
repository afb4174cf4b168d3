"""Head pose: found again on the mean face however it is turned."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from emoarc.vision import Landmarks, frontal, head_pose
from emoarc.vision._canonical import CANONICAL_FACE
from emoarc.vision._mesh import FLIPPED, INNER_LIPS, NOSE, RIGHT_EYE, RIGID

ANGLES = st.floats(-60, 60)


def _turned(
    yaw: float, pitch: float, roll: float, scale: float = 40.0, face: np.ndarray = CANONICAL_FACE
) -> Landmarks:
    rotation = Rotation.from_euler("YXZ", [-yaw, -pitch, roll], degrees=True)
    return Landmarks((scale * rotation.apply(face) + (200, 150, 7)).astype(np.float32), 1.0)


@given(ANGLES, ANGLES, ANGLES, st.floats(2, 400))
def test_the_angles_of_a_turned_head_are_found(
    yaw: float, pitch: float, roll: float, scale: float
) -> None:
    pose = head_pose(_turned(yaw, pitch, roll, scale))
    found = (pose.yaw, pose.pitch, pose.roll)
    assert found == pytest.approx((yaw, pitch, roll), abs=0.1)


@given(ANGLES, ANGLES, ANGLES)
def test_turned_to_the_front_all_look_alike(yaw: float, pitch: float, roll: float) -> None:
    centre = CANONICAL_FACE[list(RIGID)].mean(axis=0)
    face = frontal(_turned(yaw, pitch, roll))
    np.testing.assert_allclose(face, CANONICAL_FACE - centre, atol=1e-3)


def test_signs_are_as_told() -> None:
    def moved(yaw: float, pitch: float, roll: float) -> np.ndarray:
        return _turned(yaw, pitch, roll).points - _turned(0, 0, 0).points

    tip = NOSE[3]
    assert moved(20, 0, 0)[tip, 0] > 0, "to the person's left is to the right of the picture"
    assert moved(0, 20, 0)[tip, 1] < 0, "up is towards the top"
    # Clockwise: the eye on the left of the picture goes up.
    assert moved(0, 0, 20)[RIGHT_EYE[0], 1] < 0


def test_a_mirrored_face_looks_and_leans_the_other_way() -> None:
    face = _turned(25, 10, 12)
    mirrored = Landmarks((face.points * (-1, 1, 1))[list(FLIPPED)].astype(np.float32), 1.0)
    pose = head_pose(mirrored)
    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx((-25, 10, -12), abs=0.1)


def test_a_moving_mouth_turns_no_head() -> None:
    face = CANONICAL_FACE.copy()
    face[list(INNER_LIPS[5:]), 1] += 0.4
    pose = head_pose(_turned(15, -5, 3, face=face))
    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx((15, -5, 3), abs=0.1)
