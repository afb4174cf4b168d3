"""The five speaker-independent folds of RAVDESS: how good a recipe is, not how good a pack."""

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from emoarc.evaluate import accuracy, confusion_matrix, uar
from emoarc.train._figures import interval, recall_by_class
from emoarc.train._loop import Progress
from emoarc.train._voice import NoiseBank, VoiceRecipe, VoiceSet, fit_members, voice_logits

__all__ = ["PROTOCOL", "RAVDESS_FOLDS", "fold_of", "run_folds"]

RAVDESS_FOLDS: Final = (
    (2, 5, 14, 15, 16), (3, 6, 7, 13, 18), (10, 11, 12, 19, 20), (8, 17, 21, 23, 24), (1, 4, 9, 22),
)  # fmt: skip
"""The test actors of the five speaker-independent folds of Luna-Jiménez et al. 2021, "Multimodal
emotion recognition on RAVDESS dataset using transfer learning", Sensors 21, 7665."""

PROTOCOL = (
    "RAVDESS speech, 1440 clips, 8 classes; five folds, no speaker in both training and test "
    "(test actors 2,5,14,15,16; 3,6,7,13,18; 10,11,12,19,20; 8,17,21,23,24; 1,4,9,22); "
    "utterances trimmed to speech, no speaker statistics; a fixed number of epochs, the last "
    "one kept; the recipe was chosen by what it did on the actors of the second fold after "
    "training on those of the third to fifth; UAR is the mean over folds, its interval the 2.5 and "
    "97.5 percentiles of 1000 bootstrap draws of speakers"
)


def fold_of(speaker: str) -> int:
    """Return the fold that tests a speaker, -1 for speakers of other corpora."""
    corpus, _, name = speaker.partition("-")
    holders = [
        i for i, actors in enumerate(RAVDESS_FOLDS) if corpus == "ravdess" and int(name) in actors
    ]
    return holders[0] if holders else -1


def run_folds(
    recipe: VoiceRecipe,
    voices: VoiceSet,
    noise: NoiseBank | None,
    out: Path,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Train on four fifths of RAVDESS's actors and test on the rest, five times.

    Clips of other corpora in `voices` join every training.

    Returns:
        The figures, as JSON takes them.
    """
    folds = np.array([fold_of(speaker) for speaker in voices.speakers])
    tested = voices.where(lambda clip: fold_of(clip.speaker) >= 0)
    logits = np.zeros((len(tested.clips), len(recipe.labels)), np.float32)
    for fold in range(len(RAVDESS_FOLDS)):
        training = voices.where(lambda clip, fold=fold: fold_of(clip.speaker) != fold)
        test = voices.where(lambda clip, fold=fold: fold_of(clip.speaker) == fold)
        net = fit_members(recipe, training, noise, out / f"fold-{fold + 1}", progress)
        logits[folds[folds >= 0] == fold] = voice_logits(net, test)
    return _figures(recipe, tested, logits, folds[folds >= 0])


def _figures(
    recipe: VoiceRecipe, tested: VoiceSet, logits: NDArray[np.float32], folds: NDArray[np.int64]
) -> dict[str, Any]:
    truth, predicted = tested.truth(recipe.labels), logits.argmax(axis=1)

    def mean_uar(items: NDArray[np.intp]) -> float:
        drawn = np.unique(folds[items])
        parts = [items[folds[items] == fold] for fold in drawn]
        return float(np.mean([uar(truth[part], predicted[part]) for part in parts]))

    per_fold = [uar(truth[folds == fold], predicted[folds == fold]) for fold in np.unique(folds)]
    return {
        "protocol": PROTOCOL,
        "recipe": recipe.name,
        "seed": recipe.seed,
        "clips": len(truth),
        "speakers": len(set(tested.speakers.tolist())),
        "uar": interval(mean_uar, tested.speakers),
        "uar_per_fold": [round(figure, 4) for figure in per_fold],
        "accuracy": round(accuracy(truth, predicted), 4),
        "recall": recall_by_class(recipe.labels, truth, predicted),
        "confusion": confusion_matrix(truth, predicted, len(recipe.labels)).tolist(),
    }
