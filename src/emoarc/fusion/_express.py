"""From a distribution to an Expression: label or abstention, valence and arousal."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from emoarc.labels import EMOTIONS, valence_arousal
from emoarc.types import Expression, Modality

__all__ = ["SEVERAL_VOICES", "express"]

SEVERAL_VOICES: Final = {"overlap": "several people speak at once", "crowd": "a crowd is heard"}
"""Why no expression is told of a `Sound` that is not one voice's; such rows count for nobody."""

_REASONS: Final[dict[Modality, str]] = {
    "face": "the face is too small, blurred or dark",
    "voice": "the speech is too short, quiet or noisy",
    "fused": "there is too little to go by",
}


def express(
    start: float,
    end: float,
    subject: str,
    modality: Modality,
    probabilities: NDArray[np.floating],
    quality: float,
    sure: bool = True,
    reason: str = "",
) -> Expression:
    """Make an Expression; where emoarc is not `sure` it abstains and says why.

    The reason is that the modality is not good enough, unless another is given.
    """
    valence, arousal = map(float, valence_arousal(probabilities))
    return Expression(
        start=start,
        end=end,
        subject=subject,
        modality=modality,
        probabilities=np.asarray(probabilities, dtype=np.float32),
        valence=valence,
        arousal=arousal,
        quality=quality,
        label=EMOTIONS[int(np.argmax(probabilities))] if sure else None,
        reason="" if sure else reason or _REASONS[modality],
    )
