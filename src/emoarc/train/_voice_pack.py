"""Training, measuring and packing the voice model."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import torch
from numpy.typing import NDArray

from emoarc.audio import FUNCTIONALS, VoiceExpressionModel, VoiceInput
from emoarc.corpora import SEALED, Manifest, read_corpora
from emoarc.errors import OptionError
from emoarc.evaluate import (
    Predictions,
    accuracy,
    confusion_matrix,
    negative_log_likelihood,
    softmax,
    uar,
)
from emoarc.labels import EMOTIONS
from emoarc.media import read_audio
from emoarc.packs import ModelPack, load_pack, write_pack
from emoarc.train._export import export_onnx, fit_temperature
from emoarc.train._figures import (
    FEWEST_GROUPS,
    accuracy_interval,
    calibration_gain,
    interval,
    recall_by_class,
    rounded,
    without_tables,
)
from emoarc.train._loop import Progress
from emoarc.train._processes import is_main
from emoarc.train._voice import (
    JoinedNets,
    NoiseBank,
    VoiceJob,
    VoiceRecipe,
    VoiceSet,
    fit_members,
    read_voice_set,
)
from emoarc.train._voice_card import CORPORA_FACTS, voice_card
from emoarc.train._voice_protocol import relative_scores
from emoarc.types import SAMPLING_RATE

__all__ = ["cross_fitted", "split_speakers", "train_voice_pack"]

Logits = NDArray[np.float32]


def split_speakers(recipe: VoiceRecipe, voices: VoiceSet) -> tuple[VoiceSet, VoiceSet, VoiceSet]:
    """Part clips into training, held-out speakers and sealed ones; nobody is in two of them.

    Raises:
        OptionError: A held-out speaker is sealed, or not in the corpora.
    """
    held_out = set(recipe.held_out)
    strangers = held_out - set(voices.speakers.tolist())
    if strangers or held_out & SEALED or not held_out:
        raise OptionError(
            f"held_out: name speakers of the corpora, other than {sorted(SEALED)}; "
            f"these will not do: {sorted(strangers | (held_out & SEALED))}"
        )
    return (
        voices.where(lambda clip: clip.speaker not in held_out | SEALED),
        voices.where(lambda clip: clip.speaker in held_out),
        voices.where(lambda clip: clip.speaker in SEALED),
    )


def train_voice_pack(
    recipe: VoiceRecipe,
    voices: VoiceSet,
    noise: NoiseBank | None,
    data: Path,
    out: Path,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Train by `recipe`, write the pack `out/NAME` and return its figures.

    Of several processes the main one writes and measures; the others return nothing.
    """
    training, held_out, sealed = split_speakers(recipe, voices)
    if recipe.told:
        raise OptionError("told: a pack is told nothing of the speaker; measure under a protocol")
    net = fit_members(recipe, training, noise, out, progress)
    if not is_main():
        return {}
    prior = VoiceJob(recipe, training).prior
    _weigh_experts(net, recipe, held_out)
    onnx = _export(net, recipe)
    held, unseen = (onnx_read(onnx, part) for part in (held_out, sealed))
    temperature = fit_temperature(held_out.truth(recipe.labels), held[0])
    metrics: dict[str, Any] = {
        "parameters": sum(p.numel() for p in net.parameters()),
        "prosodic_share": _prosodic_share(net),
        "sealed_speakers": _speaker_figures(recipe, sealed, *unseen),
        "held_out_speakers": _speaker_figures(recipe, held_out, *held),
        "held_out_by_corpus": {
            name: _corpus_figures(recipe, held_out, held[0], name) for name in recipe.corpora
        },
        "held_out_by_group": _predictions(recipe, held_out, held[0] / temperature).figures()[
            "groups"
        ],
        "calibration": _calibration(recipe, (held_out, held[0]), (sealed, unseen[0])),
    }
    facts = _facts(recipe, training, temperature, prior)
    write = partial(write_pack, out / recipe.name, onnx, **facts)
    metrics |= _take_figures(write(card="", metrics={}), data)
    write(card=voice_card(recipe, metrics, prior), metrics=without_tables(metrics))
    return {"name": recipe.name, "seed": recipe.seed, **metrics}


