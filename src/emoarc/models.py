"""The models, each usable alone: detect faces, read a face's expression, read a voice's.

    faces = emoarc.models.load_face_detector().detect(rgb)
    probabilities = emoarc.models.load_face_expression().predict([crop, ...])
    probabilities = emoarc.models.load_voice_expression().predict(signal, 16_000)

Probabilities follow the order of `emoarc.EMOTIONS` and hold under the stated prior; see
`emoarc.packs.Prior`.
"""

from pathlib import Path

from emoarc.audio import VoiceExpressionModel
from emoarc.packs import Prior, load_pack
from emoarc.vision import FaceDetector, FaceExpressionModel, HaarDetector

__all__ = ["load_face_detector", "load_face_expression", "load_voice_expression"]


def load_face_detector() -> FaceDetector:
    """Return the face detector emoarc uses."""
    return HaarDetector()


def load_face_expression(
    pack: str | Path = "face-expression", *, prior: Prior = "balanced", threads: int = 1
) -> FaceExpressionModel:
    """Return a face expression model.

    Args:
        pack: A shipped pack's name or a pack's folder.
        prior: How common each emotion is taken to be.
        threads: Of onnxruntime.

    Raises:
        ModelError: The pack is missing, damaged, or for another task.
    """
    return FaceExpressionModel(load_pack(pack, "face-expression"), prior, threads)


def load_voice_expression(
    pack: str | Path = "voice-expression", *, prior: Prior = "balanced", threads: int = 1
) -> VoiceExpressionModel:
    """Return a voice expression model; arguments and errors as for the face."""
    return VoiceExpressionModel(load_pack(pack, "voice-expression"), prior, threads)
