"""Which points are marked, and how their rows are named."""

import numpy as np

from emoarc.vision import MESH_POINTS, five_points
from emoarc.vision._canonical import CANONICAL_FACE
from emoarc.vision._mesh import (
    FACE_OVAL,
    FLIPPED,
    INNER_LIPS,
    LEFT_BROW,
    LEFT_EYE,
    MIDLINE,
    NOSE,
    OUTER_LIPS,
    RIGHT_BROW,
    RIGHT_EYE,
    RIGID,
    SKIN,
    face_box,
    interocular,
)

GROUPS = (
    FACE_OVAL, RIGHT_BROW, LEFT_BROW, RIGHT_EYE, LEFT_EYE, NOSE, OUTER_LIPS, INNER_LIPS, SKIN,
)  # fmt: skip


def test_every_point_belongs_to_one_group() -> None:
    assert sorted(row for group in GROUPS for row in group) == list(range(82))
    assert len(set(MESH_POINTS)) == 82
    assert max(MESH_POINTS) < 468
    assert set(RIGID) | set(MIDLINE) <= set(range(82))


def test_the_mirror_exchanges_sides_and_leaves_the_midline() -> None:
    flipped = np.array(FLIPPED)
    np.testing.assert_array_equal(flipped[flipped], np.arange(82))
    assert {row for row in range(82) if flipped[row] == row} == set(MIDLINE)
    for right, left in ((RIGHT_BROW, LEFT_BROW), (RIGHT_EYE, LEFT_EYE)):
        np.testing.assert_array_equal(flipped[list(right)], left)


def test_the_mean_face_is_symmetric_and_looks_like_a_face() -> None:
    mirrored = CANONICAL_FACE[list(FLIPPED)] * (-1, 1, 1)
    np.testing.assert_allclose(mirrored, CANONICAL_FACE, atol=2e-3)
    np.testing.assert_allclose(interocular(CANONICAL_FACE), 1, atol=2e-3)
    brows, eyes, lips = (
        CANONICAL_FACE[list(rows), 1].mean() for rows in (RIGHT_BROW, RIGHT_EYE, OUTER_LIPS)
    )
    assert CANONICAL_FACE[FACE_OVAL[0], 1] < brows < eyes < lips < CANONICAL_FACE[FACE_OVAL[9], 1]
    # The tip of the nose is nearest the camera, the ears are farthest.
    assert CANONICAL_FACE[:, 2].argmin() == NOSE[3]
    assert CANONICAL_FACE[:, 2].argmax() in FACE_OVAL


def test_the_persons_right_eye_is_on_the_left_of_the_picture() -> None:
    right, left, nose, right_mouth, left_mouth = five_points(CANONICAL_FACE)
    assert right[0] < nose[0] < left[0]
    assert right_mouth[0] < nose[0] < left_mouth[0]
    assert right[1] < nose[1] < right_mouth[1]
    assert CANONICAL_FACE[RIGHT_EYE[0], 0] < CANONICAL_FACE[RIGHT_EYE[4], 0]


def test_the_box_holds_nearly_all_points_and_moves_with_them() -> None:
    points = CANONICAL_FACE[:, :2]
    box, other = face_box(points), face_box(2 * points + (10, 20))
    inside = (points >= (box.x, box.y)) & (points <= (box.x + box.width, box.y + box.height))
    assert inside.all(axis=1).mean() > 0.9
    np.testing.assert_allclose(other.center, 2 * np.array(box.center) + (10, 20), rtol=1e-5)
    np.testing.assert_allclose((other.width, other.height), (2 * box.width, 2 * box.height))
