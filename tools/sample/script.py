"""What happens in the clip: its parts, one after the other."""

from dataclasses import dataclass

SECONDS_PER_PART, TRANSITION = 6.0, 0.7
"""Length of each part, and of the cross-fade of the face at each border (seconds)."""


@dataclass(frozen=True)
class Part:
    """One stretch of the clip: an expression of the face and a sentence spoken along."""

    expression: str
    text: str
    speed: int
    """Words per minute: espeak-ng's -s."""
    pitch: int
    """0 to 99: espeak-ng's -p."""
    volume: int
    """0 to 200: espeak-ng's -a."""


PARTS = (
    Part("neutral", "This is a sample. A portrait is looking at the camera.", 150, 45, 80),
    Part("happiness", "How wonderful to see you! What a lovely sunny day!", 170, 75, 120),
    Part("sadness", "I am sorry. Nothing went well today, and it rains.", 130, 20, 60),
    Part("surprise", "Oh! What is that? I did not expect that at all!", 180, 90, 150),
)
DURATION = SECONDS_PER_PART * len(PARTS)
