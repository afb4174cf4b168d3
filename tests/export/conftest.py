"""An analysis with everything a writer may stumble over."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pyarrow as pa
import pytest

from emoarc.analysis import ACTION_UNIT_COLUMNS, FACE_SCHEMA, Analysis, Subject, summarize
from emoarc.arcs import build_arc
from emoarc.labels import EMOTIONS, valence_arousal
from emoarc.media import Coverage, Damage, MediaInfo, StreamCoverage, probe
from emoarc.timeline import Timeline
from emoarc.types import Expression, Modality

ODD_NAME = "=cmd|' C calc'!A0 <script>alert(1)< script> & 100% #1?.mp4"

Stretches = tuple[tuple[float, float], ...]


def express(
    start: float, end: float, subject: str, modality: Modality, logits: np.ndarray, quality: float
) -> Expression:
    probabilities = np.exp(logits - logits.max())
    probabilities /= probabilities.sum()
    valence, arousal = valence_arousal(probabilities)
    label = EMOTIONS[int(probabilities.argmax())] if quality >= 0.3 else None
    return Expression(
        start=start,
        end=end,
        subject=subject,
        modality=modality,
        probabilities=probabilities.astype(np.float32),
        valence=float(valence),
        arousal=float(arousal),
        quality=quality,
        label=label,
        reason="" if label else "the face is too small",
    )


def rows(subject: str, modality: Modality, stretches: Stretches, seed: int) -> Iterator[Expression]:
    """Slowly wandering expressions, ten a second for faces and fused, windows for voices."""
    rng = np.random.default_rng(seed)
    drift = rng.normal(0, 2.2, (2, 7))
    step = 1.0 if modality == "voice" else 0.1
    for first, last in stretches:
        for start in np.arange(first, last - 1e-9, step):
            phase = np.sin(start * np.array([[0.35], [0.13]]) + seed)
            logits = (drift * phase).sum(0) + rng.normal(0, 0.15, 7)
            quality = float(np.clip(0.75 + 0.55 * np.sin(start / 3 + seed), 0.05, 1))
            end = round(min(start + step, last), 6)
            yield express(round(start, 6), end, subject, modality, logits, quality)


def shape_of(time: float) -> dict[str, float]:
    """A head that turns and nods, and a mouth that smiles now and then."""
    swing = float(np.sin(time))
    return {
        "yaw": 25 * swing,
        "pitch": -8 * float(np.cos(2 * time)),
        "roll": 3.0,
        "eye_opening": 0.3,
        "mouth_opening": 0.05 * (1 + swing),
        **dict.fromkeys(ACTION_UNIT_COLUMNS, 0.25),
        "au12": max(0.0, 5 * swing),
    }


def faces_of(timeline: Timeline) -> pa.Table:
    names = list(timeline.select(modality="face").subjects)
    found = [
        {
            "time": row.start,
            "subject": row.subject,
            "track": names.index(row.subject),
            "x": 40.0 + 120 * names.index(row.subject) + 8 * np.sin(row.start),
            "y": 40.0,
            "width": 60.0,
            "height": 70.0,
            "score": 0.9,
            "quality": row.quality,
            **(shape_of(row.start) if row.subject == "P1" else {}),
        }
        for row in timeline.select(modality="face")
    ]
    return pa.Table.from_pylist(found, FACE_SCHEMA)


def assemble(file: str, media: MediaInfo, expressions: list[Expression]) -> Analysis:
    timeline = Timeline.from_expressions(expressions).named(file)
    duration = media.duration or 1.0
    fused = timeline.select(modality="fused")
    return Analysis(
        file=file,
        media=media,
        subjects=tuple(
            Subject(s, (), timeline.select(s, "face").seconds, timeline.select(s, "voice").seconds)
            for s in timeline.subjects
        ),
        timeline=timeline,
        faces=faces_of(timeline),
        arcs=tuple(
            build_arc(name, fused if name == "all" else fused.select(name))
            for name in ("all", *timeline.subjects)
        ),
        summary=summarize(timeline),
        coverage=Coverage(
            declared=duration,
            video_frames=len(timeline.select(modality="face")),
            audio_seconds=duration,
            fraction=0.97,
            streams=(
                StreamCoverage("video", duration, 0.97, Damage(packets=3, concealed=1)),
                StreamCoverage("audio", duration, None, Damage()),
            ),
        ),
        warnings=(
            "the video is damaged: 3 packets could not be decoded, 1 frames were patched up",
        ),
        provenance={
            "emoarc": "0.1.0",
            "models": [
                {"name": "face-expression", "version": "1", "task": "face", "sha256": "ab" * 32},
                {"name": "voice-expression", "version": "1", "task": "voice", "sha256": "cd" * 32},
            ],
            "prior": "balanced",
            "options": {"fps": 10.0, "start": 0.0, "end": None, "modalities": ("face", "voice")},
        },
    )


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A playable recording of 12 s with picture and sound, under an odd name."""
    path = tmp_path_factory.mktemp("media") / ODD_NAME
    with av.open(str(path), "w", format="mp4") as container:
        video = container.add_stream("libx264", rate=10, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        audio = container.add_stream("aac", rate=16000, layout="mono")
        for i in range(120):
            image = np.full((180, 320, 3), (40, 60 + i, 90), np.uint8)
            image[60:120, 2 * i : 2 * i + 40] = 220
            container.mux(video.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        for i in range(12):
            tone = 0.1 * np.sin(2 * np.pi * 220 * np.arange(16000) / 16000).astype(np.float32)
            frame = av.AudioFrame.from_ndarray(tone[None], format="fltp", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = 16000, i * 16000, Fraction(1, 16000)
            container.mux(audio.encode(frame))
        container.mux(video.encode())
        container.mux(audio.encode())
    return path


@pytest.fixture(scope="session")
def unplayable(clip: Path) -> Path:
    """The picture of the clip as Matroska, which not all browsers play."""
    path = clip.with_name("talk.mkv")
    with av.open(str(clip)) as container, av.open(str(path), "w") as copy:
        stream = container.streams.video[0]
        target = copy.add_stream_from_template(stream)
        for packet in container.demux(stream):
            if packet.dts is not None:
                packet.stream = target
                copy.mux(packet)
    return path


@pytest.fixture(scope="session")
def analysis(clip: Path) -> Analysis:
    """Two people seen, one of them with landmarks and heard, and a voice from nowhere.

    There are gaps and abstentions.
    """
    expressions = [
        *rows("P1", "face", ((0.0, 4.0), (5.0, 12.0)), 1),
        *rows("P1", "voice", ((1.0, 4.0), (8.0, 10.5)), 2),
        *rows("P1", "fused", ((0.0, 4.0), (5.0, 12.0)), 3),
        *rows("P2", "face", ((3.0, 9.0),), 4),
        *rows("P2", "fused", ((3.0, 9.0),), 4),
        *rows("V1", "voice", ((4.5, 7.0),), 5),
        *rows("V1", "fused", ((4.5, 7.0),), 5),
    ]
    return assemble(clip.name, probe(clip), expressions)


@pytest.fixture(scope="session")
def assembled() -> Callable[[str, MediaInfo, list[Expression]], Analysis]:
    """The function that makes an analysis of given expressions."""
    return assemble


@pytest.fixture(scope="session")
def synthetic() -> Callable[[str, Modality, Stretches, int], Iterator[Expression]]:
    """The function that makes wandering expressions."""
    return rows
