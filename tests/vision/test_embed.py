from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from emoarc.errors import ModelError
from emoarc.media import MediaReader, ReadOptions
from emoarc.packs import load_pack, open_network
from emoarc.types import Box, FaceDetection, VideoFrame
from emoarc.vision import FaceEmbedder, NetDetector, is_tellable

FRONT = np.array([[40, 40], [80, 40], [60, 60], [45, 80], [75, 80]], np.float32)


PROFILE = FRONT.copy()
PROFILE[2, 0] = 79


def face(side: float = 80, score: float = 0.9) -> FaceDetection:
    return FaceDetection(Box(20, 20, side, side), score, FRONT)


@pytest.fixture(scope="module")
def embedder() -> FaceEmbedder:
    return FaceEmbedder(load_pack("face-embedding"))


def test_an_embedding_is_a_unit_vector_and_the_same_every_time(embedder: FaceEmbedder) -> None:
    image = np.random.default_rng(0).integers(0, 255, (120, 120, 3)).astype(np.uint8)
    first, again = embedder.embed(image, face()), embedder.embed(image, face())
    assert first.shape == (128,)
    assert np.linalg.norm(first) == pytest.approx(1, abs=1e-5)
    assert np.array_equal(first, again)


def test_other_packs_are_refused() -> None:
    with pytest.raises(ModelError, match="face-expression"):
        FaceEmbedder(load_pack("face-expression"))


@pytest.mark.parametrize(
    ("detection", "tellable"),
    [
        (face(), True),
        (face(side=12), False),
        (face(score=0.4), False),
        (replace(face(), points=None), True),
        (replace(face(), points=PROFILE), False),
    ],
    ids=["front", "small", "unsure", "box alone", "profile"],
)
def test_only_a_face_that_shows_enough_is_tellable(
    detection: FaceDetection, tellable: bool
) -> None:
    assert is_tellable(detection) == tellable


def test_people_of_real_clips_are_told_apart(shared: Path, embedder: FaceEmbedder) -> None:
    detector = NetDetector(open_network(shared / "models/face_detection_yunet_n_dynamic.onnx"))
    people = []
    for name in ("grid_bbaf2n.mpg", "grid_lrwp9a.mpg", "talking_head_1.mp4", "talking_head_2.mp4"):
        with MediaReader(shared / "media" / name, ReadOptions(fps=2, audio=False)) as reader:
            frames = [item.image for item in reader if isinstance(item, VideoFrame)]
        people.append([embedder.embed(frame, detector.detect(frame)[0]) for frame in frames])
    alike = [[np.stack(a) @ np.stack(b).T for b in people] for a in people]
    own = min(alike[i][i].min() for i in range(len(people)))
    others = max(alike[i][j].max() for i in range(len(people)) for j in range(i))
    assert own > others
