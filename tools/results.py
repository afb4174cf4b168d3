"""Writes docs/results/README.md, and the table in README.md, from the JSON files beside the former.

`python tools/results.py`; a test fails where the texts and the files differ.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "docs/results"

PAGE = """\
# Results

Made by `python tools/results.py` from the JSON files in this folder; do not edit. Intervals are
95 % bootstrap intervals over what the protocol names. Shipped weights never train on RAVDESS actors
01 and 05, nor on the FER2013 PrivateTest pictures.

{sections}"""


def main() -> None:
    """Write both texts."""
    for path, text in texts().items():
        path.write_text(text, encoding="utf-8")


def texts() -> dict[Path, str]:
    """Return what the two texts should say."""
    files = {path.stem: json.loads(path.read_text()) for path in RESULTS.glob("*.json")}
    sections = [face(files), voice(files), fusion(files), speed(files)]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = "<!-- figures -->\n" + headlines(files) + "\n<!-- /figures -->"
    marked = re.compile(r"<!-- figures -->.*<!-- /figures -->", re.DOTALL)
    return {
        RESULTS / "README.md": PAGE.format(sections="\n\n".join(sections)) + "\n",
        ROOT / "README.md": marked.sub(lambda _: block, readme),
    }


def headlines(files: dict[str, Any]) -> str:
    """Return the table of the README."""
    faces, folds = files["face-expression"], files["voice-ravdess-folds"]
    both = files["fusion"]["by_modality"]
    rows = [
        ["Face: FER+ test, 8 classes", "accuracy " + spread(faces["ferplus_test"]["accuracy"])],
        [
            "… 7 classes, balanced prior, as emoarc uses it",
            "accuracy " + spread(faces["ferplus_test_balanced"]["accuracy"]),
        ],
        ["Voice: RAVDESS, 8 classes, speakers never heard", "UAR " + spread(folds["uar"])],
        ["52 acted takes of one actor never seen, 7 classes: face alone", within(both["face"])],
        ["… voice alone", within(both["voice"])],
        ["… both fused", within(both["fused"])],
        [
            f"Speed on {files['speed']['cores']} cores, face and voice",
            f"{files['speed']['analysis_x_real_time']:.0f} × real time",
        ],
    ]
    note = (
        f"The voice recipe was chosen on fold 2; without it the UAR is {percent(unseen(folds))}. "
        "Probabilities are calibrated on data like the training data (expected calibration error "
        f"{faces['calibration']['ece_after']:.3f} face, "
        f"{files['voice-expression']['calibration']['ece_after']:.3f} voice); on the acted takes "
        f"they are too sure ({both['face']['ece_15']:.2f} face, {both['voice']['ece_15']:.2f} "
        f"voice, {both['fused']['ece_15']:.2f} fused)."
    )
    return table(["measured on", "figure (95 % interval)"], rows) + "\n\n" + note


def face(files: dict[str, Any]) -> str:
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
    ]  # fmt: skip
    return section(
        "Face expression",
        "`emoarc train recipes/face-expression.toml --data ../shared -o runs/face-expression`",
        table(["measured on", "accuracy", "UAR", "n"], rows),
        calibration(f["calibration"]),
        [test["protocol"], original["protocol"], takes["protocol"]],
    )


def voice(files: dict[str, Any]) -> str:
    """Return the section on the voice model."""
    folds, f = files["voice-ravdess-folds"], files["voice-expression"]
    rows = [
        ["RAVDESS, 8 classes, five folds", spread(folds["uar"]), percent(folds["accuracy"]),
         folds["clips"]],
        *(
            [f"shipped model, {name}", spread(f[key]["uar"]), percent(f[key]["accuracy"]),
             f[key]["clips"]]
            for name, key in (("RAVDESS actors 01 and 05", "sealed_speakers"),
                              ("held-out speakers of four corpora", "held_out_speakers"))
        ),
    ]  # fmt: skip
    each = ", ".join(percent(uar) for uar in folds["uar_per_fold"])
    return section(
        "Voice expression",
        "`emoarc train recipes/voice-ravdess-folds.toml …` for the folds and "
        "`emoarc train recipes/voice-expression.toml …` for the shipped model",
        table(["measured on", "UAR", "accuracy", "clips"], rows)
        + f"\n\nUAR by fold: {each}; without the second, {percent(unseen(folds))}.",
        calibration(f["calibration"]),
        [folds["protocol"], f["held_out_speakers"]["protocol"]],
    )


def fusion(files: dict[str, Any]) -> str:
    """Return the section on fusion."""
    f, weight = files["fusion"], files["fusion-weight"]
    rows = [
        [name, percent(row["accuracy"]), bounds(row["interval_95"]), f"{row['ece_15']:.3f}",
         row["found"]]
        for name, row in f["by_modality"].items()
    ]  # fmt: skip
    return section(
        "Fusion",
        "`python bench/fusion.py --data ../shared -o docs/results/fusion.json`; the weight by "
        "`python bench/fusion_weight.py --data ../shared -o docs/results/fusion-weight.json`",
        table(["modality", "accuracy", "95 %", "ECE", "found in"], rows),
        f"The face's weight in the pool is {weight['face_weight']}: {weight['protocol']}.",
        [f["protocol"]],
    )


def unseen(folds: dict[str, Any]) -> float:
    """Return the mean UAR of the folds on which nothing was chosen."""
    first, _, *others = folds["uar_per_fold"]
    return sum([first, *others]) / (1 + len(others))


def speed(files: dict[str, Any]) -> str:
    """Return the section on speed and memory."""
    figures = dict(files["speed"])
    protocol = figures.pop("protocol")
    rows = [[name.replace("_", " "), value] for name, value in figures.items()]
    return section(
        "Speed and memory",
        "`python bench/speed.py ../shared/media/talking_head_1.mp4 --hour "
        "-o docs/results/speed.json`",
        table(["what", "figure"], rows),
        "",
        [protocol],
    )


def section(title: str, command: str, body: str, note: str, protocols: list[str]) -> str:
    """Return a section of the page."""
    listed = "\n".join(f"- {protocol}." for protocol in protocols)
    parts = [f"## {title}", f"By {command}.", body, note, listed]
    return "\n\n".join(part for part in parts if part)


def calibration(f: dict[str, Any]) -> str:
    """Return a sentence on calibration."""
    return (
        f"Expected calibration error (15 bins): {f['ece_before']:.3f} before and "
        f"{f['ece_after']:.3f} after temperature scaling."
    )


def table(heads: list[str], rows: Iterable[list[Any]]) -> str:
    """Return a table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def spread(interval: dict[str, float]) -> str:
    """Return a share with its interval, if it has one."""
    if interval["low"] is None:
        return percent(interval["value"])
    return f"{percent(interval['value'])} ({bounds([interval['low'], interval['high']])})"


def within(row: dict[str, Any]) -> str:
    """Return the accuracy of one modality with its interval."""
    return f"{percent(row['accuracy'])} ({bounds(row['interval_95'])})"


def bounds(interval: list[float]) -> str:
    """Return an interval of shares."""
    return f"{100 * interval[0]:.1f}–{100 * interval[1]:.1f}"


def percent(value: float) -> str:
    """Return a share in percent."""
    return f"{100 * value:.1f} %"


if __name__ == "__main__":
    main()
