"""The page on noise: what it costs, what taking it away gives back, and what quality tells."""

from collections.abc import Iterator, Mapping
from typing import Any

from emoarc.evaluate.results._markdown import percent, section, spread, table

__all__ = ["noise_page"]

Files = Mapping[str, Any]

_HEAD = """\
# Noise

Made by `emoarc results` from `noise.json`; do not edit. The file is written by
`python bench/noise.py --data ../shared -o docs/results/noise.json`."""


def noise_page(files: Files) -> str:
    """Return the page, empty where there is no figure on noise.

    Args:
        files: What the JSON files hold, by their names without the suffix.
    """
    if "noise" not in files:
        return ""
    f = files["noise"]
    clips = f["clips_alone"]
    parts = [
        _HEAD,
        _about(f),
        section("What each remedy does", _overview(clips), _notes(clips)),
        *(section(f"In {kind}", _by_ratio(clips, kind)) for kind in [*f["noises"], "babble"]),
        _streams(f["streams"]),
        _quality(f["streams"]["quality"]),
    ]
    return "\n\n".join(parts) + "\n"


def _about(f: Files) -> str:
    noises = ", ".join(f"{name} ({count} recordings)" for name, count in f["noises"].items())
    return (
        f"Of the voice model with sha256 {f['pack']['sha256'][:12]}…: {f['clips']} clips of "
        f"{len(f['speakers'])} speakers; {noises}, and babble of {f['talkers']} talkers; seed "
        f"{f['seed']}.\n\n- {f['protocol']}."
    )


def _overview(clips: Files) -> str:
    """One row for each remedy: UAR over all noises, and what it costs."""
    ratios = list(next(iter(clips.values()))["all"])
    rows = [
        [
            name,
            spread(row["clean"]["uar"]),
            *(spread(row["all"][ratio]["uar"]) for ratio in ratios),
            f"{row['x_time_of_none']:.2f}",
            row["x_real_time"] or "",
        ]
        for name, row in clips.items()
    ]
    heads = ["remedy", "clean", *(f"{ratio} dB" for ratio in ratios)]
    return table([*heads, "time, of none's", "× real time"], rows)


def _notes(clips: Files) -> str:
    """What is gained over doing nothing, with intervals, and how clean the sound gets."""
    return "\n".join(
        f"- {name} against none, in points of UAR: {', '.join(_gains(row))}; the sound's ratio of "
        f"signal to distortion rises by {', '.join(_cleaner(row))}."
        for name, row in clips.items()
        if name != "none"
    )


def _gains(row: Files) -> Iterator[str]:
    yield f"clean {_points(row['clean']['over_none'])}"
    yield from (f"{r} dB {_points(figure['over_none'])}" for r, figure in row["all"].items())


def _cleaner(row: Files) -> Iterator[str]:
    yield from (f"{figure['si_sdr_gain_db']:g} dB at {r}" for r, figure in row["all"].items())


def _by_ratio(clips: Files, kind: str) -> str:
    ratios = list(next(iter(clips.values()))[kind])
    rows = [
        [name, *(f"{percent(row[kind][r]['uar']['value'])}; {_points(row[kind][r]['over_clean'])}"
                 for r in ratios)]
        for name, row in clips.items()
    ]  # fmt: skip
    return table(["remedy", *(f"{ratio} dB; against clean" for ratio in ratios)], rows)


def _streams(f: Files) -> str:
    ratios = list(next(iter(f["ways"].values())))
    rows = [
        [name, *(f"{spread(row[r]['uar'])}; {percent(row[r]['unheard'])}" for r in ratios)]
        for name, row in f["ways"].items()
    ]
    note = (
        f"{f['clips']} of the clips as streams, the noise before them included: UAR, and the share "
        "of clips in which no speech was found, which count as wrong."
    )
    return section("As streams", note, table(["remedy", *map(_decibels, ratios)], rows))


def _quality(f: Files) -> str:
    rows = [
        [f"{row['from']:.1f} to {row['from'] + 0.2:.1f}", row["clips"], percent(row["accuracy"])]
        for row in f["by_quality"]
    ]
    ratios = [
        [_decibels(ratio), f"{row['quality']:.2f}", percent(row["accuracy"])]
        for ratio, row in f["by_ratio"].items()
    ]
    return section(
        "What the quality says",
        table(["quality", "clips", "read rightly"], rows),
        table(["noise", "mean quality", "read rightly"], ratios),
        "Of two of these streams, one read wrongly and one rightly, the wrong one has the lower "
        f"quality in {spread(f['auc_error'])} of the pairs (area under the ROC curve).",
    )


def _decibels(ratio: str) -> str:
    return ratio if ratio == "clean" else f"{ratio} dB"


def _points(figure: Mapping[str, float | None]) -> str:
    """Put a difference of shares in points, with its bounds."""
    value, low, high = (figure[key] for key in ("value", "low", "high"))
    if value is None or low is None or high is None:
        return "–" if value is None else f"{100 * value:+.1f}"
    return f"{100 * value:+.1f} ({100 * low:+.1f} to {100 * high:+.1f})"
