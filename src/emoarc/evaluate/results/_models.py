"""Sections on the shipped models and their speed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from emoarc.evaluate.results._markdown import bounds, percent, section, spread, table

__all__ = ["headlines", "model_sections"]

Files = Mapping[str, Any]
"""What the JSON files hold, by their names without the suffix."""


def model_sections(files: Files) -> Iterator[str]:
    """Yield a section for each result whose files are there."""
    sections = {
        _face: ("face-expression",),
        _speed: ("speed",),
    }
    yield from (each(files) for each, needed in sections.items() if files.keys() >= set(needed))


def headlines(files: Files) -> str:
    """Return the table of the README, empty where not all its files are there."""
    needed = ("face-expression", "voice-ravdess", "voice-expression", "fusion", "speed")
    if not files.keys() >= set(needed):
        return ""
    faces, voices = files["face-expression"], files["voice-ravdess"]
    shipped, both = files["voice-expression"]["held_out_speakers"], files["fusion"]["ravdess_av"]
    rows = [
        ["Face: FER+ test, 8 classes", "accuracy " + spread(faces["ferplus_test"]["accuracy"])],
        [
            "… 7 classes, balanced prior, as emoarc uses it",
            "accuracy " + spread(faces["ferplus_test_balanced"]["accuracy"]),
        ],
        [
            "Voice as shipped: held-out speakers of five corpora, 7 classes",
            "UAR " + spread(shipped["uar"]),
        ],
        ["… relative to how each of them usually sounds", "UAR " + spread(shipped["uar_relative"])],
        [
            "Voice, trained anew for each fold of RAVDESS, 8 classes, speakers never heard",
            "UAR " + spread(voices["absolute"]["uar_over_folds"]),
        ],
        [
            "… relative to how each of them usually sounds",
            "UAR " + spread(voices["relative"]["uar_over_folds"]),
        ],
        ["52 acted takes of one actor never seen, 7 classes: face alone", _within(both["face"])],
        ["… voice alone", _within(both["voice"])],
        ["… both fused", _within(both["pool"])],
        [
            f"Speed on {files['speed']['cores']} cores, face and voice",
            f"{files['speed']['analysis_x_real_time']:.0f} × real time",
        ],
    ]
    return table(["measured on", "figure (95 % interval)"], rows) + "\n\n" + _how_sure(files)


def _how_sure(files: Files) -> str:
    """Say how far the probabilities hold."""
    faces, both = files["face-expression"], files["fusion"]["ravdess_av"]
    return (
        "Expected calibration error: on data like the training data "
        f"{faces['calibration']['ece_after']:.3f} face, "
        f"{files['voice-expression']['calibration']['ece_after']:.3f} voice, "
        f"{files['fusion']['validation']['pool']['ece_15']:.3f} fused; on the acted takes "
        f"{both['face']['ece_15']:.2f} face, {both['voice']['ece_15']:.2f} voice, "
        f"{both['pool']['ece_15']:.2f} fused, where so few takes would show "
        f"{both['pool']['ece_floor']:.2f} of a model without fault. Whether fusion gains anything "
        "on such takes so few cannot tell ([fusion.md](docs/results/fusion.md))."
    )


def _face(files: Files) -> str:
    """Return the section on the face model."""
    f = files["face-expression"]
    test, original, takes = f["ferplus_test"], f["fer2013_private_test"], f["ravdess_av"]
    rows = [
        ["FER+ test, 8 classes", spread(test["accuracy"]), percent(test["uar"]), test["pictures"]],
        ["the same, 7 classes, balanced prior", spread(f["ferplus_test_balanced"]["accuracy"]),
         percent(f["ferplus_test_balanced"]["uar"]), f["ferplus_test_balanced"]["pictures"]],
        ["FER2013 PrivateTest, 7 classes, original labels", spread(original["accuracy"]),
         percent(original["uar"]), original["pictures"]],
        *(
            [f"RAVDESS takes, face crops only, {prior} prior",
             spread(takes[f"{prior}_prior"]["accuracy"]),
             percent(takes[f"{prior}_prior"]["uar"]), takes["count"]]
            for prior in ("natural", "balanced")
        ),
        *_relative(takes),
    ]  # fmt: skip
    return _measured(
        "Face expression",
        "`emoarc train recipes/face-expression.toml --data ../shared -o runs/face-expression`",
        table(["measured on", "accuracy", "UAR", "n"], rows),
        _calibration(f["calibration"]),
        [
            test["protocol"],
            original["protocol"],
            takes["protocol"],
            *(takes[way]["protocol"] for way in ("relative_to_person", "stream") if way in takes),
        ],
    )


def _relative(takes: Mapping[str, Any]) -> Iterator[list[Any]]:
    """Yield the rows on faces read relative to what else the person has shown."""
    if figures := takes.get("relative_to_person"):
        words = "RAVDESS takes, face crops only, relative to the person's other takes"
        yield [words, spread(figures["accuracy"]), percent(figures["uar"]), takes["count"]]
    if figures := takes.get("stream"):
        words = "RAVDESS takes, face crops only, as one stream of the person"
        yield [words, percent(figures["accuracy"]), "", takes["count"]]


def _speed(files: Files) -> str:
    """Return the section on speed and memory."""
    figures = dict(files["speed"])
    protocol = figures.pop("protocol")
    rows = [[name.replace("_", " "), value] for name, value in figures.items()]
    return _measured(
        "Speed and memory",
        "`python bench/speed.py ../shared/media/talking_head_1.mp4 --hour "
        "-o docs/results/speed.json`",
        table(["what", "figure"], rows),
        "",
        [protocol],
    )


def _measured(title: str, command: str, body: str, note: str, protocols: Sequence[str]) -> str:
    listed = "\n".join(f"- {protocol}." for protocol in protocols)
    return section(title, f"By {command}.", body, note, listed)


def _calibration(f: Mapping[str, float]) -> str:
    """Return a sentence on calibration."""
    return (
        f"Expected calibration error (15 bins): {f['ece_before']:.3f} before and "
        f"{f['ece_after']:.3f} after temperature scaling."
    )


def _within(row: Files) -> str:
    """Return the accuracy of one modality with its interval."""
    return f"{percent(row['accuracy'])} ({bounds(row['interval_95'])})"
