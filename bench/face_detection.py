"""How the face detectors do: `python bench/face_detection.py SHARED -o face-detection.json`.

The reference is YuNet: what it is sure of (score 0.8 and more) should be found. Pictures and clips
are ones that no detector of ours has learnt from. `--cards` also draws what is missed and what is
found in vain.
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from emoarc.evaluate import match_boxes
from emoarc.media import MediaReader, ReadOptions
from emoarc.models import (
    load_face_detector,
    load_face_embedding,
    load_face_expression,
    load_face_landmarks,
)
from emoarc.packs import open_network
from emoarc.train.faces import Picture, read_pictures
from emoarc.types import FaceDetection, VideoFrame
from emoarc.vision import (
    FaceBranch,
    FaceDetector,
    NetDetector,
    NetDetectorOptions,
    TrackerOptions,
    mark_faces,
)

YUNET = "models/face_detection_yunet_n_dynamic.onnx"
SURE = 0.8
SIZES = (12, 24, 48, 96, 1000)
WIDTHS = (16, 24, 32, 48, 64, 96, 160)
START = TrackerOptions().start_score
FOOTAGE = ("from media", "from takes")

PROTOCOL = (
    "recall: share of the faces YuNet is sure of (score 0.8 and more) that are found at half "
    "overlap (intersection over union), by the geometric mean of the sides of YuNet's box in the "
    "picture's pixels; false alarms: finds in frames of clips in which YuNet sees nothing (score "
    "0.3 and more); found is what can begin a track (score 0.55 and more), by emoarc after the "
    "landmark network has looked at it too; reported: what the whole pipeline says of 25 frames a "
    "second of the clips in media; "
    "time at 640 x 360 on one core, medians of alternating runs"
)


@dataclass
class Tally:
    """What is counted of one detector."""

    there: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    found: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    empty: int = 0
    alarms: int = 0

    def count(self, truth: list[FaceDetection], own: list[FaceDetection], kind: str) -> None:
        """Take what the reference and the detector found in one picture of some kind."""
        sure = [face for face in truth if face.score >= SURE]
        pairs = match_boxes([f.box for f in sure], [f.box for f in own])
        for face, pair in zip(sure, pairs, strict=True):
            for key in (size_of(face), pose_of(face), kind):
                self.there[key] += 1
                self.found[key] += int(pair >= 0)
        if not truth and kind in FOOTAGE:
            self.empty += 1
            self.alarms += len(own)

    def figures(self) -> dict[str, Any]:
        """Return recall by size, pose and kind, and false alarms."""
        recall = {
            key: {"faces": n, "recall": round(self.found[key] / n, 4)}
            for key, n in sorted(self.there.items())
        }
        figures: dict[str, Any] = {"recall": recall}
        if self.empty:
            figures |= {"frames_without_faces": self.empty, "false_alarms": self.alarms}
        return figures


def size_of(face: FaceDetection) -> str:
    side = (face.box.width * face.box.height) ** 0.5
    low, high = next((a, b) for a, b in zip((0, *SIZES), SIZES, strict=False) if side < b)
    return f"size {low:03d}-{high}"


def pose_of(face: FaceDetection) -> str:
    """Where the nose lies between the eyes, and how the eyes are turned."""
    right, left, nose = face.points[:3].astype(float)
    across = left - right
    if abs(np.degrees(np.arctan2(across[1], across[0]))) > 20:
        return "pose tilted by more than 20 degrees"
    share = float((nose - right) @ across / max(float(across @ across), 1e-6))
    side = abs(share - 0.5)
    return "pose frontal" if side < 0.2 else "pose half turned" if side < 0.5 else "pose profile"


def clips(shared: Path) -> Iterator[tuple[str, Path]]:
    yield from (("media", path) for path in sorted((shared / "media").iterdir()))
    takes = sorted((shared / "corpora" / "ravdess_av").rglob("01-*.mp4"))
    yield from (("takes", path) for path in takes)
    yield from (("takes", path) for path in sorted((shared / "corpora" / "cremad").rglob("*.flv")))


def frames(path: Path, fps: float) -> Iterator[np.ndarray]:
    with MediaReader(path, ReadOptions(fps=fps, audio=False)) as reader:
        yield from (item.image for item in reader if isinstance(item, VideoFrame))


def scaled(picture: Picture, reference: FaceDetector) -> Iterator[np.ndarray]:
    """The picture with its face at each of `WIDTHS`, amid its own edges drawn out."""
    image = picture.image
    large = cv2.resize(image, None, fx=160 / image.shape[1], fy=160 / image.shape[1])
    framed = cv2.copyMakeBorder(large, *[60] * 4, cv2.BORDER_REPLICATE)
    faces = reference.detect(framed)
    if faces and faces[0].score >= SURE:
        for width in WIDTHS:
            scale = width / faces[0].box.width
            small = cv2.resize(framed, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            rim = max(0, 96 - small.shape[0]) // 2 + 8
            yield cv2.copyMakeBorder(small, *[rim] * 4, cv2.BORDER_REPLICATE)


class Marked:
    """A detector whose finds are looked at again by the landmark network, as emoarc does."""

    quick = True

    def __init__(self, detector: FaceDetector) -> None:
        self._detector, self._landmarker = detector, load_face_landmarks(looks=1)

    def detect(self, image: np.ndarray, smallest: float = 0.0) -> list[FaceDetection]:
        """Return the faces in an RGB image."""
        return mark_faces(image, self._detector.detect(image, smallest), self._landmarker)


class Examiner:
    """Asks all detectors about pictures and keeps count."""

    def __init__(self, shared: Path, detector: str, cards: Path | None) -> None:
        network = open_network(shared / YUNET)
        self.reference = NetDetector(network, NetDetectorOptions(floor=0.3))
        self.detectors: dict[str, FaceDetector] = {
            "emoarc": Marked(load_face_detector(detector)),
            "emoarc's detector alone": load_face_detector(detector),
            "haar": load_face_detector("haar"),
        }
        self._cards = cards

    def examine(self, images: Iterable[tuple[str, np.ndarray]]) -> dict[str, Any]:
        """Return each detector's figures on pictures given with their kind."""
        tallies = {name: Tally() for name in self.detectors}
        for index, (kind, image) in enumerate(images):
            truth = self.reference.detect(image)
            for name, detector in self.detectors.items():
                own = [f for f in detector.detect(image) if f.score >= START]
                tallies[name].count(truth, own, kind)
                if name == "emoarc" and self._cards:
                    self._draw(f"{kind.replace(' ', '-')}-{index:05d}", image, truth, own)
        return {name: tally.figures() for name, tally in tallies.items()}

    def _draw(
        self, name: str, image: np.ndarray, truth: list[FaceDetection], own: list[FaceDetection]
    ) -> None:
        """Keep a picture of which the detectors disagree: YuNet in red, emoarc in green."""
        sure = [f.box for f in truth if f.score >= SURE]
        missed = (match_boxes(sure, [f.box for f in own]) < 0).any()
        if missed or (own and not truth):
            canvas = image[:, :, ::-1].copy()
            for faces, color in ((truth, (0, 0, 255)), (own, (0, 255, 0))):
                for face in faces:
                    x, y, w, h = (int(v) for v in astuple(face.box))
                    cv2.rectangle(canvas, (x, y), (x + w, y + h), color, 1)
                    cv2.putText(canvas, f"{face.score:.2f}", (x, y), 0, 0.4, color)
            cv2.imwrite(str(self._cards / f"{name}.png"), canvas)


