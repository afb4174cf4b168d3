"""The packs of speaker networks."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from emoarc.packs import write_pack
from emoarc.train._card import model_card
from emoarc.train._voice_card import CORPORA_FACTS, VOICE_LICENCE
from emoarc.train.speakers._embedding import SpeakerEmbeddingRecipe
from emoarc.train.speakers._overlap import OverlapRecipe

__all__ = ["write_speaker_pack"]


def write_speaker_pack(
    folder: Path,
    onnx: bytes,
    recipe: SpeakerEmbeddingRecipe | OverlapRecipe,
    metrics: dict[str, Any],
    summary: str,
    sections: Mapping[str, str],
    **facts: Any,
) -> None:
    """Write a network's pack; of the card `sections`, of the manifest what else the `facts` say."""
    names = {"name": recipe.name, "version": recipe.version, "task": recipe.task}
    card = model_card(
        **names,
        summary=summary.format(parameters=metrics["parameters"] / 1e6),
        prior=None,
        sections={**sections, "Licence": VOICE_LICENCE},
        licence="other",
    )
    left_out = {"left_out": "the speakers that the recipe names as fitting and measuring"}
    corpora = [CORPORA_FACTS[corpus] | left_out for corpus in recipe.corpora]
    about = {"corpora": corpora, "metrics": metrics, "recipe": json.dumps(asdict(recipe))}
    write_pack(folder, onnx, card, **names, **about, **facts)
