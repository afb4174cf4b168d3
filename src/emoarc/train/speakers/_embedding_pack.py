"""Training, measuring and packing the speaker embedder."""

from pathlib import Path
from typing import Any

import torch
from torch import nn

from emoarc.audio import VoiceInput
from emoarc.train._card import markdown_table
from emoarc.train._export import export_onnx
from emoarc.train._loop import Progress, fit
from emoarc.train._processes import is_main
from emoarc.train._voice_features import FeatureOptions, read_features
from emoarc.train.speakers._embedding import (
    SpeakerClassifier,
    SpeakerEmbeddingRecipe,
    SpeakerJob,
    pair_figures,
)
from emoarc.train.speakers._pack import write_speaker_pack
from emoarc.train.speakers._sounds import SpeakerSounds, choose_clips, read_speaker_sounds

__all__ = ["train_speaker_embedding"]

_INPUT = VoiceInput(normalisation="none", min_seconds=0.5, max_seconds=4.0)

_SUMMARY = """\
Puts stretches of speech where those of one speaker lie close together, so that a voice keeps a
number within one recording. A residual network of {parameters:.2f} M parameters with attentive
statistics pooling, trained with an additive margin."""

_INTENDED = """\
**For telling apart the voices of one recording**: where one speaker follows another, and which
turns are one speaker's. emoarc keeps one embedding for each utterance in memory while it analyses,
forgets them then, writes them nowhere, and has no list of anybody to compare with. **Never for
identification:** not for finding out who somebody is, not for recognising people across recordings,
not for access, search or surveillance."""

_DATA = """\
{speakers} speakers of acted and read speech, mostly English, some German, each at three speeds,
which count as three speakers; in rooms, over a telephone, in noise and babble. An example competes
with the speakers of its own corpus alone, so that rooms and microphones of a corpus are no cue.
Noise: ESC-10 (CC BY 3.0)."""

_LIMITS = """\
- So few speakers teach what sets these apart, and little of how voices differ in the world. Alike
  voices are taken for one, and one voice that shouts and whispers for two.
- Excerpts shorter than a second, strong noise and echo make it worse.
- Languages other than English and German, children and old people were not measured."""


def train_speaker_embedding(
    recipe: SpeakerEmbeddingRecipe, data: Path, out: Path, progress: Progress | None = None
) -> dict[str, Any]:
    """Train by `recipe` on the corpora below `data`; write the pack `out/NAME`, give its figures.

    Of several processes the main one writes and measures; the others return nothing.
    """
    cache, held_out = out / "spectrograms", {*recipe.fitting, *recipe.measuring}
    clips = choose_clips(data, tuple(recipe.corpora), recipe.seed, recipe.measuring)
    sounds = read_speaker_sounds(clips, recipe.speeds, recipe.seed, cache)
    training = sounds.where(lambda clip: clip.speaker not in held_out)
    strangers = sounds.where(lambda clip: clip.speaker in recipe.fitting)
    voice_input = VoiceInput(level=-26.0, normalisation="none")
    options = FeatureOptions(voice_input, trim=False, statistics=False)
    noises = read_features(sorted((data / "noise/esc10").rglob("*.*")), options, cache=cache)
    net = fit(SpeakerJob(recipe, training, strangers, noises), recipe, out, progress)
    assert isinstance(net, SpeakerClassifier)
    if not is_main():
        return {}
    unseen = [c for c in choose_clips(data, tuple(recipe.corpora), recipe.seed)
              if c.speaker in recipe.measuring]  # fmt: skip
    measured = read_speaker_sounds(unseen, (1.0,), recipe.seed, cache)
    return _pack(net.embedder, recipe, training, strangers, measured, out / recipe.name)


def _pack(
    net: nn.Module,
    recipe: SpeakerEmbeddingRecipe,
    training: SpeakerSounds,
    strangers: SpeakerSounds,
    measured: SpeakerSounds,
    folder: Path,
) -> dict[str, Any]:
    example = torch.randn(2, 150, _INPUT.features.bands)
    onnx = export_onnx(net, example, free={1: "frames"}, outputs=["embedding"])
    metrics: dict[str, Any] = {
        "parameters": sum(p.numel() for p in net.parameters()),
        "speakers": len({clip.speaker for clip in training.clips}),
        "protocol": "all pairs of excerpts of 1.5 s within a corpus, one of each recording, half "
        "of them as recorded and half in another room or over a telephone; means over the corpora",
        "measuring": _measured(net, measured),
        "fitting": _measured(net, strangers),
    }
    write_speaker_pack(
        folder, onnx, recipe, metrics, _SUMMARY, _sections(metrics), input=_INPUT.to_manifest()
    )
    return metrics


def _measured(net: nn.Module, sounds: SpeakerSounds) -> dict[str, Any]:
    speakers = len({clip.speaker for clip in sounds.clips})
    return {"speakers": speakers, "excerpts": len(sounds.clips), **pair_figures(net, sounds)}


def _sections(metrics: dict[str, Any]) -> dict[str, str]:
    words = {"measuring": "held-out speakers", "fitting": "speakers of whom the epoch was chosen"}
    rows = [
        [words[group], f["speakers"], f["excerpts"], f["auc"], f["eer"]]
        for group in words
        for f in [metrics[group]]
    ]
    heads = ["", "speakers", "excerpts", "area under the ROC curve", "equal error rate"]
    return {
        "Intended use": _INTENDED,
        "Training data": _DATA.format(speakers=metrics["speakers"]),
        "Results": f"{markdown_table(heads, rows)}\n\nProtocol: {metrics['protocol']}. Turns "
        "in composed dialogues are what bench/speakers.py measures.",
        "Limits": _LIMITS,
    }
