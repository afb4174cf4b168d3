"""Training, measuring and packing the landmark network."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from emoarc.packs import write_pack
from emoarc.train._card import markdown_table, model_card
from emoarc.train._export import export_onnx
from emoarc.train._loop import Progress, fit
from emoarc.train._processes import is_main
from emoarc.train.faces._face_views import MARGIN, FaceViews
from emoarc.train.faces._landmark_figures import landmark_figures
from emoarc.train.faces._landmarks import LandmarkJob, LandmarkRecipe
from emoarc.train.faces._marks import Marks, mark_pictures
from emoarc.train.faces._pictures import PICTURE_CORPORA, Picture, Split, read_pictures
from emoarc.train.faces._shrunken import (
    HeldOutFace,
    HeldOutView,
    held_out_faces,
    held_out_view,
)
from emoarc.vision._mesh import MESH_POINTS
from emoarc.vision._opencv import to_gray

__all__ = ["train_landmarks"]

_LEAST_SCORE: Final = 4.0
"""The mesh teacher's face logit below which its points are not learnt, the lowest 4 %: most of the
48 looked at there were profiles, covered or cut faces whose points lay off; above, few."""

_SIZES: Final = {"full": None, "40 px": 40.0, "24 px": 24.0}
"""Longer sides of a face's box at which the net is judged; None is that of the picture."""

_LARGER: Final = "muxspace/"
"""The pictures from which the truth is known better than 24 or 40 pixels tell it."""

_CORPORA = [
    *PICTURE_CORPORA,
    {
        "name": "points by the MediaPipe face mesh (Kartynnik et al. 2019), on faces found by "
        "YuNet (Wu, Peng & Yu 2023)",
        "licence": "Apache-2.0",
        "left_out": "faces that the mesh scored below a logit of 4",
    },
]

_SUMMARY = """\
Marks 82 points of a face, a subset of the 468 of the MediaPipe face mesh, with their depth, and
says whether there is a face: a residual network of {parameters:.2f} M parameters on grey crops of
{side} x {side} pixels."""

_INTENDED = """\
Aligning faces, head pose, the opening of eyes and mouth, and how far brows and lips have moved, in
recordings whose subjects agreed to it. Give it the box of a face detector, with its five points
where faces may be tilted."""

_DATA = """\
Pictures of single faces from the web, nearly all of them grey. The truth is what the teacher says
of the picture at full size, the mean of its answers to the face and its mirror image; the network
saw the faces displaced, turned, shrunken to 12 pixels, dark, blurred, noisy, compressed, partly
covered and before drawn backgrounds. Nobody in the pictures was asked, and who they are was not
recorded, so figures by sex, age or origin cannot be given."""

_LIMITS = """\
- It knows no more than its teacher: where that is wrong (profiles, hands before the face, beards,
  heavy make-up), so is this, and the figures above do not show it.
- Faces turned by more than about 40 degrees to a side are rare in the pictures.
- The depth is a guess from one picture; the points about the forehead and jaw are less exact than
  those about eyes and mouth.
- A covered part is drawn where it would be expected: points say nothing of what is visible.
- Closed eyes come out about half open; lowered brows (AU4) and lowered corners of the mouth (AU15)
  are told weakly."""


def train_landmarks(
    recipe: LandmarkRecipe, data: Path, out: Path, progress: Progress | None = None
) -> dict[str, Any]:
    """Train by `recipe` on the pictures below `data`; write the pack `out/NAME`, give its figures.

    What the teachers say of the pictures is kept in `out`, and asked once. Of several processes
    the main one writes and measures; the others return nothing.
    """
    held_out = _held_out(data, out)
    larger = [face for name, face in held_out.items() if name.startswith(_LARGER)]
    views = [held_out_view(k, larger, recipe.net.side, size) for k, size in _SIZES.items()]
    net = fit(_job(recipe, data, out, views), recipe, out, progress)
    return _pack(net, recipe, held_out, out / recipe.name) if is_main() else {}


def _marked(data: Path, split: Split, out: Path) -> tuple[list[Picture], Marks]:
    pictures = read_pictures(data, split)
    marks = mark_pictures(pictures, data, out / f"marks-{split}.npz")
    return pictures, marks.above(_LEAST_SCORE)


def _held_out(data: Path, out: Path) -> dict[str, HeldOutFace]:
    pictures, marks = _marked(data, "validation", out)
    return dict(zip(marks.names, held_out_faces(pictures, marks), strict=True))


def _job(
    recipe: LandmarkRecipe, data: Path, out: Path, validation: Sequence[HeldOutView]
) -> LandmarkJob:
    pictures, marks = _marked(data, "training", out)
    by_name = {picture.name: picture for picture in pictures}
    grey = [_grey(by_name[name].pixels) for name in marks.names]
    larger = np.array([name.startswith(_LARGER) for name in marks.names])
    views = FaceViews(grey, marks.points, recipe.net.side, recipe.views)
    return LandmarkJob(recipe, views, larger, validation)


def _grey(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return pixels if pixels.ndim == 2 else to_gray(pixels)


def _pack(
    net: nn.Module, recipe: LandmarkRecipe, held_out: Mapping[str, HeldOutFace], folder: Path
) -> dict[str, Any]:
    side = recipe.net.side
    onnx = export_onnx(_Answering(net), torch.rand(2, 1, side, side), outputs=["points", "score"])
    facts: dict[str, Any] = {
        "name": recipe.name,
        "version": recipe.version,
        "task": recipe.task,
        "input": {
            "shape": [1, side, side],
            "values": "grey levels in [0, 1]",
            "framing": "upright squares about the points",
            "margin": MARGIN,
            "points": list(MESH_POINTS),
        },
        "corpora": _CORPORA,
        "recipe": json.dumps(asdict(recipe)),
    }
    pack = write_pack(folder, onnx, "", **facts)
    metrics = {
        "name": recipe.name,
        "seed": recipe.seed,
        "parameters": sum(p.numel() for p in net.parameters()),
        "held_out": landmark_figures(pack, held_out, _SIZES),
    }
    write_pack(folder, onnx, _card(recipe, metrics), **facts, metrics=metrics)
    return metrics


class _Answering(nn.Module):
    """The net with its answers apart: points (n, 82, 3) and the chance of a face (n,)."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Map (n, 1, side, side) to points from the centre, in shares of the side, and scores."""
        answer: Tensor = self.net(x)
        points = answer[:, 1:].reshape(-1, len(MESH_POINTS), 3)
        return points, answer[:, 0].sigmoid()


def _card(recipe: LandmarkRecipe, metrics: Mapping[str, Any]) -> str:
    figures = metrics["held_out"]
    rows = [
        [name, row["faces"], f"{row['error']:.4f}", f"{row['error_90']:.4f}", f"{row['found']:.4f}"]
        for name, row in figures["sizes"].items()
    ]
    header = ["faces", "n", "mean error", "90th percentile", "found a face"]
    score = (
        f"Of {figures['others']} crops that are of no face, {figures['false_alarms']:.2%} pass for "
        f"one; area under the ROC curve {figures['auc']:.4f}."
    )
    sections = {
        "Intended use": _INTENDED,
        "Training data": _DATA,
        "Results": f"{markdown_table(header, rows)}\n\n{figures['protocol']}. {score}",
        "Limits": _LIMITS,
    }
    summary = _SUMMARY.format(parameters=metrics["parameters"] / 1e6, side=recipe.net.side)
    return model_card(recipe.name, recipe.version, recipe.task, summary, None, sections)