def pictures(shared: Path, examiner: Examiner, step: int) -> Iterator[tuple[str, np.ndarray]]:
    for picture in read_pictures(shared, "validation")[::step]:
        for image in scaled(picture, examiner.reference):
            yield f"from {picture.name.split('/')[0]}", image


def footage(shared: Path, fps: float) -> Iterator[tuple[str, np.ndarray]]:
    for kind, path in clips(shared):
        yield from ((f"from {kind}", image) for image in frames(path, fps))


def reported(
    shared: Path, reference: FaceDetector, detector: str, fps: float = 25
) -> dict[str, int]:
    """Count what the whole face branch reports in frames in which the reference sees no face."""
    models = load_face_detector(detector), load_face_expression(), load_face_landmarks(looks=1)
    empty: set[tuple[Path, float]] = set()
    faces: list[tuple[Path, float]] = []
    for path in sorted((shared / "media").iterdir()):
        branch = FaceBranch(*models, load_face_embedding())
        with MediaReader(path, ReadOptions(fps=fps, audio=False)) as reader:
            for frame in (item for item in reader if isinstance(item, VideoFrame)):
                faces += [(path, face.time) for face in branch.push(frame)]
                if not reference.detect(frame.image):
                    empty.add((path, frame.time))
        faces += [(path, face.time) for face in branch.flush()]
    return {"frames_without_faces": len(empty), "false_alarms": sum(f in empty for f in faces)}


def times(examiner: Examiner, runs: int = 40) -> dict[str, float]:
    """Milliseconds for each detector at 640 x 360, in turns, so that they share what disturbs."""
    noise = np.random.default_rng(0).integers(0, 256, (45, 80, 3)).astype(np.uint8)
    image = cv2.resize(noise, (640, 360))
    every = {"yunet": examiner.reference, **examiner.detectors}
    taken: dict[str, list[float]] = {name: [] for name in every}
    for _ in range(runs):
        for name, detector in every.items():
            start = time.perf_counter()
            detector.detect(image)
            taken[name].append(time.perf_counter() - start)
    return {name: round(1000 * float(np.median(each)), 2) for name, each in taken.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--detector", default="face-detection", help="a pack or a network's file")
    parser.add_argument("--fps", type=float, default=2.0, help="frames of a second of a clip")
    parser.add_argument("--step", type=int, default=4, help="every so manyth held-out picture")
    parser.add_argument("--cards", type=Path, help="a folder for pictures of disagreement")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    if arguments.cards:
        arguments.cards.mkdir(parents=True, exist_ok=True)
    examiner = Examiner(arguments.shared, arguments.detector, arguments.cards)
    figures = {
        "protocol": PROTOCOL,
        "pictures": examiner.examine(pictures(arguments.shared, examiner, arguments.step)),
        "clips": examiner.examine(footage(arguments.shared, arguments.fps)),
        "reported": reported(arguments.shared, examiner.reference, arguments.detector),
        "milliseconds": times(examiner),
    }
    text = json.dumps(figures, indent=2) + "\n"
    print(text)
    if arguments.output:
        arguments.output.write_text(text)


if __name__ == "__main__":
    main()
