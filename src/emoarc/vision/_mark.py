"""Looking again, by the landmark network, at what a detector has found."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from emoarc.types import FaceDetection
from emoarc.vision._detect import distinct
from emoarc.vision._geometry import Pixels
from emoarc.vision._landmarks import FaceLandmarker, Landmarks
from emoarc.vision._mesh import face_box, five_points

__all__ = ["mark_faces"]

_LEAST: Final = 0.5
"""What the landmark network gives a lower score is no face, whatever the detector says."""

_TRUST: Final = 2.43, 0.45, -1.52
"""How the log-odds of the detector and of the landmark network add up to those of a face, and what
they start from: a logistic regression on 615 candidates in 200 composed scenes of held-out
pictures."""


def mark_faces(
    image: Pixels, found: Sequence[FaceDetection], landmarker: FaceLandmarker
) -> list[FaceDetection]:
    """Return the faces with their points; what turns out to be none is left out.

    Args:
        image: RGB, shape (height, width, 3).
        found: What a detector has found in it.
        landmarker: Marks their points.

    Returns:
        Faces with landmarks, the five points among them, the box that fits them, and as score how
        probable both networks together make a face.
    """
    marked = zip(found, landmarker.locate_all(image, found), strict=True)
    # Two that lay side by side may turn out to be one.
    return distinct([_agreed(face, marks) for face, marks in marked if marks.score >= _LEAST])


def _agreed(face: FaceDetection, marks: Landmarks) -> FaceDetection:
    evidence = _TRUST[0] * _log_odds(face.score) + _TRUST[1] * _log_odds(marks.score) + _TRUST[2]
    score = 1 / (1 + math.exp(-evidence))
    points = marks.points
    return replace(
        face, box=face_box(points), score=score, points=five_points(points), landmarks=points
    )


def _log_odds(probability: float) -> float:
    """Return the log-odds, cut where they say nothing more."""
    kept = min(max(probability, 1e-3), 1 - 1e-3)
    return math.log(kept / (1 - kept))
