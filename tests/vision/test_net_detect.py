"""What the network detector adds to what every detector must keep (test_detect.py)."""

from pathlib import Path

import numpy as np
import pytest

from emoarc.errors import ModelError, OptionError
from emoarc.models import load_face_detector
from emoarc.packs import load_pack
from emoarc.types import FaceDetection
from emoarc.vision import (
    STRIDES,
    NetDetector,
    NetDetectorOptions,
    cell_grid,
    decode,
    iou,
    pick_faces,
)

YUNET = "models/face_detection_yunet_n_dynamic.onnx"


@pytest.fixture(scope="module")
def detector() -> NetDetector:
    return NetDetector(load_pack("face-detection").session())


def test_there_is_an_answer_for_each_cell_of_the_padded_picture(detector: NetDetector) -> None:
    answers = detector.answers(np.zeros((50, 70, 3), np.uint8))
    cells = sum((96 // stride) * (64 // stride) for stride in STRIDES)
    assert answers.shape == (cells, 15)
    assert ((answers[:, 0] >= 0) & (answers[:, 0] <= 1)).all()


def test_cells_run_row_by_row_from_the_finest_map() -> None:
    cells, strides = cell_grid(64, 33)
    assert len(cells) == 8 * 8 + 4 * 4 + 2 * 2
    assert cells[:3].tolist() == [[0, 0], [1, 0], [2, 0]]
    assert cells[8].tolist() == [0, 1]
    assert np.unique(strides).tolist() == list(STRIDES)


def test_answers_count_from_their_cells() -> None:
    answers = np.zeros((84, 15), np.float32)
    answers[9] = [0.9, 0.5, 0.25, np.log(2), np.log(3), *([1.0, 2.0] * 5)]
    boxes, points = decode(answers, 64, 64)
    # Cell 9 is in column 1 and row 1 of the finest map: its corner lies at (8, 8).
    assert boxes[9].tolist() == pytest.approx([12 - 8, 10 - 12, 16, 24])
    assert points[9, 0].tolist() == pytest.approx([16, 24])


def test_overlapping_answers_are_one_face() -> None:
    answers = np.zeros((84, 15), np.float32)
    answers[:2, 0], answers[40, 0] = (0.7, 0.9), 0.6
    answers[:, 3:5] = 1.0
    faces = pick_faces(answers, 64, 64)
    assert [round(face.score, 3) for face in faces] == [0.9, 0.6]
    assert len(pick_faces(answers, 64, 64, NetDetectorOptions(floor=0.65))) == 1
    assert len(pick_faces(answers, 64, 64, NetDetectorOptions(overlap=1.0))) == 3


def test_the_five_points_lie_in_the_face_in_their_order(detector: NetDetector, draw_face) -> None:
    (face,) = detector.detect(draw_face((150, 120), side=90))
    right, left, nose, right_mouth, left_mouth = face.points
    assert right[0] < nose[0] < left[0]
    assert right_mouth[0] < left_mouth[0]
    assert max(right[1], left[1]) < nose[1] < min(right_mouth[1], left_mouth[1])


def test_it_finds_what_yunet_is_sure_of(detector: NetDetector, shared: Path) -> None:
    reference = load_face_detector(shared / YUNET)
    pictures = _frames(shared)
    sure = [face for picture in pictures for face in _sure(reference, picture)]
    found = [
        any(iou(face.box, own.box) >= 0.5 for own in detector.detect(picture))
        for picture in pictures
        for face in _sure(reference, picture)
    ]
    assert len(sure) >= 10
    assert np.mean(found) > 0.95


def test_no_face_is_seen_where_there_is_none(detector: NetDetector, shared: Path) -> None:
    sure = [f for p in _frames(shared, "no_face.mp4") for f in detector.detect(p) if f.score > 0.6]
    assert sure == []


def _sure(reference, picture) -> list[FaceDetection]:
    faces = reference.detect(picture)
    return [f for f in faces if f.score >= 0.8 and min(f.box.width, f.box.height) >= 24]


def _frames(shared: Path, pattern: str = "*head_[123].mp4") -> list:
    from emoarc.media import MediaReader, ReadOptions
    from emoarc.types import VideoFrame

    frames = []
    for path in sorted((shared / "media").glob(pattern)):
        with MediaReader(path, ReadOptions(fps=1, audio=False)) as reader:
            frames += [item.image for item in reader if isinstance(item, VideoFrame)]
    return frames


def test_grey_or_float_pictures_are_refused(detector: NetDetector) -> None:
    with pytest.raises(OptionError, match="uint8 RGB"):
        detector.detect(np.zeros((40, 40), np.uint8))
    with pytest.raises(OptionError, match="uint8 RGB"):
        detector.detect(np.zeros((40, 40, 3)))


def test_another_kind_of_network_is_refused() -> None:
    with pytest.raises(ModelError, match="no output bbox_16"):
        NetDetector(load_pack("face-expression").session())


@pytest.mark.parametrize("source", ["no-such-pack", "no-such-file.onnx"])
def test_a_missing_detector_is_a_model_error(source: str) -> None:
    with pytest.raises(ModelError, match=source):
        load_face_detector(source)
