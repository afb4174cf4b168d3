"""Does fusion earn its place? Accuracy of face, voice and both on acted audio-visual takes.

`python bench/fusion.py --data ../shared -o docs/results/fusion.json` analyses the takes of RAVDESS
actor 01, on which nothing was trained, calibrated or fitted, and reads the label of each take off
the analysis: the emotion with the largest mean probability over the take.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from emoarc import EMOTIONS, Analysis, Analyzer
from emoarc.analyzer import AnalysisOptions
from emoarc.corpora import read_corpora
from emoarc.errors import NothingToAnalyzeError
from emoarc.evaluate import bootstrap_interval, expected_calibration_error

PROTOCOL = (
    "RAVDESS audio-visual takes of actor 01 (no calm), each analysed whole with default options; "
    "the label is the emotion with the largest mean probability over the take; a take in which a "
    "modality was not found counts as wrong for it; interval over takes; nothing was trained, "
    "calibrated or fitted on this actor, but how rows are weighed and smoothed was settled with "
    "these takes in view"
)
MODALITIES = ("face", "voice", "fused")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the corpora")
    parser.add_argument("-o", "--output", type=Path)
    arguments = parser.parse_args()
    clips = read_corpora(arguments.data, ["ravdess"]).clips
    takes = [clip for clip in clips if clip.kind == "audio-visual" and clip.speaker == "ravdess-01"]
    analyzer = Analyzer(AnalysisOptions())
    truth = np.array([EMOTIONS.index(take.label or "") for take in takes])
    estimates = np.stack([estimate(analyzer, take.file) for take in takes])
    figures = {m: score(truth, estimates[:, i]) for i, m in enumerate(MODALITIES)}
    for modality, figure in figures.items():
        print(f"{modality:6} {figure['accuracy']:.1%}  (found in {figure['found']} takes)")
    if arguments.output:
        result = {"protocol": PROTOCOL, "by_modality": figures}
        arguments.output.write_text(json.dumps(result, indent=2) + "\n")


def estimate(analyzer: Analyzer, take: Path) -> np.ndarray:
    """Return the mean probabilities by modality, shape (3, 7); NaN where there is nothing."""
    try:
        analysis = analyzer.analyze(take)
    except NothingToAnalyzeError:
        return np.full((len(MODALITIES), len(EMOTIONS)), np.nan)
    return np.stack([mean_of(analysis, modality) for modality in MODALITIES])


def mean_of(analysis: Analysis, modality: str) -> np.ndarray:
    """Return the mean probabilities over all subjects, weighted by quality and length."""
    rows = analysis.timeline.select(modality=modality)
    weights = (rows.column("end") - rows.column("start")) * rows.column("quality")
    if not weights.sum() > 0:
        return np.full(len(EMOTIONS), np.nan)
    return weights @ rows.probabilities / weights.sum()


def score(truth: np.ndarray, estimates: np.ndarray) -> dict[str, Any]:
    """Score one modality; a take in which nothing was found counts as wrong."""
    found = np.isfinite(estimates).all(axis=1)
    predicted = np.where(found, np.nan_to_num(estimates).argmax(axis=1), -1)
    right = predicted == truth
    interval = bootstrap_interval(lambda rows: float(right[rows].mean()), np.arange(len(truth)))
    return {
        "accuracy": float(right.mean()),
        "interval_95": [interval.low, interval.high],
        "found": int(found.sum()),
        "takes": len(truth),
        "ece_15": expected_calibration_error(truth[found], estimates[found]),
        "recall": {emotion: float(right[truth == i].mean()) for i, emotion in enumerate(EMOTIONS)},
    }


if __name__ == "__main__":
    main()
