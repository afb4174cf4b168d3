"""From a network's logits to calibrated probabilities under a stated prior."""

from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from emoarc.errors import OptionError
from emoarc.labels import EMOTIONS
from emoarc.packs._pack import Manifest

__all__ = ["Prior", "ProbabilityHead", "resolve_prior"]

Prior = Literal["balanced", "natural"] | Mapping[str, float]
"""How common each emotion is taken to be: equally, as in the training data, or as tabled."""


def resolve_prior(prior: Prior, training: Mapping[str, float]) -> NDArray[np.float64]:
    """Return `prior` as seven probabilities in the order of `EMOTIONS`.

    Raises:
        OptionError: The prior is no known word and no full table of positive numbers.
    """
    if prior == "natural":
        prior = {emotion: training[emotion] for emotion in EMOTIONS}
    elif prior == "balanced":
        prior = dict.fromkeys(EMOTIONS, 1.0)
    if isinstance(prior, str) or set(prior) != set(EMOTIONS):
        raise OptionError(
            f"prior: give 'balanced', 'natural', or one number for each of {EMOTIONS}"
        )
    values = np.array([prior[emotion] for emotion in EMOTIONS], dtype=np.float64)
    if not (np.isfinite(values).all() and (values > 0).all()):
        raise OptionError("prior: every emotion needs a positive number")
    return values / values.sum()


class ProbabilityHead:
    """Turns logits over a pack's labels into probabilities over `EMOTIONS`.

    The logits are divided by the pack's temperature; labels beyond the seven (contempt) are left
    out; then the training prior is divided out and the wanted prior put in its place (Saerens et
    al. 2002, "Adjusting the outputs of a classifier to new a priori probabilities", eq. 2.4).
    """

    def __init__(self, manifest: Manifest, prior: Prior = "balanced") -> None:
        self._columns = [manifest.labels.index(emotion) for emotion in EMOTIONS]
        self._temperature = manifest.temperature
        training = resolve_prior("natural", manifest.prior)
        self._shift = np.log(resolve_prior(prior, manifest.prior)) - np.log(training)

    def __call__(self, logits: NDArray[np.floating]) -> NDArray[np.float32]:
        """Map logits of shape (n, labels) to probabilities of shape (n, 7)."""
        scores = logits[:, self._columns].astype(np.float64) / self._temperature + self._shift
        scores -= scores.max(axis=1, keepdims=True)
        weights = np.exp(scores)
        return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
