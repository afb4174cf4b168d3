"""Fit what tells that a mouth spoke, and whose voice it is: numbers in `_lips` and `_attribute`.

`python bench/attribution_fit.py --data ../shared -o docs/results/attribution-fit.json` makes turns
of the clips of two actors, of whom none is in what `bench/attribution.py` measures.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from emoarc.audio import FRAME_SECONDS, levels, speech_span
from emoarc.fusion import lip_features, lip_moments, voiced_opening
from emoarc.media import MediaReader, ReadOptions, read_audio
from emoarc.models import (
    load_face_detector,
    load_face_expression,
    load_face_landmarks,
    load_speaker_embedding,
)
from emoarc.toml import read_toml
from emoarc.types import SAMPLING_RATE
from emoarc.vision import ACTION_UNITS, FaceBranch
from speakers import voices_of

PROTOCOL = (
    "turns of one to four clips (10 RAVDESS takes of actor 01 and 6 CREMA-D clips of actor 1001 "
    "with real video) put together, 10 frames a second; half of them with noise of ESC-10 at 0 "
    "to 20 dB, half with picture and sound up to 80 ms apart; against each turn a mouth at rest "
    "(the half second of a clip in which it moves least, to and fro; weight 0.8) and one speaking "
    "something else (weight 0.2); logistic regression of `this mouth spoke`. The weight of the low "
    "band by ridge regression of the mouth's opening on both levels in speech. Pairs is how often "
    "who spoke got the higher score, in sample. Likeness: logistic regression of `this voice is "
    "theirs` on the cosine of a recording's speaker embedding to the sum of those of one to six "
    "others, by the same speaker or by another of the same corpus, 3000 times each (the speakers "
    "`fitting` of recipes/speaker-embedding.toml, at most 30 recordings of each)"
)
TAKES = ["01-01", "01-02", "02-01", "02-02"]
CLIPS = (
    *(f"ravdess_av/Actor_01/01-01-01-01-{take}-01.mp4" for take in TAKES),
    "ravdess_av/Actor_01/01-01-04-01-02-01-01.mp4",
    *(f"ravdess_av/Actor_01/01-01-08-01-{take}-01.mp4" for take in ("01-01", "01-02", "02-02")),
    *(f"ravdess_av/Actor_01/01-01-08-02-{take}-01.mp4" for take in ("01-01", "02-02")),
    *(
        f"cremad/VideoFlash/1001_DFA_{way}_XX.flv"
        for way in ["ANG", "DIS", "FEA", "HAP", "NEU", "SAD"]
    ),
)
FPS, REST, LATE = 10, 0.5, 0.08
CHANCE = 0.3
JAW_DROP = ACTION_UNITS.index("au26")


@dataclass(frozen=True)
class Clip:
    """The mouth and the sound of one person, and where speech begins and ends."""

    person: str
    times: np.ndarray
    openings: np.ndarray
    sound: np.ndarray
    span: tuple[float, float]

    def opening(self, times: np.ndarray) -> np.ndarray:
        """Return what the nearest frame showed."""
        return self.openings[np.clip(np.searchsorted(self.times, times), 0, len(self.times) - 1)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with corpora/ and noise/")
    parser.add_argument("--turns", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-o", "--output", type=Path)
    arguments = parser.parse_args()
    generator = np.random.default_rng(arguments.seed)
    models = load_face_detector(), load_face_expression(), load_face_landmarks(looks=1)
    corpora = arguments.data / "corpora"
    clips = [read_clip(corpora / name, FaceBranch(*models)) for name in CLIPS]
    noises = [read_audio(p) for p in sorted((arguments.data / "noise/esc10").rglob("*.ogg"))[::8]]
    features = np.array([sample(clips, noises, generator) for _ in range(arguments.turns)])
    flat, own = features.reshape(-1, 4), np.tile([1, 0, 0], len(features))
    weights = np.tile([1.0, 0.8, 0.2], len(features))
    model = LogisticRegression(C=1000, max_iter=5000, fit_intercept=False).fit(flat, own, weights)
    scores = features @ model.coef_[0]
    results = {
        "protocol": PROTOCOL,
        "seed": arguments.seed,
        "turns": len(features),
        "coefficients": model.coef_[0].round(2).tolist(),
        "low_band": round(low_band(clips), 2),
        "likeness": round(likeness(arguments.data, generator), 1),
        "pairs": {
            "at rest": round(float((scores[:, 0] > scores[:, 1]).mean()), 3),
            "speaking something else": round(float((scores[:, 0] > scores[:, 2]).mean()), 3),
        },
    }
    print(json.dumps(results, indent=2))
    if arguments.output:
        arguments.output.write_text(json.dumps(results, indent=2) + "\n")


def read_clip(path: Path, branch: FaceBranch) -> Clip:
    """Follow the face through a clip."""
    with MediaReader(path, ReadOptions(fps=60, audio=False)) as reader:
        faces = [face for frame in reader for face in branch.push(frame)] + branch.flush()
    shapes = [face.geometry for face in faces]
    openings = np.array([s.mouth_opening + s.measures[JAW_DROP] for s in shapes])
    sound = read_audio(path)
    start, end = (sample / SAMPLING_RATE for sample in speech_span(sound))
    return Clip(path.stem[:4], np.array([f.time for f in faces]), openings, sound, (start, end))


def sample(
    clips: list[Clip], noises: list[np.ndarray], generator: np.random.Generator
) -> list[np.ndarray]:
    """Return the features of who spoke, of a mouth at rest, and of one speaking something else."""
    people = {clip.person: [c for c in clips if c.person == clip.person] for clip in clips}
    draw = lambda: people[sorted(people)[int(generator.random() < 0.6)]]  # noqa: E731
    speaker = draw()
    turn = [speaker[i] for i in generator.permutation(len(speaker))[: generator.integers(1, 5)]]
    parts = [heard(clip, noises, generator) for clip in turn]
    other, third = draw(), draw()
    resting = other[generator.integers(len(other))]
    mouths = [
        [clip.opening(times) for clip, (times, *_) in zip(turn, parts, strict=True)],
        [at_rest(resting, len(times), generator) for times, *_ in parts],
        [to_and_fro(third[generator.integers(len(third))], len(t), generator) for t, *_ in parts],
    ]
    return [
        lip_features(
            sum(
                lip_moments(times, mouth, np.full(len(times), 1 / FPS), at, voiced)
                for mouth, (times, at, voiced) in zip(each, parts, strict=True)
            )
        )
        for each in mouths
    ]


def heard(
    clip: Clip, noises: list[np.ndarray], generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the times of frames, and those and the openness of what is heard meanwhile."""
    start, end = clip.span
    sound = clip.sound
    if generator.random() < 0.5:
        noise = np.resize(noises[generator.integers(len(noises))], len(sound))
        gain = 10 ** (-generator.uniform(0, 20) / 20) * sound.std() / (noise.std() + 1e-9)
        sound = sound + gain * noise
    late = generator.uniform(-LATE, LATE) if generator.random() < 0.5 else 0.0
    first = round(start * SAMPLING_RATE)
    voiced = voiced_opening(levels(sound[first : round(end * SAMPLING_RATE)]))
    at = start + late + (np.arange(len(voiced)) + 0.5) * FRAME_SECONDS
    return np.arange(start + generator.random() / FPS, end, 1 / FPS), at, voiced


