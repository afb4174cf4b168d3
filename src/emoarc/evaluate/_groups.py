"""Figures by group of people or of recordings, where the corpus states the group.

Groups come from what a corpus says of itself; nothing here or elsewhere infers them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emoarc.errors import OptionError
from emoarc.evaluate._bootstrap import Interval, count_speakers, speaker_interval
from emoarc.evaluate._checks import Classes, check_classes, check_lengths
from emoarc.evaluate._classes import accuracy, uar

__all__ = ["GroupRow", "age_band", "group_table"]

_BANDS = ((18, "under 18"), (30, "18-29"), (45, "30-44"), (60, "45-59"))


@dataclass(frozen=True)
class GroupRow:
    """How a system does on one group."""

    group: str
    """Empty for the items whose group is unknown."""
    items: int
    speakers: int
    """Known ones; 0 where the corpus names none."""
    classes: int
    """Classes that occur. Groups with different ones do not compare by their UAR."""
    accuracy: Interval
    uar: Interval


def group_table(
    truth: Classes,
    predicted: Classes,
    groups: NDArray[np.str_],
    speakers: NDArray[np.str_],
) -> list[GroupRow]:
    """Measure each group by itself, in the order of the names, the unknown group last.

    Args:
        truth: The class of each item.
        predicted: The class it is given.
        groups: The group of each item, such as a sex, an age band, a corpus or a language; empty
            where unknown.
        speakers: Who speaks in each item; empty where unknown. The intervals draw them, and a
            group with fewer than `FEWEST_GROUPS` of them gets no bounds.

    Raises:
        OptionError: The columns are not of one length, or hold no classes.
    """
    check_classes(truth, predicted)
    check_lengths(truth, groups, "groups")
    check_lengths(truth, speakers, "speakers")
    names: list[str] = sorted(set(groups.tolist()), key=lambda name: (not name, name))
    parts = [np.flatnonzero(groups == name) for name in names]
    return [
        _row(name, truth[part], predicted[part], speakers[part])
        for name, part in zip(names, parts, strict=True)
    ]


def _row(name: str, truth: Classes, predicted: Classes, speakers: NDArray[np.str_]) -> GroupRow:
    return GroupRow(
        group=name,
        items=len(truth),
        speakers=count_speakers(speakers),
        classes=len(np.unique(truth)),
        accuracy=speaker_interval(lambda items: accuracy(truth[items], predicted[items]), speakers),
        uar=speaker_interval(lambda items: uar(truth[items], predicted[items]), speakers),
    )


def age_band(age: float | None) -> str:
    """Name the band of an age in years: under 18, 18-29, 30-44, 45-59, 60+; empty if unknown.

    Bands hold whole years: somebody of 29.9 is 29. CREMA-D's 91 actors fall into the adults' bands
    as 34, 32, 19 and 6, so that all but the oldest get an interval there.

    Raises:
        OptionError: The age is below 0.
    """
    if age is None or np.isnan(age):
        return ""
    if age < 0:
        raise OptionError(f"age {age}: give years since birth, or nothing where it is unknown")
    return next((band for end, band in _BANDS if age < end), "60+")
