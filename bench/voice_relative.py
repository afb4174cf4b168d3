"""Does it help to read a voice relative to how it usually sounds, and whom does it harm?

`python bench/voice_relative.py --data ../shared -o docs/results/voice-relative.json` plays all that
each speaker said, in random orders, as one recording of that speaker: read as it is, relative to
what was heard until then (live), and relative to all of it (a file's second pass). It does so for
actors, who express everything alike often, and for people reading aloud, who stay neutral.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emoarc import EMOTIONS, models
from emoarc.audio import SpeakerBaselineOptions, SpeakerBaselines, VoiceExpressionModel, speech_span
from emoarc.corpora import Clip
from emoarc.evaluate import interval, uar
from emoarc.media import read_audio
from emoarc.toml import read_toml
from emoarc.train import read_voice_clips
from emoarc.types import VoiceObservation

MOST = (0.0, 0.5, 1.0)
HALVES = (3.0, 6.0, 12.0, 24.0)
ORDERS = 10
CORPORA = ("ravdess", "emodb", "cremad", "librispeech")
SEALED = ("ravdess-01", "ravdess-05")
PROTOCOL = (
    "shipped voice model; speakers it never trained on, the clips of each in 10 random orders as "
    "one recording; `half` was chosen by the live UAR of the held-out actors of the voice recipe, "
    "with `most` at 1, and the sealed actors (RAVDESS 01 and 05) had no part in it; 7 classes, "
    "balanced prior; UAR is the mean over orders and speakers, intervals over speakers; of the "
    "readers the share read as neutral"
)

Voices = dict[str, list[VoiceObservation]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds corpora/")
    parser.add_argument("--recipe", type=Path, default=Path("recipes/voice-expression.toml"))
    parser.add_argument("-o", "--output", type=Path)
    arguments = parser.parse_args()
    held_out: list[str] = read_toml(arguments.recipe)["held_out"]
    heard, truth = hear(arguments.data, {*held_out, *SEALED})
    groups = {
        "held-out actors": [s for s in heard if s in held_out and "librispeech" not in s],
        "sealed actors": [s for s in heard if s in SEALED],
        "readers": [s for s in heard if "librispeech" in s],
    }
    chosen = {
        half: measure(heard, truth, groups["held-out actors"], 1.0, half)["live"].mean()
        for half in HALVES
    }
    half = max(chosen, key=lambda h: chosen[h])
    figures = {
        "protocol": PROTOCOL,
        "orders": ORDERS,
        "live_uar_by_half": {f"{h:g}": round(float(x), 4) for h, x in chosen.items()},
        "half": half,
        "groups": {
            name: {
                "speakers": len(speakers),
                "clips": sum(len(heard[s]) for s in speakers),
                "by_most": {
                    f"{m:g}": over_speakers(measure(heard, truth, speakers, m, half)) for m in MOST
                },
            }
            for name, speakers in groups.items()
        },
    }
    print(json.dumps(figures, indent=2))
    if arguments.output:
        arguments.output.write_text(json.dumps(figures, indent=2) + "\n")


def hear(data: Path, speakers: set[str]) -> tuple[Voices, dict[str, NDArray[np.int64]]]:
    """Read every clip of the speakers."""
    model = models.load_voice_expression()
    heard: Voices = {}
    truth: dict[str, list[int]] = {}
    for clip in read_voice_clips(data, CORPORA):
        if clip.speaker in speakers and clip.label:
            heard.setdefault(clip.speaker, []).append(window(model, clip))
            truth.setdefault(clip.speaker, []).append(EMOTIONS.index(clip.label))
    return heard, {speaker: np.array(classes) for speaker, classes in truth.items()}


def window(model: VoiceExpressionModel, clip: Clip) -> VoiceObservation:
    samples = read_audio(clip.file)
    start, end = speech_span(samples)
    read = model.read([samples[start:end]])
    seconds = (end - start) / 16_000
    return VoiceObservation(0, seconds, 0, read.probabilities[0], 1.0, scores=read.scores[0])


def measure(
    heard: Voices,
    truth: dict[str, NDArray[np.int64]],
    speakers: Sequence[str],
    most: float,
    half: float,
) -> dict[str, NDArray[np.float64]]:
    """Return each speaker's UAR live and after all was heard; of readers, that of neutral."""
    options = SpeakerBaselineOptions(most=most, half=half)
    found: dict[str, list[float]] = {"live": [], "whole": []}  # speaker by speaker
    for speaker in speakers:
        for seed in range(ORDERS):
            order = np.random.default_rng(seed).permutation(len(heard[speaker]))
            live, whole = play([heard[speaker][i] for i in order], options)
            for name, read in (("live", live), ("whole", whole)):
                found[name].append(uar(truth[speaker][order], read.argmax(axis=1)))
    return {way: np.reshape(each, (-1, ORDERS)).mean(axis=1) for way, each in found.items()}


def over_speakers(found: dict[str, NDArray[np.float64]]) -> dict[str, Any]:
    """Return the means over the speakers, with intervals."""
    return {
        way: interval(lambda rows, each=each: each[rows].mean(), np.arange(len(each)))
        for way, each in found.items()
    }


def play(
    windows: Sequence[VoiceObservation], options: SpeakerBaselineOptions
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return what is read live, and what is read once all was heard, each (windows, 7)."""
    baselines = SpeakerBaselines(options)
    live: list[NDArray[np.float32]] = []
    for each in windows:
        baselines.hear(each)
        live.append(baselines.relate(each).probabilities)
    return np.stack(live), np.stack([baselines.relate(each).probabilities for each in windows])


if __name__ == "__main__":
    main()
