"""How well persons are followed through a recording: identities found against those true.

Ristani et al. 2016, "Performance measures and a data set for multi-target, multi-camera tracking"
(IDF1); Bernardin & Stiefelhagen 2008, "Evaluating multiple object tracking performance: the CLEAR
MOT metrics" (switches, misses); Li et al. 2009, "Learning to associate" (fragmentations).
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from emoarc.types import Box
from emoarc.vision._geometry import iou

__all__ = ["Scene", "TrackingFigures", "tracking_figures"]

_optimize: Any = optimize

Person = Hashable
Scene = Mapping[Person, Box]
"""Who is to be seen where in one frame."""


@dataclass(frozen=True)
class TrackingFigures:
    """Counts of one recording or, added up, of several."""

    true: int = 0
    """Boxes there are."""
    found: int = 0
    """Boxes reported."""
    identified: int = 0
    """Boxes reported of the right person, under the best one-to-one naming of the whole recording
    (IDTP)."""
    missed: int = 0
    """Boxes without a reported one on them."""
    false: int = 0
    """Reported boxes with no true one under them."""
    switches: int = 0
    """How often a person goes on under another identity than last."""
    fragmentations: int = 0
    """How often a person is found again after having been missed while there."""
    merges: int = 0
    """How often an identity stands, in a later shot, for another person than in an earlier."""

    def __add__(self, other: "TrackingFigures") -> "TrackingFigures":
        """Add up the counts of two recordings."""
        sums = {name: value + getattr(other, name) for name, value in vars(self).items()}
        return TrackingFigures(**sums)

    @property
    def idf1(self) -> float:
        """The share of right identities: 2 IDTP / (boxes true + boxes reported)."""
        return 2 * self.identified / max(self.true + self.found, 1)


def tracking_figures(
    truth: Sequence[Scene],
    found: Sequence[Scene],
    shots: Sequence[int] | None = None,
    overlap: float = 0.5,
) -> TrackingFigures:
    """Compare the persons of each frame with those reported.

    Args:
        truth: For each frame, in order, the persons there.
        found: For each frame the identities reported.
        shots: For each frame the number of its shot; by default all are one.
        overlap: The intersection over union from which two boxes show the same face.
    """
    matches = _follow(truth, found, overlap)
    true, reported = (sum(map(len, scenes)) for scenes in (truth, found))
    matched = sum(map(len, matches))
    return TrackingFigures(
        true=true,
        found=reported,
        identified=_identified(truth, found, overlap),
        missed=true - matched,
        false=reported - matched,
        switches=_switches(matches),
        fragmentations=_fragmentations(truth, matches),
        merges=_merges(matches, shots or [0] * len(truth)),
    )


def _identified(truth: Sequence[Scene], found: Sequence[Scene], overlap: float) -> int:
    """The most boxes that one naming of the identities gets right.

    Missing (FN) and false boxes (FP) under a naming are all boxes less twice the right ones, so
    the naming that minimises FN + FP, as Ristani et al. define it, maximises the right ones.
    """
    counts: Counter[tuple[Person, Person]] = Counter(
        (person, identity)
        for there, seen in zip(truth, found, strict=True)
        for person, box in there.items()
        for identity, other in seen.items()
        if iou(box, other) >= overlap
    )
    persons = list(dict.fromkeys(person for person, _ in counts))
    identities = list(dict.fromkeys(identity for _, identity in counts))
    table = np.array([[counts[p, i] for i in identities] for p in persons]).reshape(
        len(persons), len(identities)
    )
    rows, columns = _optimize.linear_sum_assignment(-table)
    return int(table[rows, columns].sum())


def _follow(
    truth: Sequence[Scene], found: Sequence[Scene], overlap: float
) -> list[dict[Person, Person]]:
    """Match persons and identities frame by frame.

    A match of the frame before that still holds is kept, the others are chosen for most overlap.
    """
    matches: list[dict[Person, Person]] = []
    last: dict[Person, Person] = {}
    for there, seen in zip(truth, found, strict=True):
        kept = {
            person: last[person]
            for person, box in there.items()
            if last.get(person) in seen and iou(box, seen[last[person]]) >= overlap
        }
        others = {person: box for person, box in there.items() if person not in kept}
        free = {name: box for name, box in seen.items() if name not in kept.values()}
        last = kept | _nearest(others, free, overlap)
        matches.append(last)
    return matches


def _nearest(there: Scene, seen: Scene, overlap: float) -> dict[Person, Person]:
    persons, identities = list(there), list(seen)
    shared: NDArray[np.float64] = np.array(
        [[iou(there[p], seen[i]) for i in identities] for p in persons]
    ).reshape(len(persons), len(identities))
    shared[shared < overlap] = -1e3
    rows, columns = _optimize.linear_sum_assignment(-shared)
    return {
        persons[row]: identities[column]
        for row, column in zip(rows, columns, strict=True)
        if shared[row, column] > 0
    }


def _switches(matches: Sequence[Mapping[Person, Person]]) -> int:
    known: dict[Person, Person] = {}
    count = 0
    for match in matches:
        count += sum(known.get(person, identity) != identity for person, identity in match.items())
        known.update(match)
    return count


def _fragmentations(truth: Sequence[Scene], matches: Sequence[Mapping[Person, Person]]) -> int:
    missing: dict[Person, bool] = {}
    count = 0
    for there, match in zip(truth, matches, strict=True):
        for person in there:
            if person in match:
                count += missing.get(person, False)
                missing[person] = False
            elif person in missing:
                missing[person] = True
    return count


def _merges(matches: Sequence[Mapping[Person, Person]], shots: Sequence[int]) -> int:
    stood: dict[Person, dict[int, Counter[Person]]] = defaultdict(lambda: defaultdict(Counter))
    for match, shot in zip(matches, shots, strict=True):
        for person, identity in match.items():
            stood[identity][shot][person] += 1
    count = 0
    for by_shot in stood.values():
        persons = [by_shot[shot].most_common(1)[0][0] for shot in sorted(by_shot)]
        count += sum(person not in earlier for person, earlier in _with_earlier(persons))
    return count


def _with_earlier(persons: Sequence[Person]) -> list[tuple[Person, Sequence[Person]]]:
    return [(person, persons[:place]) for place, person in enumerate(persons) if place]