def onnx_read(onnx: bytes, voices: VoiceSet) -> tuple[Logits, Logits]:
    """Run an exported net over whole clips, one by one, giving logits and scores."""
    session = ort.InferenceSession(onnx, providers=["CPUExecutionProvider"])
    found = [
        session.run(
            ["logits", "scores"],
            {
                "input": voices.get(i).astype(np.float32)[None],
                "functionals": voices.statistics(i)[None],
            },
        )
        for i in range(len(voices.clips))
    ]
    logits, scores = (np.concatenate(read) for read in zip(*found, strict=True))
    return logits, scores


def _weigh_experts(net: JoinedNets, recipe: VoiceRecipe, held_out: VoiceSet) -> None:
    """Fit how much each expert counts, and how sure the relative reading is.

    To the clips and their altered copies, for noise harms functionals more than spectrograms.
    """
    for number, (truth, readings) in enumerate(_expert_readings(net, recipe, held_out)):
        share, temperature = _fit_share(truth, *readings)
        scale = temperature if number else 1.0  # that of the logits is the pack's, fitted later
        net.weights[:, number] = torch.tensor([1 - share, share]) / scale


def _expert_readings(
    net: JoinedNets, recipe: VoiceRecipe, held_out: VoiceSet
) -> list[tuple[NDArray[np.int64], Logits]]:
    """Return the truth and, shape (experts, clips, labels), what the experts make of all versions:
    absolutely and relatively.

    Only speakers of whom every expression is heard alike tell how sure to be relative to them.
    """  # noqa: D205
    acted = held_out.where(lambda clip: clip.corpus != "librispeech")
    versions = range(held_out.features.versions)
    logits = [read_voice_set(net.experts, recipe, held_out, v)[0] for v in versions]
    scores = [
        relative_scores(read_voice_set(net.experts, recipe, acted, v)[1], acted.speakers)
        for v in versions
    ]
    return [
        (np.tile(voices.truth(recipe.labels), len(versions)), np.concatenate(read).swapaxes(0, 1))
        for voices, read in ((held_out, logits), (acted, scores))
    ]


def _prosodic_share(net: JoinedNets) -> dict[str, float]:
    """Return how much of each reading is the expert's on functionals."""
    shares = (net.weights[1] / net.weights.sum(dim=0)).numpy().round(2)
    return {"absolute": float(shares[0]), "relative": float(shares[1])}


def _fit_share(truth: NDArray[np.int64], spectral: Logits, prosodic: Logits) -> tuple[float, float]:
    """Return the second expert's share and the temperature that make both together likeliest."""
    fits: list[tuple[float, float, float]] = []
    for share in np.linspace(0, 1, 21).tolist():
        mean = (1 - share) * spectral + share * prosodic
        temperature = fit_temperature(truth, mean)
        fits.append((negative_log_likelihood(truth, mean / temperature), share, temperature))
    _, share, temperature = min(fits)
    return share, temperature


def _export(net: JoinedNets, recipe: VoiceRecipe) -> bytes:
    frames, bands = recipe.augmentation.frames, recipe.net.bands
    example = torch.randn(2, frames, bands) * 3 - 10, torch.randn(2, len(FUNCTIONALS))
    return export_onnx(
        net,
        example,
        free={1: "frames"},
        inputs=("input", "functionals"),
        outputs=("logits", "scores"),
    )


def cross_fitted(
    truth: NDArray[np.int64], logits: Logits, speakers: NDArray[np.str_]
) -> NDArray[np.float64]:
    """Return log-probabilities, every speaker's scaled by a temperature fitted on others.

    The speakers, sorted, are dealt into two halves; each half's temperature serves the other.
    """
    names, numbers = np.unique(speakers, return_inverse=True)
    if len(names) < 2:
        raise OptionError("held_out: name at least two speakers, to fit on one and test another")
    half = numbers % 2 == 0
    scaled = np.empty(logits.shape)
    for fitted, served in ((half, ~half), (~half, half)):
        scaled[served] = logits[served] / fit_temperature(truth[fitted], logits[fitted])
    return scaled


