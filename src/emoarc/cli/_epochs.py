"""How a training is going: a table that is redrawn on a terminal, or a line per epoch."""

import time
from collections import deque
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from emoarc.cli._console import err

__all__ = ["Epochs", "shown_epochs"]

Figures = Mapping[str, float]

_ROWS = 10
_UNSHOWN = {"epoch", "epochs"}


class Epochs:
    """The last epochs of the training under way, and how long it still takes.

    A recipe may train several nets, one after another: where the epochs begin anew, so does the
    table.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now, self._started, self._told = now, now(), now()
        self._last: deque[Figures] = deque(maxlen=_ROWS)
        self._trainings = 0

    def add(self, figures: Figures) -> None:
        """Take in what an epoch has brought."""
        if not self._last or figures["epoch"] <= self._last[-1]["epoch"]:
            self._trainings += 1
            self._last.clear()
        self._last.append(figures)
        self._told = self._now()

    def __rich__(self) -> Group:
        """Draw the table as it is now."""
        names = dict.fromkeys(name for figures in self._last for name in figures)
        columns = [name for name in names if name not in _UNSHOWN]
        table = Table(box=SIMPLE_HEAD)
        for heading in ("epoch", *columns):
            table.add_column(heading, justify="right")
        for figures in self._last:
            cells = (_number(figures[name]) if name in figures else "" for name in columns)
            table.add_row(f"{figures['epoch'] + 1:.0f}", *cells)
        return Group(Text(self._title(), style="bold"), table)

    def _title(self) -> str:
        elapsed = f"elapsed {_clock(self._now() - self._started)}"
        if not self._last:
            return elapsed
        last = self._last[-1]
        parts = [_which(last), elapsed]
        if self._trainings > 1:
            parts.insert(0, f"training {self._trainings}")
        return " · ".join([*parts, f"{_clock(self._remaining())} left"])

    def _remaining(self) -> float:
        last = self._last[-1]
        each = sum(figures["seconds"] for figures in self._last) / len(self._last)
        ahead = each * (last["epochs"] - last["epoch"] - 1)
        return max(ahead - (self._now() - self._told), 0.0)


@contextmanager
def shown_epochs(console: Console = err) -> Generator[Callable[[Figures], None]]:
    """Yield what is to be told the figures of each epoch, as `emoarc.train.train` does.

    The table appears with the first epoch: a process that is told of none draws none.
    """
    if not console.is_terminal:
        yield lambda figures: _print_line(console, figures)
        return
    epochs = Epochs()
    live = Live(epochs, console=console, refresh_per_second=2)

    def show(figures: Figures) -> None:
        epochs.add(figures)
        live.start()
        live.refresh()

    try:
        yield show
    finally:
        live.stop()


def _print_line(console: Console, figures: Figures) -> None:
    shown = (f"{name} {_number(value)}" for name, value in figures.items() if name not in _UNSHOWN)
    console.print("  ".join([_which(figures), *shown]), soft_wrap=True)


def _which(figures: Figures) -> str:
    return f"epoch {figures['epoch'] + 1:.0f} of {figures['epochs']:.0f}"


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _clock(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))
