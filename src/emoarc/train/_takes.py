"""How a face model does on acted takes it has never seen the like of."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emoarc.corpora import Clip, find_corpora, read_corpora
from emoarc.evaluate import confusion_matrix, softmax, uar
from emoarc.labels import EMOTIONS
from emoarc.media import MediaReader, ReadOptions
from emoarc.packs import ModelPack
from emoarc.train._figures import accuracy_interval, recall_by_class
from emoarc.types import VideoFrame
from emoarc.vision import (
    BaselineOptions,
    FaceDetector,
    FaceExpressionModel,
    PersonBaseline,
    align_face,
    log_ratios,
    peak_mean,
)

__all__ = ["TAKES", "Take", "read_takes", "take_figures"]

TAKES = ("ravdess", "cremad")
"""The corpora whose video clips are looked at, and never trained on."""

_ORDERS = 20
"""Orders in which a person's takes are joined to one recording."""


@dataclass(frozen=True)
class Take:
    """One acted sentence."""

    corpus: str
    speaker: str
    emotion: int
    """Index in `EMOTIONS`."""
    faces: tuple[NDArray[np.uint8], ...]
    """What the detector found, framed, one per analysed frame that showed a face."""
    seconds: float
    """From one of them to the next, on average."""


def read_takes(data: Path, detector: FaceDetector, fps: float = 10.0) -> list[Take]:
    """Find the faces in the video takes below `data`; takes without a face are left out.

    Clips at fewer frames a second are read frame by frame.
    """
    names = [name for name in TAKES if find_corpora(data, [name]).get(name)]
    clips = read_corpora(data, names).clips
    takes = [_read_take(clip, detector, fps) for clip in clips if clip.kind == "audio-visual"]
    return [take for take in takes if take is not None]


def take_figures(pack: ModelPack, takes: Sequence[Take]) -> dict[str, Any]:
    """Measure a face pack on takes: each alone, and relative to the person's other takes.

    Alone, the log-probabilities of a take's frames are averaged. Relative to the person, their
    average over all takes of the person is taken off and the rest divided by its deviation, as it
    is done per speaker with voices, and frames are pooled by `peak_mean`; nobody's label is used.
    As a stream, a person's takes follow each other in a random order, and `PersonBaseline` takes
    off what it has seen so far.
    """
    natural, balanced = (_ratios(pack, takes, prior) for prior in ("natural", "balanced"))
    truth = np.array([take.emotion for take in takes])
    alone = np.array([rows.mean(axis=0) for rows in balanced])
    return {
        "protocol": f"acted audio-visual takes of {len(_by_speaker(takes))} person(s), never "
        "trained on; faces by the detector's five points, 7 classes, log-probabilities averaged "
        "over the frames; 95 % bootstrap interval over takes",
        "pictures": sum(len(take.faces) for take in takes),
        "count": len(takes),
        "natural_prior": _figures(truth, np.array([rows.mean(axis=0) for rows in natural])),
        "balanced_prior": _figures(truth, alone),
        "relative_to_person": {
            "protocol": "balanced prior; from each frame the average over all takes of the person, "
            "unlabelled, is taken off, each emotion divided by its deviation, and frames weigh as "
            "far as they are from that average",
            **_figures(truth, _relative(balanced, takes)),
        },
        "stream": {
            "protocol": f"balanced prior; a person's takes in {_ORDERS} random orders as one "
            "recording, relative to what was seen of the person so far (causal), weighed alike",
            **_stream_figures(truth, balanced, takes),
        },
    }


def _ratios(pack: ModelPack, takes: Sequence[Take], prior: Any) -> list[NDArray[np.float64]]:
    """Return the log-ratios of each frame of each take, shape (frames, 7)."""
    model = FaceExpressionModel(pack, prior)
    return [log_ratios(model.predict(take.faces, framed=True)) for take in takes]


def _figures(truth: NDArray[np.int_], scores: NDArray[np.float64]) -> dict[str, Any]:
    predicted = scores.argmax(axis=1)
    return {
        "accuracy": accuracy_interval(truth, predicted),
        "uar": round(uar(truth, predicted), 4),
        "recall": recall_by_class(EMOTIONS, truth, predicted),
        "confusion": confusion_matrix(truth, predicted, len(EMOTIONS)).tolist(),
    }


def _relative(ratios: list[NDArray[np.float64]], takes: Sequence[Take]) -> NDArray[np.float64]:
    """Return the peak mean of each take's frames relative to all takes of the person."""
    means = np.array([frames.mean(axis=0) for frames in ratios])
    result = np.zeros_like(means)
    for rows in _by_speaker(takes).values():
        usual, deviation = means[rows].mean(axis=0), means[rows].std(axis=0) + 1e-6
        for row in rows:
            result[row] = peak_mean((ratios[row] - usual) / deviation)
    return result


def _stream_figures(
    truth: NDArray[np.int_], ratios: list[NDArray[np.float64]], takes: Sequence[Take]
) -> dict[str, float]:
    generator = np.random.default_rng(0)
    hits: list[float] = []
    for rows in _by_speaker(takes).values():
        for _ in range(_ORDERS):
            order: list[int] = generator.permutation(rows).tolist()
            found = _follow(order, ratios, takes)
            hits += (found == truth[order]).tolist()
    return {"accuracy": round(float(np.mean(hits)), 4)}


def _follow(
    order: Sequence[int], ratios: list[NDArray[np.float64]], takes: Sequence[Take]
) -> NDArray[np.int_]:
    """Return what a person's takes, one after the other, are found to show."""
    baseline = PersonBaseline(BaselineOptions())
    found: list[int] = []
    for row in order:
        frames = [baseline.push(p, takes[row].seconds) for p in softmax(ratios[row])]
        found.append(int(peak_mean(log_ratios(np.array(frames))).argmax()))
    return np.array(found)


def _by_speaker(takes: Sequence[Take]) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = defaultdict(list)
    for row, take in enumerate(takes):
        rows[take.speaker].append(row)
    return rows


def _read_take(clip: Clip, detector: FaceDetector, fps: float) -> Take | None:
    if clip.label is None:
        return None
    faces: list[NDArray[np.uint8]] = []
    times: list[float] = []
    with MediaReader(clip.file, ReadOptions(fps=fps, audio=False)) as reader:
        for item in reader:
            found = detector.detect(item.image) if isinstance(item, VideoFrame) else []
            if isinstance(item, VideoFrame) and found:
                faces.append(align_face(item.image, found[0], 96))
                times.append(item.time)
    if not faces:
        return None
    step = (times[-1] - times[0]) / max(len(times) - 1, 1)
    return Take(clip.corpus, clip.speaker or "", EMOTIONS.index(clip.label), tuple(faces), step)
