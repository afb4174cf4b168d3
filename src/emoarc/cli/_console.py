"""What the verbs share: results go to stdout, everything else to stderr."""

from rich.console import Console
from rich.markup import escape

__all__ = ["complain", "err", "note", "out"]

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def complain(message: str) -> None:
    """Say on stderr, in one line, what went wrong."""
    line = " ".join(message.split())
    err.print(f"[bold red]error:[/] {escape(line)}", soft_wrap=True)


def note(message: str) -> None:
    """Say something of lesser weight on stderr."""
    err.print(f"[yellow]note:[/] {escape(message)}", soft_wrap=True)
