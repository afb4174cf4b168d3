"""What happens in the clip: its parts, one after the other."""

from dataclasses import dataclass

SECONDS_PER_PART, TRANSITION = 6.0, 0.7
"""Length of each part, and of the cross-fade of the face at each border (seconds)."""


@dataclass(frozen=True)
class Part:
    """One stretch of the clip: an expression of the face and a sentence spoken along.

    The prosody changes with the expression, yet no truth is claimed of what a synthetic voice
    expresses.
    """

    expression: str
    text: str
    speed: int
    """Words per minute: espeak-ng's -s."""
    pitch: int
    """0 to 99: espeak-ng's -p."""
    volume: int
    """0 to 200: espeak-ng's -a."""
    melody: str = "medium"
    """How far the pitch rises and falls: the range of SSML's prosody element."""


PARTS = (
    Part("neutral", "This is a sample. A portrait is looking at the camera.", 150, 40, 80),
    Part("happiness", "How wonderful to see you! What a lovely sunny day!", 190, 65, 100, "x-high"),
    Part("sadness", "I am so sorry. It rains again.", 100, 95, 60),
    Part("surprise", "Oh! What is that? Where did you come from?", 220, 75, 150, "x-high"),
)
DURATION = SECONDS_PER_PART * len(PARTS)
