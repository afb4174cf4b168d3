"""The page on arcs: whether planted families of recordings are found again."""

from collections.abc import Iterator, Mapping
from typing import Any

from emoarc.evaluate.results._markdown import section, table

__all__ = ["arcs_page"]

Files = Mapping[str, Any]

_HEAD = """\
# Arcs

Made by `emoarc results` from the JSON files in this folder; do not edit. How an arc is smoothed,
how its band is made and how families are found is said in `emoarc.arcs`; that the band covers
simulated truths as often as it says is a test."""

_WAYS = {"euclidean": "Euclidean", "dtw": "dynamic time warping"}


def arcs_page(files: Files) -> str:
    """Return the page, empty where there is no figure on arcs.

    Args:
        files: What the JSON files hold, by their names without the suffix.
    """
    return f"{_HEAD}\n\n{_families(files['arcs'])}\n" if "arcs" in files else ""


def _families(f: Files) -> str:
    runs, courses = f["runs"], ", ".join(f["courses"])
    heads = ["distance", "adjusted Rand index", "told that there are four", "found", "silhouette"]
    return section(
        "Planted families",
        "By `python bench/arcs.py --data ../shared -o docs/results/arcs.json`.",
        f"Means over {len(runs)} seeds of {f['recordings']} recordings each "
        f"({sum(run['minutes'] for run in runs):.0f} minutes in all) with four planted courses of "
        f"valence: {courses}. The adjusted Rand index is 1 where the families found are the "
        "planted ones, and 0 where they have no more to do with them than chance.",
        table(heads, _rows(f)),
        f"The compared curves correlate with the planned ones by {_spread(f['correlation'])}. Were "
        "every utterance read right, the index would be "
        f"{_spread(f['if_read_right'])} (Euclidean): what is missing, the voice model misses.",
        f"- {f['protocol']}.",
    )


def _rows(f: Files) -> Iterator[list[str]]:
    for distance, row in f["by_distance"].items():
        yield [
            _WAYS[distance],
            _spread(row["adjusted_rand"]),
            _spread(row["adjusted_rand_of_four"]),
            "families: " + ", ".join(map(str, row["families"])),
            _spread(row["silhouette"]),
        ]


def _spread(figure: Mapping[str, float | None]) -> str:
    if figure["low"] is None:
        return f"{figure['value']:.2f}"
    return f"{figure['value']:.2f} ({figure['low']:.2f}–{figure['high']:.2f})"
