"""How well a landmark pack does on held-out pictures, each looked at twice."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu

from emoarc.packs import ModelPack
from emoarc.train.faces._face_views import FaceViews
from emoarc.train.faces._shrunken import HeldOutFace
from emoarc.vision._landmarks import FaceLandmarker
from emoarc.vision._mesh import interocular
from emoarc.vision._opencv import to_gray

__all__ = ["landmark_figures", "point_errors"]

_PROTOCOL: Final = (
    "held-out muxspace pictures, cut out by YuNet's box and points; mean distance of the 82 points "
    "from the mesh teacher's on the picture at full size, over the distance of the outer corners "
    "of the eyes in the picture's plane; shrunken until the longer side of YuNet's box has so many "
    "pixels; FER+ is the Valid split at its 48 pixels"
)
_OTHERS: Final = 2000


def landmark_figures(
    pack: ModelPack, faces: Mapping[str, HeldOutFace], sizes: Mapping[str, float | None]
) -> dict[str, Any]:
    """Measure a pack on held-out faces by name, those of muxspace at each of `sizes`."""
    model = FaceLandmarker(pack)
    muxspace = [face for name, face in faces.items() if name.startswith("muxspace/")]
    ferplus = [face for name, face in faces.items() if name.startswith("ferplus/")]
    groups = {
        name: [face if size is None else face.shrunk(size) for face in muxspace]
        for name, size in sizes.items()
    }
    marked = {k: _mark(model, v) for k, v in {**groups, "FER+": ferplus}.items() if v}
    others = _other_scores(model, muxspace or ferplus)
    scores = np.concatenate([scores for _, scores in marked.values()])
    return {
        "protocol": _PROTOCOL,
        "sizes": {name: _row(*answers) for name, answers in marked.items()},
        "others": len(others),
        "false_alarms": round(float((others >= 0.5).mean()), 4),
        "auc": round(_auc(scores, others), 4),
    }


def point_errors(found: NDArray[np.floating], truth: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return each face's mean distance of the points in the picture's plane, over the distance of
    the outer corners of its eyes there.

    Args:
        found: (n, points, 3), or flat.
        truth: (n, points, 3).
    """  # noqa: D205
    apart = (found.reshape(truth.shape) - truth)[..., :2]
    return np.sqrt((apart**2).sum(axis=2)).mean(axis=1) / interocular(truth[..., :2])


def _mark(
    model: FaceLandmarker, faces: Sequence[HeldOutFace]
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return the error and the score of each face."""
    found = [model.locate(face.image, face.detection) for face in faces]
    points, truth = (np.stack([each.points for each in group]) for group in (found, faces))
    return point_errors(points, truth), np.array([each.score for each in found])


def _row(errors: NDArray[np.floating], scores: NDArray[np.floating]) -> dict[str, float]:
    return {
        "faces": len(errors),
        "error": round(float(errors.mean()), 4),
        "error_90": round(float(np.percentile(errors, 90)), 4),
        "found": round(float((scores >= 0.5).mean()), 4),
    }


def _other_scores(model: FaceLandmarker, faces: Sequence[HeldOutFace]) -> NDArray[np.float32]:
    """Score crops beside, within and without faces, drawn as in training from other pictures."""
    points = np.stack([face.points for face in faces])
    views = FaceViews([to_gray(face.image) for face in faces], points, model.side)
    generator = np.random.default_rng(0)
    crops = [views.other(i % len(faces), generator) for i in range(_OTHERS)]
    return np.array([model.look(crop)[1] for crop in crops], np.float32)


def _auc(faces: NDArray[np.floating], others: NDArray[np.floating]) -> float:
    """Area under the ROC curve: how often a face scores above what is none."""
    return float(mannwhitneyu(faces, others).statistic / (len(faces) * len(others)))
