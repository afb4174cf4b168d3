"""Does taking noise away help to hear expression, and does a voice's quality tell of noise?

`python bench/noise.py --data ../shared -o docs/results/noise.json` mixes noise into clips of
speakers whom the voice model has not learnt from, takes it away by each remedy, and asks the model:
clip by clip by `VoiceExpressionModel.predict`, and some of them as streams through `VoiceBranch`.
About 12 minutes on one core. `--part choice` does the same with speakers and noises that nothing is
measured on, so that settings may be chosen there; `--clips 60` is a quick look.

noisereduce (Sainburg & Zorea 2024), which needs the whole recording at once, is measured as well
where it is installed.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from emoarc.audio import (
    DenoiserMaker,
    GateOptions,
    OverlapAdd,
    SpectralGate,
    Untouched,
    VoiceBranch,
    VoiceExpressionModel,
    speech_span,
)
from emoarc.corpora import SEALED, Clip
from emoarc.evaluate import interval, uar
from emoarc.labels import EMOTIONS
from emoarc.media import read_audio
from emoarc.models import load_denoiser, load_voice_expression
from emoarc.toml import read_toml
from emoarc.train import read_voice_clips
from emoarc.train._augment_signal import active_level
from emoarc.types import SAMPLING_RATE, AudioChunk

Signal = NDArray[np.float32]
Remedy = Callable[[Signal], Signal]

PROTOCOL = (
    "clips of RAVDESS, CREMA-D and EMO-DB by speakers whom the voice model has not learnt from, "
    "evenly from all of them, trimmed to their speech; 7 classes, calm counted as neutral, "
    "balanced prior; noise of fold 5 of ESC-10 and babble of four LibriSpeech readers at once, "
    "neither of which it has heard; the noise "
    "begins one second before the clip, and the ratio is that of the active levels (ITU-T P.56); "
    "the remedies hear that second and then the clip, the model the clip alone; intervals over "
    "speakers; the gate's floor of 10 dB was preferred to 20 dB in a trial with speakers whom an "
    "earlier model had learnt from, in the noise of sea and fire and babble of other readers; as "
    "streams, every second "
    "clip at two of the ratios, judged by the mean of its windows' log-probabilities, weighted by "
    "length and quality; speed on one core, in seconds of its work"
)
RATIOS = (20.0, 10.0, 5.0, 0.0)
LEAD = SAMPLING_RATE
"""Samples of noise before each clip: in a recording, too, it was there before the speech."""
BRANCHED = 2
"""Every second clip is also heard as a stream..."""
STREAMED = (10.0, 0.0)
"""...at these ratios."""


@dataclass(frozen=True)
class Part:
    """On whom and with what something is measured."""

    noises: Mapping[str, str]
    """Name → folder of ESC-10."""
    fold: str
    """Of ESC-10: the first figure of its files' names."""
    unseen: bool
    """Speakers and talkers whom the model has not learnt from, or the others."""


