"""A voice recipe under a speaker-independent protocol: how good it is, not how good a pack is."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from emoarc.corpora import Fold, Manifest, Protocol, read_protocol
from emoarc.errors import OptionError
from emoarc.evaluate import Predictions, softmax
from emoarc.train._loop import Progress
from emoarc.train._processes import is_main
from emoarc.train._voice import NoiseBank, VoiceRecipe, VoiceSet, fit_members, read_voice_set

__all__ = ["READINGS", "relative_scores", "run_protocol"]

READINGS: Final = {
    "absolute": "no speaker statistics: each clip is read by itself",
    "relative": "per-speaker normalisation: each clip is read relative to the mean of all clips of "
    "the same tested speaker, whose labels are not used",
}

Logits = NDArray[np.float32]


def run_protocol(
    recipe: VoiceRecipe,
    voices: VoiceSet,
    noise: NoiseBank | None,
    out: Path,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Train and test fold by fold, and write `out/predictions-READING.csv`.

    Clips of other corpora than the protocol's join every training.

    Returns:
        The figures of both `READINGS`, as JSON takes them; of several processes to the main one.

    Raises:
        OptionError: The protocol leaks, or the clips do not suit it.
    """
    protocol = read_protocol(recipe.protocol)
    if protocol.leaky:
        raise OptionError(f"protocol: {protocol.name} leaks; voices are measured on new people")
    folds = protocol.folds(Manifest(voices.clips))
    parts: list[tuple[Logits, Logits]] = []
    for fold in folds:
        net = fit_members(recipe, voices.take(fold.train), noise, out / fold.name, progress)
        parts.append(read_voice_set(net, recipe, voices.take(fold.test)))
    if not is_main():
        return {}
    found = _predictions(recipe, voices, folds, parts)
    for reading, predictions in found.items():
        predictions.write(out / f"predictions-{reading}.csv")
    return _figures(recipe, protocol, found)


def relative_scores(scores: Logits, speakers: NDArray[np.str_]) -> Logits:
    """Return scores (clips, labels) less the mean of the same speaker's."""
    relative = scores.copy()
    for speaker in np.unique(speakers):
        relative[speakers == speaker] -= scores[speakers == speaker].mean(axis=0)
    return relative


def _figures(
    recipe: VoiceRecipe, protocol: Protocol, found: Mapping[str, Predictions]
) -> dict[str, Any]:
    return {
        "recipe": recipe.name,
        "seed": recipe.seed,
        "members": recipe.members,
        "corpora": list(recipe.corpora),
        "labels": list(recipe.labels),
        "protocol": f"{protocol.name}: {protocol.description}; {len(recipe.labels)} classes; "
        "utterances trimmed to speech; a fixed number of epochs, the last one kept",
        "source": protocol.source,
        **{
            reading: {"means": READINGS[reading], **predictions.figures()}
            for reading, predictions in found.items()
        },
    }


def _predictions(
    recipe: VoiceRecipe,
    voices: VoiceSet,
    folds: Sequence[Fold],
    parts: Sequence[tuple[Logits, Logits]],
) -> dict[str, Predictions]:
    tested = voices.take([row for fold in folds for row in fold.test])
    names = np.repeat([fold.name for fold in folds], [len(fold.test) for fold in folds])
    logits, scores = (np.concatenate(read) for read in zip(*parts, strict=True))
    readings = {"absolute": logits, "relative": relative_scores(scores, tested.speakers)}
    truth = tested.truth(recipe.labels)
    return {
        reading: Predictions.of(Manifest(tested.clips), recipe.labels, truth, softmax(read), names)
        for reading, read in readings.items()
    }
