"""Do people keep their identity? Clips of single people, composed so that the truth is known.

`python bench/identity.py --data ../shared -o docs/results/face-identity.json` cuts people out of
real clips, on which nothing was trained, and lets 2 to 5 of them move, cross, cover each other,
leave and return, and be cut to and from; then it runs the face branch and compares.
"""

import argparse
import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from emoarc.evaluate import TrackingFigures, tracking_figures
from emoarc.media import MediaReader, ReadOptions
from emoarc.models import load_face_detector, load_face_expression, load_face_landmarks
from emoarc.packs import load_pack, open_network
from emoarc.types import Box, FaceObservation, VideoFrame
from emoarc.vision import (
    Embedder,
    FaceBranch,
    FaceBranchOptions,
    FaceEmbedder,
    IdentityOptions,
    NetDetector,
    TrackerOptions,
    iou,
)

PROTOCOL = (
    "single-person clips (GRID, RAVDESS actor 01, CREMA-D actor 1001, portraits; nothing was "
    "trained on them), 13 people, cut out with an oval mask and composed at 640 x 360 and 10 "
    "frames a second with known paths, 2 to 5 people each, JPEG quality 70; true boxes are "
    "YuNet's in the single clip, moved along; faces hidden by more than a third are left out on "
    "both sides; faces found and marked as the pipeline does it; figures over all frames, from the "
    "first on; thresholds were chosen on other clips composed of the same people"
)
TEACHER = FaceBranchOptions(
    tracker=TrackerOptions(unlike=0.3, neutral=0.4), identity=IdentityOptions(alike=0.5, same=0.4)
)
"""With the teacher, whose likenesses are spread otherwise."""
FPS = 10
SIZE = (640, 360)
CLIPS = {
    "grid_bbaf2n": ["media/grid_bbaf2n.mpg"],
    "grid_brbk7n": ["media/grid_brbk7n.mpg"],
    "grid_lbax4n": ["media/grid_lbax4n.mpg"],
    "grid_lbbc2a": ["media/grid_lbbc2a.mpg"],
    "grid_lrwp9a": ["media/grid_lrwp9a.mpg"],
    "portrait": ["media/portrait_hevc.mp4"],
    "talking_1": ["media/talking_head_1.mp4"],
    "talking_2": ["media/talking_head_2.mp4"],
    "talking_3": ["media/talking_head_3.mp4"],
    "face_noface": ["media/face_noface.mov"],
    "head_pose": ["media/multi_head-pose-face-detection-female.mp4"],
    "ravdess_01": [
        "corpora/ravdess_av/Actor_01/01-01-01-01-01-01-01.mp4",
        "corpora/ravdess_av/Actor_01/01-01-01-01-01-02-01.mp4",
    ],
    "cremad_1001": [
        "corpora/cremad/VideoFlash/1001_DFA_ANG_XX.flv",
        "corpora/cremad/VideoFlash/1001_DFA_HAP_XX.flv",
    ],
}


@dataclass(frozen=True)
class Look:
    """One frame of a person: the head cut out, and where the face lies in it."""

    pixels: np.ndarray
    face: Box


@dataclass(frozen=True)
class Place:
    """Where a person's face is in one frame: its centre and height in pixels, and its layer."""

    x: float
    y: float
    height: float
    layer: int = 0


