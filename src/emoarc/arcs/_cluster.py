"""Families of arcs: recordings whose courses are alike."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from emoarc.arcs._compare import Comparison
from emoarc.errors import OptionError

__all__ = ["Families", "cluster_arcs", "silhouettes"]

_MOST: Final = 8
"""Families that are tried where their number is not given."""

_Floats = NDArray[np.float64]
_Ints = NDArray[np.intp]


@dataclass(frozen=True)
class Families:
    """Which recordings belong together. Families count from 0, the largest first."""

    comparison: Comparison
    """What was clustered."""
    family: _Ints
    """Of each recording, shape (n,)."""
    medoids: _Ints
    """The recording in the middle of each family, shape (k,)."""
    silhouettes: _Floats
    """Of each recording: 1 deep within its family, 0 between two, negative nearer to another
    (Rousseeuw 1987), shape (n,)."""
    tried: dict[int, float]
    """Mean silhouette for each number of families that was tried."""

    @property
    def medoid_names(self) -> tuple[str, ...]:
        """The recording in the middle of each family, by name."""
        numbers: list[int] = self.medoids.tolist()
        return tuple(self.comparison.names[i] for i in numbers)

    @property
    def to_medoid(self) -> _Floats:
        """How far each recording is from the middle of its family, shape (n,)."""
        rows = np.arange(len(self.family))
        return self.comparison.distances[rows, self.medoids[self.family]]

    @property
    def means(self) -> _Floats:
        """Mean curve of each family, shape (k, points)."""
        numbers = range(len(self.medoids))
        return np.stack([self.comparison.curves[self.family == i].mean(axis=0) for i in numbers])


def cluster_arcs(comparison: Comparison, families: int | None = None) -> Families:
    """Find families by k-medoids (partitioning around medoids; Kaufman & Rousseeuw 1990).

    Deterministic, and independent of the order of the recordings.

    Args:
        comparison: Three recordings or more.
        families: How many; None chooses, of two to eight, the number with the largest mean
            silhouette.

    Raises:
        OptionError: There are too few recordings for that.
    """
    distances = comparison.distances
    most = len(distances) - 1
    if most < 2 or (families is not None and not 2 <= families <= most):
        raise OptionError(
            f"families: {len(distances)} arcs can be compared; families need three or more, and "
            f"their number is between 2 and one less, not {families or 'auto'}"
        )
    numbers = [families] if families else range(2, min(_MOST, most) + 1)
    found = {k: _medoids(distances, k) for k in numbers}
    labels = {k: _assign(distances, medoids) for k, medoids in found.items()}
    scores = {k: silhouettes(distances, each) for k, each in labels.items()}
    tried = {k: float(each.mean()) for k, each in scores.items()}
    best = max(tried, key=lambda k: tried[k])
    order = np.argsort(-np.bincount(labels[best], minlength=best), kind="stable")
    family = np.argsort(order)[labels[best]]
    return Families(comparison, family, found[best][order], scores[best], tried)


def silhouettes(distances: _Floats, labels: _Ints) -> _Floats:
    """Return how well each item lies within its cluster, in [-1, 1]; 0 where it is alone in it.

    Rousseeuw 1987, "Silhouettes: a graphical aid to the interpretation and validation of cluster
    analysis", Journal of Computational and Applied Mathematics 20, 53-65.

    Args:
        distances: Shape (n, n).
        labels: Clusters counted from 0, none empty, at least two; shape (n,).
    """
    rows = np.arange(len(labels))
    members = np.eye(labels.max() + 1)[labels]
    sizes = members.sum(axis=0)
    totals = distances @ members
    own = totals[rows, labels] / np.maximum(sizes[labels] - 1, 1)
    means = totals / sizes
    means[rows, labels] = np.inf
    nearest = means.min(axis=1)
    scores = (nearest - own) / np.maximum(np.maximum(nearest, own), 1e-12)
    return np.where(sizes[labels] > 1, scores, 0.0)


def _medoids(distances: _Floats, k: int) -> _Ints:
    """Return k medoids: chosen one by one, then exchanged while that lessens the total distance."""
    chosen = [int(distances.sum(axis=1).argmin())]
    while len(chosen) < k:
        nearest = distances[:, chosen].min(axis=1)
        totals = np.minimum(nearest, distances).sum(axis=1)
        totals[chosen] = np.inf
        chosen.append(int(totals.argmin()))
    medoids = np.array(chosen)
    total = distances[:, medoids].min(axis=1).sum()
    while True:
        # Row i: what the total would be if medoid i were exchanged for each of the others.
        without = [distances[:, np.delete(medoids, i)].min(axis=1) for i in range(k)]
        totals = np.stack([np.minimum(rest, distances).sum(axis=1) for rest in without])
        i, j = np.unravel_index(totals.argmin(), totals.shape)
        if totals[i, j] >= total - 1e-9:
            return medoids
        medoids[i], total = j, totals[i, j]


def _assign(distances: _Floats, medoids: _Ints) -> _Ints:
    """Return the nearest medoid of each item; each medoid is its own, also beside an equal one."""
    labels = distances[:, medoids].argmin(axis=1)
    labels[medoids] = np.arange(len(medoids))
    return labels
