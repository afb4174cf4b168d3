"""`emoarc train`: make a model pack from a recipe."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from emoarc.cli._console import err, out
from emoarc.errors import OptionError

__all__ = ["train"]


def train(
    recipe: Annotated[Path, typer.Argument(help="A recipe, such as recipes/face-expression.toml.")],
    data: Annotated[Path, typer.Option("--data", help="The folder that holds the corpora.")],
    folder: Annotated[
        Path, typer.Option("-o", "--output", help="Where checkpoints, metrics and the pack go.")
    ],
) -> None:
    """Train a model by a recipe and write its pack and its metrics.

    Stopped at any time, the same command goes on from the last finished epoch.
    """
    if find_spec("torch") is None:
        raise OptionError("train: torch is missing; `make train-env` brings it")
    from emoarc.train import train as run

    run(recipe, data, folder, progress=_show)
    out.print(f"done: {folder}")


def _show(figures: Mapping[str, float]) -> None:
    line = "  ".join(f"{name} {value:.4g}" for name, value in figures.items())
    err.print(line, soft_wrap=True)
