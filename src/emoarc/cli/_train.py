"""`emoarc train`: train the model pack or the system of a recipe."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from emoarc.cli._console import check_folder, note_left_out, out, percent, plain
from emoarc.cli._epochs import shown_epochs
from emoarc.errors import OptionError

__all__ = ["train"]

_NEEDED = ("torch", "accelerate", "safetensors", "onnx", "matplotlib")


def train(
    recipe: Annotated[Path, typer.Argument(help="A recipe, such as recipes/face-expression.toml.")],
    data: Annotated[Path, typer.Option("--data", help="The folder that holds the corpora.")],
    folder: Annotated[
        Path, typer.Option("-o", "--output", help="Where checkpoints, metrics and a pack go.")
    ],
) -> None:
    """Train a model by a recipe and write its metrics, its weights, and its pack if it has one.

    Recipes for faces and voices become packs, for `emoarc analyze`. Systems of the literature
    become none, but for those that rest on a big speech model: they are measured on the speakers
    that their recipe holds out, and `emoarc evaluate` measures them under a protocol.

    Stopped at any time, the same command goes on from the last finished epoch. Several GPUs
    share the work when it is started with `accelerate launch -m emoarc.cli train ...`.
    """
    check_folder(folder)
    for name in _NEEDED:
        if find_spec(name) is None:
            raise OptionError(f"train: {name} is missing; `make train-env` brings it")
    from emoarc.train import train as run

    with shown_epochs() as progress:
        figures = run(recipe, data, folder, progress=progress)
    if figures.get("kind") == "evaluation":
        _show_held_out(figures, folder)
    if figures:  # of several processes, the main one
        out.print(f"done: {folder}", soft_wrap=True)


def _show_held_out(report: dict[str, Any], folder: Path) -> None:
    """Print what a system does on those held out, and where more of it is written."""
    tested = f"{report['n']} clips, {report['protocol']['description']}"
    accuracy, uar = (percent(report[name]["value"]) for name in ("accuracy", "uar"))
    out.print(f"{plain(tested)}: accuracy {accuracy}, UAR {uar}", soft_wrap=True)
    note_left_out(report["left_out"])
    out.print(f"more of it: {plain(str(folder / 'evaluation.json'))}", soft_wrap=True)
