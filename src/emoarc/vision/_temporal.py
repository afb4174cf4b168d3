"""Expressions relative to the person's own face."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emoarc.errors import OptionError
from emoarc.labels import EMOTIONS

__all__ = ["BaselineOptions", "PersonBaseline", "PersonBaselines", "log_ratios", "peak_mean"]

_LEAST = 1e-6
"""Probabilities below count as this."""
_NOISE = 0.05
"""Variance of log-ratios, in square nats, that says nothing about a person's range."""
_LONGEST = 0.5
"""Seconds for which one picture counts at most, when the one before was long ago."""
_NEUTRAL = EMOTIONS.index("neutral")


@dataclass(frozen=True)
class BaselineOptions:
    """How a person's face at rest is made the measure."""

    half: float = 2.0
    """Seconds of the face at rest after which half of what they told is trusted."""
    most: float = 1.0
    """How far that trust can go, in [0, 1]; with 0, faces are read as they are."""
    rest: float = 1.0
    """Nats by which neutral leads in a face at rest, and an expression must outdo it."""

    def __post_init__(self) -> None:
        if self.half <= 0 or not 0 <= self.most <= 1 or self.rest < 0:
            raise OptionError("half: must be positive, most in [0, 1], rest not negative")


class PersonBaseline:
    """Makes a person's probabilities relative to the person's own face at rest.

    Brows that hang or lips that curve by nature look like sadness or a smile in every frame, and
    one person's fear is smaller than another's smile. From the log-ratios of each frame's
    probabilities their average so far is subtracted, and each emotion is divided by its deviation
    (relative to the mean deviation of all), both shrunk towards nothing while little was seen. The
    less a frame shows any expression, the more it counts, so that who smiles throughout is not
    taken for somebody whose lips curve by nature. Probabilities of a face at rest become flat, with
    neutral a little ahead: labels and changes are what it is good for.

    That is the normalisation per speaker usual with voices, causal and without labels (Busso et
    al. 2013, "Iterative feature normalization scheme for automatic emotion detection from
    speech", likewise by what seems neutral).
    """

    def __init__(self, options: BaselineOptions | None = None) -> None:
        self._options = options or BaselineOptions()
        self._sum = np.zeros(len(EMOTIONS))
        self._squares = np.zeros(len(EMOTIONS))
        self._seconds = 0.0

    def push(
        self, probabilities: NDArray[np.floating], seconds: float, quality: float = 1.0
    ) -> NDArray[np.float32]:
        """Take the next probabilities of the person; return them relative to the face at rest.

        Args:
            probabilities: Over `EMOTIONS`, shape (7,).
            seconds: How long they hold.
            quality: In [0, 1]; the worse, the less they count in the average.
        """
        ratios = log_ratios(probabilities)
        weight = seconds * quality * _at_rest(probabilities)
        self._sum += weight * ratios
        self._squares += weight * ratios**2
        self._seconds += weight
        scores = self._relative(ratios)
        weights = np.exp(scores - scores.max())
        return (weights / weights.sum()).astype(np.float32)

    def _relative(self, ratios: NDArray[np.float64]) -> NDArray[np.float64]:
        options, seen = self._options, max(self._seconds, 1e-9)
        trust = options.most * seen / (seen + options.half)
        mean = self._sum / seen
        spread = np.maximum(self._squares / seen - mean**2, 0) + _NOISE
        scores = (ratios - trust * mean) * (spread.mean() / spread) ** (trust / 2)
        scores[_NEUTRAL] += options.rest * trust
        return scores


def _at_rest(probabilities: NDArray[np.floating]) -> float:
    """How far no expression is shown, in [0, 1]."""
    return (1 - float(np.delete(probabilities, _NEUTRAL).max())) ** 2


class PersonBaselines:
    """A `PersonBaseline` for each person of a recording."""

    def __init__(self, options: BaselineOptions | None = None) -> None:
        self._options = options or BaselineOptions()
        self._people: dict[int, PersonBaseline] = {}
        self._seen: dict[int, float] = {}

    def push(
        self, person: int, time: float, probabilities: NDArray[np.floating], quality: float
    ) -> NDArray[np.float32]:
        """Take what a person shows at `time`, in seconds; return it relative to their rest."""
        seconds = min(max(time - self._seen.get(person, time), 0.0), _LONGEST)
        self._seen[person] = time
        baseline = self._people.setdefault(person, PersonBaseline(self._options))
        return baseline.push(probabilities, seconds, quality)


def log_ratios(probabilities: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the centred log-ratios of probabilities along the last axis (Aitchison 1982)."""
    logs = np.log(np.maximum(np.asarray(probabilities, np.float64), _LEAST))
    return logs - logs.mean(axis=-1, keepdims=True)


def peak_mean(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """Average frames, each weighing as much as it says.

    A spoken sentence shows its expression in a few frames; in most the lips only talk, and what is
    relative to the person is small there. The weights are the lengths of the vectors.

    Args:
        scores: Log-ratios relative to the person, shape (frames, 7), at least one frame.

    Returns:
        Shape (7,).
    """
    weights = np.linalg.norm(scores, axis=1) + _LEAST
    return np.asarray(weights @ scores / weights.sum(), np.float64)
