"""The page on voices: how well new people are read, and whether knowing more of them helps."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from emoarc.evaluate.results._markdown import class_rows, percent, section, spread, table

__all__ = ["voices_page"]

Files = Mapping[str, Any]

_HEAD = """\
# Voices

Made by `emoarc results` from the JSON files in this folder; do not edit. What the shipped network
learnt from and where it fails is in its card (`emoarc models show voice-expression`)."""

_PROTOCOLS: Final = {
    "voice-ravdess": "RAVDESS, 8 classes, five folds of speakers",
    "voice-emodb": "EMO-DB, 7 classes, each speaker left out",
    "voice-tess": "TESS, 7 classes, one speaker teaches, the other is tested",
    "voice-corpora": "4 classes, each of four corpora left out",
}


_CHOICE: Final = """\
- How the recipes were chosen: the schedule and the spectral network on fold 2 of RAVDESS, with an
  earlier recipe; the functionals, the relative reading and speakers sharing a batch were tried on
  folds 1 to 3 of RAVDESS and on six speakers of EMO-DB; nothing on TESS or across corpora."""


def voices_page(files: Files) -> str:
    """Return the page, empty where there is no figure on voices.

    Args:
        files: What the JSON files hold, by their names without the suffix.
    """
    measured = {name: files[name] for name in _PROTOCOLS if name in files}
    sections = [_protocols(measured)] if measured else []
    sections += [_classes(measured["voice-ravdess"])] if "voice-ravdess" in measured else []
    sections += [_shipped(files["voice-expression"])] if "voice-expression" in files else []
    sections += [_relative(files["voice-relative"])] if "voice-relative" in files else []
    sections += [_told(files["voice-told"])] if "voice-told" in files else []
    return "\n\n".join([_HEAD, *sections]) + "\n" if sections else ""


def _protocols(measured: Files) -> str:
    rows = [
        [
            _PROTOCOLS[name],
            *(
                spread(f[reading][figure])
                for reading in ("absolute", "relative")
                for figure in ("uar_over_folds", "uar")
            ),
            f["absolute"]["n"],
            f["absolute"]["speakers"],
        ]
        for name, f in measured.items()
    ]
    heads = ["protocol", "UAR, mean of folds", "pooled", "relative: mean of folds", "pooled",
             "clips", "speakers"]  # fmt: skip
    folds = [
        f"- {_PROTOCOLS[name]}: {_folds(f['absolute'])}; relative {_folds(f['relative'])}."
        for name, f in measured.items()
    ]
    first = next(iter(measured.values()))
    notes = [
        f"- {_PROTOCOLS[name]}: {f['protocol']} ({f['source']}); intervals over "
        f"{f['absolute']['interval_over']}."
        for name, f in measured.items()
    ]
    return section(
        "People never heard",
        "By `emoarc train recipes/NAME.toml --data ../shared -o runs/NAME`, whose `metrics.json` "
        f"is kept here as `NAME.json`, for {', '.join(f'`{name}`' for name in measured)}. The "
        f"first reading has {first['absolute']['means']}; relative is "
        f"{first['relative']['means']}.",
        table(heads, rows),
        "By fold:\n\n" + "\n".join(folds),
        "\n".join([*notes, _CHOICE]),
    )


def _folds(figures: Files) -> str:
    parts = zip(figures["folds"], figures["uar_per_fold"], strict=True)
    return ", ".join(f"{name} {percent(uar)}" for name, uar in parts)


def _classes(f: Files) -> str:
    reports = [{**f[reading], "labels": f["labels"]} for reading in ("absolute", "relative")]
    heads = [
        "class",
        *(x for r in ("absolute", "relative") for x in (f"{r}: precision / recall / F1, %", "n")),
    ]
    return section("RAVDESS, class by class", table(heads, class_rows(reports)))


def _shipped(f: Files) -> str:
    rows = [
        [
            name,
            spread(part["uar"]),
            spread(part["uar_relative"]),
            percent(part["accuracy"]),
            part["clips"],
        ]
        for name, part in (
            ("RAVDESS actors 01 and 05, never trained on", f["sealed_speakers"]),
            ("held-out speakers", f["held_out_speakers"]),
        )
    ]
    rows += [
        [f"… of {corpus}", percent(part["uar"]), "", percent(part["accuracy"]), part["clips"]]
        for corpus, part in f["held_out_by_corpus"].items()
        if "uar" in part
    ]
    calibration = f["calibration"]
    return section(
        "The shipped model",
        "By `emoarc train recipes/voice-expression.toml --data ../shared -o "
        "runs/voice-expression`.",
        table(["measured on", "UAR", "UAR, relative", "accuracy", "clips"], rows),
        _groups(f["held_out_by_group"]),
        f"Expected calibration error (15 bins): {calibration['ece_before']:.3f} before and "
        f"{calibration['ece_after']:.3f} after temperature scaling.",
        f"- {f['held_out_speakers']['protocol']}.",
    )


def _groups(groups: Mapping[str, Sequence[Files]]) -> str:
    rows = [
        [
            kind,
            row["group"],
            spread(row["uar"]),
            spread(row["accuracy"]),
            row["items"],
            row["speakers"],
        ]
        for kind, found in groups.items()
        for row in found
    ]
    heads = ["group", "", "UAR", "accuracy", "clips", "speakers"]
    return "Of the held-out speakers, by what their corpora state of them:\n\n" + table(heads, rows)


def _relative(f: Files) -> str:
    rows = [
        [name, most, spread(figures["live"]), spread(figures["whole"]), group["clips"],
         group["speakers"]]
        for name, group in f["groups"].items()
        for most, figures in group["by_most"].items()
    ]  # fmt: skip
    heads = ["speakers", "`--voice-relative`", "live", "second pass", "clips", "speakers"]
    return section(
        "Relative to the speaker's own voice",
        "By `python bench/voice_relative.py --data ../shared -o docs/results/voice-relative.json`. "
        "The UAR of actors, and of people reading aloud the share read as neutral.",
        table(heads, rows),
        f"Half of the trust is reached after {f['half']:g} s of a voice.",
        f"- {f['protocol']}.",
    )


def _told(f: Files) -> str:
    rows = [
        [
            name,
            ", ".join(pair["told"]),
            reading,
            percent(figures["uar"]["second"]),
            percent(figures["uar"]["first"]),
            _points(figures["uar"]),
            figures["n"],
            figures["speakers"],
        ]
        for name, pair in f["pairs"].items()
        for reading, figures in pair["readings"].items()
    ]
    heads = ["corpus", "told", "reading", "UAR, not told", "UAR, told", "difference in points",
             "clips", "speakers"]  # fmt: skip
    return section(
        "Does knowing sex or age help?",
        "By `python bench/told.py runs -o docs/results/voice-told.json`, after `emoarc train` of "
        "the recipes that it compares.",
        table(heads, rows),
        f"- {f['protocol']}.",
    )


def _points(compared: Mapping[str, float | None]) -> str:
    """Put a difference in points with its bounds."""
    value, low, high = (compared[name] for name in ("difference", "low", "high"))
    if value is None or low is None or high is None:
        return "–"
    return f"{100 * value:+.1f} ({100 * low:+.1f} to {100 * high:+.1f})"
