"""Does knowing a speaker's sex or age help to read the voice?

`python bench/told.py runs -o docs/results/voice-told.json` compares, clip by clip, what recipes
said that were told nothing of the speaker with what the same recipes said that were told what the
corpus states. Train all of them first, each into its folder below `runs`:
`emoarc train recipes/voice-ravdess.toml --data ../shared -o runs/voice-ravdess`, and so on.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from emoarc.evaluate import compare, read_predictions

PAIRS = {
    "RAVDESS": ("voice-ravdess", "voice-ravdess-told", ["sex"]),
    "EMO-DB": ("voice-emodb", "voice-emodb-told", ["sex", "age"]),
}
PROTOCOL = (
    "the same recipe, seed and folds with and without what the corpus states of the speaker, which "
    "is joined to what both experts know of a clip; nobody is in both training and test; told less "
    "not told, 95 % paired bootstrap interval over speakers; emoarc infers neither sex nor age, "
    "and the shipped models are told nothing"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path, help="the folder below which the recipes were trained")
    parser.add_argument("-o", "--output", type=Path)
    arguments = parser.parse_args()
    pairs = {
        name: pair(arguments.runs / plain, arguments.runs / told, facts)
        for name, (plain, told, facts) in PAIRS.items()
        if (arguments.runs / told / "metrics.json").exists()
    }
    figures = {"protocol": PROTOCOL, "pairs": pairs}
    print(json.dumps(figures, indent=2))
    if arguments.output:
        arguments.output.write_text(json.dumps(figures, indent=2) + "\n")


def pair(plain: Path, told: Path, facts: list[str]) -> dict[str, Any]:
    """Compare two runs, reading by reading."""
    return {
        "told": facts,
        "readings": {
            reading: compare(
                read_predictions(told / f"predictions-{reading}.csv"),
                read_predictions(plain / f"predictions-{reading}.csv"),
            )
            for reading in ("absolute", "relative")
        },
    }


if __name__ == "__main__":
    main()
