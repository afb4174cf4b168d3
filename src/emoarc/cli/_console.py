"""What the verbs share: results go to stdout, everything else to stderr."""

import os
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from emoarc.errors import EmoarcError, OptionError

__all__ = [
    "check_folder",
    "complain",
    "err",
    "explain",
    "note",
    "note_left_out",
    "out",
    "percent",
    "plain",
]

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def plain(text: str) -> str:
    """Make text fit to print in one line: no line breaks, no control characters, no markup."""
    line = " ".join(text.split())
    return escape("".join(c if c.isprintable() else "\ufffd" for c in line))


def complain(message: str) -> None:
    """Say on stderr, in one line, what went wrong."""
    err.print(f"[bold red]error:[/] {plain(message)}", soft_wrap=True)


def explain(error: Exception, about: object = "") -> str:
    """Put an error in one line: ours say all themselves, others are our fault."""
    if isinstance(error, EmoarcError):
        return str(error)
    where = f"{about}: " if about else ""
    return f"{where}internal error: {type(error).__name__}: {error}; run again with --debug"


def note(message: str) -> None:
    """Say something of lesser weight on stderr."""
    err.print(f"[yellow]note:[/] {plain(message)}", soft_wrap=True)


def check_folder(folder: Path) -> None:
    """Refuse an output folder that is a file or cannot be made, before hours go into it.

    Raises:
        OptionError: It cannot be; says which part of the path is in the way.
    """
    try:
        there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    except OSError as error:  # a name that is too long
        raise OptionError(
            f"-o: {folder} cannot be made ({error.strerror}); name another folder"
        ) from error
    if not there.is_dir():
        raise OptionError(f"-o: {there} is a file, not a folder; name another folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise OptionError(f"-o: {there} cannot be written to; name another folder")


def note_left_out(files: int) -> None:
    """Say on stderr how many files of the corpora were not used, if any."""
    if files:
        were = "1 file was" if files == 1 else f"{files} files were"
        note(
            f"{were} left out as broken, copies of others or otherwise unusable; "
            "`emoarc corpora scan DIR --verbose` names them"
        )


def percent(value: float | None) -> str:
    """Write a share in percent; a dash where it could not be measured."""
    return "–" if value is None else f"{100 * value:.1f} %"
