"""How a face model does on acted takes it has never seen the like of (RAVDESS, video takes)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from emoarc.corpora import CORPORA, Clip
from emoarc.evaluate import confusion_matrix, uar
from emoarc.labels import EMOTIONS
from emoarc.media import MediaReader, ReadOptions
from emoarc.packs import ModelPack
from emoarc.train._figures import accuracy_interval, recall_by_class
from emoarc.types import VideoFrame
from emoarc.vision import FaceDetector, FaceExpressionModel, HaarDetector, align_face

__all__ = ["Take", "read_takes", "take_figures"]


@dataclass(frozen=True)
class Take:
    """One acted sentence."""

    name: str
    emotion: int
    """Index in `EMOTIONS`."""
    faces: tuple[NDArray[np.uint8], ...]
    """What the detector found, framed, one per analysed frame that showed a face."""


def read_takes(folder: Path, fps: float = 5.0) -> list[Take]:
    """Find the faces in every video take below `folder`; takes without a face are left out."""
    detector = HaarDetector()
    clips = CORPORA["ravdess"].read(folder).where(lambda clip: clip.kind != "audio").clips
    takes = [_read_take(clip, detector, fps) for clip in clips]
    return [take for take in takes if take.faces]


def take_figures(pack: ModelPack, takes: list[Take]) -> dict[str, Any]:
    """Measure a face pack on takes under the natural and the balanced prior."""
    actors = len({take.name.rsplit("-", 1)[-1] for take in takes})
    return {
        "protocol": f"RAVDESS audio-visual takes, {actors} actor(s), never trained on; faces by "
        "Haar cascades, log-probabilities averaged over a take's frames, 7 classes; 95 % bootstrap "
        "interval over takes",
        "pictures": sum(len(take.faces) for take in takes),
        "count": len(takes),
        "natural_prior": _figures(pack, takes, "natural"),
        "balanced_prior": _figures(pack, takes, "balanced"),
    }


def _figures(
    pack: ModelPack, takes: list[Take], prior: Literal["natural", "balanced"]
) -> dict[str, Any]:
    model = FaceExpressionModel(pack, prior)
    pooled = [np.log(model.predict(take.faces, framed=True) + 1e-9).mean(axis=0) for take in takes]
    truth = np.array([take.emotion for take in takes])
    predicted = np.array([int(row.argmax()) for row in pooled])
    return {
        "accuracy": accuracy_interval(truth, predicted),
        "uar": round(uar(truth, predicted), 4),
        "recall": recall_by_class(EMOTIONS, truth, predicted),
        "confusion": confusion_matrix(truth, predicted, len(EMOTIONS)).tolist(),
    }


def _read_take(clip: Clip, detector: FaceDetector, fps: float) -> Take:
    faces: list[NDArray[np.uint8]] = []
    with MediaReader(clip.file, ReadOptions(fps=fps, audio=False)) as reader:
        for item in reader:
            found = detector.detect(item.image) if isinstance(item, VideoFrame) else []
            if isinstance(item, VideoFrame) and found:
                faces.append(align_face(item.image, found[0], 96))
    return Take(clip.file.stem, EMOTIONS.index(clip.label or "neutral"), tuple(faces))
