"""`emoarc evaluate`: measure a recipe or a model pack under a named protocol."""

import json
import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from emoarc.cli._console import check_folder, err, note, note_left_out, out, percent, plain
from emoarc.cli._epochs import shown_epochs
from emoarc.errors import OptionError
from emoarc.toml import read_toml

if TYPE_CHECKING:
    from emoarc.evaluate import Predictions

__all__ = ["evaluate"]

_FEW_SPEAKERS = 20
"""Below as many, a bootstrap over speakers tends to give intervals and p that are too small."""
_MANY = "more than once where there are several"


def evaluate(
    model: Annotated[
        str,
        typer.Option("--model", help="A recipe (.toml), or a model pack: its name or folder."),
    ],
    data: Annotated[Path, typer.Option("--data", help="The folder that holds the corpora.")],
    folder: Annotated[
        Path, typer.Option("-o", "--output", help="Where figures, predictions and plots go.")
    ],
    protocol: Annotated[
        str | None,
        typer.Option(help="A protocol's name or TOML file; the recipe's first by default."),
    ] = None,
    corpora: Annotated[
        list[str] | None,
        typer.Option("--corpus", help=f"Use these corpora instead of the recipe's; {_MANY}."),
    ] = None,
    paper: Annotated[
        bool,
        typer.Option("--paper", help="Use the corpora and the protocol of the recipe's paper."),
    ] = False,
    prior: Annotated[
        str | None,
        typer.Option(help="Of packs: how common emotions are taken to be, balanced or natural."),
    ] = None,
    learnt: Annotated[
        bool, typer.Option("--learnt", help="Of packs: also test clips that they have learnt.")
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, help="Folds trained at once; as many as cores allow by default."),
    ] = None,
    cache: Annotated[
        Path | None, typer.Option(help="Where inputs are kept; below the output by default.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="Compare with the results in this folder.")
    ] = None,
) -> None:
    """Measure a recipe or a model pack on corpora, by a protocol that says who is tested.

    A recipe is trained anew for every fold; stopped at any time, the same command goes on. A pack
    is tested as it is. For example:

        emoarc evaluate --model recipes/systems/keropyan-lightgbm.toml --data DIR -o runs/k

        emoarc evaluate --model voice-expression --corpus emodb --data DIR -o runs/v
    """
    check_folder(folder)
    other = None if against is None else _read_results(against)
    order = _Order(model, data, folder, protocol, tuple(corpora or ()), jobs, cache)
    if model.endswith(".toml"):
        if prior or learnt:
            raise OptionError("--prior, --learnt: go with a model pack, not with a recipe")
        report = _evaluate_recipe(order, paper)
    else:
        if paper:
            raise OptionError("--paper: goes with a recipe, not with a model pack")
        report = _evaluate_pack(order, prior or "balanced", learnt)
    _show(report)
    if other:
        _compare(folder, report, *other)
    out.print(f"→ {plain(str(folder))}", soft_wrap=True)


@dataclass(frozen=True)
class _Order:
    """What is asked of recipes and packs alike."""

    model: str
    data: Path
    folder: Path
    protocol: str | None
    corpora: tuple[str, ...]
    jobs: int | None
    cache: Path | None


