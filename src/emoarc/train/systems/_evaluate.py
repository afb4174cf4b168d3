"""A system under a protocol: from a recipe and the corpora to figures, predictions and plots."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from emoarc.corpora import Fold, Manifest, drop_shared, read_corpora, read_protocol, scan
from emoarc.errors import OptionError
from emoarc.evaluate import Predictions, count_left_out
from emoarc.files import write_text
from emoarc.train._loop import Progress
from emoarc.train._plots import confusion_figure, draw_curves
from emoarc.train.systems._folds import FoldResult, Work, run_folds
from emoarc.train.systems._layers import layer_weights
from emoarc.train.systems._pack import plan_pack, write_speech_pack
from emoarc.train.systems._read import Told, read_inputs
from emoarc.train.systems._recipe import SystemRecipe, read_system

__all__ = ["EvaluateOptions", "evaluate_system", "train_system"]


@dataclass(frozen=True)
class EvaluateOptions:
    """How a system is evaluated."""

    protocol: str | None = None
    """The name of a protocol, or the path of one; None takes the recipe's first."""
    corpora: tuple[str, ...] = ()
    """Which corpora to use instead of the recipe's."""
    jobs: int = 1
    """Folds trained at once."""
    cache: Path | None = None
    """Where inputs are kept; None is a folder beside the results."""


