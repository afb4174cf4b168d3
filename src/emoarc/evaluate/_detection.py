"""How well boxes found agree with boxes that are there."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from emoarc.types import Box
from emoarc.vision import iou

__all__ = ["match_boxes"]


def match_boxes(
    truth: Sequence[Box], found: Sequence[Box], overlap: float = 0.5
) -> NDArray[np.int64]:
    """Pair boxes one to one, so that as much as possible overlaps.

    Args:
        truth: The boxes that are there.
        found: The boxes to judge.
        overlap: Intersection over union that a pair needs at least.

    Returns:
        For each true box the index of the found one, or -1, shape (len(truth),).
    """
    pairs = np.full(len(truth), -1, np.int64)
    if not (truth and found):
        return pairs
    overlaps = np.array([[iou(a, b) for b in found] for a in truth])
    good = np.where(overlaps >= overlap, overlaps, 0)
    rows, columns = linear_sum_assignment(-good)
    kept = good[rows, columns] > 0
    pairs[rows[kept]] = columns[kept]
    return pairs
