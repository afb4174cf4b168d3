"""The page on speakers: who speaks when, and which of the faces it is."""

from collections.abc import Mapping
from typing import Any

from emoarc.evaluate.results._attribution import attribution_files_section, attribution_section
from emoarc.evaluate.results._markdown import percent, section, spread, table

__all__ = ["speakers_page", "speakers_section"]

Figures = Mapping[str, Any]

_HEAD = """\
# Speakers

Made by `emoarc results` from `speakers.json`, `attribution.json` and `attribution-files.json`; do
not edit."""


def speakers_page(files: Figures) -> str:
    """Return the page, empty where there is no figure on speakers.

    Args:
        files: What the JSON files hold, by their names without the suffix.
    """
    sections = {
        "speakers": speakers_section,
        "attribution": attribution_section,
        "attribution-files": attribution_files_section,
    }
    parts = [make(files[name]) for name, make in sections.items() if name in files]
    return "\n\n".join([_HEAD, *parts]) + "\n" if parts else ""


def speakers_section(figures: Figures) -> str:
    """Return the section, from what `bench/speakers.py` writes."""
    return section(
        "Who speaks when",
        "By `python bench/speakers.py --data ../shared -o docs/results/speakers.json`.",
        _errors(figures["dialogues"]),
        "A collar leaves out a quarter of a second to either side of where a true speaker begins "
        "or ends. Live: as told while the stream runs. At the end: the utterances grouped anew by "
        "all that was heard.",
        _made_of(figures["dialogues"]),
        _sounds(figures["sound"]),
        _one_person(figures["one_person"]),
        f"Seconds of sound heard in one of processor time, on one thread: "
        f"{figures['speed']['with_speakers']}, and {figures['speed']['without_speakers']} without "
        "telling speakers, overlap and crowds.",
        f"- {figures['protocol']}.",
    )


def _errors(kinds: Figures) -> str:
    rows = [
        [
            kind,
            row["dialogues"],
            *(spread(row[way]) for way in ("final_collar", "final", "live_collar", "live")),
            _counted(row),
        ]
        for kind, row in kinds.items()
    ]
    heads = [
        "speakers",
        "dialogues",
        "error, at the end, collar",
        "at the end, no collar",
        "live, collar",
        "live, no collar",
        "speakers found (dialogues)",
    ]
    return "### Diarisation error\n\n" + table(heads, rows)


def _counted(row: Figures) -> str:
    found: list[int] = row["speakers_found"]
    return ", ".join(f"{count} ({found.count(count)})" for count in sorted(set(found)))


def _made_of(kinds: Figures) -> str:
    rows = [
        [kind, *(percent(row["final_collar"][part] / row["final_collar"]["speech"])
                 for part in ("missed", "false_alarm", "confusion"))]
        for kind, row in kinds.items()
    ]  # fmt: skip
    text = "What the error at the end is made of, with the collar:"
    return f"{text}\n\n" + table(["speakers", "missed", "false alarm", "confusion"], rows)


def _sounds(sounds: Figures) -> str:
    rows = [
        [name, spread(row["f1"]), percent(row["precision"]), percent(row["recall"]), row["seconds"]]
        for name, row in sounds.items()
    ]
    heads = ["marked as", "F1", "precision", "recall", "true seconds"]
    title = "### Overlap and crowds, in frames of 10 ms of the same dialogues"
    return f"{title}\n\n" + table(heads, rows)


def _one_person(clips: Figures) -> str:
    rows = [
        [name, row["seconds"], row["live_speakers"], row["speakers"], row["overlap_seconds"],
         row["crowd_seconds"]]
        for name, row in clips.items()
    ]  # fmt: skip
    heads = ["clip", "seconds heard", "speakers live", "at the end", "s of overlap", "s of crowd"]
    return "### Clips of one person\n\n" + table(heads, rows)
