"""A model pack on clips of corpora, as it is used: a recording or a picture in, seven shares out.

A pack has been trained before, so that a protocol says only which clips are tested, and what the
pack has learnt of them is left out or owned up to.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from emoarc.audio import VoiceExpressionModel
from emoarc.corpora import Clip, Manifest, read_picture
from emoarc.errors import InputError
from emoarc.evaluate._predictions import Predictions
from emoarc.evaluate._tested import Tested, choose_tested
from emoarc.files import write_text
from emoarc.labels import EMOTIONS
from emoarc.media import read_audio
from emoarc.packs import ModelPack, load_pack
from emoarc.types import SAMPLING_RATE
from emoarc.vision import FaceExpressionModel

__all__ = ["PackOptions", "evaluate_pack", "predict_clips"]

Prior = Literal["balanced", "natural"]


@dataclass(frozen=True)
class PackOptions:
    """How a pack is evaluated."""

    protocol: str | None = None
    """Names the folds whose tested clips are taken; None takes the corpora's own test splits, and
    all of corpora that have none."""
    corpora: tuple[str, ...] = ()
    """Which corpora to test on; none takes the only one that is there."""
    prior: Prior = "balanced"
    """How common each emotion is taken to be."""
    unseen_only: bool = True
    """Of corpora that the pack was trained on, test only what it has not learnt, where the pack
    lets us know."""


def evaluate_pack(
    folder: str | Path,
    data: Path,
    out: Path,
    options: PackOptions | None = None,
    told: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Measure a pack for faces or voices, and write `evaluation.json` and `predictions.csv`.

    Args:
        folder: The name of a shipped pack, or a pack's folder.
        data: The folder that holds the corpora.
        out: Where the files go.
        options: What is tested, and how.
        told: Is told what is being done.

    Returns:
        What `evaluation.json` holds.

    Raises:
        OptionError: Corpora or protocol are not there, or there is nothing to test.
        ModelError: The pack is missing, damaged, or for something else.
        InputError: A clip cannot be read.
    """
    options = options or PackOptions()
    pack = load_pack(folder)
    tested = choose_tested(pack, data, options.corpora, options.protocol, fresh=options.unseen_only)
    if told:
        told(f"{pack.manifest.name}: {len(tested.clips)} clips of {', '.join(tested.corpora)}")
    truth = np.array([EMOTIONS.index(str(clip.label)) for clip in tested.clips.clips])
    probabilities = predict_clips(pack, tested.clips, options.prior)
    predictions = Predictions.of(tested.clips, EMOTIONS, truth, probabilities, tested.folds)
    report = _about(pack, tested, options) | predictions.figures()
    out.mkdir(parents=True, exist_ok=True)
    write_text(out / "evaluation.json", json.dumps(report, indent=2) + "\n")
    predictions.write(out / "predictions.csv")
    return report


def _about(pack: ModelPack, tested: Tested, options: PackOptions) -> dict[str, Any]:
    facts = pack.manifest
    return {
        "kind": "evaluation",
        "pack": {
            "name": facts.name,
            "version": facts.version,
            "sha256": facts.sha256,
            "prior": options.prior,
        },
        "protocol": tested.protocol,
        "corpora": list(tested.corpora),
        "warning": tested.warning or None,
        "clips": tested.of,
        "unusable": tested.unusable,
        "left_out": tested.left_out,
        "labels": list(EMOTIONS),
    }


def predict_clips(
    pack: ModelPack, manifest: Manifest, prior: Prior = "balanced"
) -> NDArray[np.float64]:
    """Return the probabilities of `EMOTIONS` for every clip, shape (clips, 7).

    Raises:
        InputError: A clip cannot be read.
        ModelError: The pack is for neither faces nor voices.
    """
    judge = _judge(pack, prior)
    found = [judge(clip) for clip in manifest.clips]
    return np.array(found, np.float64).reshape(len(manifest), len(EMOTIONS))


def _judge(pack: ModelPack, prior: Prior) -> Callable[[Clip], NDArray[np.float32]]:
    if pack.manifest.task == "face-expression":
        faces = FaceExpressionModel(pack, prior)
        return lambda clip: faces.predict([read_picture(clip)])[0]
    voices = VoiceExpressionModel(pack, prior)
    return lambda clip: _heard(voices, clip)


def _heard(model: VoiceExpressionModel, clip: Clip) -> NDArray[np.float32]:
    end = None if clip.end is None else round(clip.end * SAMPLING_RATE)
    signal = read_audio(clip.file)[round(clip.start * SAMPLING_RATE) : end]
    if not len(signal):
        raise InputError(f"{clip.file}: no sound from {clip.start} s on; leave it out")
    # A word shorter than the network's shortest window is heard with silence after it.
    shortest = round(model.input.min_seconds * SAMPLING_RATE)
    return model.predict(np.pad(signal, (0, max(0, shortest - len(signal)))), SAMPLING_RATE)
