"""What the fusion benches fit to and measure on: faces and voices whose emotion is known.

Validation data show faces and voices of different people; none of it is of RAVDESS actor 01, nor
was it trained on by the model that reads it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emoarc import EMOTIONS, Analyzer, models
from emoarc.analyzer import AnalysisOptions
from emoarc.audio import VoiceBranch
from emoarc.corpora import read_corpora
from emoarc.errors import NothingToAnalyzeError
from emoarc.fusion import express
from emoarc.labels import emotion_of
from emoarc.media import read_audio
from emoarc.toml import read_toml
from emoarc.train import read_voice_clips
from emoarc.train._ferplus import find_ferplus, read_ferplus
from emoarc.train._fusion_fit import Pairs
from emoarc.types import SAMPLING_RATE, AudioChunk, Expression, Modality
from emoarc.vision import align_face, face_quality, mark_faces
from face_quality import best, enlarged

Floats = NDArray[np.float64]

PICTURES = 200
"""At most so many of each emotion are read."""
VOICE_CORPORA = ("ravdess", "emodb", "cremad")
"""Whose held-out speakers are read; people reading aloud are none of them."""


@dataclass(frozen=True)
class Reading:
    """What one expert says of one clip or picture."""

    emotion: int
    source: str
    """Speaker, clip or picture: what is kept together when fitting and measuring are kept apart."""
    kind: str
    """`picture`, `clip`, or the voice's corpus."""
    seconds: float
    spans: Floats
    """Start and end of each frame or window, shape (n, 2)."""
    probabilities: Floats
    """Shape (n, 7)."""
    qualities: Floats
    """Shape (n,)."""


@dataclass(frozen=True)
class Take:
    """What is read in a whole recording of face and voice, before fusion."""

    emotion: int
    rows: tuple[Expression, ...]


def read_clips(data: Path) -> Iterator[Reading]:
    """Read the six acted video clips (CREMA-D, one actor, six emotions)."""
    analyzer = Analyzer(AnalysisOptions(modalities=("face",)))
    for clip in sorted((data / "corpora/cremad/VideoFlash").glob("*_*_*_*.flv")):
        emotion = emotion_of(clip.stem.split("_")[2])
        assert emotion, clip
        rows = analyzer.analyze(clip).timeline.select(modality="face")
        spans = np.column_stack([rows.column("start"), rows.column("end")])
        yield Reading(
            EMOTIONS.index(emotion),
            clip.stem,
            "clip",
            float(spans.max()),
            spans,
            rows.probabilities.astype(np.float64),
            rows.column("quality").astype(np.float64),
        )


def read_pictures(data: Path) -> Iterator[Reading]:
    """Read pictures of FER+ Valid as the pipeline reads frames."""
    faces = read_ferplus(find_ferplus(data), "Valid")
    detector, landmarker = models.load_face_detector(), models.load_face_landmarks(looks=1)
    model = models.load_face_expression()
    generator = np.random.default_rng(0)
    for emotion in range(len(EMOTIONS)):
        rows = generator.permutation(np.flatnonzero(faces.majority == emotion))[:PICTURES]
        for row in rows:
            image = enlarged(faces.images[row])
            face = best(mark_faces(image, detector.detect(image), landmarker))
            if face is None:
                continue
            crop = align_face(image, face, 96)
            size = min(face.box.width, face.box.height) / 4  # the picture was enlarged by 4
            quality = face_quality(crop, size, face.score, face.points)
            probabilities = model.predict([crop], framed=True).astype(np.float64)
            yield Reading(
                emotion, faces.names[row], "picture", 0.0, np.zeros((1, 2)), probabilities,
                np.array([quality]),
            )  # fmt: skip


