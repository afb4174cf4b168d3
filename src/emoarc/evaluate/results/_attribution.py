"""The section on who speaks: whether speech was given to the right subject."""

from collections.abc import Mapping
from typing import Any

from emoarc.evaluate.results._markdown import section, spread, table

__all__ = ["attribution_section"]

_WAYS = ("lips alone", "live", "end", "less alike")


def attribution_section(figures: Mapping[str, Any]) -> str:
    """Return the section on `attribution.json`, as `bench/attribution.py` writes it."""
    rows = [
        [name, kind["recordings"], round(kind["seconds"]), *(spread(kind[way]) for way in _WAYS)]
        for name, kind in figures["kinds"].items()
    ]
    return section(
        "Who speaks",
        "Share of speech time given to the right subject, by `python bench/attribution.py "
        "--data ../shared -o docs/results/attribution.json`.",
        table(
            ["recordings", "n", "seconds", "lips alone", "live", "at the end", "less alike"], rows
        ),
        f"Seed {figures['seed']}, {figures['fps']:g} frames a second.",
        f"- {figures['protocol']}.",
    )
