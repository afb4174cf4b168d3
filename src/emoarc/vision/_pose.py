"""How a head is turned, and what its face would look like from the front."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from emoarc.vision._canonical import CANONICAL_FACE
from emoarc.vision._landmarks import Landmarks
from emoarc.vision._mesh import RIGID

__all__ = ["Pose", "frontal", "head_pose", "pose_and_front"]

_ROWS: Final = list(RIGID)
_MODEL: Final[NDArray[np.float64]] = CANONICAL_FACE[_ROWS] - CANONICAL_FACE[_ROWS].mean(axis=0)


@dataclass(frozen=True, slots=True)
class Pose:
    """How a head is turned from facing the camera: about its own upright axis, then up, then
    sideways. In degrees, all zero from the front.
    """  # noqa: D205

    yaw: float
    """Positive to the person's own left, which is the right of the picture."""
    pitch: float
    """Positive upwards."""
    roll: float
    """Positive clockwise in the picture, to the person's own left shoulder."""


def head_pose(landmarks: Landmarks) -> Pose:
    """Tell how a head is turned, from the points that expressions do not move.

    The rotation that in least squares lays the mean face over them (Kabsch 1976). The camera is
    taken to be far away, and the head to be the mean one: a person whose nose is longer seems to
    look down a little. The angles therefore serve to follow one person better than to compare two.
    """
    return pose_and_front(landmarks)[0]


def frontal(landmarks: Landmarks) -> NDArray[np.float64]:
    """Turn the points to the front and bring them to one size.

    Returns:
        (82, 3) as `CANONICAL_FACE`: in distances of the outer corners of the mean face's eyes,
        from the mean of the rigid points.
    """
    return pose_and_front(landmarks)[1]


def pose_and_front(landmarks: Landmarks) -> tuple[Pose, NDArray[np.float64]]:
    """Return what `head_pose` and `frontal` do, for the price of one."""
    points = landmarks.points.astype(np.float64)
    rotation, scale = _rotation(points)
    yaw, pitch, roll = rotation.as_euler("YXZ", degrees=True)
    front = rotation.inv().apply(points - points[_ROWS].mean(axis=0)) / scale
    return Pose(-float(yaw), -float(pitch), float(roll)), front


def _rotation(points: NDArray[np.floating]) -> tuple[Rotation, float]:
    """Return the turn and the scale that lay the mean face's rigid points over these."""
    rigid = points[_ROWS].astype(np.float64)
    rigid -= rigid.mean(axis=0)
    rotation, _ = Rotation.align_vectors(rigid, _MODEL)
    scale = float((rigid * rotation.apply(_MODEL)).sum() / (_MODEL**2).sum())
    return rotation, max(scale, 1e-9)
