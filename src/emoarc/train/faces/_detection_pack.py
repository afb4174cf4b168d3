"""Training, exporting and packing the face detector."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from emoarc.packs import open_network, write_pack
from emoarc.train._card import markdown_table, model_card
from emoarc.train._export import export_onnx
from emoarc.train._loop import Progress, fit
from emoarc.train._processes import is_main
from emoarc.train.faces._compose import FacePicture, find_faces
from emoarc.train.faces._detection import DetectionJob, DetectionRecipe
from emoarc.train.faces._pictures import PICTURE_CORPORA, Split, read_pictures
from emoarc.train.faces._teachers import find_teacher
from emoarc.vision import STRIDES, NetDetector

__all__ = ["train_detection"]

_TEACHER = "face_detection_yunet_n_dynamic.onnx"

_CORPORA = [
    *PICTURE_CORPORA,
    {
        "name": "boxes and points by YuNet (Wu, Peng & Yu 2023)",
        "licence": "Apache-2.0",
        "left_out": "faces of which it was not sure, and faces it saw where none was put",
    },
]

_SUMMARY = """\
Finds faces in pictures of any size: boxes, scores and five points (eyes, nose, corners of the
mouth). A separable convolutional network of {parameters:.2f} M parameters with YuNet's outputs."""

_INTENDED = """\
The first step of reading expressions in recordings whose subjects agreed to it. It says where faces
are, not whose."""

_DATA = """\
Scenes composed anew at every step: faces of web pictures (nearly all of them grey), tinted, scaled
from 9 to 245 pixels, turned by up to 45 degrees, partly covered, on drawn grounds and on scrambled
pictures, then relit, blurred, coarsened, grained and compressed. YuNet's answers are the truth
where a face was put; faces it misses are taught by their place; what it sees elsewhere is not."""

_LIMITS = """\
- It learnt from web pictures of the years before 2013; whom they lack, it may find less well. Who
  is in them was not recorded, so figures by sex, age or origin cannot be given.
- Full profiles, faces turned by more than 45 degrees, and faces narrower than about 12 pixels are
  found rarely.
- Drawings, masks and pictures of faces are found too."""


def train_detection(
    recipe: DetectionRecipe, data: Path, out: Path, progress: Progress | None = None
) -> dict[str, Any]:
    """Train by `recipe` on the pictures below `data`; write the pack `out/NAME`, give its figures.

    Of several processes the main one writes and measures; the others return nothing.
    """
    teacher = NetDetector(open_network(find_teacher(data, _TEACHER)))
    training, validation = (_faces(data, split, teacher) for split in ("training", "validation"))
    job = DetectionJob(recipe, teacher, training, validation)
    net = fit(job, recipe, out, progress)
    return _pack(net, job, recipe, out / recipe.name) if is_main() else {}


def _faces(data: Path, split: Split, teacher: NetDetector) -> list[FacePicture]:
    return find_faces(read_pictures(data, split), teacher)


def _pack(
    net: nn.Module, job: DetectionJob, recipe: DetectionRecipe, folder: Path
) -> dict[str, Any]:
    names = [f"{part}_{stride}" for part in ("cls", "bbox", "kps") for stride in STRIDES]
    sides = {2: "height", 3: "width"}
    onnx = export_onnx(_Answering(net), torch.rand(2, 3, 64, 96) * 255, 1e-3, sides, names)
    metrics = {
        "parameters": sum(p.numel() for p in net.parameters()),
        "held_out_scenes": {
            "protocol": "composed scenes of held-out pictures; recall of faces of at least 24 "
            "pixels that YuNet is sure of (0.8), at half overlap; false alarms per scene",
            "scenes": recipe.scenes.validation,
            **{key: round(value, 4) for key, value in job.validate(net).items()},
        },
    }
    return _write(folder, onnx, recipe, metrics)


def _write(
    folder: Path, onnx: bytes, recipe: DetectionRecipe, metrics: dict[str, Any]
) -> dict[str, Any]:
    scenes = metrics["held_out_scenes"]
    results = markdown_table(
        ["held-out scenes", "recall", "false alarms per scene"],
        [[scenes["scenes"], scenes["recall"], scenes["false_alarms"]]],
    )
    sections = {
        "Intended use": _INTENDED,
        "Training data": _DATA,
        "Results": f"{results}\n\n{scenes['protocol']}. On real pictures and clips: "
        "docs/results/face.md.",
        "Limits": _LIMITS,
    }
    summary = _SUMMARY.format(parameters=metrics["parameters"] / 1e6)
    write_pack(
        folder,
        onnx,
        model_card(recipe.name, recipe.version, recipe.task, summary, None, sections),
        name=recipe.name,
        version=recipe.version,
        task=recipe.task,
        input={"shape": [3, "height", "width"], "values": "BGR in [0, 255], sides times 32"},
        corpora=_CORPORA,
        metrics=metrics,
        recipe=json.dumps(asdict(recipe)),
    )
    return metrics


class _Answering(nn.Module):
    """The net with YuNet's outputs: scores, boxes and points of each map, apart."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net: Any = net

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Map (n, 3, h, w) to three scores, three boxes, three points."""
        maps: list[Tensor] = self.net.maps(x)
        return (
            *(each[..., :1].sigmoid() for each in maps),
            *(each[..., 1:5] for each in maps),
            *(each[..., 5:] for each in maps),
        )
