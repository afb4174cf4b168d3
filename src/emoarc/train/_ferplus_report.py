"""What a face network is worth: the figures a pack is shipped with."""

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emoarc.evaluate import confusion_matrix, macro_f1, reliability, softmax, uar
from emoarc.labels import EMOTIONS
from emoarc.train._ferplus import FERPLUS_LABELS, FaceSet
from emoarc.train._figures import (
    accuracy_interval,
    calibration_gain,
    recall_by_class,
    rounded_list,
)

__all__ = [
    "balanced_figures",
    "calibration_figures",
    "copy_figures",
    "fer2013_figures",
    "ferplus_figures",
    "whole_figures",
]

Logits = NDArray[np.floating]


def ferplus_figures(faces: FaceSet, logits: Logits) -> dict[str, Any]:
    """Measure the eight classes on the pictures with a majority label, under the natural prior."""
    judged = faces.majority >= 0
    truth, predicted = faces.majority[judged], logits[judged].argmax(axis=1)
    return {
        "protocol": "FER+ majority label: single votes dropped, pictures whose top emotion has "
        "more than half of the votes (Barsoum et al. 2016), 8 classes, natural prior; "
        "95 % bootstrap interval over pictures",
        "pictures": len(truth),
        "accuracy": accuracy_interval(truth, predicted),
        "uar": round(uar(truth, predicted), 4),
        "macro_f1": round(macro_f1(truth, predicted), 4),
        "recall": recall_by_class(FERPLUS_LABELS, truth, predicted),
        "confusion": confusion_matrix(truth, predicted, len(FERPLUS_LABELS)).tolist(),
    }


def balanced_figures(faces: FaceSet, probabilities: NDArray[np.floating]) -> dict[str, Any]:
    """Measure the seven emotions under the balanced prior, the one emoarc takes by default.

    Args:
        faces: The pictures; those whose majority is contempt are left out.
        probabilities: Over `EMOTIONS`, the training prior divided out, shape (n, 7).
    """
    judged = (faces.majority >= 0) & (faces.majority < len(EMOTIONS))
    truth, predicted = faces.majority[judged], probabilities[judged].argmax(axis=1)
    return {
        "protocol": "FER+ majority label, 7 classes, balanced prior; to be read by its UAR, as "
        "the pictures themselves are mostly neutral or happy",
        "pictures": len(truth),
        "accuracy": accuracy_interval(truth, predicted),
        "uar": round(uar(truth, predicted), 4),
        "recall": recall_by_class(EMOTIONS, truth, predicted),
    }


def fer2013_figures(
    faces: FaceSet, logits: Logits, original: Logits, balanced: NDArray[np.floating]
) -> dict[str, Any]:
    """Measure the seven classes against the original FER2013 labels of the private test split.

    Args:
        faces: The Test split.
        logits: Over `FERPLUS_LABELS`.
        original: Over `EMOTIONS`, of the outputs trained on original labels.
        balanced: Probabilities over `EMOTIONS` from the votes, the training prior divided out.
    """
    rows = faces.original >= 0
    truth, own = faces.original[rows], original[rows].argmax(axis=1)
    natural = logits[rows][:, : len(EMOTIONS)].argmax(axis=1)
    return {
        "protocol": "original FER2013 PrivateTest labels, 7 classes, natural prior, by the outputs "
        "trained on the original labels of the training split; beside it the outputs trained on "
        "votes, contempt left out, under either prior",
        "pictures": len(truth),
        "accuracy": accuracy_interval(truth, own),
        "uar": round(uar(truth, own), 4),
        "macro_f1": round(macro_f1(truth, own), 4),
        "recall": recall_by_class(EMOTIONS, truth, own),
        "confusion": confusion_matrix(truth, own, len(EMOTIONS)).tolist(),
        "accuracy_votes": accuracy_interval(truth, natural),
        "accuracy_votes_balanced": accuracy_interval(truth, balanced[rows].argmax(axis=1)),
    }


def copy_figures(faces: FaceSet, original: Logits, known: NDArray[np.bool_]) -> dict[str, Any]:
    """Measure those private test pictures that FER2013's training split holds too.

    Who leaves them in the training knows their labels, which are the same there.

    Args:
        faces: The Test split.
        original: Over `EMOTIONS`, of the outputs trained on original labels.
        known: Which pictures the training split holds, shape (n,).
    """
    rows = (faces.original >= 0) & known
    right = faces.original[rows] == original[rows].argmax(axis=1)
    return {
        "protocol": "PrivateTest pictures of which FER2013's training split holds a pixel by pixel "
        "equal copy; here the copies were left out of the training",
        "pictures": int(rows.sum()),
        "accuracy": round(float(right.mean()), 4) if len(right) else None,
    }


def whole_figures(faces: FaceSet, logits: Logits, original: Logits) -> dict[str, Any]:
    """Measure pictures shown as the corpus cuts them, the faces' points unknown."""
    judged, labelled = faces.majority >= 0, faces.original >= 0
    votes = logits[judged].argmax(axis=1), original[labelled].argmax(axis=1)
    truths = faces.majority[judged], faces.original[labelled]
    return {
        "protocol": "as above, each picture as the corpus cuts it",
        "ferplus_test": accuracy_interval(truths[0], votes[0]),
        "fer2013_private_test": accuracy_interval(truths[1], votes[1]),
    }


def calibration_figures(faces: FaceSet, logits: Logits, temperature: float) -> dict[str, Any]:
    """Compare confidence with accuracy before and after scaling by `temperature`."""
    judged = faces.majority >= 0
    truth = faces.majority[judged]
    before, after = softmax(logits[judged]), softmax(logits[judged] / temperature)
    bins = asdict(reliability(truth, after))
    return {
        "protocol": "FER+ test, majority label, 15 equally wide bins, natural prior; temperature "
        "fitted on the validation split",
        "temperature": round(temperature, 4),
        **calibration_gain(truth, before, after),
        "bins_after": {name: rounded_list(values) for name, values in bins.items()},
    }
