"""The small values that travel between the rooms. Times are seconds from the media's start."""

from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "MODALITIES",
    "SAMPLING_RATE",
    "AudioChunk",
    "Box",
    "Expression",
    "FaceDetection",
    "FaceGeometry",
    "FaceObservation",
    "Modality",
    "Sound",
    "VideoFrame",
    "VoiceObservation",
]

SAMPLING_RATE = 16_000
"""Hertz; the one rate at which audio travels through emoarc."""

Modality = Literal["face", "voice", "fused"]

Sound = Literal["speech", "overlap", "crowd"]
"""What is heard: one voice, two or three at once, or many people who talk or applaud."""

MODALITIES: Final[tuple[Modality, ...]] = ("fused", "face", "voice")


@dataclass(frozen=True, slots=True)
class VideoFrame:
    """One frame chosen for analysis."""

    time: float
    """Presentation time in seconds."""
    image: NDArray[np.uint8]
    """RGB, shape (height, width, 3), upright."""


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """A run of samples, of any length."""

    time: float
    """Time of the first sample in seconds."""
    samples: NDArray[np.float32]
    """Mono at `SAMPLING_RATE`, in [-1, 1], shape (n,)."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels, from its top left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def center(self) -> tuple[float, float]:
        """The middle (x, y)."""
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def area(self) -> float:
        """Square pixels."""
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class FaceDetection:
    """A face found in one frame."""

    box: Box
    score: float
    """How probable it is that this is a face, in [0, 1]."""
    points: NDArray[np.float32] | None = None
    """Right eye, left eye, nose, right and left mouth corner, shape (5, 2), where known."""
    landmarks: NDArray[np.float32] | None = None
    """Where known, the points of `emoarc.vision.MESH_POINTS`: x, y and depth, all in pixels, shape
    (82, 3)."""


@dataclass(frozen=True, slots=True)
class FaceGeometry:
    """How a face was turned and shaped in one frame, as its landmarks tell."""

    yaw: float
    """Degrees by which the head is turned to its own left."""
    pitch: float
    """Degrees by which it is raised."""
    roll: float
    """Degrees by which it is tilted clockwise in the picture."""
    eye_opening: float
    """Distance of the lids relative to the width of the eye, mean of both eyes."""
    mouth_opening: float
    """Distance of the inner lips relative to that of the outer corners of the eyes."""
    measures: NDArray[np.float32]
    """What the action units are told from (see `emoarc.vision.action_units`), shape (8,)."""


@dataclass(frozen=True, slots=True)
class FaceObservation:
    """What one tracked face showed in one frame."""

    time: float
    track: int
    person: int
    """Whose face it is, counted from 1 in the order of appearance; a person may return in another
    track."""
    box: Box
    score: float
    probabilities: NDArray[np.float32]
    """Over `EMOTIONS`, shape (7,)."""
    quality: float
    """How far the expression model can be trusted on this crop, in [0, 1]."""
    geometry: FaceGeometry | None = None
    """None where no landmarks were looked for."""


@dataclass(frozen=True, slots=True)
class VoiceObservation:
    """What one window of speech sounded like."""

    start: float
    end: float
    utterance: int
    """Windows of one utterance share its number."""
    probabilities: NDArray[np.float32]
    """Over `EMOTIONS`, shape (7,)."""
    quality: float
    """How far the expression model can be trusted on this window, in [0, 1]."""
    speaker: int = 1
    """Whose voice it is, counted from 1 in the order of appearance, as far as could be told when it
    was heard; `utterance` joins what one speaker said without a pause."""
    scores: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    """Log-probabilities over `EMOTIONS` relative to the speaker's mean of the same, shape (7,);
    empty where the model gives none."""
    levels: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 2), np.float32))
    """Levels of each frame of the window, of `emoarc.audio.levels`, shape (frames, 2)."""
    embedding: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    """Of the voice, shape (n,), of length 1; empty where voices are not told apart."""
    sound: Sound = "speech"
    """Only the speech of one voice is judged; what else is heard has flat probabilities and quality
    0, and counts for the speaker who was heard before."""


@dataclass(frozen=True, slots=True)
class Expression:
    """One estimate of an expression as perceived: a row of the Timeline."""

    start: float
    end: float
    subject: str
    modality: Modality
    probabilities: NDArray[np.float32]
    """Over `EMOTIONS`, shape (7,)."""
    valence: float
    arousal: float
    quality: float
    label: str | None
    """The most probable emotion; None where emoarc abstains."""
    reason: str = ""
    """Why emoarc abstained; empty where it did not."""
