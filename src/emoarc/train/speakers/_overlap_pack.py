"""Training, measuring and packing the overlap detector."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from emoarc.audio import SCENES
from emoarc.corpora import Clip
from emoarc.train._card import markdown_table
from emoarc.train._export import export_onnx
from emoarc.train._loop import Progress, fit
from emoarc.train._processes import is_main
from emoarc.train._voice_clips import noise_files
from emoarc.train.speakers._overlap import (
    INPUT,
    OverlapJob,
    OverlapRecipe,
    Scenes,
    read_scenes,
    scene_figures,
)
from emoarc.train.speakers._pack import write_speaker_pack
from emoarc.train.speakers._sounds import choose_clips

__all__ = ["train_overlap_detection"]

_FEWER = 240
"""Scenes composed for choosing the epoch, and as many for measuring."""

_SUMMARY = """\
Tells of each 0.064 s of sound whether one person speaks, several speak at once, a crowd talks or
applauds, or none of these. A small convolutional network of {parameters:.2f} M parameters."""

_INTENDED = """\
**For leaving out what is no single person's expression.** emoarc marks overlapped speech and crowds
and judges no expression there."""

_DATA = """\
{scenes} scenes composed of acted and read speech: people who take turns, begin before the other
has ended and throw words in, up to 12 dB apart (a voice 20 dB below another does not count), crowds
of 4 to 9 who talk, synthetic applause of 6 to 60 people, rooms, a telephone, noise at 5 to 35 dB. A
crowd 5 to 20 dB below a voice counts as that voice. Noise: ESC-10 without its fifth fold (CC BY
3.0)."""

_LIMITS = """\
- All of it is composed: no applause was recorded, and people who talk over each other in earnest
  raise their voices.
- Singing, music, laughter and cheers were not trained on."""


def train_overlap_detection(
    recipe: OverlapRecipe, data: Path, out: Path, progress: Progress | None = None
) -> dict[str, Any]:
    """Train by `recipe` on scenes composed of the corpora below `data`; write the pack `out/NAME`.

    Returns:
        Its figures; of several processes the main one writes and measures.
    """
    clips = choose_clips(data, recipe.corpora, recipe.seed, recipe.measuring)
    unseen = choose_clips(data, recipe.corpora, recipe.seed)
    clips += [clip for clip in unseen if clip.speaker in recipe.measuring]
    groups: dict[str, list[Clip]] = {"training": [], "fitting": [], "measuring": []}
    for clip in clips:
        groups[_group(clip.speaker, recipe)].append(clip)
    groups = {name: own if name == "training" else own[::3] for name, own in groups.items()}
    counts = {"training": recipe.scenes, "fitting": _FEWER, "measuring": _FEWER}
    scenes = {
        name: read_scenes(
            own,
            noise_files(data, spared=name == "measuring"),
            counts[name],
            recipe.seed + 1000 * number,
            out / "scenes",
        )
        for number, (name, own) in enumerate(groups.items())
    }
    job = OverlapJob(recipe, scenes["training"], scenes["fitting"])
    net = fit(job, recipe, out, progress)
    return _pack(net, recipe, scenes, out / recipe.name) if is_main() else {}


def _group(speaker: str, recipe: OverlapRecipe) -> str:
    if speaker in recipe.measuring:
        return "measuring"
    return "fitting" if speaker in recipe.fitting else "training"


def _pack(
    net: nn.Module, recipe: OverlapRecipe, scenes: dict[str, Scenes], folder: Path
) -> dict[str, Any]:
    example = torch.randn(2, recipe.steps * recipe.net.stride, INPUT.features.bands)
    onnx = export_onnx(net, example, free={1: "frames"})
    truth = scenes["training"].truth.ravel()
    shares = np.bincount(truth, minlength=len(SCENES)) / len(truth)
    metrics: dict[str, Any] = {
        "parameters": sum(p.numel() for p in net.parameters()),
        "scenes": len(scenes["training"].truth),
        "protocol": f"F1 over steps of 0.064 s of {_FEWER} scenes of 5.76 s, composed as those for "
        "training are, but of the voices of held-out speakers and the noise of ESC-10's fifth fold",
        "measuring": scene_figures(net, scenes["measuring"], recipe.steps),
    }
    write_speaker_pack(
        folder,
        onnx,
        recipe,
        metrics,
        _SUMMARY,
        _sections(metrics),
        labels=SCENES,
        prior=dict(zip(SCENES, shares.round(4).tolist(), strict=True)),
        input=INPUT.to_manifest(),
    )
    return metrics


def _sections(metrics: dict[str, Any]) -> dict[str, str]:
    table = markdown_table(["", "F1"], [[k, f"{v:.3f}"] for k, v in metrics["measuring"].items()])
    return {
        "Intended use": _INTENDED,
        "Training data": _DATA.format(scenes=metrics["scenes"]),
        "Results": f"{table}\n\nProtocol: {metrics['protocol']}. Composed dialogues are what "
        "bench/speakers.py measures.",
        "Limits": _LIMITS,
    }
