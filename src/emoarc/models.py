"""The models, each usable alone: detect, mark, tell apart and read faces; clean and read voices.

    faces = emoarc.models.load_face_detector().detect(rgb)
    points = emoarc.models.load_face_landmarks().locate(rgb, faces[0]).points
    probabilities = emoarc.models.load_face_expression().predict([crop, ...])
    probabilities = emoarc.models.load_voice_expression().predict(signal, 16_000)

Probabilities follow the order of `emoarc.EMOTIONS` and hold under the stated prior; see
`emoarc.packs.Prior`.
"""

from pathlib import Path

from emoarc.audio import (
    DenoiserMaker,
    Gtcrn,
    OverlapAdd,
    OverlapDetector,
    SpeakerEmbedder,
    SpectralGate,
    Untouched,
    VoiceExpressionModel,
    open_gtcrn,
)
from emoarc.errors import OptionError
from emoarc.packs import Prior, load_pack, open_network
from emoarc.vision import (
    FaceDetector,
    FaceEmbedder,
    FaceExpressionModel,
    FaceLandmarker,
    HaarDetector,
    NetDetector,
)

__all__ = [
    "load_denoiser",
    "load_face_detector",
    "load_face_embedding",
    "load_face_expression",
    "load_face_landmarks",
    "load_overlap_detection",
    "load_speaker_embedding",
    "load_voice_expression",
]


def load_denoiser(source: str | Path = "none", *, threads: int = 1) -> DenoiserMaker:
    """Return what begins a denoiser; each recording needs one of its own.

    Args:
        source: `none`; `gate` for `SpectralGate`; or an ONNX file, the streaming form of GTCRN.
        threads: Of onnxruntime.

    Raises:
        OptionError: The source is none of these.
        ModelError: The file is missing, no network, or another one.
    """
    if str(source) == "none":
        return Untouched
    if str(source) == "gate":
        return lambda: OverlapAdd(SpectralGate())
    if Path(source).suffix != ".onnx":
        raise OptionError(f"denoise: give none, gate, or an ONNX file of GTCRN, not {source}")
    session = open_gtcrn(Path(source), threads)
    return lambda: OverlapAdd(Gtcrn(session))


def load_face_detector(source: str | Path = "face-detection", *, threads: int = 1) -> FaceDetector:
    """Return a face detector.

    Args:
        source: A shipped pack's name, a pack's folder, `haar` for the cascades within OpenCV, or an
            ONNX file with YuNet's outputs.
        threads: Of onnxruntime.

    Raises:
        ModelError: The pack or file is missing, damaged, or for another task.
    """
    if str(source) == "haar":
        return HaarDetector()
    if Path(source).suffix == ".onnx":
        return NetDetector(open_network(Path(source), threads))
    return NetDetector(load_pack(source, "face-detection").session(threads))


def load_face_landmarks(
    pack: str | Path = "face-landmarks", *, threads: int = 1, looks: int = 2
) -> FaceLandmarker:
    """Return a network that marks the points of a face.

    Args:
        pack: A shipped pack's name or a pack's folder.
        threads: Of onnxruntime.
        looks: How often it looks at a face; one is quicker, and nearly as good where the detector
            knows five points.

    Raises:
        ModelError: The pack is missing, damaged, or for another task.
    """
    return FaceLandmarker(load_pack(pack, "face-landmarks"), threads, looks)


def load_face_embedding(pack: str | Path = "face-embedding", *, threads: int = 1) -> FaceEmbedder:
    """Return a network that tells apart the faces of one recording; arguments as for landmarks."""
    return FaceEmbedder(load_pack(pack, "face-embedding"), threads)


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


def load_speaker_embedding(
    pack: str | Path = "speaker-embedding", *, threads: int = 1
) -> SpeakerEmbedder:
    """Return a network that tells apart the voices of one recording; arguments as for landmarks."""
    return SpeakerEmbedder(load_pack(pack, "speaker-embedding"), threads)


def load_overlap_detection(
    pack: str | Path = "overlap-detection", *, threads: int = 1
) -> OverlapDetector:
    """Return a network that hears overlapped speech and crowds; arguments as for landmarks."""
    return OverlapDetector(load_pack(pack, "overlap-detection"), threads)
