"""Fits what fuses face and voice, and what smooths the result over time.

`python bench/fusion_fit.py --data ../shared -o src/emoarc/fusion/fitted.json` writes all numbers
that fusion ships with. Run it anew when an expert changes, and then `bench/fusion.py`, which
measures.
"""

import argparse
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from emoarc import models
from emoarc.files import write_text
from emoarc.fusion import ExpressionHMM, Fitted, FusionStage, divergence, forward
from emoarc.train._fusion_fit import (
    Track,
    fit_decisions,
    fit_elm,
    fit_fixed,
    fit_hmm,
    fit_memory,
    fit_pool,
    fit_stacking,
)
from fusion_data import Readings, Recording, compose, draw_pairs

PROTOCOL = (
    "fitted by the likelihood of the truth on faces of six acted video clips (CREMA-D, one actor, "
    "six emotions), pictures of FER+ Valid standing in for surprise, and utterances of the voice "
    "recipe's held-out speakers of RAVDESS, EMO-DB and CREMA-D; frames and windows of the same "
    "emotion paired at random; for the time, utterances of one speaker in a row with pauses of 0.3 "
    "to 2 s, of which one in two keeps the emotion of the one before, beside clips and pictures in "
    "equal parts; balanced prior"
)
PAIRS = 500
"""Drawn for each emotion."""
RECORDINGS = 36


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds corpora/")
    parser.add_argument("--recipe", type=Path, default=Path("recipes/voice-expression.toml"))
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    readings = Readings.read(arguments.data, arguments.recipe)
    fitted = fit(readings)
    packs = (models.load_face_expression().pack, models.load_voice_expression().pack)
    provenance = {
        "protocol": PROTOCOL,
        "by": "bench/fusion_fit.py",
        "seed": 0,
        "experts": {pack.manifest.name: pack.manifest.sha256 for pack in packs},
    }
    write(fitted, provenance, arguments.output)
    print(fitted.pool, fitted.hmm, sep="\n")


def fit(readings: Readings, seed: int = 0) -> Fitted:
    """Fit everything to these readings."""
    pairs, _ = draw_pairs(readings, PAIRS, seed)
    same, _ = draw_pairs(readings, PAIRS, seed + 1)
    fitted = Fitted(
        pool=fit_pool(pairs),
        mean=fit_fixed(pairs, "mean"),
        product=fit_fixed(pairs, "product"),
        max=fit_fixed(pairs, "max"),
        bayes=fit_fixed(pairs, "bayes"),
        decisions=fit_decisions(pairs),
        elm=fit_elm(pairs),
        stacking=fit_stacking(pairs),
        hmm=ExpressionHMM(0.3, 0.6),
        live_hmm=ExpressionHMM(0.3, 0.6),
        memory=0.8,
        incongruence=np.quantile(divergence(same.probabilities), np.linspace(0, 1, 101)),
    )
    # What smooths is fitted to what the pool gives.
    tracks = [track(each, fitted) for each in compose(readings, RECORDINGS, seed + 2)]
    return replace(
        fitted,
        hmm=fit_hmm(tracks),
        live_hmm=fit_hmm(tracks, forward),
        memory=fit_memory(tracks),
    )


def track(recording: Recording, fitted: Fitted) -> Track:
    """Fuse a composed recording and return its rows beside the truth."""
    stage = FusionStage(None, fitted)
    stage.push(recording.rows)
    rows = stage.settle(np.inf)
    start, end, quality = (
        np.array([getattr(r, n) for r in rows]) for n in ("start", "end", "quality")
    )
    probabilities = np.array([row.probabilities for row in rows], np.float64)
    return start, probabilities, quality * (end - start), recording.truth((start + end) / 2)


def write(fitted: Fitted, provenance: dict[str, Any], path: Path) -> None:
    """Write the numbers, rounded to five digits, each part on a line of its own."""
    parts = {"provenance": provenance, **asdict(fitted)}
    lines = (f"{json.dumps(name)}: {json.dumps(_plain(part))}" for name, part in parts.items())
    write_text(path, "{\n" + ",\n".join(lines) + "\n}\n")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value


if __name__ == "__main__":
    main()
