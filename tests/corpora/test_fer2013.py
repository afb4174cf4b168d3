from collections import Counter

import cv2
import numpy as np
import pytest
from tests.corpora.trees import place

from emoarc.corpora import CORPORA, read_corpora, read_picture

FER2013 = CORPORA["fer2013"]
CLASSES = ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")


def test_rows_of_the_table_are_pictures(official):
    root = official("fer2013")
    clips = FER2013.read(root).clips
    assert [clip.emotion for clip in clips] == ["anger", "happiness", "neutral"]
    assert [clip.split for clip in clips] == ["train", "validation", "test"]
    assert clips[2].file == root / "fer2013.csv#2"
    expected = ((np.arange(48 * 48) + 2) % 256).reshape(48, 48)
    assert np.array_equal(read_picture(clips[2]), expected)


def test_the_columns_may_stand_in_another_order(tmp_path):
    # As in the challenge's icml_face_data.csv, whose header has spaces.
    pixels = " ".join(["7"] * 48 * 48)
    content = f"emotion, Usage, pixels\n4,Training,{pixels}\n"
    (clip,) = FER2013.read(place(tmp_path, "icml_face_data.csv", content=content)).clips
    assert clip.emotion == "sadness"
    assert (read_picture(clip) == 7).all()


@pytest.mark.parametrize(
    "row", ["7,{},Training", "angry,{},Training", "0,{},Holdout", "0,1 2 3,Training", "0"]
)
def test_a_spoilt_row_is_told_and_the_others_are_kept(official, row):
    root = official("fer2013")
    table = root / "fer2013.csv"
    pixels = " ".join(["0"] * 48 * 48)
    table.write_text(table.read_text() + row.format(pixels) + "\n")
    manifest = FER2013.read(root)
    (problem,) = manifest.problems
    assert len(manifest) == 3
    assert problem.what.startswith("row 4: ")


def test_folders_of_splits_and_classes_are_read(tmp_path):
    for name in CLASSES:
        place(tmp_path, f"train/{name}/Training_1.jpg", f"test/{name}/PrivateTest_1.jpg")
    place(tmp_path, "test/angry/PublicTest_1.jpg", "test/angry/im2.jpg")
    assert FER2013.recognise(tmp_path)
    clips = FER2013.read(tmp_path).clips
    assert Counter(clip.split for clip in clips) == {"train": 7, "test": 8, "validation": 1}
    assert Counter(clip.emotion for clip in clips)["anger"] == 4


def test_other_class_folders_are_not_taken_for_it(tmp_path):
    place(tmp_path, *(f"{split}/{name}/1.png" for split in ("train", "test") for name in "abcdefg"))
    assert not FER2013.recognise(tmp_path)


def test_the_original_labels_lie_beside_the_pictures_of_ferplus(official):
    root = official("ferplus")
    labels = (
        "usage,image,fer2013_emotion\nTraining,fer0000000.png,sad\nPublicTest,fer0000009.png,sad\n"
    )
    place(root, "fer2013_labels.csv", content=labels)
    manifest = FER2013.read(root)
    (clip,) = manifest.clips
    assert (clip.file, clip.emotion) == (root / "FER2013Train/fer0000000.png", "sadness")
    assert clip.take == CORPORA["ferplus"].read(root).clips[0].take
    assert [str(problem) for problem in manifest.problems] == [
        f"{root / 'fer2013_labels.csv'}: row 2: fer0000009.png is missing; fetch it, or remove the "
        "row"
    ]


def test_a_picture_has_one_take_in_table_and_file(official):
    tables = FER2013.read(official("fer2013")).clips
    pictures = CORPORA["ferplus"].read(official("ferplus")).clips
    assert [clip.take for clip in tables] == [clip.take for clip in pictures]


def test_the_labels_at_hand(shared):
    manifest = read_corpora(shared, ["fer2013"])
    assert manifest.problems == ()
    assert Counter(clip.split for clip in manifest.clips) == {
        "train": 28_558, "validation": 3579, "test": 3573,
    }  # fmt: skip
    assert Counter(clip.emotion for clip in manifest.clips)["disgust"] == 551


def test_a_table_and_its_pictures_are_the_same(shared, tmp_path):
    clips = read_corpora(shared, ["fer2013"]).clips[:3]
    pixels = [" ".join(map(str, read_picture(clip).ravel())) for clip in clips]
    lines = [f"{number},{row},Training" for number, row in enumerate(pixels)]
    place(tmp_path, "fer2013.csv", content="\n".join(["emotion,pixels,Usage", *lines]))
    for ours, theirs in zip(FER2013.read(tmp_path).clips, clips, strict=True):
        picture = cv2.imread(str(theirs.file), cv2.IMREAD_GRAYSCALE)
        assert np.array_equal(read_picture(ours), picture)
