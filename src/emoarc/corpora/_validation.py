"""Parting training clips once more, to choose a model without a look at the test."""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from emoarc.corpora._clip import Manifest
from emoarc.corpora._leaks import STRICT, LeakKind, drop_shared
from emoarc.errors import OptionError

__all__ = ["validation_split"]


def validation_split(
    manifest: Manifest, rows: Iterable[int], share: float, seed: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Part training rows in two, to choose a model without a look at the test.

    No speaker is on both sides; where fewer than two are known, no take and no content is.

    Args:
        manifest: The clips.
        rows: Those of the training.
        share: About which share of them to validate on; people are not split to meet it.
        seed: Of the draw.

    Returns:
        The rows to train on and those to validate on, each in order.

    Raises:
        OptionError: There are not two clips that may be parted.
    """
    known = sorted(set(rows))
    people = {manifest.clips[row].speaker for row in known} - {""}
    apart: tuple[LeakKind, ...] = STRICT if len(people) > 1 else ("take", "content")
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for row in known:
        clip = manifest.clips[row]
        person = clip.speaker if len(people) > 1 else ""
        groups[person or clip.take or clip.digest or str(clip.file)].append(row)
    chosen = set(_choose(groups, share * len(known), seed))
    validation = tuple(row for row in known if row in chosen)
    train = drop_shared(manifest, (row for row in known if row not in chosen), validation, apart)
    if not train or not validation:
        raise OptionError(
            f"{len(known)} training clips cannot be parted for validation; give more speakers"
        )
    return train, validation


def _choose(groups: dict[str, list[int]], wanted: float, seed: int) -> list[int]:
    """Gather groups in random order up to about a number of rows; at least the smallest group."""
    names = np.random.default_rng(seed).permutation(sorted(groups)).tolist()
    chosen: list[int] = []
    for name in names:
        if len(chosen) + len(groups[name]) / 2 <= wanted:
            chosen += groups[name]
    return chosen or (min(groups.values(), key=len) if groups else [])