def read_voices(data: Path, recipe: Path) -> Iterator[Reading]:
    """Read the utterances of the speakers that the recipe holds out, as a stream of them."""
    model = models.load_voice_expression()
    held_out = set(read_toml(recipe)["held_out"])
    for clip in read_voice_clips(data, VOICE_CORPORA):
        if clip.speaker not in held_out or not clip.label:
            continue
        samples = read_audio(clip.file)
        branch = VoiceBranch(model)
        heard = branch.push(AudioChunk(0.0, samples)) + branch.flush()
        if heard:
            yield Reading(
                EMOTIONS.index(clip.label),
                clip.speaker,
                clip.speaker.split("-")[0],
                len(samples) / SAMPLING_RATE,
                np.array([[o.start, o.end] for o in heard]),
                np.array([o.probabilities for o in heard], np.float64),
                np.array([o.quality for o in heard]),
            )


def read_takes(data: Path) -> Iterator[Take]:
    """Read the audio-visual takes of RAVDESS actor 01, to which no expert or rule is fitted."""
    analyzer = Analyzer(AnalysisOptions())
    for clip in read_corpora(data, ["ravdess"]).clips:
        if clip.kind != "audio-visual" or clip.speaker != "ravdess-01":
            continue
        try:
            rows = analyzer.analyze(clip.file).timeline
        except NothingToAnalyzeError:
            rows = ()
        kept = tuple(row for row in rows if row.modality != "fused")
        yield Take(EMOTIONS.index(clip.label or ""), kept)


FOLDS = 4


@dataclass(frozen=True)
class Readings:
    """Faces and voices whose emotion is known, of different people."""

    faces: tuple[Reading, ...]
    voices: tuple[Reading, ...]

    @classmethod
    def read(cls, data: Path, recipe: Path) -> "Readings":
        """Read all validation data."""
        return cls((*read_clips(data), *read_pictures(data)), tuple(read_voices(data, recipe)))

    def fold(self, number: int, others: bool = False) -> "Readings":
        """Return the sources of one fold, or of all the others."""
        return Readings(
            *(
                tuple(r for r, fold in zip(each, _folds(each), strict=True)
                      if (fold == number) != others)
                for each in (self.faces, self.voices)
            )
        )  # fmt: skip


def _folds(readings: tuple[Reading, ...]) -> list[int]:
    """Deal the sources of each kind out to the folds."""
    places: dict[tuple[str, str], int] = {}
    for kind in {r.kind for r in readings}:
        sources = sorted({r.source for r in readings if r.kind == kind})
        places |= {(kind, source): i % FOLDS for i, source in enumerate(sources)}
    return [places[r.kind, r.source] for r in readings]


def faces_of(readings: Readings, emotion: int, kind: str = "") -> list[Reading]:
    """Return the faces of an emotion: of one kind, or the clips and, lacking them, the pictures.

    Clips come first since a face that is fused with a voice is one that speaks.
    """
    own = [r for r in readings.faces if r.emotion == emotion]
    kinds = [kind] if kind else ["clip", "picture"]
    return next((found for k in kinds if (found := [r for r in own if r.kind == k])), [])


def draw_pairs(
    readings: Readings, count: int, seed: int, kind: str = ""
) -> tuple[Pairs, list[str]]:
    """Pair frames and windows of the same emotion at random, `count` for each emotion.

    That takes them as independent given the emotion.

    Returns:
        The pairs, and who speaks in each.
    """
    generator = np.random.default_rng(seed)
    drawn = []
    for emotion in range(len(EMOTIONS)):
        faces = faces_of(readings, emotion, kind)
        voices = [r for r in readings.voices if r.emotion == emotion]
        for _ in range(count if faces and voices else 0):
            face, voice = pick(faces, generator), pick(voices, generator)
            i, j = (generator.integers(len(r.probabilities)) for r in (face, voice))
            both = [face.probabilities[i], voice.probabilities[j]]
            drawn.append((both, [face.qualities[i], voice.qualities[j]], emotion, voice.source))
    probabilities, qualities, truth, speakers = zip(*drawn, strict=True)
    trust = np.maximum(qualities, 1e-6)  # as `Cells` has it of what was observed
    return Pairs(np.array(probabilities), trust, np.array(truth)), list(speakers)


