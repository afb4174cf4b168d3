"""Pictures of a training: how it went, and what it confuses.

Colours are those of Okabe & Ito 2008, "Color universal design", which the colour-blind tell apart.
"""

# pyright: reportUnknownMemberType=false
# matplotlib annotates itself in part only.

from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emoarc.errors import OptionError
from emoarc.files import atomic
from emoarc.train._history import History, read_history

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["confusion_figure", "draw_curves", "learning_curves"]

_COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_LOSSES: Final = ("loss", "nll")
_GREY: Final = "#666666"


def learning_curves(history: History, path: Path) -> None:
    """Draw losses and, where there are any, measures over the epochs, as PNG or SVG by suffix.

    Raises:
        OptionError: The history is empty.
        OutputError: The picture cannot be written.
    """
    if not history:
        raise OptionError("learning curves: no epoch has ended yet")
    names = dict.fromkeys(name for figures in history for name in figures)
    losses = [name for name in names if name.endswith(_LOSSES)]
    measures = [name for name in names if name not in {*losses, "epoch", "seconds"}]
    panels = {"loss": losses} | ({"measured in validation": measures} if measures else {})
    colours = dict(zip([*losses, *measures], cycle(_COLOURS), strict=False))
    figure = _figure(5.2 * len(panels), 3.6)
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for ax, (title, shown) in zip(axes, panels.items(), strict=True):
        _curves(ax, history, {name: colours[name] for name in shown})
        ax.set_ylabel(title)
    _save(figure, path)


def draw_curves(folder: Path) -> None:
    """Draw the learning curves of every training whose log lies below `folder`, beside the log."""
    for log in sorted(folder.rglob("progress.csv")):
        learning_curves(read_history(log), log.with_name("learning-curves.png"))


def confusion_figure(labels: Sequence[str], matrix: ArrayLike, path: Path) -> None:
    """Draw a confusion matrix with counts and shares of its rows, as PNG or SVG by suffix.

    Args:
        labels: Of the rows (what the corpus says) and columns (what was predicted).
        matrix: Counts, shape (labels, labels).
        path: Where the picture goes.

    Raises:
        OptionError: The matrix does not fit the labels.
        OutputError: The picture cannot be written.
    """
    counts = np.asarray(matrix, np.int64)
    if counts.shape != (len(labels), len(labels)) or not len(labels):
        raise OptionError(f"confusion: {len(labels)} labels do not fit shape {counts.shape}")
    totals = counts.sum(axis=1)
    shares = counts / np.maximum(totals, 1)[:, None]
    side = 1.6 + 0.72 * len(labels)
    figure = _figure(side + 1.5, side)
    ax = figure.subplots()
    image = ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    _write_cells(ax, counts, shares)
    places = range(len(labels))
    ax.set_xticks(places, labels, rotation=40, ha="right", rotation_mode="anchor")
    ax.set_yticks(places, [f"{name}\nn = {n}" for name, n in zip(labels, totals, strict=True)])
    ax.set_xlabel("predicted")
    ax.set_ylabel("label in the corpus")
    ax.set_title(_summary(counts, shares), fontsize="medium")
    bar = figure.colorbar(image, ax=ax, fraction=0.046, pad=0.03, ticks=[0, 0.25, 0.5, 0.75, 1])
    bar.ax.set_yticklabels(["0 %", "25 %", "50 %", "75 %", "100 %"])
    bar.set_label("share of the row")
    for spine in (*ax.spines.values(), bar.outline):
        spine.set_visible(False)
    _save(figure, path)


def _figure(width: float, height: float) -> "Figure":
    from matplotlib.figure import Figure  # not pyplot, which keeps every figure it makes

    return Figure(figsize=(width, height), layout="constrained")


def _save(figure: "Figure", path: Path) -> None:
    metadata: dict[str, Any] = {"Date": None} if path.suffix == ".svg" else {}
    with atomic(path) as temporary:
        figure.savefig(temporary, dpi=150, metadata=metadata, bbox_inches="tight", pad_inches=0.1)


def _curves(ax: "Axes", history: History, colours: Mapping[str, str]) -> None:
    from matplotlib.ticker import MaxNLocator

    epochs = [figures["epoch"] + 1 for figures in history]
    few = "o" if len(epochs) < 3 else ""
    for name, colour in colours.items():
        values = [figures.get(name, np.nan) for figures in history]
        label = "training loss" if name == "loss" else name
        ax.plot(epochs, values, color=colour, marker=few, label=label, linewidth=1.6)
    if any("score" in figures for figures in history):
        best = max(history, key=lambda figures: figures.get("score", -np.inf))["epoch"] + 1
        ax.axvline(best, color=_GREY, linestyle=":", linewidth=1.2, label="epoch kept")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("epoch")
    ax.grid(color="#dddddd", linewidth=0.6)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False)


def _write_cells(ax: "Axes", counts: NDArray[np.int64], shares: NDArray[np.float64]) -> None:
    for (row, column), count in np.ndenumerate(counts):
        share = shares[row, column]
        colour = "white" if share > 0.55 else "black" if count else "#999999"
        percent = f"{100 * share:.0f} %" if share >= 0.005 else "< 1 %"
        text = f"{count}\n{percent}" if count else "0"
        ax.text(column, row, text, ha="center", va="center", color=colour, fontsize="small")


def _summary(counts: NDArray[np.int64], shares: NDArray[np.float64]) -> str:
    seen = counts.sum(axis=1) > 0
    if not seen.any():
        return "nothing measured"
    accuracy, uar = np.trace(counts) / counts.sum(), shares.diagonal()[seen].mean()
    return f"accuracy {100 * accuracy:.1f} %, UAR {100 * uar:.1f} %, n = {counts.sum()}"