@dataclass(frozen=True)
class Script:
    """What happens in a composed clip, frame by frame."""

    name: str
    scenes: list[dict[str, Place]]
    shots: list[int]
    backgrounds: list[int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of clips, corpora, models")
    parser.add_argument("--seeds", type=int, default=2, help="clips of each kind and size")
    parser.add_argument("--first", type=int, default=200, help="the first of these seeds")
    parser.add_argument("--pack", default="face-embedding", help="the embedder")
    parser.add_argument("--teacher", action="store_true", help="measure MobileFaceNet too")
    parser.add_argument("-o", "--output", type=Path)
    arguments = parser.parse_args()
    people = {name: read_looks(arguments.data, files) for name, files in CLIPS.items()}
    models = load_face_detector(), load_face_expression(), load_face_landmarks(looks=1)
    branch = partial(FaceBranch, *models)
    branches: dict[str, Callable[[], FaceBranch]] = {
        "places alone": branch,
        "face-embedding": partial(branch, embedder=FaceEmbedder(load_pack(arguments.pack))),
    }
    if arguments.teacher:
        teacher = teacher_of(arguments.data)
        branches["teacher"] = partial(branch, embedder=teacher, options=TEACHER)
    seeds = range(arguments.first, arguments.first + arguments.seeds)
    results: dict[str, Any] = {"protocol": PROTOCOL, "clips": 4 * len(seeds) * len(KINDS)}
    for name, start in branches.items():
        print(name)
        results[name] = measure(people, start, seeds)
    if arguments.output:
        arguments.output.write_text(json.dumps(results, indent=2) + "\n")


def detector_of(data: Path) -> NetDetector:
    """Open YuNet."""
    return NetDetector(open_network(data / "models/face_detection_yunet_n_dynamic.onnx"))


def teacher_of(data: Path) -> Embedder:
    """Open MobileFaceNet, which taught the embedder."""
    from emoarc.train.faces._embedding_teacher import EmbeddingTeacher  # needs PyTorch

    return EmbeddingTeacher(data / "models/face_embedding_mobilefacenet.onnx")


def measure(
    people: dict[str, list[Look]], start: Callable[[], FaceBranch], seeds: Iterable[int]
) -> dict[str, Any]:
    """Compose all clips, follow the people in each, add up by kind and over all."""
    by_kind: dict[str, TrackingFigures] = {}
    for kind, write in KINDS.items():
        for count in range(2, 6):
            for seed in seeds:
                generator = np.random.default_rng([seed, count, len(kind)])
                names = [str(n) for n in generator.permutation(sorted(people))[:count]]
                figures = run(write(names, generator), people, start())
                by_kind[kind] = by_kind.get(kind, TrackingFigures()) + figures
        print(f"{kind:12} {by_kind[kind].idf1:.1%} {by_kind[kind]}")
    total = sum(by_kind.values(), TrackingFigures())
    print(f"{'all':12} {total.idf1:.1%} {total}")
    return {kind: {"idf1": f.idf1, **asdict(f)} for kind, f in {**by_kind, "all": total}.items()}


def run(script: Script, people: dict[str, list[Look]], branch: FaceBranch) -> TrackingFigures:
    """Compose one clip, follow the people in it, compare."""
    truth, ignored, frames = [], [], []
    for index, scene in enumerate(script.scenes):
        image, seen, hidden = compose(scene, people, index, script.backgrounds[index])
        frames.append(image)
        truth.append(seen)
        ignored.append(hidden)
    found = follow(frames, branch)
    clean = [
        {who: box for who, box in scene.items() if not is_of(box, hidden, there.values())}
        for scene, hidden, there in zip(found, ignored, truth, strict=True)
    ]
    return tracking_figures(truth, clean, script.shots)


def follow(frames: Sequence[np.ndarray], branch: FaceBranch) -> list[dict[int, Box]]:
    """Return whom the branch reports in each frame."""
    seen: list[FaceObservation] = []
    for index, image in enumerate(frames):
        seen += branch.push(VideoFrame(index / FPS, image))
    found: list[dict[int, Box]] = [{} for _ in frames]
    for face in [*seen, *branch.flush()]:
        found[round(face.time * FPS)][face.person] = face.box
    return found


def is_of(box: Box, hidden: Sequence[Box], seen: Iterable[Box]) -> bool:
    """Whether a reported box lies on a face that is half hidden, and on no other."""
    on_seen = max((iou(box, other) for other in seen), default=0.0)
    on_hidden = max((iou(box, other) for other in hidden), default=0.0)
    return on_seen < 0.5 and on_hidden > 0.25


# --- people ---------------------------------------------------------------------------------------


def read_looks(data: Path, files: Sequence[str]) -> list[Look]:
    """Cut the head out of every analysed frame of the clips that shows a sure face."""
    detector = detector_of(data)
    looks = []
    for file in files:
        with MediaReader(data / file, ReadOptions(fps=FPS, audio=False)) as reader:
            frames = [item.image for item in reader if isinstance(item, VideoFrame)]
        for image in frames:
            faces = detector.detect(image)
            if faces and faces[0].score > 0.7:
                looks.append(cut_out(image, faces[0].box))
    return looks


def cut_out(image: np.ndarray, face: Box) -> Look:
    """Cut the head out, four channels: RGB and how solid it is; faces become 120 pixels high."""
    scale = 120 / face.height
    side = round(2.2 * 120)
    x, y = face.center
    move = np.array([[scale, 0, side / 2 - scale * x], [0, scale, side / 2 - scale * y]])
    view = cv2.warpAffine(
        image, move, (side, side), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )
    v, u = (np.mgrid[:side, :side] + 0.5) / side - 0.5
    solid = np.clip((1 - np.hypot(u / 0.40, v / 0.46)) * 8, 0, 1) * 255
    width = scale * face.width
    pixels = np.dstack([view, solid.astype(np.uint8)])
    return Look(pixels, Box((side - width) / 2, (side - 120) / 2, width, 120.0))


def compose(
    scene: dict[str, Place], people: dict[str, list[Look]], index: int, background: int
) -> tuple[np.ndarray, dict[str, Box], list[Box]]:
    """Draw one frame; return it, who is to be seen where, and the boxes of those half hidden."""
    image = paint_background(background).astype(np.float32)
    drawn: list[tuple[str, Box]] = []
    for name, place in sorted(scene.items(), key=lambda item: item[1].layer):
        look = people[name][back_and_forth(index, len(people[name]))]
        scale = place.height / look.face.height
        side = look.pixels.shape[0]
        shift = [place.x - scale * side / 2, place.y - scale * side / 2]
        move = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
        view = cv2.warpAffine(look.pixels, move, SIZE, flags=cv2.INTER_LINEAR).astype(np.float32)
        solid = view[:, :, 3:] / 255
        image = image * (1 - solid) + view[:, :, :3] * solid
        face = look.face
        box = Box(
            scale * face.x + shift[0], scale * face.y + shift[1],
            scale * face.width, scale * face.height,
        )  # fmt: skip
        drawn.append((name, box))
    file = cv2.imencode(".jpg", image.astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 70])[1]
    shares = [
        hidden_share(box, [other for _, other in drawn[n + 1 :]])
        for n, (_, box) in enumerate(drawn)
    ]
    seen = {name: box for (name, box), share in zip(drawn, shares, strict=True) if share < 0.33}
    hidden = [box for (_, box), share in zip(drawn, shares, strict=True) if share >= 0.33]
    return cv2.imdecode(file, cv2.IMREAD_COLOR), seen, hidden