def _speaker_figures(
    recipe: VoiceRecipe, voices: VoiceSet, logits: Logits, scores: Logits
) -> dict[str, Any]:
    truth, predicted = voices.truth(recipe.labels), logits.argmax(axis=1)
    relative = relative_scores(scores, voices.speakers).argmax(axis=1)
    names = sorted(set(voices.speakers.tolist()))
    return {
        "protocol": f"whole clips trimmed to speech, {len(recipe.labels)} classes, calm counted as "
        "neutral, as is what is read aloud; no speaker trained on; 95 % bootstrap interval over "
        f"speakers, from {FEWEST_GROUPS} on; relative: to the mean of all clips of a speaker, "
        "unlabelled; what share each expert has was fitted on the held-out speakers",
        "speakers": names,
        "clips": len(truth),
        "uar": interval(lambda items: uar(truth[items], predicted[items]), voices.speakers),
        "uar_relative": interval(lambda items: uar(truth[items], relative[items]), voices.speakers),
        "accuracy": round(accuracy(truth, predicted), 4),
        "recall": recall_by_class(recipe.labels, truth, predicted),
        "confusion": confusion_matrix(truth, predicted, len(recipe.labels)).tolist(),
    }


def _predictions(recipe: VoiceRecipe, voices: VoiceSet, logits: Logits) -> Predictions:
    names = np.repeat("held-out", len(voices.clips))
    truth = voices.truth(recipe.labels)
    return Predictions.of(Manifest(voices.clips), recipe.labels, truth, softmax(logits), names)


def _corpus_figures(
    recipe: VoiceRecipe, voices: VoiceSet, logits: Logits, corpus: str
) -> dict[str, Any]:
    rows = np.array([clip.corpus == corpus for clip in voices.clips])
    truth, predicted = voices.truth(recipe.labels)[rows], logits[rows].argmax(axis=1)
    measured = {"uar": uar(truth, predicted), "accuracy": accuracy(truth, predicted)}
    return {"clips": len(truth), **rounded(measured if len(truth) else {})}


def _calibration(
    recipe: VoiceRecipe, held_out: tuple[VoiceSet, Logits], sealed: tuple[VoiceSet, Logits]
) -> dict[str, Any]:
    truth, sealed_truth = (part.truth(recipe.labels) for part, _ in (held_out, sealed))
    temperature = fit_temperature(truth, held_out[1])
    scaled = [cross_fitted(truth, held_out[1], held_out[0].speakers), sealed[1] / temperature]
    truths = np.concatenate([truth, sealed_truth])
    before = softmax(np.concatenate([held_out[1], sealed[1]]))
    after = softmax(np.concatenate(scaled))
    return {
        "protocol": "15 equally wide bins, clips of held-out and sealed speakers; the temperature "
        "is fitted on the held-out speakers, and for measuring these themselves on the other half "
        "of them, so that no speaker is measured with a temperature fitted on that speaker",
        "temperature": round(temperature, 4),
        "clips": len(truths),
        **calibration_gain(truths, before, after),
    }


def _take_figures(pack: ModelPack, data: Path) -> dict[str, Any]:
    """Measure the pack as it is used, on the sound of audio-visual takes, where there are any."""
    try:
        clips = read_corpora(data, ["ravdess"]).clips
    except OptionError:
        return {}
    takes = [clip for clip in clips if clip.kind == "audio-visual" and clip.speaker == "ravdess-01"]
    if not takes:
        return {}
    model = VoiceExpressionModel(load_pack(pack.folder))
    truth = np.array([EMOTIONS.index(take.label or "") for take in takes])
    predicted = np.array(
        [model.predict(read_audio(take.file), SAMPLING_RATE).argmax() for take in takes]
    )
    return {
        "ravdess_av": {
            "protocol": "sound of the RAVDESS audio-visual takes of actor 01, never trained on; "
            "7 classes, balanced prior; 95 % bootstrap interval over takes",
            "takes": len(takes),
            "accuracy": accuracy_interval(truth, predicted),
            "uar": round(uar(truth, predicted), 4),
            "recall": recall_by_class(EMOTIONS, truth, predicted),
            "confusion": confusion_matrix(truth, predicted, len(EMOTIONS)).tolist(),
        }
    }


def _facts(
    recipe: VoiceRecipe, training: VoiceSet, temperature: float, prior: Mapping[str, float]
) -> dict[str, Any]:
    used = {clip.corpus for clip in training.clips}
    return {
        "name": recipe.name,
        "version": recipe.version,
        "task": recipe.task,
        "labels": recipe.labels,
        "input": VoiceInput(
            level=recipe.level, normalisation="none", functionals=True
        ).to_manifest(),
        "temperature": temperature,
        "prior": {label: round(share, 6) for label, share in prior.items()},
        "corpora": [CORPORA_FACTS[corpus] for corpus in recipe.corpora if corpus in used],
        "recipe": json.dumps(asdict(recipe)),
    }
