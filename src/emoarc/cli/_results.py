"""`emoarc results`: pages about a folder of results."""

from pathlib import Path
from typing import Annotated

import typer

from emoarc.cli._console import out, plain

__all__ = ["results"]


def results(
    folder: Annotated[
        Path, typer.Argument(help="Holds the JSON files, and gets the pages.")
    ] = Path("docs/results"),
    readme: Annotated[
        Path | None,
        typer.Option(
            help="A text to put headline figures into, between its marks <!-- figures --> and "
            "<!-- /figures -->; the README two folders up by default.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Make the pages of results again from the JSON files that evaluations have written.

    README.md tells of every evaluation in or below the folder, seed-systems.md of those in its
    folder systems/.
    """
    from emoarc.evaluate.results import write_results

    for path in write_results(folder, readme):
        out.print(f"→ {plain(str(path))}", soft_wrap=True)
