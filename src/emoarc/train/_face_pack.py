"""Training, measuring and packing the face model."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from emoarc.packs import ModelPack, ProbabilityHead, write_pack
from emoarc.train._card import markdown_table, model_card
from emoarc.train._export import export_onnx, fit_temperature
from emoarc.train._face import FaceJob, FaceRecipe
from emoarc.train._ferplus import FERPLUS_LABELS, FaceSet, find_ferplus, read_ferplus
from emoarc.train._ferplus_report import (
    balanced_figures,
    calibration_figures,
    fer2013_figures,
    ferplus_figures,
)
from emoarc.train._figures import calibration_text, recall_text, spread, without_tables
from emoarc.train._loop import Progress, fit
from emoarc.train._processes import is_main
from emoarc.train._takes import read_takes, take_figures

__all__ = ["FlipAveraged", "pack_face", "train_face"]

_CORPORA = [
    {
        "name": "FER+ (Barsoum et al. 2016) on FER2013 pictures (Goodfellow et al. 2013)",
        "licence": "labels MIT; pictures collected from the web for a public challenge",
        "left_out": "the Valid split (selection, calibration) and the Test split, which is "
        "FER2013's PrivateTest",
    }
]

_INTENDED = """\
Following the expression of faces through recordings whose subjects agreed to it, in research, in
media work and for the people shown. Give it faces cropped from brows to chin, or let it find them
in looser crops. Its probabilities describe how observers would call the expression."""

_DATA = """\
FER+ (Barsoum et al. 2016, labels under the MIT licence): ten people's votes on each of the FER2013
pictures (Goodfellow et al. 2013), which were collected from the web for a public challenge and are
not part of this pack. Trained on the votes as soft labels, single votes dropped, of the Train split
only; the Valid split chose the epoch and the temperature; the Test split (FER2013's PrivateTest)
was only measured on. Nobody in the pictures was asked; who they are was not recorded, so results by
sex, age or origin cannot be given."""

_LIMITS = """\
- Pictures from the web differ from video of people who talk: see the figures on RAVDESS above,
  where moving lips and restrained acting cost most of the accuracy, and sadness, fear and surprise
  pass for neutral. Measure on your own material before relying on it.
- Fear, disgust and contempt are rare in the training data; their recall is low.
- Faces turned away, covered, smaller than about 30 pixels or very blurred are read poorly; so are
  children, the old and make-up, as far as FER2013 lacks them.
- Contempt is an output of the network, and no emotion of emoarc: its share is left out.
- One picture says little. emoarc pools many, and abstains where the quality is low."""


class FlipAveraged(nn.Module):
    """A net that looks at each picture and its mirror image and averages the logits."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, 1, h, w) to logits (n, labels)."""
        plain, mirrored = self.net(torch.cat([x, x.flip(-1)])).chunk(2)
        return (plain + mirrored) / 2


def train_face(
    recipe: FaceRecipe, data: Path, out: Path, progress: Progress | None = None
) -> dict[str, Any]:
    """Train by `recipe` on the FER+ below `data`; write the pack `out/NAME`, return its figures.

    Of several processes the main one writes and measures; the others return nothing.
    """
    folder, side = find_ferplus(data), recipe.pictures.side
    training, validation = (read_ferplus(folder, split, side) for split in ("Train", "Valid"))
    net = fit(FaceJob(recipe, training, validation), recipe, out, progress)
    return pack_face(net, recipe, data, out / recipe.name) if is_main() else {}


def pack_face(net: nn.Module, recipe: FaceRecipe, data: Path, folder: Path) -> dict[str, Any]:
    """Export, calibrate and measure a trained net; write its pack, return its figures."""
    corpus, side = find_ferplus(data), recipe.pictures.side
    training, validation, test = (
        read_ferplus(corpus, split, side) for split in ("Train", "Valid", "Test")
    )
    onnx = export_onnx(FlipAveraged(net), torch.rand(4, 1, side, side))
    temperature = _calibrate(onnx, validation)
    facts = _facts(recipe, training, temperature)
    pack = write_pack(folder, onnx, "", **facts)
    metrics = {
        "name": recipe.name,
        "seed": recipe.seed,
        "parameters": sum(p.numel() for p in net.parameters()),
        **_measure(pack, _onnx_logits(onnx, test.images), test, corpus),
    }
    takes = read_takes(data / "corpora" / "ravdess_av")
    if takes:
        metrics["ravdess_av"] = take_figures(pack, takes)
    card = _card(recipe, facts["prior"], metrics)
    write_pack(folder, onnx, card, **facts, metrics=without_tables(metrics))
    return metrics


def _calibrate(onnx: bytes, validation: FaceSet) -> float:
    judged = validation.majority >= 0
    logits = _onnx_logits(onnx, validation.images[judged])
    return fit_temperature(validation.majority[judged], logits)


def _measure(
    pack: ModelPack, logits: NDArray[np.float32], test: FaceSet, corpus: Path
) -> dict[str, Any]:
    balanced = ProbabilityHead(pack.manifest, "balanced")(logits)
    return {
        "ferplus_test": ferplus_figures(test, logits),
        "ferplus_test_balanced": balanced_figures(test, balanced),
        "fer2013_private_test": fer2013_figures(test, logits, balanced, corpus),
        "calibration": calibration_figures(test, logits, pack.manifest.temperature),
    }


def _onnx_logits(onnx: bytes, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    session = ort.InferenceSession(onnx, providers=["CPUExecutionProvider"])
    batches = np.array_split(images, max(1, len(images) // 64))
    pictures = (batch[:, None].astype(np.float32) / 255 for batch in batches)
    return np.concatenate([session.run(["logits"], {"input": x})[0] for x in pictures])


def _facts(recipe: FaceRecipe, training: FaceSet, temperature: float) -> dict[str, Any]:
    # One more picture of each label, so that no share is zero and can be divided by.
    votes = training.votes.sum(axis=0, dtype=np.float64) + 1
    shares = [round(share, 6) for share in (votes / votes.sum()).tolist()]
    return {
        "name": recipe.name,
        "version": recipe.version,
        "task": recipe.task,
        "labels": FERPLUS_LABELS,
        "input": {
            "shape": [1, recipe.pictures.side, recipe.pictures.side],
            "values": "grey levels in [0, 1]",
            "framing": "a square from brows to chin, as Haar cascades box a face",
        },
        "temperature": temperature,
        "prior": dict(zip(FERPLUS_LABELS, shares, strict=True)),
        "corpora": _CORPORA,
        "recipe": json.dumps(asdict(recipe)),
    }


def _card(recipe: FaceRecipe, prior: Mapping[str, float], metrics: Mapping[str, Any]) -> str:
    calibration = metrics["calibration"]
    return model_card(
        recipe.name,
        recipe.version,
        recipe.task,
        f"Reads the expression an observer would see in a picture of one face: a residual network "
        f"of {metrics['parameters'] / 1e6:.1f} M parameters on grey pictures of "
        f"{recipe.pictures.side} x {recipe.pictures.side} pixels, each seen plain and mirrored.",
        prior,
        {
            "Intended use": _INTENDED,
            "Training data": _DATA,
            "Results": _results(metrics),
            "Calibration": f"{calibration_text(calibration)}. {calibration['protocol']}.",
            "Limits": _LIMITS,
        },
    )


def _results(metrics: Mapping[str, Any]) -> str:
    test, original = metrics["ferplus_test"], metrics["fer2013_private_test"]
    balanced = metrics["ferplus_test_balanced"]
    rows = [
        ["FER+ test, 8 classes", spread(test["accuracy"]), test["uar"], test["pictures"]],
        ["FER+ test, 7 classes, balanced prior", spread(balanced["accuracy"]), balanced["uar"],
         balanced["pictures"]],
        ["FER2013 PrivateTest, 7 classes", spread(original["accuracy"]), original["uar"],
         original["pictures"]],
        ["FER2013 PrivateTest, balanced prior", spread(original["accuracy_balanced"]),
         original["uar_balanced"], original["pictures"]],
    ]  # fmt: skip
    notes = [test["protocol"], balanced["protocol"], original["protocol"]]
    if "ravdess_av" in metrics:
        takes = metrics["ravdess_av"]
        for prior in ("natural", "balanced"):
            figures = takes[f"{prior}_prior"]
            row = [f"RAVDESS takes, {prior} prior", spread(figures["accuracy"]), figures["uar"]]
            rows.append([*row, takes["count"]])
        recall = recall_text(takes["balanced_prior"]["recall"])
        notes += [takes["protocol"], f"Recall on the takes, balanced prior: {recall}"]
    table = markdown_table(["measured on", "accuracy (95 % interval)", "UAR", "n"], rows)
    notes.append(f"Recall on FER+ test, natural prior: {recall_text(test['recall'])}")
    return table + "\n\n" + "\n".join(f"- {note}." for note in notes)
