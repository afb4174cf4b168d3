"""The sections on who speaks: whether speech was given to the right subject."""

from collections.abc import Mapping
from typing import Any

from emoarc.evaluate.results._markdown import section, spread, table

__all__ = ["attribution_files_section", "attribution_section"]

_WAYS = ("lips alone", "live", "end", "less alike")


def attribution_section(figures: Mapping[str, Any]) -> str:
    """Return the section on `attribution.json`, as `bench/attribution.py` writes it."""
    return section(
        "Who speaks",
        "Share of speech time given to the right subject, by `python bench/attribution.py "
        "--data ../shared -o docs/results/attribution.json`.",
        _shares(figures),
        f"- {figures['protocol']}.",
    )


def attribution_files_section(figures: Mapping[str, Any]) -> str:
    """Return the section on `attribution-files.json`, of files that were analysed whole."""
    kinds = " ".join(f'"{name}"' for name in figures["kinds"])
    count = next(iter(figures["kinds"].values()))["recordings"]
    return section(
        "Who speaks, in files",
        "The same by the whole pipeline, of recordings written as files, by `python "
        f"bench/attribution.py --data ../shared --files --kinds {kinds} --recordings {count} "
        f"--seed {figures['seed']} -o docs/results/attribution-files.json`.",
        _shares(figures),
    )


def _shares(figures: Mapping[str, Any]) -> str:
    rows = [
        [name, kind["recordings"], round(kind["seconds"]), *(spread(kind[way]) for way in _WAYS)]
        for name, kind in figures["kinds"].items()
    ]
    heads = ["recordings", "n", "seconds", "lips alone", "live", "at the end", "less alike"]
    return f"{table(heads, rows)}\n\nSeed {figures['seed']}, {figures['fps']:g} frames a second."
