"""A voice pack from a layer probe on a speech model."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false
# torch and safetensors are annotated in part only.

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from safetensors.torch import load_file
from torch import nn

from emoarc.corpora import CORPORA, SEALED, Fold
from emoarc.errors import OptionError
from emoarc.evaluate import softmax
from emoarc.labels import EMOTIONS
from emoarc.packs import write_pack
from emoarc.train._card import markdown_table, model_card
from emoarc.train._export import fit_temperature
from emoarc.train._figures import calibration_gain, calibration_text, spread
from emoarc.train._voice_pack import cross_fitted
from emoarc.train.systems._architectures import ARCHITECTURES
from emoarc.train.systems._examples import make_examples
from emoarc.train.systems._folds import FoldResult, Work
from emoarc.train.systems._join import join_onnx
from emoarc.train.systems._recipe import SystemRecipe
from emoarc.train.systems._sound import SpeechModel
from emoarc.types import SAMPLING_RATE

__all__ = ["PackPlan", "plan_pack", "write_speech_pack"]


@dataclass(frozen=True)
class PackPlan:
    """What a pack is made of that is known before training."""

    member: str
    input: SpeechModel
    prior: dict[str, float]
    """How often each label occurs in training."""


def plan_pack(work: Work, fold: Fold) -> PackPlan | None:
    """Return what the pack of a system will be made of; None for systems that become none.

    A pack is made of a single layer probe on one speech model, which knows the seven emotions, and
    which holds out two speakers at least beside the sealed ones, on whom a temperature is fitted.

    Raises:
        OptionError: A label never occurs in training.
    """
    recipe = work.recipe
    ((name, member), *others) = recipe.members.items()
    source = recipe.inputs[member.inputs[0]]
    spared = {work.manifest.clips[row].speaker for row in fold.test} - SEALED - {""}
    if others or member.architecture != "layer-probe" or not isinstance(source, SpeechModel):
        return None
    if not set(EMOTIONS) <= set(recipe.labels) or len(spared) < 2:
        return None
    targets = make_examples(recipe, work.manifest.clips, fold.train, ()).targets
    shares = targets.sum(axis=0, dtype=np.float64) / targets.sum()
    if absent := [x for x, share in zip(recipe.labels, shares, strict=True) if share <= 0]:
        raise OptionError(f"labels: no clip to train on shows {', '.join(absent)}")
    rounded = [round(float(share), 6) for share in shares]
    return PackPlan(name, source, dict(zip(recipe.labels, rounded, strict=True)))


def write_speech_pack(
    work: Work, plan: PackPlan, result: FoldResult, report: Mapping[str, Any]
) -> dict[str, Any]:
    """Join the trained probe and its speech model, write the pack and return its metrics.

    Args:
        work: What was trained.
        plan: Made before.
        result: What the probe says of those held out.
        report: The figures of that.

    Raises:
        ModelError: The two cannot be joined, or compute something else once they are.
        OutputError: The pack cannot be written.
    """
    recipe, encoder = work.recipe, plan.input.encoder
    graph = join_onnx(encoder, _trained(work, plan, result), plan.input.frames)
    seconds = plan.input.seconds
    section = replace(encoder.input, max_seconds=seconds, hop_seconds=seconds / 2)
    calibration = _calibrate(work, result)
    metrics: dict[str, Any] = {
        "held_out_speakers": {
            "protocol": f"{report['protocol']['description']}; whole clips; 95 % bootstrap "
            f"interval over {report['interval_over']}",
            "clips": report["n"],
            "uar": report["uar"],
            "accuracy": report["accuracy"],
        },
        "calibration": calibration,
        "layer_weights": report["layer_weights"][plan.member],
    }
    write_pack(
        work.out / recipe.name,
        graph,
        _card(recipe, plan, metrics),
        name=recipe.name,
        version=recipe.version,
        task="voice-expression",
        labels=recipe.labels,
        input=section.to_manifest(),
        temperature=calibration["temperature"],
        prior=plan.prior,
        corpora=_corpora(recipe),
        metrics=metrics,
        recipe=json.dumps(asdict(recipe)),
    )
    return metrics


def _trained(work: Work, plan: PackPlan, result: FoldResult) -> nn.Module:
    member, build = work.recipe.members[plan.member], ARCHITECTURES["layer-probe"].net
    assert build is not None  # it is a net
    shape = plan.input(np.zeros(SAMPLING_RATE, np.float32)).shape
    probe = build(member.learner, len(work.recipe.labels), (shape,))
    probe.load_state_dict(load_file(work.out / result.fold.name / plan.member / "net.safetensors"))
    return probe.eval()


def _calibrate(work: Work, result: FoldResult) -> dict[str, Any]:
    """Fit the temperature on the speakers held out, the sealed ones left out, and measure it."""
    clips = [work.manifest.clips[row] for row in result.fold.test]
    chosen = np.array([clip.speaker not in SEALED for clip in clips])
    truth = np.array([work.recipe.class_of(clip) for clip in clips])[chosen]
    logits = np.log(np.maximum(result.probabilities, 1e-12)).astype(np.float32)[chosen]
    speakers = np.array([clip.speaker for clip in clips])[chosen]
    after = softmax(cross_fitted(truth, logits, speakers))
    return {
        "protocol": "15 equally wide bins; clips of the held-out speakers but RAVDESS's actors 01 "
        "and 05; every speaker measured with a temperature fitted on others of them",
        "temperature": round(fit_temperature(truth, logits), 4),
        "clips": len(truth),
        **calibration_gain(truth, softmax(logits), after),
    }


def _corpora(recipe: SystemRecipe) -> list[dict[str, str]]:
    return [
        {
            "name": f"{name} ({CORPORA[name].title})",
            "licence": CORPORA[name].licence,
            "left_out": "the held-out speakers, and the corpus's own test split if it has one",
        }
        for name in recipe.corpora
    ]


_LICENCE = """\
The speech model inside keeps the licence under which you got it. What was trained on it learnt from
the corpora above; whether such weights inherit their terms is not settled."""

_LIMITS = """\
It learnt from the corpora above and from nothing else. Acted speech is clearer than spontaneous
speech; other languages, rooms and microphones make it worse. What a big model learnt in its own
training, and from whom, is not known here. Measure it on your own material with `emoarc
evaluate`."""


def _card(recipe: SystemRecipe, plan: PackPlan, metrics: Mapping[str, Any]) -> str:
    figures, weights = metrics["held_out_speakers"], metrics["layer_weights"]
    measured = [spread(figures["uar"]), spread(figures["accuracy"]), figures["clips"]]
    layers = zip(weights["layers"], weights["mean"], strict=True)
    corpora = [[c["name"], c["licence"], c["left_out"]] for c in _corpora(recipe)]
    return model_card(
        recipe.name,
        recipe.version,
        "voice-expression",
        f"Reads the expression a listener would hear in an utterance of 0.5 to "
        f"{plan.input.seconds:g} s: a frozen speech model, the learnt weights of its layers, "
        "and a small network on their sum.",
        plan.prior,
        {
            "Training data": markdown_table(["corpus", "licence", "left out"], corpora)
            + f"\n\nHeld-out speakers: {', '.join(recipe.held_out)}.",
            "Licence": _LICENCE,
            "Results": markdown_table(["UAR", "accuracy", "clips"], [measured])
            + f"\n\n{figures['protocol']}.",
            "Layers": markdown_table(["hidden state", "weight"], [list(row) for row in layers]),
            "Calibration": f"{calibration_text(metrics['calibration'])}: "
            f"{metrics['calibration']['protocol']}.",
            "Limits": _LIMITS,
        },
        licence="other",
    )
