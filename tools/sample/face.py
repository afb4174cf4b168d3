"""The face: its landmarks, its expressions, and how it moves through the clip."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from script import PARTS, SECONDS_PER_PART, TRANSITION

Points = NDArray[np.float64]

# Measured by hand as (x, y) in pixels of the 512 x 512 portrait; left and right as seen.
LANDMARKS: dict[str, list[tuple[float, float]]] = {
    "brow_left": [(190.5, 90.5), (197.5, 88.3), (204.2, 89.2), (213.0, 91.7)],
    "brow_right": [(238.0, 93.3), (246.7, 92.0), (255.0, 91.7), (262.5, 94.7)],
    "eye_left": [(193.3, 100.5), (203.0, 96.2), (212.0, 103.0), (203.0, 104.8)],
    "eye_right": [(237.5, 104.7), (246.7, 99.7), (258.3, 103.7), (246.7, 107.6)],
    "nose": [(225.8, 101.0), (224.2, 127.5), (214.2, 130.0), (236.7, 131.7)],
    "cheeks": [(195.0, 121.7), (258.3, 125.0)],
    "forehead": [(205.0, 78.3), (226.7, 80.0), (250.0, 80.0)],
    "jaw": [
        (181.7, 131.7), (185.0, 150.0), (200.8, 166.7), (221.7, 177.5), (243.3, 169.2),
        (253.3, 158.3), (263.3, 145.0), (268.3, 133.3),
    ],
    "chin": [(223.0, 163.0)],
    "corners": [(203.3, 140.0), (244.7, 141.3)],
    "upper_outer": [(210.0, 138.3), (217.5, 139.0), (223.7, 140.3), (230.0, 139.7), (237.5, 139.3)],
    "upper_inner": [(210.0, 141.3), (216.7, 142.5), (223.3, 143.3), (230.8, 143.3), (237.5, 142.0)],
    "lower_inner": [(210.0, 146.2), (215.8, 148.6), (223.3, 149.7), (230.0, 148.7), (237.5, 145.3)],
    "lower_outer": [(210.0, 148.8), (215.0, 153.2), (223.3, 155.2), (230.8, 153.5), (237.5, 149.3)],
    "hair": [
        (224.0, 18.0), (180.0, 30.0), (157.0, 65.0), (160.0, 110.0), (290.0, 110.0), (297.0, 70.0),
        (270.0, 30.0), (180.0, 125.0), (272.0, 130.0),
    ],
}  # fmt: skip
FOLDS = (
    [(209.0, 126.0), (203.0, 131.0), (198.5, 135.0), (197.0, 139.0)],
    [(240.5, 128.0), (245.5, 132.0), (248.5, 137.0), (249.5, 142.0)],
    [(203.0, 140.2), (206.5, 142.2)],
    [(240.5, 142.2), (244.7, 141.5)],
)
"""The folds from nose to mouth and the shadows in its corners, which only a smile should show."""
LIPS_MEET, OPEN_IN_PHOTOGRAPH = 143.5, 6.4
"""Height of the line between closed lips, and the gap between the lips in the photograph."""


@dataclass(frozen=True)
class Face:
    """How a face is held, in pixels of the portrait where nothing else is said."""

    brow_inner: float = 0.0
    """How far the inner ends of the brows are raised."""
    brow_outer: float = 0.0
    """How far the outer ends of the brows are raised."""
    brow_pinch: float = 0.0
    """How far the inner end of each brow is drawn to the middle."""
    furrow: float = 0.0
    """Depth of the furrows between the brows, 0 to 1."""
    lids: float = 0.0
    """How far the upper lids are raised; negative narrows the eyes."""
    blink: float = 0.0
    """How far the eyes are shut, 0 to 1."""
    cheeks: float = 0.0
    """How far the cheeks are raised."""
    corner_out: float = 0.0
    """How far each mouth corner is drawn outwards."""
    corner_up: float = 0.0
    """How far the mouth corners are raised."""
    opening: float = 0.0
    """Gap between the lips at their middle; 0 is a closed mouth."""
    calm: float = 0.0
    """How far the folds of the smile are smoothed away, 0 to 1."""


FACES = {
    "neutral": Face(
        brow_inner=1.5, brow_outer=1, lids=0.8, cheeks=-5, corner_out=-5.5, corner_up=-5.2,
        calm=1,
    ),
    "happiness": Face(lids=-0.3, cheeks=1, corner_out=1, corner_up=1.5, opening=6),
    "sadness": Face(
        brow_inner=4, brow_outer=-4.5, brow_pinch=3, furrow=0.3, lids=-1, cheeks=-2,
        corner_out=-1.5, corner_up=-9.5, calm=0.5,
    ),
    "surprise": Face(
        brow_inner=5, brow_outer=5.5, lids=2.4, cheeks=-2, corner_out=-10, corner_up=-11,
        opening=15.5, calm=1,
    ),
}  # fmt: skip


def face_at(time: float, loud: float) -> Face:
    """The face at `time` (seconds), speaking as loudly as `loud` (0 to 1)."""
    face = _mix([FACES[part.expression] for part in PARTS], _part_weights(time))
    blink = max(0.0, 1 - abs((time - 2.6) % 3.7 - 0.12) / 0.12)
    return replace(face, opening=face.opening + 2.5 * loud, blink=blink)


def _mix(faces: Sequence[Face], weights: NDArray[np.float64]) -> Face:
    """The weighted mean of several faces."""
    values = np.array([[getattr(face, field.name) for field in fields(Face)] for face in faces])
    return Face(*(weights @ values).tolist())


def _part_weights(time: float) -> NDArray[np.float64]:
    """How much each part shapes the face at `time`; neighbours cross-fade at their border."""
    borders = np.arange(1, len(PARTS)) * SECONDS_PER_PART
    passed = np.clip((time - borders) / TRANSITION + 0.5, 0, 1)
    passed = passed**2 * (3 - 2 * passed)
    return -np.diff(np.concatenate([[1.0], passed, [0.0]]))


def place(face: Face, time: float) -> dict[str, Points]:
    """Where the landmarks of a head lie that holds `face` and sways with `time`."""
    at = {name: np.array(points) for name, points in LANDMARKS.items()}
    _move_brows(at, face)
    _move_eyes(at, face)
    _move_mouth(at, face)
    at["cheeks"][:, 1] -= face.cheeks
    return {name: _sway(points, time) for name, points in at.items()}


def _move_brows(at: dict[str, Points], face: Face) -> None:
    inward = np.array([0.0, 0.3, 0.7, 1.0])
    raised = inward * face.brow_inner + (1 - inward) * face.brow_outer
    at["brow_left"] += np.stack([inward * face.brow_pinch, -raised], axis=1)
    at["brow_right"] += np.stack([-inward * face.brow_pinch, -raised], axis=1)[::-1]


def _move_eyes(at: dict[str, Points], face: Face) -> None:
    for eye in (at["eye_left"], at["eye_right"]):
        _, upper, _, lower = eye
        upper[1] -= face.lids
        lower[1] += 0.3 * face.lids
        upper[1] += 0.6 * face.blink * (lower[1] - upper[1])


def _move_mouth(at: dict[str, Points], face: Face) -> None:
    """Place the corners, hang the lips between them, and lower the jaw as far as they part."""
    at["corners"] += [[-face.corner_out, -face.corner_up], [face.corner_out, -face.corner_up]]
    across = np.linspace(0, 1, 7)[1:-1]
    middle = 1 - (2 * across - 1) ** 2
    x, y = np.outer(1 - across, at["corners"][0]).T + np.outer(across, at["corners"][1]).T
    y += middle * (LIPS_MEET - y[2])
    fuller = 1 + 0.04 * max(0.0, -face.corner_out)
    at["upper_outer"] = np.stack([x, y - middle**0.5 * 3 * fuller], axis=1)
    at["upper_inner"] = np.stack([x, y], axis=1)
    y = y + middle**0.7 * face.opening + 0.2
    at["lower_inner"] = np.stack([x, y], axis=1)
    at["lower_outer"] = np.stack([x, y + middle**0.5 * 5 * fuller], axis=1)
    drop = face.opening - OPEN_IN_PHOTOGRAPH
    at["chin"][:, 1] += 0.9 * drop
    at["jaw"][:, 1] += drop * np.array([0, 0.1, 0.5, 0.85, 0.6, 0.4, 0.1, 0])


def _sway(points: Points, time: float) -> Points:
    """Turn, shift and near the head a little about the neck, as a speaker does."""
    neck = np.array([224.0, 190.0])
    angle = np.deg2rad(1.6 * np.sin(0.9 * time) + 0.7 * np.sin(2.3 * time + 1))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shift = np.array([1.6 * np.sin(0.63 * time + 0.5), np.sin(1.7 * time)])
    return (points - neck) @ turn.T * (1 + 0.012 * np.sin(0.5 * time)) + neck + shift