def hidden_share(box: Box, above: Sequence[Box]) -> float:
    """The share of a face that lies under the heads above it or beyond the border."""
    u, v = np.meshgrid(np.linspace(0, 1, 12), np.linspace(0, 1, 12))
    x, y = box.x + u * box.width, box.y + v * box.height
    out = (x < 0) | (x > SIZE[0]) | (y < 0) | (y > SIZE[1])
    for other in above:
        cx, cy = other.center
        side = 2.2 * other.height
        out |= np.hypot((x - cx) / (0.38 * side), (y - cy) / (0.44 * side)) < 1
    return float(out.mean())


def back_and_forth(index: int, count: int) -> int:
    """Play frames forwards and backwards in turn."""
    place = index % max(2 * count - 2, 1)
    return place if place < count else 2 * count - 2 - place


def paint_background(number: int) -> np.ndarray:
    """A smooth coloured wall, the same for the same number."""
    generator = np.random.default_rng(number)
    coarse = generator.uniform(30, 220, (4, 6, 3)).astype(np.float32)
    return cv2.resize(coarse, SIZE, interpolation=cv2.INTER_CUBIC).clip(0, 255).astype(np.uint8)


# --- what happens ---------------------------------------------------------------------------------


def lined_up(
    names: Sequence[str], generator: np.random.Generator, frames: int
) -> list[dict[str, Place]]:
    """People side by side who sway, as in a conversation or a call."""
    gap = SIZE[0] / len(names)
    height = min(0.42 * gap, 110) * generator.uniform(0.8, 1)
    phase = generator.uniform(0, 2 * math.pi, (len(names), 2))
    pace = generator.uniform(0.4, 1.2, (len(names), 2))
    return [
        {
            name: Place(
                gap * (n + 0.5) + 0.1 * gap * math.sin(pace[n, 0] * t / FPS + phase[n, 0]),
                SIZE[1] / 2 + 40 * math.sin(pace[n, 1] * t / FPS + phase[n, 1]),
                float(height),
                n,
            )
            for n, name in enumerate(names)
        }
        for t in range(frames)
    ]