def _evaluate_recipe(order: _Order, paper: bool) -> dict[str, Any]:
    if find_spec("torch") is None:
        raise OptionError("evaluate: torch is missing; `make train-env` brings it")
    from emoarc.train.systems import EvaluateOptions, evaluate_system, read_system

    path = Path(order.model)
    if read_toml(path).get("task") in ("face-expression", "voice-expression"):
        raise OptionError(
            f"{path}: is the recipe of a pack, which `emoarc train` trains and measures; "
            "`emoarc evaluate` takes the pack itself: its name, or its folder"
        )
    recipe = read_system(path)
    protocol, corpora = order.protocol, order.corpora
    if paper:
        protocol, corpora = protocol or recipe.paper.reproduce, corpora or recipe.paper.corpora
    jobs = order.jobs or max(1, (os.cpu_count() or 1) // recipe.schedule.threads)
    options = EvaluateOptions(protocol, corpora, jobs, order.cache)
    with shown_epochs() as progress:
        return evaluate_system(path, order.data, order.folder, options, _tell, progress)


def _evaluate_pack(order: _Order, prior: str, learnt: bool) -> dict[str, Any]:
    from emoarc.evaluate import PackOptions, evaluate_pack

    if prior not in ("balanced", "natural"):
        raise OptionError(f"--prior: {prior!r} is neither balanced nor natural")
    options = PackOptions(order.protocol, order.corpora, prior, unseen_only=not learnt)
    return evaluate_pack(order.model, order.data, order.folder, options, _tell)


def _tell(line: str) -> None:
    err.print(plain(line), soft_wrap=True)


def _show(report: dict[str, Any]) -> None:
    """Print the figures, and what must be known to read them."""
    protocol, over = report["protocol"], report["interval_over"]
    what = f"[bold]{plain(protocol['name'])}[/]: {plain(protocol['description'])}"
    out.print(what, soft_wrap=True)
    people = f" of {report['speakers']} speakers" if report["speakers"] else ""
    out.print(f"{report['n']} clips{people}; 95 % intervals over {over}")
    for name, title in (("accuracy", "accuracy"), ("uar", "UAR")):
        out.print(f"{title:<9} [bold]{percent(report[name]['value'])}[/] {_bounds(report[name])}")
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("", "precision", "recall", "F1", "clips"):
        table.add_column(heading, justify="right" if heading else "left")
    for label, row in report["classes"].items():
        shares = [percent(row[name]) for name in ("precision", "recall", "f1")]
        table.add_row(plain(label), *shares, str(row["support"]))
    out.print(table)
    for member, found in report.get("layer_weights", {}).items():
        pairs = zip(found["layers"], found["mean"], strict=True)
        shares = ", ".join(f"{layer}: {percent(weight)}" for layer, weight in pairs)
        out.print(f"{plain(member)} weighs hidden states by {shares}", soft_wrap=True)
    note_left_out(report["left_out"])
    if report.get("warning"):
        note(report["warning"])


def _read_results(folder: Path) -> "tuple[Predictions, str]":
    """Read predictions and the name of their protocol."""
    from emoarc.evaluate import read_predictions

    predictions = read_predictions(folder / "predictions.csv")
    try:
        report = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))
        return predictions, str(report["protocol"]["name"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OptionError(
            f"{folder}: no evaluation.json that belongs to its predictions.csv; give a folder that "
            "`emoarc evaluate` has written"
        ) from error


def _compare(folder: Path, report: dict[str, Any], other: "Predictions", protocol: str) -> None:
    """Print how the results differ from others, and write it to `comparison.json`."""
    from emoarc.evaluate import compare, read_predictions
    from emoarc.files import write_text

    found = compare(read_predictions(folder / "predictions.csv"), other)
    write_text(folder / "comparison.json", json.dumps(found, indent=2) + "\n")
    out.print(f"compared on the {found['n']} clips that both tested:")
    chance = found["mcnemar"]
    out.print(
        f"right alone: {chance['only_first']} against {chance['only_second']}, p "
        f"{_p(chance['p'])} (McNemar, clips taken as independent)"
    )
    few = _few_speakers(found)
    for name, title in (("accuracy", "accuracy"), ("uar", "UAR")):
        row = found[name]
        out.print(
            f"{title:<9} {percent(row['first'])} against {percent(row['second'])}, difference "
            f"[bold]{100 * row['difference']:+.1f}[/] {_bounds(row)}, p {_p(row['p'])}{few}",
            soft_wrap=True,
        )
    if protocol != report["protocol"]["name"]:
        note(f"the other was measured under {protocol}, so that training differs too")


def _few_speakers(found: dict[str, Any]) -> str:
    """Say what a bootstrap over few speakers is worth: it draws from these alone."""
    if found["interval_over"] != "speakers" or found["speakers"] >= _FEW_SPEAKERS:
        return ""
    return f" (bootstrap over {found['speakers']} speakers: rests on few, and is rough)"


def _bounds(row: dict[str, float | None]) -> str:
    low, high = row["low"], row["high"]
    return "" if low is None or high is None else f"({100 * low:.1f} to {100 * high:.1f})"


def _p(p: float | None) -> str:
    return "–" if p is None else f"{p:.2g}"