def at_rest(clip: Clip, count: int, generator: np.random.Generator) -> np.ndarray:
    """Return the openings of a listener: the calmest stretch of a clip, to and fro."""
    starts = np.arange(0, clip.times[-1] - REST, 0.05)
    moves = [clip.openings[(clip.times >= s) & (clip.times < s + REST)].std() for s in starts]
    steps = np.arange(count) / FPS + generator.uniform(0, 20)
    return clip.opening(starts[int(np.argmin(moves))] + fold(steps, REST))


def to_and_fro(clip: Clip, count: int, generator: np.random.Generator) -> np.ndarray:
    """Return the openings of a clip from a drawn moment on."""
    steps = np.arange(count) / FPS + generator.uniform(0, 20)
    return clip.opening(fold(steps, float(clip.times[-1])))


def fold(times: np.ndarray, length: float) -> np.ndarray:
    """Run to and fro between 0 and a length."""
    return length - np.abs(times % (2 * length) - length)


def low_band(clips: list[Clip]) -> float:
    """Regress the opening on the levels below and from 500 Hz; return minus their ratio."""
    rows, targets = [], []
    for clip in clips:
        start, end = (round(time * SAMPLING_RATE) for time in clip.span)
        bands = levels(clip.sound[start:end])
        bands = np.maximum(bands - np.percentile(bands, 95, axis=0), -30)
        times = clip.times[(clip.times >= clip.span[0]) & (clip.times < clip.span[1])]
        at = clip.span[0] + (np.arange(len(bands)) + 0.5) * FRAME_SECONDS
        known = np.stack([np.interp(times, at, band) for band in bands.T], axis=1)
        opening = clip.opening(times)
        rows.append(known - known.mean(axis=0))
        targets.append((opening - opening.mean()) / (opening.std() + 0.004))
    levels_, openings = np.vstack(rows), np.concatenate(targets)
    low, high = np.linalg.solve(levels_.T @ levels_ + 300 * np.eye(2), levels_.T @ openings)
    return float(-low / high)


def likeness(data: Path, generator: np.random.Generator) -> float:
    """Regress whose voice it is on how like another it is; return the coefficient."""
    recipe = read_toml(Path(__file__).parent.parent / "recipes/speaker-embedding.toml")
    embedder = load_speaker_embedding()
    voices = {
        name: np.stack([embedder.embed(s.samples) * len(s.samples) / SAMPLING_RATE for s in own])
        for name, own in voices_of(data, recipe["fitting"]).items()
    }
    rows = np.array([like(voices, generator) for _ in range(3000)])
    model = LogisticRegression(C=1000).fit(rows.reshape(-1, 1), np.tile([1, 0], len(rows)))
    return float(model.coef_[0, 0])


def like(voices: dict[str, np.ndarray], generator: np.random.Generator) -> list[float]:
    """Return how like a recording is to some of its speaker's, and to as many of another's."""
    speaker = str(generator.choice(sorted(voices)))
    corpus = speaker.split("-")[0]
    rivals = [name for name in sorted(voices) if name != speaker and name.startswith(corpus)]
    own, rival = voices[speaker], voices[str(generator.choice(rivals))]
    one, *others = generator.permutation(len(own))[: generator.integers(2, 8)]
    known = [own[others].sum(axis=0), generator.permutation(rival)[: len(others)].sum(axis=0)]
    voice = own[one] / np.linalg.norm(own[one])
    # One second of chance is added, as `emoarc.fusion.attribute` does.
    return [float((total @ voice + CHANCE) / (np.linalg.norm(total) + 1)) for total in known]


if __name__ == "__main__":
    main()
