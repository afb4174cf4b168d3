"""What the verbs share: results go to stdout, everything else to stderr."""

from rich.console import Console
from rich.markup import escape

from emoarc.errors import EmoarcError

__all__ = ["complain", "err", "explain", "note", "out"]

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def complain(message: str) -> None:
    """Say on stderr, in one line, what went wrong."""
    line = " ".join(message.split())
    err.print(f"[bold red]error:[/] {escape(line)}", soft_wrap=True)


def explain(error: Exception, about: object = "") -> str:
    """Put an error in one line: ours say all themselves, others are our fault."""
    if isinstance(error, EmoarcError):
        return str(error)
    where = f"{about}: " if about else ""
    return f"{where}internal error: {type(error).__name__}: {error}; run again with --debug"


def note(message: str) -> None:
    """Say something of lesser weight on stderr."""
    err.print(f"[yellow]note:[/] {escape(message)}", soft_wrap=True)