def tiles(names: Sequence[str], generator: np.random.Generator) -> Script:
    scenes = lined_up(names, generator, 100)
    return Script("tiles", scenes, [0] * 100, [int(generator.integers(1000))] * 100)


def crossings(names: Sequence[str], generator: np.random.Generator) -> Script:
    """People who walk to and fro in front of and behind each other."""
    heights = generator.uniform(45, 95, len(names))
    phase = generator.uniform(0, 2 * math.pi, len(names))
    pace = generator.uniform(0.5, 1.1, len(names))
    rows = SIZE[1] / 2 + generator.uniform(-45, 45, len(names))
    layers = np.argsort(np.argsort(heights))
    scenes = [
        {
            name: Place(
                SIZE[0] / 2 + 240 * math.sin(pace[n] * t / FPS + phase[n]),
                float(rows[n]) + 12 * math.sin(2.3 * t / FPS + n),
                float(heights[n]),
                int(layers[n]),
            )
            for n, name in enumerate(names)
        }
        for t in range(160)
    ]
    return Script("crossings", scenes, [0] * 160, [int(generator.integers(1000))] * 160)


def returns(names: Sequence[str], generator: np.random.Generator) -> Script:
    """Some leave together, twice, and come back in each other's places, smaller."""
    columns, scenes = list(names), []
    for act in range(3):
        leaving = set(generator.permutation(names)[: generator.integers(1, len(names) + 1)])
        height = 1 - 0.15 * act
        for t, scene in enumerate(lined_up(columns, generator, int(generator.integers(45, 75)))):
            gone = act < 2 and t > 25
            scenes.append(
                {
                    name: Place(place.x, place.y, place.height * height, place.layer)
                    for name, place in scene.items()
                    if not (gone and name in leaving)
                }
            )
        spots = [i for i, name in enumerate(columns) if name in leaving]
        for spot, name in zip(spots, [columns[i] for i in np.roll(spots, 1)], strict=True):
            columns[spot] = name
    return Script(
        "returns", scenes, [0] * len(scenes), [int(generator.integers(1000))] * len(scenes)
    )


def cuts(names: Sequence[str], generator: np.random.Generator) -> Script:
    """Shots of some of the people, cut back and forth; every third cut keeps the background."""
    scenes, shots, backgrounds, background = [], [], [], 0
    for shot in range(9):
        length = int(generator.integers(15, 35))
        count = int(generator.integers(1, len(names) + 1)) if shot % 2 else 1
        shown = [names[i] for i in generator.permutation(len(names))[:count]]
        if shot % 3 == 0:
            background = int(generator.integers(1000))
        scenes += lined_up(shown, generator, length)
        shots += [shot] * length
        backgrounds += [background] * length
    return Script("cuts", scenes, shots, backgrounds)


def everything(names: Sequence[str], generator: np.random.Generator) -> Script:
    """Crossings, cut to single people and back."""
    parts: list[Script] = [
        crossings(names, generator),
        cuts(names, generator),
        crossings(names, generator),
    ]
    shots, last = [], 0
    for part in parts:
        shots += [last + shot for shot in part.shots]
        last = shots[-1] + 1
    return Script(
        "everything",
        [scene for part in parts for scene in part.scenes],
        shots,
        [number for part in parts for number in part.backgrounds],
    )


KINDS: dict[str, Callable[[Sequence[str], np.random.Generator], Script]] = {
    "tiles": tiles,
    "crossings": crossings,
    "returns": returns,
    "cuts": cuts,
    "everything": everything,
}


if __name__ == "__main__":
    main()
