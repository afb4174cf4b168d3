"""What a terminal shows of a training, and what a log file gets."""

import io

from rich.console import Console

from emoarc.cli._epochs import Epochs, shown_epochs


def drawn(epochs: Epochs, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(epochs)
    return console.file.getvalue()


def epoch(number: int, **figures: float) -> dict[str, float]:
    return {"epoch": number, "loss": 2.0 - number, **figures, "seconds": 3.0, "epochs": 30}


def test_the_last_ten_epochs_with_a_column_for_every_figure() -> None:
    epochs = Epochs(now=lambda: 0.0)
    for number in range(12):
        epochs.add(epoch(number, **({"uar": 0.25} if number == 11 else {})))
    lines = drawn(epochs).splitlines()
    assert lines[0] == "epoch 12 of 30 · elapsed 0:00:00 · 0:00:54 left"
    heading = next(i for i, line in enumerate(lines) if "loss" in line)
    assert lines[heading].split() == ["epoch", "loss", "seconds", "uar"]
    rows = [line.split() for line in lines[heading + 2 :] if line.strip()]
    assert [row[0] for row in rows] == [str(n) for n in range(3, 13)]
    assert rows[-1] == ["12", "-9", "3", "0.25"]


def test_time_goes_by_between_epochs() -> None:
    clock = [0.0]
    epochs = Epochs(now=lambda: clock[0])
    clock[0] = 3.0
    epochs.add(epoch(0))
    clock[0] = 5.0
    assert "elapsed 0:00:05 · 0:01:25 left" in drawn(epochs)
    clock[0] = 500.0
    assert "0:00:00 left" in drawn(epochs)


def test_the_next_training_begins_a_new_table() -> None:
    epochs = Epochs(now=lambda: 0.0)
    for number in (0, 1, 0):
        epochs.add(epoch(number))
    assert drawn(epochs).startswith("training 2 · epoch 1 of 30")
    assert [line.split()[0] for line in drawn(epochs).splitlines()[4:] if line.split()] == ["1"]


def test_without_a_terminal_there_is_a_line_per_epoch() -> None:
    console = Console(file=io.StringIO(), width=20)
    with shown_epochs(console) as show:
        show(epoch(0, uar=1 / 3))
    assert console.file.getvalue() == "epoch 1 of 30  loss 2  uar 0.3333  seconds 3\n"


def test_a_terminal_gets_a_table_and_its_cursor_back() -> None:
    console = Console(file=io.StringIO(), width=80, force_terminal=True)
    with shown_epochs(console) as show:
        show(epoch(0))
    text = console.file.getvalue()
    assert "epoch 1 of 30" in text
    assert text.rstrip().endswith("\x1b[?25h")


def test_who_is_told_nothing_shows_nothing() -> None:
    console = Console(file=io.StringIO(), force_terminal=True)
    with shown_epochs(console):
        pass
    assert console.file.getvalue() == ""
