"""How well the quality number predicts where the expression model errs; fits its weights.

    python bench/face_quality.py ../shared docs/results/face-quality.json [--pack NAME]

Pictures of FER+ are made worse at random (size, blur, light, contrast, noise), framed by the points
found before, as tracked faces are, and read under the balanced prior; the score is what detector
and landmark network give the worse picture. On the Valid split a logistic function of the
deficits in `emoarc.vision` is fitted to whether the answer is right, no weight below zero; those
weights are constants in `vision/_quality.py`. On the Test split the error is tabled by quality.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from emoarc.labels import EMOTIONS
from emoarc.models import load_face_detector, load_face_landmarks
from emoarc.packs import load_pack
from emoarc.train._ferplus import FaceSet, find_ferplus, read_ferplus
from emoarc.types import FaceDetection
from emoarc.vision import FaceExpressionModel, align_face, face_quality, mark_faces
from emoarc.vision._quality import DEFICITS, face_deficits

_cv: Any = cv2
_SCALE = 4
"""Pictures are enlarged by this and set in an edge, as if cut from a photograph."""
_EDGE = 24
_FLOOR = 0.2
"""The score of what is not found any more."""
_SURE = 0.6
"""The least score of the faces that are made worse."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--pack", default="face-expression")
    parser.add_argument("--each", type=int, default=3, help="how often each picture is made worse")
    parser.add_argument("--readings", type=Path, help="keep what was fitted to in an npz file")
    args = parser.parse_args()
    model = FaceExpressionModel(load_pack(args.pack), "balanced")
    corpus = find_ferplus(args.data)
    fitted = Readings(read_ferplus(corpus, "Valid"), model, each=args.each, seed=1)
    tested = Readings(read_ferplus(corpus, "Test"), model, each=args.each, seed=2)
    weights, bias = fit(fitted.deficits, fitted.right)
    if args.readings:
        np.savez(args.readings, fitted=fitted.deficits, right=fitted.right)
    figures = {
        "protocol": "FER+ with a majority label other than contempt, each picture made worse "
        f"{args.each} times at random; right under the balanced prior; weights fitted on Valid, "
        "figures on Test",
        "pack": model.pack.manifest.version,
        "fitted_weights": dict(zip(DEFICITS, weights.round(2).tolist(), strict=True)),
        "fitted_bias": round(bias, 2),
        "faces": len(tested.right),
        "accuracy": round(float(tested.right.mean()), 4),
        "auc_error": round(auc(-tested.quality, ~tested.right), 4),
        "auc_error_fitted": round(auc(tested.deficits @ weights, ~tested.right), 4),
        "by_quality": by_quality(tested.quality, tested.right),
    }
    args.out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=2))


class Readings:
    """What is said of worsened pictures: deficits (n, 7), quality (n,), right (n,)."""

    def __init__(
        self,
        faces: FaceSet,
        model: FaceExpressionModel,
        each: int,
        seed: int,
    ) -> None:
        detector, landmarker = load_face_detector(), load_face_landmarks(looks=1)
        generator = np.random.default_rng(seed)
        deficits: list[NDArray[np.float64]] = []
        quality: list[float] = []
        right: list[bool] = []
        rows = np.flatnonzero((faces.majority >= 0) & (faces.majority < len(EMOTIONS)))
        for row in np.repeat(rows, each):
            clean = enlarged(faces.images[row])
            face = best(mark_faces(clean, detector.detect(clean), landmarker))
            if face is None or face.score < _SURE:
                continue
            image, scale = worsen(clean, generator)
            again = best(mark_faces(image, detector.detect(image), landmarker))
            size = min(face.box.width, face.box.height) * scale
            crop = align_face(image, face, 96)
            facts = (crop, size, again.score if again else _FLOOR, face.points)
            deficits.append(face_deficits(*facts))
            quality.append(face_quality(*facts))
            right.append(
                bool(model.predict([crop], framed=True)[0].argmax() == faces.majority[row])
            )
        self.deficits, self.quality = np.array(deficits), np.array(quality)
        self.right = np.array(right, bool)


