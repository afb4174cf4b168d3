"""Training and testing a system fold by fold, several folds at once where cores allow."""

import hashlib
import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emoarc.corpora import Fold, Manifest, validation_split
from emoarc.files import atomic
from emoarc.train._loop import Progress
from emoarc.train.systems._classifier import build_classifier
from emoarc.train.systems._examples import Examples, make_examples
from emoarc.train.systems._read import read_inputs
from emoarc.train.systems._recipe import SystemRecipe

__all__ = ["FoldResult", "Work", "run_folds"]


@dataclass(frozen=True)
class Work:
    """What every fold of a run shares."""

    recipe: SystemRecipe
    manifest: Manifest
    data: Path
    """Where noise for altered copies lies."""
    cache: Path
    """Where the inputs are kept."""
    out: Path
    """Each fold gets a folder of its own below it."""


@dataclass(frozen=True)
class FoldResult:
    """What a fold's classifier says of the clips it was tested on."""

    fold: Fold
    probabilities: NDArray[np.float64]
    """Shape (tested clips, labels)."""
    parameters: int
    """How many numbers were learnt."""
    seconds: float
    """Spent on training, computing the inputs left out."""


def run_folds(
    work: Work, folds: Sequence[Fold], jobs: int = 1, progress: Progress | None = None
) -> Iterator[FoldResult]:
    """Yield the folds' results in order; a fold that is already done is read from its folder."""
    if jobs == 1 or len(folds) == 1:
        yield from (_run_fold(work, fold, progress) for fold in folds)
        return
    # A fresh process each: torch's threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(jobs, len(folds)), mp_context=context) as pool:
        yield from pool.map(_run_fold, [work] * len(folds), folds)


def _run_fold(work: Work, fold: Fold, progress: Progress | None = None) -> FoldResult:
    out = work.out / fold.name
    path = out / f"result-{_fingerprint(work, fold)}.npz"
    if not path.exists():
        _store(path, *_train_and_test(work, fold, out, progress))
    with np.load(path) as found:
        return FoldResult(
            fold, found["probabilities"], int(found["parameters"]), float(found["seconds"])
        )


def _train_and_test(
    work: Work, fold: Fold, out: Path, progress: Progress | None
) -> tuple[NDArray[np.float64], int, float]:
    arrays = tuple(read_inputs(work.recipe, work.manifest.clips, work.data, work.cache).values())
    training, validation = _examples(work, fold, arrays)
    classifier = build_classifier(work.recipe, out, progress)
    started = time.perf_counter()
    classifier.fit(training, validation)
    seconds = time.perf_counter() - started
    rows = np.array(fold.test)
    parts = np.array_split(rows, len(rows) // 256 + 1)
    found = [classifier.predict(tuple(array[part, 0] for array in arrays)) for part in parts]
    return np.concatenate(found), classifier.parameters, seconds


def _examples(
    work: Work, fold: Fold, arrays: tuple[NDArray[Any], ...]
) -> tuple[Examples, Examples | None]:
    recipe, clips = work.recipe, work.manifest.clips
    rows, spared = fold.train, ()
    if recipe.validation:
        rows, spared = validation_split(work.manifest, rows, recipe.validation, recipe.seed)
    if recipe.limit:
        rows = _limited(recipe, work.manifest, rows)
    training = make_examples(recipe, clips, rows, arrays, recipe.sound.copies)
    return training, make_examples(recipe, clips, spared, arrays) if spared else None


def _limited(recipe: SystemRecipe, manifest: Manifest, rows: Sequence[int]) -> list[int]:
    """Draw at most `limit` rows, as many of each class as there are or its even share."""
    drawn = np.random.default_rng(recipe.seed).permutation(rows).tolist()
    turns: Counter[int] = Counter()
    ranked: list[tuple[int, int]] = []
    for row in drawn:
        label = recipe.class_of(manifest.clips[int(row)])
        ranked.append((turns[label], row))
        turns[label] += 1
    # The first of every class come first, then the second of every class, and so on.
    ranked.sort(key=lambda pair: pair[0])
    return sorted(row for _, row in ranked[: recipe.limit])


def _store(path: Path, probabilities: NDArray[np.float64], parameters: int, seconds: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic(path) as temporary:
        np.savez(temporary, probabilities=probabilities, parameters=parameters, seconds=seconds)


def _fingerprint(work: Work, fold: Fold) -> str:
    files = [(c.file.name, c.start, c.emotion) for c in work.manifest.clips]
    facts = repr((work.recipe.learning, fold, files))
    return hashlib.sha256(facts.encode()).hexdigest()[:16]