def evaluate_system(
    path: Path,
    data: Path,
    out: Path,
    options: EvaluateOptions | None = None,
    told: Told | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Train and test the system of a recipe fold by fold.

    Writes `evaluation.json`, `predictions.csv` and `confusion.png` to `out`, which also keeps what
    is needed to go on after an interruption.

    Args:
        path: Of the recipe.
        data: The folder that holds the corpora.
        out: Where everything goes.
        options: The protocol, and how to run it.
        told: Is told what is being done.
        progress: Is told the figures of each epoch, where folds are trained one by one.

    Returns:
        What `evaluation.json` holds.

    Raises:
        OptionError: The recipe or the protocol cannot be, or the corpora are not there.
        InputError: A clip cannot be read.
        OutputError: Something cannot be written below `out`.
    """
    options = options or EvaluateOptions()
    recipe = read_system(path)
    protocol = read_protocol(options.protocol or recipe.protocols[0])
    work, folds = _prepare(path, recipe, protocol.folds, data, out, options, told)
    results: list[FoldResult] = []
    for result in run_folds(work, folds, options.jobs, progress):
        results.append(result)
        if told:
            told(f"{protocol.name}: {len(results)} of {len(folds)} folds")
    described = {"name": protocol.name, "description": protocol.description}
    return _write(work, results, {"protocol": described | {"source": protocol.source}})


def train_system(
    path: Path,
    data: Path,
    out: Path,
    options: EvaluateOptions | None = None,
    told: Told | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Train the system of a recipe once, on all but those held out, and test it on these.

    Held out are the recipe's `held_out` speakers and what a corpus itself sets apart for tests.
    Clips of a test split that training holds too, under another name, are not tested. Writes what
    `evaluate_system` does, and the weights, `held-out/MEMBER/net.safetensors`; of a system that
    can be one (see `plan_pack`) the pack, `NAME`.
    """
    recipe = read_system(path)
    folded = partial(_held_out, path, recipe)
    work, folds = _prepare(path, recipe, folded, data, out, options or EvaluateOptions(), told)
    plan = plan_pack(work, folds[0])
    (result,) = run_folds(work, folds, 1, progress)
    described = {"name": "held-out", "description": f"tested on {_spoken(recipe, work.manifest)}"}
    report = _write(work, [result], {"protocol": described})
    if plan is not None:
        report |= {"voice_pack": write_speech_pack(work, plan, result, report)}
    return report


def _held_out(path: Path, recipe: SystemRecipe, manifest: Manifest) -> list[Fold]:
    """Return the one fold that tests those held out."""
    held_out = [clip.speaker in recipe.held_out or clip.split == "test" for clip in manifest.clips]
    train, test = (tuple(np.flatnonzero(np.equal(held_out, x)).tolist()) for x in (False, True))
    test = drop_shared(manifest, test, train, ("take", "content"))
    if not train or not test:
        people = manifest.speakers
        known = f"{', '.join(people[:4])}{', ...' if len(people) > 4 else ''}" or "nobody by name"
        raise OptionError(
            f"{path}: held_out: holding out {', '.join(recipe.held_out) or 'nobody'} and the "
            f"corpora's own test splits leaves nothing to {'test' if train else 'train on'}; name "
            f"some speakers of the corpora in the recipe's held_out: there are {known}"
        )
    return [Fold("held-out", train, test)]


def _spoken(recipe: SystemRecipe, manifest: Manifest) -> str:
    people = [name for name in recipe.held_out if name in manifest.speakers]
    return f"the speakers {', '.join(people)}" if people else "the corpora's own test splits"


def _prepare(
    path: Path,
    recipe: SystemRecipe,
    folded: Callable[[Manifest], list[Fold]],
    data: Path,
    out: Path,
    options: EvaluateOptions,
    told: Told | None,
) -> tuple[Work, list[Fold]]:
    """Choose the clips and fold them, which may fail, before what takes long: bases and inputs."""
    recipe = replace(recipe, corpora=options.corpora or recipe.corpora)
    cache = options.cache or out / "inputs"
    # Scanned, so that the same recording under two names cannot be on both sides.
    manifest = scan(recipe.chosen(read_corpora(data, recipe.corpora)))
    folds = folded(manifest)
    recipe = _with_bases(path, recipe, data, out, replace(options, corpora=()), told)
    read_inputs(recipe, manifest.clips, data, cache, told)
    return Work(recipe, manifest, data, cache, out), folds


def _with_bases(
    path: Path,
    recipe: SystemRecipe,
    data: Path,
    out: Path,
    options: EvaluateOptions,
    told: Told | None,
) -> SystemRecipe:
    """Train the systems on which members are based, and put the files of their weights in."""
    members = dict(recipe.members)
    for name, member in members.items():
        if member.base.endswith(".toml"):
            base = path.parent / member.base
            if told:
                told(f"training {base.name}, the base of {name}")
            source = _base_member(base, recipe)
            train_system(base, data, out / "base" / name, options, told)
            weights = out / "base" / name / "held-out" / source / "net.safetensors"
            members[name] = replace(member, base=str(weights))
    return replace(recipe, members=members)


def _base_member(path: Path, recipe: SystemRecipe) -> str:
    """Return the name of the net that serves as a base, if it may."""
    base = read_system(path)
    ((name, member), *others) = base.members.items()
    if others or member.base:
        raise OptionError(f"{path}: a base has a single member, and that no base of its own")
    if shared := sorted({*base.corpora} & {*recipe.corpora}):
        raise OptionError(
            f"{path}: learns from {', '.join(shared)}, on which {recipe.name} is tested; give "
            "the base other corpora"
        )
    return name


def _write(work: Work, results: Sequence[FoldResult], about: dict[str, Any]) -> dict[str, Any]:
    recipe = work.recipe
    rows = np.concatenate([np.array(result.fold.test) for result in results])
    names = np.concatenate([np.full(len(r.fold.test), r.fold.name) for r in results])
    probabilities = np.concatenate([result.probabilities for result in results])
    tested = work.manifest.take(rows.tolist())
    truth = np.array([recipe.class_of(clip) for clip in tested.clips])
    predictions = Predictions.of(tested, recipe.labels, truth, probabilities, names)
    figures = predictions.figures()
    weighed = layer_weights(recipe, [work.out / result.fold.name for result in results])
    report = {
        "kind": "evaluation",
        "recipe": recipe.name,
        "version": recipe.version,
        "seed": recipe.seed,
        **about,
        "corpora": recipe.corpora,
        "clips": len(work.manifest),
        "left_out": count_left_out(work.manifest),
        "labels": recipe.labels,
        "paper": asdict(recipe.paper),
        "parameters": results[0].parameters or None,
        "training_seconds_per_fold": round(float(np.mean([r.seconds for r in results])), 1),
        "dropped_from_training": sum(result.fold.dropped for result in results),
        **({"layer_weights": weighed} if weighed else {}),
        **figures,
    }
    work.out.mkdir(parents=True, exist_ok=True)
    write_text(work.out / "evaluation.json", json.dumps(report, indent=2) + "\n")
    predictions.write(work.out / "predictions.csv")
    matrix = np.array(figures["confusion"])
    confusion_figure(recipe.labels, matrix, work.out / "confusion.png")
    draw_curves(work.out)
    return report
