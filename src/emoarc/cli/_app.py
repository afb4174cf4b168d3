"""The command's verbs and its exit codes.

0 ok, 1 internal error, 2 usage, 3 some inputs failed, 4 nothing to analyse, 5 model missing or
corrupt, 130 interrupted.
"""

import io
import sys
from typing import Annotated

import typer

from emoarc import __version__
from emoarc.cli import _analyze, _arcs, _corpora, _doctor, _evaluate, _models, _results, _train
from emoarc.cli._console import complain, explain
from emoarc.errors import EmoarcError

__all__ = ["app", "main"]

_DEBUG = "--debug"
_INTERRUPTED = 130

app = typer.Typer(
    name="emoarc",
    help="Emotional arcs from recordings: who expresses what, when, from face and voice.",
    epilog="Results speak of expression as perceived, not of what a person feels.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("analyze")(_analyze.analyze)
app.command("arcs")(_arcs.arcs)
app.command("train")(_train.train)
app.command("evaluate")(_evaluate.evaluate)
app.command("results")(_results.results)
app.command("doctor")(_doctor.doctor)
app.add_typer(_models.app, name="models")
app.add_typer(_corpora.app, name="corpora")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"emoarc {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error; anywhere in the line.")
    ] = False,
) -> None:
    """Describe the options that go before the verb; `main` takes `--debug` out itself."""


def main() -> None:
    """Run the command; every error becomes one line on stderr and an exit code."""
    words = [word for word in sys.argv[1:] if word != _DEBUG]
    debug = len(words) < len(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console need not know every character
    try:
        app(words, prog_name="emoarc")
    except (KeyboardInterrupt, SystemExit) as stop:
        # typer turns an interrupt inside a verb into an exit of its own, without a word.
        code = stop.code if isinstance(stop, SystemExit) else _INTERRUPTED
        if code == _INTERRUPTED:
            complain("interrupted; nothing was left half-written")
        sys.exit(code)
    except Exception as error:
        if debug:
            raise
        complain(explain(error))
        sys.exit(error.exit_code if isinstance(error, EmoarcError) else 1)
