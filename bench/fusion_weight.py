"""How much should the face count beside the voice?

`python bench/fusion_weight.py --data ../shared -o docs/results/fusion-weight.json` fits the one
weight of the pool (`FusionOptions.face_weight`) by the likelihood of the truth on validation data:
frames of the six acted video clips of CREMA-D at hand, and utterances of the speakers that the
voice recipe holds out. They show different people, so frames and utterances of the same emotion
are paired at random, which takes them as independent given the emotion.
"""

import argparse
import json
import tomllib
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emoarc import EMOTIONS, Analyzer, models
from emoarc.analyzer import AnalysisOptions
from emoarc.fusion import log_linear_pool
from emoarc.labels import emotion_of
from emoarc.media import read_audio
from emoarc.train import read_voice_clips
from emoarc.types import SAMPLING_RATE

PROTOCOL = (
    "fitted by the likelihood of the truth on frames of six acted video clips (CREMA-D, one actor, "
    "six emotions, not trained on by the face model) and utterances of the voice recipe's held-out "
    "speakers, paired at random within each emotion; balanced prior"
)
PAIRS = 1000
"""Drawn for each emotion."""

Estimates = dict[str, NDArray[np.float64]]
"""Probabilities over `EMOTIONS`, shape (n, 7), by true emotion."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds corpora/")
    parser.add_argument("--recipe", type=Path, default=Path("recipes/voice-expression.toml"))
    parser.add_argument("-o", "--output", type=Path)
    arguments = parser.parse_args()
    faces = read_faces(arguments.data / "corpora/cremad/VideoFlash")
    voices = read_voices(arguments.data, arguments.recipe)
    figures = fit(faces, voices)
    print(json.dumps(figures, indent=2))
    if arguments.output:
        arguments.output.write_text(json.dumps(figures, indent=2) + "\n")


def read_faces(folder: Path) -> Estimates:
    """Read every analysed frame of the acted video clips (CREMA-D, one actor, six emotions)."""
    analyzer = Analyzer(AnalysisOptions(modalities=("face",)))
    found: Estimates = {}
    for clip in sorted(folder.glob("*_*_*_*.flv")):
        emotion = emotion_of(clip.stem.split("_")[2])
        assert emotion, clip
        found[emotion] = analyzer.analyze(clip).timeline.select(modality="face").probabilities
    return found


def read_voices(data: Path, recipe: Path) -> Estimates:
    """Read the utterances of the speakers that the recipe holds out, of the corpora with noise."""
    model = models.load_voice_expression()
    held_out = set(tomllib.loads(recipe.read_text())["held_out"])
    found: defaultdict[str, list[NDArray[np.float32]]] = defaultdict(list)
    for clip in read_voice_clips(data, ("ravdess", "emodb", "cremad")):
        if clip.speaker in held_out and clip.label:
            found[clip.label].append(model.predict(read_audio(clip.file), SAMPLING_RATE))
    return {emotion: np.array(values) for emotion, values in found.items()}


def fit(faces: Estimates, voices: Estimates) -> dict[str, object]:
    """Try weights in steps of 0.01 on pairs of the same emotion."""
    rng = np.random.default_rng(0)
    emotions = [emotion for emotion in EMOTIONS if emotion in faces]
    truth = np.repeat([EMOTIONS.index(emotion) for emotion in emotions], PAIRS)
    face = np.concatenate([rng.choice(faces[emotion], PAIRS) for emotion in emotions])
    voice = np.concatenate([rng.choice(voices[emotion], PAIRS) for emotion in emotions])
    scores = {
        round(float(weight), 2): _score(truth, face, voice, float(weight))
        for weight in np.arange(0, 1.005, 0.01)
    }
    best = min(scores, key=lambda weight: scores[weight]["nll"])
    return {
        "face_weight": best,
        "protocol": PROTOCOL,
        "pairs": len(truth),
        "seed": 0,
        "by_face_weight": scores,
    }


def _score(
    truth: NDArray[np.int64],
    face: NDArray[np.float32],
    voice: NDArray[np.float32],
    weight: float,
) -> dict[str, float]:
    pairs = zip(face, voice, strict=True)
    pooled = np.array([log_linear_pool(pair, [weight, 1 - weight]) for pair in pairs])
    return {
        "nll": float(-np.log(pooled[np.arange(len(truth)), truth]).mean()),
        "accuracy": float((pooled.argmax(axis=1) == truth).mean()),
    }


if __name__ == "__main__":
    main()
