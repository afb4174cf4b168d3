"""Training and testing a system fold by fold, several folds at once where cores allow."""

import hashlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from emoarc.corpora import Fold, Manifest, validation_split
from emoarc.errors import OptionError, OutputError
from emoarc.files import atomic, write_text
from emoarc.train._history import read_history
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
    """Yield the folds' results in order; a fold that is already done is read from its folder.

    Raises:
        OptionError: A folder holds the training of another fold, or what is damaged.
        OutputError: A process that trained a fold was ended from outside.
    """
    if jobs == 1 or len(folds) == 1:
        yield from (_run_fold(work, fold, progress) for fold in folds)
        return
    # A fresh process each: torch's threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    others = set(multiprocessing.active_children())
    # What all share comes with the process: a queue that it fills would be stuck, and we with it,
    # once a process is gone.
    shared = (work, folds)
    with ProcessPoolExecutor(min(jobs, len(folds)), context, _start_process, shared) as pool:
        try:
            yield from pool.map(_run_nth, range(len(folds)))
        except BrokenProcessPool as error:
            raise OutputError(
                f"{work.out}: the system ended a process that trained a fold, as it does where "
                "memory is short; call again with fewer --jobs to go on"
            ) from error
        except BaseException:  # an interrupt, say: the pool would wait for the folds under way
            for process in set(multiprocessing.active_children()) - others:
                process.terminate()
            raise


_shared: list[tuple[Work, Sequence[Fold]]] = []
"""In a process of the pool: what all folds share, and the folds."""


def _run_nth(number: int) -> FoldResult:
    ((work, folds),) = _shared
    return _run_fold(work, folds[number])


def _start_process(work: Work, folds: Sequence[Fold]) -> None:
    """Leave interrupts to the parent, and end with it, whatever ends it."""
    _shared.append((work, folds))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _run_fold(work: Work, fold: Fold, progress: Progress | None = None) -> FoldResult:
    out, fingerprint = work.out / fold.name, _fingerprint(work, fold)
    path = out / f"result-{fingerprint}.npz"
    if not path.exists():
        _claim(out, fingerprint)
        _store(path, *_train_and_test(work, fold, out, progress))
    try:
        with path.open("rb") as file, np.load(file) as found:
            return FoldResult(
                fold, found["probabilities"], int(found["parameters"]), float(found["seconds"])
            )
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise OptionError(f"{path}: damaged; delete it to test the fold again") from error


def _claim(folder: Path, fingerprint: str) -> None:
    """Let the checkpoints in a folder be of one fold of one protocol.

    Folds of other protocols have the same names: a net that goes on from their checkpoints would
    be tested on clips that it has learnt.
    """
    mark = folder / "fold.txt"
    if any(folder.rglob("checkpoint.safetensors")):
        found = mark.read_text() if mark.exists() else ""
        if found != fingerprint and (found or any(folder.glob("result-*.npz"))):
            raise OptionError(
                f"{folder}: holds nets that learnt other clips or by another recipe; give another "
                "output folder"
            )
    folder.mkdir(parents=True, exist_ok=True)
    write_text(mark, fingerprint)


def _train_and_test(
    work: Work, fold: Fold, out: Path, progress: Progress | None
) -> tuple[NDArray[np.float64], int, float]:
    arrays = tuple(read_inputs(work.recipe, work.manifest.clips, work.data, work.cache).values())
    training, validation = _examples(work, fold, arrays)
    classifier = build_classifier(work.recipe, out, progress)
    started = time.perf_counter() - _seconds_spent(out)
    classifier.fit(training, validation)
    seconds = time.perf_counter() - started
    rows = np.array(fold.test)
    parts = np.array_split(rows, len(rows) // 256 + 1)
    found = [classifier.predict(tuple(array[part, 0] for array in arrays)) for part in parts]
    return np.concatenate(found), classifier.parameters, seconds


def _seconds_spent(out: Path) -> float:
    """The seconds of the epochs before an interruption, if there was one."""
    logs = [path.with_name("progress.csv") for path in out.rglob("checkpoint.safetensors")]
    return sum(figures["seconds"] for log in logs if log.exists() for figures in read_history(log))


def _examples(
    work: Work, fold: Fold, arrays: tuple[NDArray[Any], ...]
) -> tuple[Examples, Examples | None]:
    recipe, clips = work.recipe, work.manifest.clips
    rows, spared = fold.train, ()
    if recipe.validation:
        rows, spared = validation_split(work.manifest, rows, recipe.validation, recipe.seed)
    if recipe.limit:
        drawn = np.random.default_rng(recipe.seed).permutation(rows)[: recipe.limit]
        rows = tuple(sorted(drawn.tolist()))
    training = make_examples(recipe, clips, rows, arrays, recipe.sound.copies)
    return training, make_examples(recipe, clips, spared, arrays) if spared else None


def _store(path: Path, probabilities: NDArray[np.float64], parameters: int, seconds: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic(path) as temporary:
        np.savez(temporary, probabilities=probabilities, parameters=parameters, seconds=seconds)


def _fingerprint(work: Work, fold: Fold) -> str:
    files = [(c.file.name, c.start, c.emotion) for c in work.manifest.clips]
    facts = repr((work.recipe.learning, fold, files))
    return hashlib.sha256(facts.encode()).hexdigest()[:16]