PARTS = {
    "measure": Part(
        {"rain": "002 - Rain", "helicopter": "007 - Helicopter", "chainsaw": "008 - Chainsaw"},
        fold="5",
        unseen=True,
    ),
    "choice": Part({"sea": "003 - Sea waves", "fire": "010 - Fire crackling"}, "1", unseen=False),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of corpora and noise")
    parser.add_argument("--recipe", type=Path, default=Path("recipes/voice-expression.toml"))
    parser.add_argument("--pack", default="voice-expression")
    parser.add_argument("--gtcrn", type=Path, help="default: models/ of the data")
    parser.add_argument("--part", choices=PARTS, default="measure")
    parser.add_argument("--floors", type=float, nargs="*", default=[], help="of more gates, in dB")
    parser.add_argument("--clips", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path)
    a = parser.parse_args()
    model = load_voice_expression(a.pack)
    held_out = set(read_toml(a.recipe)["held_out"]) | SEALED
    bench = Bench(a.data, PARTS[a.part], held_out, a.clips, a.seed)
    gtcrn = a.gtcrn or a.data / "models/denoise_gtcrn_simple.onnx"
    makers = {"none": Untouched, "gate": load_denoiser("gate"), "GTCRN": load_denoiser(gtcrn)}
    makers |= {f"gate {floor:g} dB": gate(floor) for floor in a.floors}
    figures = {
        "pack": {"name": model.pack.manifest.name, "sha256": model.pack.manifest.sha256},
        "protocol": PROTOCOL,
        "seed": a.seed,
        **bench.facts(),
        "clips_alone": measure_clips(bench, model, {**remedies(makers), **offline()}),
        "streams": measure_streams(bench, model, makers),
    }
    text = json.dumps(figures, indent=1)
    print(text)
    if a.output:
        a.output.write_text(text + "\n", encoding="utf-8")


@dataclass(frozen=True)
class Scene:
    """A clip in noise."""

    sound: Signal
    """The noise's lead, and the clip in noise; nowhere beyond full scale."""
    clean: Signal
    """The clip alone, as loud as it is there."""


def gate(floor: float) -> DenoiserMaker:
    """Return what begins a gate of another floor."""
    return lambda: OverlapAdd(SpectralGate(GateOptions(floor=floor)))


class Bench:
    """Clips, the noises for them, and how they come together."""

    def __init__(self, data: Path, part: Part, held_out: set[str], clips: int, seed: int) -> None:
        self.part, self.seed = part, seed
        heard = [c for c in read_voice_clips(data, ["ravdess", "cremad", "emodb"]) if c.label]
        heard = [c for c in heard if (c.speaker in held_out) == part.unseen]
        heard.sort(key=lambda c: (c.speaker, c.label, c.file.name))
        self.clips = spread(heard, clips)
        self.sounds = [trimmed(read_audio(clip.file)) for clip in self.clips]
        self.truth = np.array([EMOTIONS.index(clip.label or "") for clip in self.clips])
        self.speakers = np.array([clip.speaker for clip in self.clips])
        self._noises = {
            name: [read_audio(p) for p in sorted((data / "noise/esc10" / f).glob(f"{part.fold}-*"))]
            for name, f in part.noises.items()
        }
        talk = [
            c
            for c in read_voice_clips(data, ["librispeech"])
            if (c.speaker in held_out) == part.unseen
        ]
        names = sorted({c.speaker for c in talk})[:4]
        self._talkers = [[read_audio(c.file) for c in talk if c.speaker == n] for n in names]

    @property
    def kinds(self) -> list[str]:
        """The noises."""
        return [*self._noises, "babble"]

    @property
    def conditions(self) -> list[tuple[str, float]]:
        """Each noise at each ratio in decibels, and before them none."""
        return [("clean", np.inf), *product(self.kinds, RATIOS)]

    def facts(self) -> dict[str, Any]:
        """What the figures are of."""
        return {
            "clips": len(self.clips),
            "speakers": sorted(set(self.speakers.tolist())),
            "noises": {name: len(files) for name, files in self._noises.items()},
            "talkers": len(self._talkers),
        }

    def scene(self, row: int, kind: str, ratio: float) -> Scene:
        """Return one clip in one noise, the same whenever it is asked for."""
        speech = self.sounds[row]
        noise = np.zeros(LEAD + len(speech), np.float32)
        if kind != "clean":
            generator = np.random.default_rng([self.seed, row, self.kinds.index(kind)])
            noise = self._noise(kind, len(noise), generator)
            noise *= active_level(speech) / active_level(noise) * 10 ** (-ratio / 20)
        mixture = noise + np.pad(speech, (LEAD, 0))
        loudest = max(float(np.abs(mixture).max()), 1.0)
        return Scene(mixture / np.float32(loudest), speech / np.float32(loudest))

    def _noise(self, kind: str, length: int, generator: np.random.Generator) -> Signal:
        if kind != "babble":
            return stretch(self._noises[kind], length, generator)
        talk = [stretch(voices, length, generator) for voices in self._talkers]
        return sum((each / active_level(each) for each in talk), np.zeros(length)).astype("f4")


def trimmed(sound: Signal) -> Signal:
    """Return a clip from just before its first speech to just after its last."""
    start, end = speech_span(sound, padding=0.25)
    return sound[start:end]


def spread(clips: Sequence[Clip], count: int) -> list[Clip]:
    """Return so many of the clips, evenly from first to last."""
    chosen = np.linspace(0, len(clips) - 1, min(count, len(clips))).round().astype(int)
    return [clips[i] for i in chosen]


def stretch(sounds: Sequence[Signal], length: int, generator: np.random.Generator) -> Signal:
    """Return so many samples of one of the sounds from a random place; they may go round."""
    sound = sounds[generator.integers(len(sounds))]
    return sound[(np.arange(length) + generator.integers(len(sound))) % len(sound)]


def remedies(makers: Mapping[str, DenoiserMaker]) -> dict[str, Remedy]:
    """Return denoisers as functions of a whole sound."""

    def whole(maker: DenoiserMaker) -> Remedy:
        def apply(sound: Signal) -> Signal:
            denoiser = maker()
            return np.concatenate([denoiser.push(sound), denoiser.flush()])

        return apply

    return {name: whole(maker) for name, maker in makers.items()}


def offline() -> dict[str, Remedy]:
    """Return noisereduce's own gate, where it is installed."""
    try:
        import noisereduce
    except ImportError:
        return {}
    return {"noisereduce": lambda sound: noisereduce.reduce_noise(sound, SAMPLING_RATE)}


def measure_clips(
    bench: Bench, model: VoiceExpressionModel, remedies: Mapping[str, Remedy]
) -> dict[str, Any]:
    """Ask the model about every clip in every noise after every remedy."""
    shape = len(remedies), len(bench.conditions), len(bench.clips)
    said, gain = np.zeros(shape, np.int64), np.zeros(shape)
    seconds, heard, asked = dict.fromkeys(remedies, 0.0), 0.0, 0.0
    for (c, condition), row in product(enumerate(bench.conditions), range(len(bench.clips))):
        scene = bench.scene(row, *condition)
        heard += len(scene.sound) / SAMPLING_RATE
        for r, (name, remedy) in enumerate(remedies.items()):
            began = time.process_time()
            sound = remedy(scene.sound)
            seconds[name] += time.process_time() - began
            began = time.process_time()
            said[r, c, row] = model.predict(sound[LEAD:], SAMPLING_RATE).argmax()
            asked += time.process_time() - began
            gain[r, c, row] = distortion_ratio(scene.clean, sound[LEAD:])
    asked /= len(remedies)
    return {
        name: {
            **figures(bench, said[r], said[0], gain[r] - gain[0]),
            "x_real_time": round(heard / seconds[name]) if name != "none" else None,
            "x_time_of_none": round((asked + seconds[name]) / asked, 2),
        }
        for r, name in enumerate(remedies)
    }


def figures(
    bench: Bench, said: NDArray[np.int64], untouched: NDArray[np.int64], gain: NDArray[np.float64]
) -> dict[str, Any]:
    """Measure one remedy against none; all arrays have shape (conditions, clips)."""
    conditions = bench.conditions
    by_noise = {
        kind: {f"{ratio:g}": figure(bench, [conditions.index((kind, ratio))], said, untouched, gain)
               for ratio in RATIOS}
        for kind in bench.kinds
    }  # fmt: skip
    pooled = {
        f"{ratio:g}": figure(
            bench, [i for i, c in enumerate(conditions) if c[1] == ratio], said, untouched, gain
        )
        for ratio in RATIOS
    }
    return {"clean": figure(bench, [0], said, untouched, gain), "all": pooled, **by_noise}


def figure(
    bench: Bench,
    rows: list[int],
    said: NDArray[np.int64],
    untouched: NDArray[np.int64],
    gain: NDArray[np.float64],
) -> dict[str, Any]:
    """Measure one remedy under some conditions taken together."""
    truth, speakers = np.tile(bench.truth, len(rows)), np.tile(bench.speakers, len(rows))
    here, none = said[rows].ravel(), untouched[rows].ravel()
    clean = np.tile(untouched[0], len(rows))

    def over(other: NDArray[np.int64]) -> dict[str, float | None]:
        return interval(lambda i: uar(truth[i], here[i]) - uar(truth[i], other[i]), speakers)

    return {
        "uar": interval(lambda i: uar(truth[i], here[i]), speakers),
        "over_clean": over(clean),
        "over_none": over(none),
        "si_sdr_gain_db": round(float(gain[rows].mean()), 1) if rows != [0] else None,
    }


def distortion_ratio(clean: Signal, sound: Signal) -> float:
    """Return the scale-invariant ratio of signal to distortion in dB (Le Roux et al. 2019)."""
    a, b = (x.astype(np.float64) - x.mean() for x in (clean, sound))
    wanted = a * (a @ b) / (a @ a)
    return float(10 * np.log10((wanted @ wanted + 1e-12) / (np.sum((b - wanted) ** 2) + 1e-12)))


def measure_streams(
    bench: Bench, model: VoiceExpressionModel, makers: Mapping[str, DenoiserMaker]
) -> dict[str, Any]:
    """Hear some of the clips as streams: where the remedy belongs, and what quality tells."""
    rows = range(0, len(bench.clips), BRANCHED)
    conditions = [c for c in bench.conditions if c[1] in (np.inf, *STREAMED)]
    scenes = [(c, bench.scene(row, *c).sound, row) for c in conditions for row in rows]
    ways = {"none": [Heard(model, sound) for _, sound, _ in scenes]}
    for name, maker in makers.items():
        if name != "none":
            apply = remedies({name: maker})[name]
            ways[f"{name}, before the features"] = [Heard(model, s, maker) for _, s, _ in scenes]
            ways[f"{name}, before everything"] = [Heard(model, apply(s)) for _, s, _ in scenes]
    ratios = np.array([ratio for (_, ratio), _, _ in scenes])
    chosen = np.array([row for *_, row in scenes])
    truth, speakers = bench.truth[chosen], bench.speakers[chosen]
    return {
        "clips": len(rows),
        "ways": {name: stream_figures(h, truth, speakers, ratios) for name, h in ways.items()},
        "quality": quality_figures(ways["none"], truth, speakers, ratios),
    }


class Heard:
    """What the branch hears in a sound."""

    def __init__(
        self, model: VoiceExpressionModel, sound: Signal, maker: DenoiserMaker = Untouched
    ) -> None:
        branch = VoiceBranch(model, denoiser=maker)
        windows = branch.push(AudioChunk(0.0, sound)) + branch.flush()
        self.said = len(EMOTIONS)  # nothing, which is wrong
        self.quality = 0.0
        self.speech = sum(w.end - w.start for w in windows)
        weights = np.array([(w.end - w.start) * w.quality for w in windows])
        if weights.sum() > 0:
            self.said = int((weights @ np.log([w.probabilities for w in windows])).argmax())
            self.quality = float(weights.sum() / self.speech)


def stream_figures(
    heard: Sequence[Heard],
    truth: NDArray[np.int64],
    speakers: NDArray[np.str_],
    ratios: NDArray[np.float64],
) -> dict[str, Any]:
    """Measure one way to hear streams, at each ratio."""
    said = np.array([h.said for h in heard])
    found: dict[str, Any] = {}
    for ratio in (np.inf, *STREAMED):
        here = np.flatnonzero(ratios == ratio)
        found["clean" if ratio == np.inf else f"{ratio:g}"] = {
            "uar": interval(lambda i, h=here: uar(truth[h[i]], said[h[i]]), speakers[here]),
            "unheard": float((said[here] == len(EMOTIONS)).mean().round(4)),
            "speech_seconds": round(float(np.mean([heard[i].speech for i in here])), 2),
        }
    return found


def quality_figures(
    heard: Sequence[Heard],
    truth: NDArray[np.int64],
    speakers: NDArray[np.str_],
    ratios: NDArray[np.float64],
) -> dict[str, Any]:
    """Tell whether quality falls where the model errs, among the clips in which it heard speech."""
    spoke = np.array([h.said < len(EMOTIONS) for h in heard])
    quality = np.array([h.quality for h in heard])[spoke]
    right = (np.array([h.said for h in heard]) == truth)[spoke]
    ratios, speakers = ratios[spoke], speakers[spoke]
    fifth = np.minimum((quality * 5).astype(int), 4)
    return {
        "auc_error": interval(lambda i: roc_auc_score(~right[i], -quality[i]), speakers),
        "by_quality": [
            {"from": low / 5, "clips": int((fifth == low).sum()),
             "accuracy": round(float(right[fifth == low].mean()), 4)}
            for low in range(5) if (fifth == low).any()
        ],
        "by_ratio": {
            "clean" if ratio == np.inf else f"{ratio:g}": {
                "quality": round(float(quality[ratios == ratio].mean()), 3),
                "accuracy": round(float(right[ratios == ratio].mean()), 4),
            }
            for ratio in (np.inf, *STREAMED)
        },
    }  # fmt: skip


if __name__ == "__main__":
    main()
