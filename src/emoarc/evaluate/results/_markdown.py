"""Figures and tables in Markdown."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

__all__ = ["bounds", "class_rows", "percent", "points", "section", "shares", "spread", "table"]


def percent(value: float | None) -> str:
    """Put a share in percent; a dash where nothing was measured."""
    return "–" if value is None else f"{100 * value:.1f} %"


def bounds(interval: Sequence[float]) -> str:
    """Put the bounds of a share in percent, without the sign."""
    return f"{100 * interval[0]:.1f}–{100 * interval[1]:.1f}"


def spread(interval: Mapping[str, float | None]) -> str:
    """Put a share in percent with its bounds, if it has any."""
    low, high = interval["low"], interval["high"]
    if low is None or high is None:
        return percent(interval["value"])
    return f"{percent(interval['value'])} ({bounds([low, high])})"


def points(interval: Mapping[str, float | None]) -> str:
    """Put a difference of shares in points, with its bounds."""
    value, low, high = (interval[key] for key in ("value", "low", "high"))
    if value is None or low is None or high is None:
        return "–" if value is None else f"{100 * value:+.1f}"
    return f"{100 * value:+.1f} ({100 * low:+.1f} to {100 * high:+.1f})"


def table(heads: Sequence[Any], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def section(title: str, *parts: str, level: int = 2) -> str:
    """Return a heading and the parts below it that are not empty."""
    return "\n\n".join(part for part in (f"{'#' * level} {title}", *parts) if part)


def class_rows(reports: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Return a row per class: precision / recall / F1 in percent and the support, per report."""
    return [
        [label, *(cell for report in reports for cell in shares(report["classes"][label]))]
        for label in reports[0]["labels"]
    ]


def shares(row: Mapping[str, float | None]) -> tuple[str, str]:
    """Return a class's precision / recall / F1 in whole percent, and how many items it has."""
    figures = (row[name] for name in ("precision", "recall", "f1"))
    return " / ".join("–" if x is None else f"{100 * x:.0f}" for x in figures), f"{row['support']}"


def _cell(cell: Any) -> str:
    return str(cell).replace("|", "\\|").replace("\n", " ")