def enlarged(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture of 48 pixels as a part of a larger one, RGB."""
    wide = _cv.copyMakeBorder(image, *[_EDGE // 2] * 4, _cv.BORDER_REPLICATE)
    large = _cv.resize(wide, None, fx=_SCALE, fy=_SCALE, interpolation=_cv.INTER_CUBIC)
    return np.repeat(large[:, :, None], 3, axis=2)


def best(faces: list[FaceDetection]) -> FaceDetection | None:
    return max(faces, key=lambda face: face.score * face.box.width, default=None)


def worsen(
    image: NDArray[np.uint8], generator: np.random.Generator
) -> tuple[NDArray[np.uint8], float]:
    """Return an enlarged picture as a camera might have taken it, and the scale it was taken at."""
    grey = image[:, :, 0]
    scale = float(np.exp(generator.uniform(np.log(1 / 6), 0))) if chance(generator) else 1.0
    scale /= _SCALE
    small = _cv.resize(grey, None, fx=scale, fy=scale, interpolation=_cv.INTER_AREA)
    if chance(generator):
        small = _cv.GaussianBlur(small, (0, 0), generator.uniform(0.3, 3))
    values = small.astype(np.float64)
    if chance(generator):
        middle, gain = generator.uniform(5, 250), generator.uniform(0.03, 1.0)
        values = (values - values.mean()) * gain + middle
    if chance(generator):
        values = values + generator.normal(0, generator.uniform(0, 25), values.shape)
    small = values.round().clip(0, 255).astype(np.uint8)
    grey = _cv.resize(small, grey.shape[::-1], interpolation=_cv.INTER_CUBIC)
    return np.repeat(grey[:, :, None], 3, axis=2), scale


def chance(generator: np.random.Generator) -> bool:
    return bool(generator.random() < 0.4)


def fit(
    deficits: NDArray[np.float64], right: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], float]:
    """Return the weights, none below zero, and the bias that make the outcomes most likely.

    First without the score, which tells of every deficit by itself as long as the detector is the
    one it was fitted with; then the score joins, and all other weights shrink by one factor.
    """
    score = DEFICITS.index("doubtful")
    others = np.delete(deficits, score, axis=1)
    alone, _ = _fit(others, right)
    both, bias = _fit(np.stack([others @ alone, deficits[:, score]], axis=1), right)
    return np.insert(alone * both[0], score, both[1]), bias


def _fit(
    deficits: NDArray[np.float64], right: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], float]:
    def loss(parameters: NDArray[np.float64]) -> float:
        score = parameters[-1] - deficits @ parameters[:-1]
        return float(np.logaddexp(0, np.where(right, -score, score)).mean())

    count = deficits.shape[1]
    bounds = [(0.0, None)] * count + [(None, None)]
    found = minimize(loss, np.zeros(count + 1), method="L-BFGS-B", bounds=bounds)
    return found.x[:-1], float(found.x[-1])


def auc(score: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """Return how often a positive one scores higher than another."""
    ranks = np.argsort(np.argsort(score, kind="stable"), kind="stable") + 1.0
    count = positive.sum()
    return float((ranks[positive].sum() - count * (count + 1) / 2) / (count * (~positive).sum()))


def by_quality(quality: NDArray[np.float64], right: NDArray[np.bool_]) -> list[dict[str, float]]:
    """Table the error in tenths of the quality."""
    tenth = np.minimum((quality * 10).astype(int), 9)
    return [
        {
            "from": low / 10,
            "faces": int((tenth == low).sum()),
            "error": round(float(1 - right[tenth == low].mean()), 4),
        }
        for low in range(10)
        if (tenth == low).any()
    ]


if __name__ == "__main__":
    main()
