"""One entry for every task: a recipe and a data folder in, a verified pack and its figures out."""

import json
from pathlib import Path
from typing import Any

from emoarc.errors import OptionError
from emoarc.files import write_text
from emoarc.toml import parse, read_toml
from emoarc.train._face import FaceRecipe
from emoarc.train._face_pack import train_face
from emoarc.train._loop import Progress
from emoarc.train._plots import confusion_figure, draw_curves
from emoarc.train._processes import is_main
from emoarc.train._voice import VoiceRecipe
from emoarc.train._voice_run import train_voice
from emoarc.train.faces import (
    DetectionRecipe,
    EmbeddingRecipe,
    LandmarkRecipe,
    train_detection,
    train_embedding,
    train_landmarks,
)
from emoarc.train.speakers import (
    OverlapRecipe,
    SpeakerEmbeddingRecipe,
    train_overlap_detection,
    train_speaker_embedding,
)
from emoarc.train.systems import train_system

__all__ = ["train"]


def train(path: Path, data: Path, out: Path, progress: Progress | None = None) -> dict[str, Any]:
    """Train by the recipe at `path`, write `out/NAME/` (the pack) and return the figures.

    Of the systems of the literature only those on a speech model become packs: the weights of the
    others and what they say of those held out stay in `out`.

    The figures go to `out/metrics.json` too, beside the checkpoint, the log of the epochs, and
    pictures of both; stopped and called again, training goes on from the last epoch. Of several
    processes the main one writes.

    Raises:
        OptionError: The recipe cannot be, or the corpora are not in `data`.
        OutputError: Something cannot be written below `out`.
    """
    metrics = _run(path, data, out, progress)
    if is_main():
        write_text(out / "metrics.json", json.dumps(metrics, indent=2) + "\n")
        _draw(metrics, out)
    return metrics


def _run(path: Path, data: Path, out: Path, progress: Progress | None) -> dict[str, Any]:
    table = read_toml(path)
    match table.get("task"):
        case "face-expression":
            return train_face(parse(FaceRecipe, table, str(path)), data, out, progress)
        case "face-detection":
            return train_detection(parse(DetectionRecipe, table, str(path)), data, out, progress)
        case "face-embedding":
            return train_embedding(parse(EmbeddingRecipe, table, str(path)), data, out, progress)
        case "face-landmarks":
            return train_landmarks(parse(LandmarkRecipe, table, str(path)), data, out, progress)
        case "overlap-detection":
            return train_overlap_detection(
                parse(OverlapRecipe, table, str(path)), data, out, progress
            )
        case "speaker-embedding":
            return train_speaker_embedding(
                parse(SpeakerEmbeddingRecipe, table, str(path)), data, out, progress
            )
        case "voice-expression":
            return train_voice(parse(VoiceRecipe, table, str(path)), data, out, progress)
        case "system":
            return train_system(path, data, out, progress=progress)
        case task:
            raise OptionError(
                f"{path}: task: {task!r} is none; there are face-detection, face-embedding, "
                "face-expression, face-landmarks, overlap-detection, speaker-embedding, "
                "voice-expression, system"
            )


def _draw(metrics: dict[str, Any], out: Path) -> None:
    """Draw the learning curves of every training below `out`, and what the metrics confuse."""
    draw_curves(out)
    groups: dict[str, Any] = {"": metrics, **{f"-{name}": part for name, part in metrics.items()}}
    for name, group in groups.items():
        if isinstance(group, dict) and {"confusion", "recall"} <= set(group):  # pyright: ignore[reportUnknownArgumentType]
            picture = out / f"confusion{name.replace('_', '-')}.png"
            confusion_figure(list(groups[name]["recall"]), groups[name]["confusion"], picture)
