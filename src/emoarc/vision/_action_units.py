"""What brows, eyes and mouth do: distances between points of the face turned to the front.

The names are those of the Facial Action Coding System (Ekman, Friesen & Hager 2002, "Facial Action
Coding System: the manual"), which says which muscles move what. The numbers are not FACS: nobody
has coded anything, wrinkles and bulges are not looked at, and an intensity from 0 to 5 is how far
some points have moved, not one of the letters A to E. They serve to follow one person over time.
"""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from emoarc.types import FaceGeometry
from emoarc.vision._landmarks import Landmarks
from emoarc.vision._mesh import (
    FACE_OVAL,
    INNER_LIPS,
    LEFT_BROW,
    LEFT_EYE,
    NOSE,
    OUTER_LIPS,
    RIGHT_BROW,
    RIGHT_EYE,
    SKIN,
)
from emoarc.vision._pose import frontal, pose_and_front

__all__ = [
    "ACTION_UNITS",
    "action_units",
    "eye_opening",
    "face_geometry",
    "measure_face",
    "mouth_opening",
    "neutral_of",
]

ACTION_UNITS: Final = ("au01", "au02", "au04", "au06", "au12", "au15", "au25", "au26")
"""Inner brow raiser, outer brow raiser, brow lowerer, cheek raiser, lip corner puller, lip corner
depressor, lips part, jaw drop."""

Face = NDArray[np.float64]

_BROWS: Final = ((RIGHT_BROW, RIGHT_EYE), (LEFT_BROW, LEFT_EYE))

_FULL: Final = np.array([0.11, 0.09, 0.07, 0.08, 0.36, 0.05, 0.30, 0.22])
"""How far beyond neutral each measure goes at intensity 5: what 1 % of 2,000 held-out pictures of
expressions (FER+ Valid, muxspace) pass, beyond the median of the neutral ones; for au15, where that
is 0.03, twice the spread among the neutral ones."""

_STRONGEST: Final = 5.0
"""The end of the scale, as FACS has five intensities."""


def face_geometry(landmarks: Landmarks) -> FaceGeometry:
    """Tell pose, openings and measures of a face at once."""
    pose, face = pose_and_front(landmarks)
    return FaceGeometry(
        pose.yaw,
        pose.pitch,
        pose.roll,
        _eye_opening(face),
        _gap(face, INNER_LIPS),
        _measures(face).astype(np.float32),
    )


def eye_opening(landmarks: Landmarks) -> float:
    """Return the mean distance of the lids over the width of the eye, mean of both eyes."""
    return _eye_opening(frontal(landmarks))


def mouth_opening(landmarks: Landmarks) -> float:
    """Return the mean distance of the lips' inner edges over that of the eyes' outer corners."""
    return _gap(frontal(landmarks), INNER_LIPS)


def measure_face(landmarks: Landmarks) -> NDArray[np.float64]:
    """Measure what each of `ACTION_UNITS` moves.

    Returns:
        Shape (8,), in distances of the outer corners of the eyes of the mean face, each growing
        with the action:

        - au01: height of the inner ends of the brows above the inner corners of the eyes;
        - au02: height of the outer halves of the brows above the outer corners of the eyes;
        - au04: minus the height of the inner ends of the brows, minus a quarter of their distance;
        - au06: height of the lower lids above the corners of the eyes, plus that of the cheeks
          (which lie below them);
        - au12: distance of the mouth's corners from each other, plus their height above the base
          of the nose;
        - au15: depth of the mouth's corners below the middle of the upper lip's inner edge, less a
          quarter of the lips' opening, with which they go down too;
        - au25: distance of the lips' inner edges;
        - au26: depth of the lower lip's outer edge and of the chin below the base of the nose.
    """
    return _measures(frontal(landmarks))


def action_units(
    measures: NDArray[np.floating[Any]], neutral: NDArray[np.floating[Any]]
) -> NDArray[np.float32]:
    """Return how far each action goes beyond the person's own neutral face.

    Args:
        measures: Of `measure_face`, shape (n, 8).
        neutral: The person's own, shape (8,), see `neutral_of`.

    Returns:
        Shape (n, 8), from 0 (as in neutral, or the other way) to 5, which one in a hundred pictures
        of expressions reaches.
    """
    beyond = (measures - neutral) / _FULL
    return np.clip(_STRONGEST * beyond, 0, _STRONGEST).astype(np.float32)


def neutral_of(
    measures: NDArray[np.floating[Any]], weights: NDArray[np.floating[Any]]
) -> NDArray[np.float64]:
    """Return a person's neutral face: the weighted median of each measure, shape (8,).

    The median, since a few grimaces and lost points must not move it.

    Args:
        measures: Shape (n, 8), n from 1 up.
        weights: How neutral and how trustworthy each is, shape (n,); from 0 up.
    """
    weights = np.maximum(np.asarray(weights, np.float64), 0)
    if weights.sum() <= 0:
        weights = np.ones(len(measures))
    order = np.argsort(measures, axis=0, kind="stable")
    passed = np.cumsum(weights[order], axis=0)
    rows = (passed < weights.sum() / 2).sum(axis=0)
    return np.take_along_axis(np.asarray(measures, np.float64), order, axis=0)[
        rows, np.arange(measures.shape[1])
    ]


def _measures(face: Face) -> NDArray[np.float64]:
    """See `measure_face`."""
    inner = _mean(_above(face, brow[3:], eye[4]) for brow, eye in _BROWS)
    outer = _mean(_above(face, brow[:3], eye[0]) for brow, eye in _BROWS)
    between = _length(face, RIGHT_BROW[4], LEFT_BROW[4])
    lids = _mean(_above(face, eye[5:], (eye[0], eye[4])) for _, eye in _BROWS)
    cheeks = _above(face, (SKIN[3], SKIN[6]), (RIGHT_EYE[0], LEFT_EYE[0]))
    base, corners = NOSE[4], (OUTER_LIPS[0], OUTER_LIPS[6])
    apart = _gap(face, INNER_LIPS)
    return np.array(
        [
            inner,
            outer,
            -inner - between / 4,
            lids + cheeks,
            _length(face, *corners) + _above(face, corners, base),
            -_above(face, corners, INNER_LIPS[2]) - apart / 4,
            apart,
            -_above(face, (OUTER_LIPS[9], SKIN[8], FACE_OVAL[9]), base),
        ]
    )


def _eye_opening(face: Face) -> float:
    return _mean(_gap(face, eye) / _length(face, eye[0], eye[4]) for _, eye in _BROWS)


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def _above(face: Face, rows: tuple[int, ...], reference: int | tuple[int, ...]) -> float:
    """How far points lie above others, on average; y runs down."""
    return float(face[np.array(reference), 1].mean() - face[np.array(rows), 1].mean())


def _length(face: Face, a: int, b: int) -> float:
    return float(np.linalg.norm(face[a] - face[b]))


def _gap(face: Face, ring: tuple[int, ...]) -> float:
    """Mean distance of three points above from the three below in a ring of eight."""
    upper, lower = face[list(ring[1:4])], face[list(ring[:4:-1])]
    return float(np.linalg.norm(upper - lower, axis=1).mean())
