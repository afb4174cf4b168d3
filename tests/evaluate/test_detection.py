import numpy as np
import pytest

from emoarc.evaluate import match_boxes
from emoarc.types import Box

FACE = Box(10, 10, 20, 20)


def test_boxes_are_paired_one_to_one() -> None:
    near, nearer = Box(12, 12, 20, 20), Box(11, 10, 20, 20)
    assert match_boxes([FACE], [near, nearer]).tolist() == [1]
    assert sorted(match_boxes([FACE, near], [nearer, FACE]).tolist()) == [0, 1]


@pytest.mark.parametrize(("shift", "pair"), [(6, 0), (7, -1)])
def test_a_pair_overlaps_by_half(shift: float, pair: int) -> None:
    # 14 / 26 of the union is shared after 6 pixels, 13 / 27 after 7.
    assert match_boxes([FACE], [Box(10 + shift, 10, 20, 20)]).tolist() == [pair]


def test_what_is_missing_stays_unpaired() -> None:
    assert match_boxes([FACE], []).tolist() == [-1]
    assert match_boxes([], [FACE]).shape == (0,)
    assert match_boxes([FACE], [Box(100, 0, 5, 5)]).dtype == np.int64
