"""Which pictures are learnt from, and which are set aside."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from emoarc.train.faces import read_pictures


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Eighty pictures of muxspace, every other one in colour, and three of each split of FER+."""
    generator = np.random.default_rng(0)
    images = tmp_path / "muxspace" / "images"
    images.mkdir(parents=True)
    rows = ["user.id,image,emotion"]
    for number in range(80):
        image = generator.integers(0, 255, (20, 16, 3), np.uint8)
        image = image if number % 2 else np.repeat(image[:, :, :1], 3, axis=2)
        cv2.imwrite(str(images / f"{number}.png"), image)
        rows.append(f"1,{number}.png,happiness")
    (tmp_path / "muxspace" / "legend.csv").write_text("\n".join(rows))
    for split in ("Train", "Valid", "Test"):
        folder = tmp_path / "ferplus" / f"FER2013{split}"
        folder.mkdir(parents=True)
        votes = ["10,0,0,0,0,0,0,0,0,0", "0,0,0,0,0,0,0,0,3,7", "5,0,0,0,0,0,0,0,4,1"]
        lines = [f'{n}.png,"(0, 0, 48, 48)",{vote}' for n, vote in enumerate(votes)]
        (folder / "label.csv").write_text("\n".join(lines))
        for number in range(3):
            cv2.imwrite(str(folder / f"{number}.png"), generator.integers(0, 255, (48, 48)))
    return tmp_path


def test_the_splits_share_no_picture_and_leave_none_out(data: Path) -> None:
    names = {
        split: {picture.name for picture in read_pictures(data, split)}
        for split in ("training", "validation")
    }
    muxspace = {f"muxspace/{number}.png" for number in range(80)}
    assert not names["training"] & names["validation"] & muxspace
    assert (names["training"] | names["validation"]) & muxspace == muxspace
    assert 0 < len(names["validation"] & muxspace) < 25


def test_of_ferplus_what_most_call_no_face_is_left_out_and_the_test_split_never_read(
    data: Path,
) -> None:
    for folder in (data / "ferplus").glob("*Test"):
        for file in folder.glob("*.png"):
            file.write_bytes(b"not even a picture")
    for split in ("training", "validation"):
        names = [each.name for each in read_pictures(data, split)]
        assert [name for name in names if name.startswith("ferplus")] == [
            "ferplus/0.png",
            "ferplus/2.png",
        ]


def test_every_image_is_rgb_and_grey_ones_take_a_third_of_the_memory(data: Path) -> None:
    pictures = [*read_pictures(data, "training"), *read_pictures(data, "validation")]
    for picture in pictures:
        number = int(Path(picture.name).stem)
        assert picture.image.dtype == np.uint8
        assert picture.image.shape[2] == 3
        if picture.name.startswith("muxspace"):
            assert (picture.pixels.ndim == 3) == bool(number % 2)
            truth = cv2.imread(str(data / "muxspace" / "images" / f"{number}.png"))
            np.testing.assert_array_equal(picture.image, truth[:, :, ::-1])