def pick(readings: Sequence[Reading], generator: np.random.Generator) -> Reading:
    return readings[generator.integers(len(readings))]


def join_pairs(parts: Sequence[Pairs]) -> Pairs:
    return Pairs(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Pairs)))


@dataclass(frozen=True)
class Recording:
    """A composed recording of one speaker, before fusion."""

    speaker: str
    rows: tuple[Expression, ...]
    ends: Floats
    """When each utterance's stretch of time ends, in seconds: in the middle of the pause after it,
    shape (n,)."""
    emotions: NDArray[np.int64]
    """Of each stretch, shape (n,)."""

    def truth(self, times: Floats) -> NDArray[np.int64]:
        """Return the emotion at each time."""
        return self.emotions[np.minimum(np.searchsorted(self.ends, times), len(self.ends) - 1)]

    @property
    def changes(self) -> Floats:
        """Times at which the emotion changes."""
        return self.ends[:-1][np.diff(self.emotions) != 0]


UTTERANCES = 12
"""In a composed recording."""
STAY = 0.5
"""How likely an utterance is to have the emotion of the one before it."""
PAUSE = (0.3, 2.0)
"""Seconds between utterances, at least and at most."""
SEEN_AND_HEARD = (("face", "voice"), ("face", "voice"), ("voice",), ("face",))
"""What the composed recordings hold, in turn."""


def compose(readings: Readings, count: int, seed: int) -> list[Recording]:
    """Compose recordings: the utterances of one speaker each, with pauses, beside a face.

    Each utterance shows one clip, played to and fro, or one picture, held; the face goes on to the
    middle of the pauses.
    """
    generator = np.random.default_rng(seed)
    speakers = sorted({r.source for r in readings.voices})
    return [
        _compose(readings, speakers[i % len(speakers)], generator,
                 SEEN_AND_HEARD[i // len(speakers) % len(SEEN_AND_HEARD)])
        for i in range(count)
    ]  # fmt: skip


def _compose(
    readings: Readings,
    speaker: str,
    generator: np.random.Generator,
    modalities: tuple[str, ...],
) -> Recording:
    own: dict[int, list[Reading]] = {}
    for reading in readings.voices:
        if reading.source == speaker and faces_of(readings, reading.emotion):
            own.setdefault(reading.emotion, []).append(reading)
    rows: list[Expression] = []
    ends, emotions = [], []
    time, pause = 0.0, 0.0
    emotion = generator.choice(sorted(own))
    for _ in range(UTTERANCES):
        if generator.random() >= STAY:
            emotion = generator.choice(sorted(own))
        voice = pick(own[emotion], generator)
        kind = generator.choice(["clip", "picture"])
        faces = faces_of(readings, emotion, kind) or faces_of(readings, emotion)
        face = pick(faces, generator)
        first, pause = time - pause / 2, generator.uniform(*PAUSE)
        end = time + voice.seconds + pause / 2
        if "voice" in modalities:
            rows += _rows(voice, "voice", voice.spans + time, np.arange(len(voice.spans)))
        if "face" in modalities:
            starts = np.arange(first, end, FRAME)
            spans = np.column_stack([starts, np.minimum(starts + FRAME, end)])
            rows += _rows(face, "face", spans, _to_and_fro(len(face.spans), len(starts)))
        ends.append(end)
        emotions.append(emotion)
        time += voice.seconds + pause
    return Recording(speaker, tuple(rows), np.array(ends), np.array(emotions))


FRAME = 0.1
"""Seconds between frames."""


def _to_and_fro(count: int, length: int) -> NDArray[np.int64]:
    cycle = np.concatenate([np.arange(count), np.arange(count)[-2:0:-1]])
    return np.resize(cycle, length)


def _rows(
    reading: Reading, modality: Modality, spans: Floats, which: NDArray[np.int64]
) -> Iterator[Expression]:
    for (start, end), i in zip(spans.tolist(), which, strict=True):
        quality = float(reading.qualities[i])
        yield express(start, end, "P1", modality, reading.probabilities[i], quality)
