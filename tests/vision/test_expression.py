import csv
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from emoarc.errors import ModelError, OptionError
from emoarc.labels import EMOTIONS
from emoarc.media import MediaReader, ReadOptions
from emoarc.models import load_face_detector
from emoarc.packs import load_pack, write_pack
from emoarc.types import VideoFrame
from emoarc.vision import FaceExpressionModel

SHOWN = {"happiness": 3, "surprise": 4, "neutral": 2}
"""The columns of FER+'s label.csv in which everybody agrees that this is shown."""


@pytest.fixture(scope="module")
def model() -> FaceExpressionModel:
    return FaceExpressionModel(load_pack("face-expression"))


@pytest.fixture(scope="module")
def faces(shared: Path) -> dict[str, list[NDArray[np.uint8]]]:
    """Twenty test pictures each of three expressions on which at least nine of ten people agree."""
    folder = shared / "corpora" / "ferplus" / "FER2013Test"
    with (folder / "label.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    return {
        emotion: [
            cv2.imread(str(folder / row[0]), cv2.IMREAD_GRAYSCALE)
            for row in rows
            if int(row[column]) >= 9
        ][:20]
        for emotion, column in SHOWN.items()
    }


def noise(*shape: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def hit_rate(model: FaceExpressionModel, faces: dict[str, list[NDArray[np.uint8]]]) -> float:
    hits = [
        EMOTIONS[row.argmax()] == emotion
        for emotion, pictures in faces.items()
        for row in model.predict(pictures)
    ]
    return float(np.mean(hits))


def test_nothing_in_nothing_out(model: FaceExpressionModel) -> None:
    assert model.predict([]).shape == (0, 7)
    assert model.predict([]).dtype == np.float32


@pytest.mark.parametrize("shape", [(48, 48, 3), (200, 120, 3), (31, 47), (1, 1, 3), (5, 300, 3)])
def test_pictures_of_any_size_get_probabilities(
    model: FaceExpressionModel, shape: tuple[int, ...]
) -> None:
    probabilities = model.predict([noise(*shape)])
    assert probabilities.shape == (1, 7)
    assert probabilities.dtype == np.float32
    assert probabilities.min() >= 0
    assert probabilities.sum() == pytest.approx(1, abs=1e-5)


def test_nothing_depends_on_the_batch(model: FaceExpressionModel) -> None:
    pictures = [noise(48 + 7 * n, 60, 3, seed=n) for n in range(9)]
    alone = np.concatenate([model.predict([picture]) for picture in pictures])
    np.testing.assert_allclose(model.predict(pictures), alone, atol=1e-6)
    np.testing.assert_allclose(model.predict(pictures[::-1]), alone[::-1], atol=1e-6)


def test_grey_is_as_good_as_rgb(model: FaceExpressionModel) -> None:
    gray = noise(60, 60)
    rgb = np.repeat(gray[:, :, None], 3, axis=2)
    np.testing.assert_allclose(model.predict([gray]), model.predict([rgb]), atol=1e-6)


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (np.zeros((48, 48, 3)), "float64"),
        (np.zeros((48, 48, 4), np.uint8), "(48, 48, 4)"),
        (np.zeros((0, 48, 3), np.uint8), "(0, 48, 3)"),
        (np.zeros(48, np.uint8), "(48,)"),
        (None, "object"),
    ],
)
def test_what_is_no_picture_is_refused(model: FaceExpressionModel, picture: Any, said: str) -> None:
    with pytest.raises(OptionError) as caught:
        model.predict([noise(48, 48, 3), picture])
    assert "picture 1" in str(caught.value)
    assert said in str(caught.value)


def test_another_jobs_pack_is_refused(tmp_path: Path) -> None:
    facts = {
        "name": "x",
        "version": "1",
        "labels": EMOTIONS,
        "temperature": 1.0,
        "prior": dict.fromkeys(EMOTIONS, 1 / 7),
    }
    voice = write_pack(tmp_path / "a", b"", "", task="voice-expression", input={}, **facts)
    with pytest.raises(ModelError, match="for voice-expression, not for faces"):
        FaceExpressionModel(voice)
    color = {"shape": [3, 48, 48]}
    wrong = write_pack(tmp_path / "b", b"", "", task="face-expression", input=color, **facts)
    with pytest.raises(ModelError, match="square grey"):
        FaceExpressionModel(wrong)


def test_clear_faces_are_read(
    model: FaceExpressionModel, faces: dict[str, list[NDArray[np.uint8]]]
) -> None:
    assert hit_rate(model, faces) >= 0.9


def test_size_does_not_matter(
    model: FaceExpressionModel, faces: dict[str, list[NDArray[np.uint8]]]
) -> None:
    def enlarged(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return cv2.resize(picture, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)

    large = {emotion: [enlarged(p) for p in pictures] for emotion, pictures in faces.items()}
    assert hit_rate(model, large) >= hit_rate(model, faces) - 0.1


def test_loose_and_tight_crops_are_read(
    model: FaceExpressionModel, faces: dict[str, list[NDArray[np.uint8]]]
) -> None:
    def loose(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        large = cv2.resize(picture, (96, 96), interpolation=cv2.INTER_CUBIC)
        return cv2.copyMakeBorder(large, 60, 90, 80, 70, cv2.BORDER_CONSTANT, value=(128,))

    for change, loss in ((loose, 0.15), (lambda picture: picture[4:-4, 4:-4], 0.15)):
        changed = {k: [change(picture) for picture in v] for k, v in faces.items()}
        assert hit_rate(model, changed) >= hit_rate(model, faces) - loss


def test_the_prior_decides_what_is_taken_for_granted(
    faces: dict[str, list[NDArray[np.uint8]]],
) -> None:
    pack = load_pack("face-expression")
    blurred = [cv2.GaussianBlur(p, (0, 0), 4) for p in faces["neutral"] + faces["surprise"]]
    natural = FaceExpressionModel(pack, "natural").predict(blurred)
    balanced = FaceExpressionModel(pack, "balanced").predict(blurred)
    neutral, disgust = EMOTIONS.index("neutral"), EMOTIONS.index("disgust")
    assert natural[:, neutral].mean() > balanced[:, neutral].mean()
    assert natural[:, disgust].mean() < balanced[:, disgust].mean()


def test_one_picture_is_not_taken_for_many(model: FaceExpressionModel) -> None:
    with pytest.raises(OptionError, match="a list of pictures"):
        model.predict(noise(70, 60, 3))


def test_a_face_is_read_alike_however_it_is_cropped(
    model: FaceExpressionModel, shared: Path
) -> None:
    with MediaReader(shared / "media/talking_head_1.mp4", ReadOptions(audio=False)) as reader:
        frame = next(item.image for item in reader if isinstance(item, VideoFrame))
    box = load_face_detector().detect(frame)[0].box
    crops = []
    for edge in (0.0, 0.2, 0.5):
        (x, y), (w, h) = (box.x, box.y), (box.width, box.height)
        top, left = max(0, round(y - edge * h)), max(0, round(x - edge * w))
        crops.append(frame[top : round(y + (1 + edge) * h), left : round(x + (1 + edge) * w)])
    first, *others = model.predict(crops)
    for other in others:
        np.testing.assert_allclose(other, first, atol=0.15)
