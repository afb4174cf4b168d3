"""The page on faces: how they are found, marked, followed and read, and how fast."""

from collections.abc import Iterator, Mapping
from typing import Any

from emoarc.evaluate.results._expressions import expression_sections, quality_section
from emoarc.evaluate.results._markdown import percent, section, table

__all__ = ["faces_page"]

Files = Mapping[str, Any]

_HEAD = """\
# Faces

Made by `emoarc results` from the JSON files in this folder; do not edit. What the networks learn
from and where they fail is in their cards (`emoarc models show face-detection` and so on)."""


def faces_page(files: Files) -> str:
    """Return the page, empty where there is no figure on faces.

    Args:
        files: What the JSON files hold, by their names without the suffix.
    """
    makers = {
        "face-detection": _detection,
        "face-landmarks": _landmarks,
        "face-identity": _identity,
        "face-expression": expression_sections,
        "face-quality": quality_section,
        "face-speed": _speed,
    }
    sections = [make(files[name]) for name, make in makers.items() if name in files]
    return "\n\n".join([_HEAD, *sections]) + "\n" if sections else ""


def _detection(f: Files) -> str:
    parts = [
        *(f"### {title}\n\n{_recall(f[part])}" for title, part in _PARTS.items()),
        _alarms(f["clips"], f.get("reported")),
        f"Milliseconds for 640 x 360: {_listed(f['milliseconds'])}.",
        f"- {f['protocol']}.",
    ]
    command = (
        "`python bench/face_detection.py ../shared -o docs/results/face-detection.json "
        "--fps 5 --step 8`"
    )
    return section("Finding them", f"By {command}.", *parts)


_PARTS = {"Held-out pictures, their faces at seven sizes": "pictures", "Clips never seen": "clips"}


def _recall(tallies: Files) -> str:
    keys = list(next(iter(tallies.values()))["recall"])
    rows = [
        [
            key,
            next(iter(tallies.values()))["recall"][key]["faces"],
            *(percent(tally["recall"][key]["recall"]) for tally in tallies.values()),
        ]
        for key in keys
    ]
    return table(["faces", "n", *tallies], rows)


def _alarms(tallies: Files, reported: Files | None) -> str:
    frames = next(iter(tallies.values()))["frames_without_faces"]
    counts = {name: tally["false_alarms"] for name, tally in tallies.items()}
    text = f"False alarms in {frames} frames of the clips without a face: {_listed(counts)}."
    if reported:
        text += (
            f" Reported at last, in {reported['frames_without_faces']} frames without a face: "
            f"{reported['false_alarms']}."
        )
    return text


def _landmarks(f: Files) -> str:
    held_out = f["held_out"]
    rows = [
        [name, row["faces"], percent(row["error"]), percent(row["error_90"]), percent(row["found"])]
        for name, row in held_out["sizes"].items()
    ]
    heads = ["faces", "n", "mean error", "of 9 in 10 less than", "taken for a face"]
    return section(
        "Marking them",
        "By `emoarc train recipes/face-landmarks.toml --data ../shared -o runs/face-landmarks`.",
        table(heads, rows),
        f"Of {held_out['others']} crops without a face {percent(held_out['false_alarms'])} are "
        "taken for one.",
        f"- {held_out['protocol']}.",
    )


def _identity(f: Files) -> str:
    rows = [
        [way, kind, percent(row["idf1"]), row["switches"], row["merges"]]
        for way, kind, row in _followed(f)
    ]
    heads = ["told apart by", "clips", "IDF1", "switches", "merges across cuts"]
    return section(
        "Following them",
        "By `python bench/identity.py --data ../shared --seeds 1 -o "
        "docs/results/face-identity.json`.",
        table(heads, rows),
        f"- {f['protocol']}.",
    )


def _followed(f: Files) -> Iterator[tuple[str, str, Files]]:
    for way, kinds in f.items():
        if isinstance(kinds, Mapping):
            yield from ((way, kind, row) for kind, row in kinds.items())  # pyright: ignore[reportUnknownVariableType]


def _speed(f: Files) -> str:
    rows = [
        [word, f[f"{word}_face"]["frames_per_second"], f[f"{word}_face"]["faces_per_frame"]]
        for word in ("one", "five")
    ]
    return section(
        "How fast",
        "By `python bench/face.py ../shared/media -o docs/results/face-speed.json`.",
        table(["people", "frames analysed in a second", "faces seen in each"], rows),
        f"On {f['cores']} cores. Milliseconds of each part: {_listed(f['milliseconds'])}. "
        f"Megabytes of the packs: {_listed(f['pack_megabytes'])}.",
        f"- {f['protocol']}.",
    )


def _listed(figures: Files) -> str:
    return ", ".join(f"{name} {value}" for name, value in figures.items())
