"""`emoarc train`: make a model pack from a recipe."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from emoarc.cli._console import check_folder, out
from emoarc.cli._epochs import shown_epochs
from emoarc.errors import OptionError

__all__ = ["train"]

_NEEDED = ("torch", "accelerate", "safetensors", "onnx", "matplotlib")


def train(
    recipe: Annotated[Path, typer.Argument(help="A recipe, such as recipes/face-expression.toml.")],
    data: Annotated[Path, typer.Option("--data", help="The folder that holds the corpora.")],
    folder: Annotated[
        Path, typer.Option("-o", "--output", help="Where checkpoints, metrics and the pack go.")
    ],
) -> None:
    """Train a model by a recipe and write its pack and its metrics.

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
    if figures:  # of several processes, the main one
        out.print(f"done: {folder}", soft_wrap=True)
