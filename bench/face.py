"""How fast faces are read: `python bench/face.py ../shared/media -o docs/results/face-speed.json`.

Real clips of single people are put side by side in 1280 x 720 video, and every frame of it is
analysed: decoding, detection, landmarks, tracking, identity and expression, on the cores at hand.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import av
import cv2
import numpy as np

from emoarc import Analyzer
from emoarc.analyzer import AnalysisOptions
from emoarc.media import MediaReader, ReadOptions
from emoarc.models import (
    load_face_detector,
    load_face_embedding,
    load_face_expression,
    load_face_landmarks,
)
from emoarc.packs import load_pack
from emoarc.types import VideoFrame
from emoarc.vision import align_face

PROTOCOL = (
    "real clips of single people side by side in 1280 x 720 H.264 video of 10 s at 25 frames a "
    "second, every frame analysed (faces alone, one thread for each model, decoding on its own "
    "thread), best of 3 analyses after one that warms up; parts: medians of 50 calls, one thread"
)
CLIPS = (
    "talking_head_1.mp4",
    "talking_head_2.mp4",
    "talking_head_3.mp4",
    "portrait_hevc.mp4",
    "multi_head-pose-face-detection-female.mp4",
)
PACKS = ("face-detection", "face-landmarks", "face-embedding", "face-expression")
SIZE = (1280, 720)
FPS, SECONDS = 25, 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("media", type=Path, help="the folder of the clips")
    parser.add_argument("-o", "--output", type=Path)
    arguments = parser.parse_args()
    figures: dict[str, Any] = {"protocol": PROTOCOL, "cores": len(os.sched_getaffinity(0))}
    with tempfile.TemporaryDirectory() as folder:
        for count, word in ((1, "one"), (5, "five")):
            clip = compose(arguments.media, count, Path(folder) / f"{word}.mp4")
            figures[f"{word}_face"] = throughput(clip)
    figures["milliseconds"] = parts(arguments.media / CLIPS[0])
    figures["pack_megabytes"] = {name: megabytes(name) for name in PACKS}
    print(json.dumps(figures, indent=2))
    if arguments.output:
        arguments.output.write_text(json.dumps(figures, indent=2) + "\n")


def compose(media: Path, count: int, target: Path) -> Path:
    """Write a video in which `count` people are to be seen all the time."""
    sources = [looped(media / name) for name in CLIPS[:count]]
    width = SIZE[0] // count
    with av.open(target, "w") as output:
        stream = output.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for _ in range(FPS * SECONDS):
            canvas = np.full((SIZE[1], SIZE[0], 3), 60, np.uint8)
            for slot, source in enumerate(sources):
                image = next(source)
                scale = min(width / image.shape[1], SIZE[1] / image.shape[0])
                small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
                canvas[: small.shape[0], slot * width : slot * width + small.shape[1]] = small
            output.mux(stream.encode(av.VideoFrame.from_ndarray(canvas, format="rgb24")))
        output.mux(stream.encode())
    return target


def looped(path: Path) -> Iterator[np.ndarray]:
    while True:
        with MediaReader(path, ReadOptions(fps=FPS, end=5.0, audio=False)) as reader:
            yield from (item.image for item in reader if isinstance(item, VideoFrame))


def throughput(clip: Path, runs: int = 3) -> dict[str, Any]:
    """Frames analysed in a second, and how many faces were seen in each."""
    analyzer = Analyzer(AnalysisOptions(modalities=("face",), fps=FPS))
    analysis = analyzer.analyze(clip)
    frames = len(set(analysis.faces["time"].to_pylist()))
    seconds = min(timed(lambda: analyzer.analyze(clip)) for _ in range(runs))
    return {
        "frames_per_second": round(FPS * SECONDS / seconds, 1),
        "frames_with_faces": frames,
        "faces_per_frame": round(analysis.faces.num_rows / max(frames, 1), 2),
        "subjects": len(analysis.subjects),
    }


def parts(clip: Path) -> dict[str, float]:
    """Milliseconds that each network takes, at 1280 x 720 for the detector, for one face else."""
    frame = cv2.resize(next(looped(clip)), SIZE)
    detector, landmarks = load_face_detector(), load_face_landmarks(looks=1)
    embedder, expression = load_face_embedding(), load_face_expression()
    (face, *_) = detector.detect(frame)
    crop = align_face(frame, face, 96)
    calls: dict[str, Callable[[], object]] = {
        "detection": lambda: detector.detect(frame),
        "landmarks": lambda: landmarks.locate(frame, face),
        "embedding": lambda: embedder.embed(frame, face),
        "expression": lambda: expression.predict([crop], framed=True),
    }
    return {
        name: round(1000 * median(timed(call) for _ in range(50)), 2)
        for name, call in calls.items()
    }


def megabytes(pack: str) -> float:
    folder = load_pack(pack).folder
    return round(sum(file.stat().st_size for file in folder.iterdir()) / 1e6, 2)


def timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
