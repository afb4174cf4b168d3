from dataclasses import replace

import cv2
import numpy as np
import pytest
from tests.corpora.trees import place

from emoarc.corpora import CORPORA, Clip, read_picture
from emoarc.errors import InputError


def _clip(path):
    return Clip(path, "folders", "image")


def test_a_coloured_picture_becomes_grey(tmp_path):
    colours = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    path = tmp_path / "bild ü.png"
    path.write_bytes(cv2.imencode(".png", colours)[1].tobytes())
    picture = read_picture(_clip(path))
    assert (picture.shape, picture.dtype) == ((20, 30), np.uint8)
    assert np.abs(picture - cv2.cvtColor(colours, cv2.COLOR_BGR2GRAY).astype(int)).max() <= 1


@pytest.mark.parametrize("content", [None, "", "x"])
def test_what_is_no_picture_is_refused(tmp_path, content):
    if content is not None:
        place(tmp_path, "1.png", content=content)
    with pytest.raises(InputError, match=r"1\.png: missing, or no picture"):
        read_picture(_clip(tmp_path / "1.png"))


def test_rows_are_found_again_after_the_table_changed(official):
    root = official("fer2013")
    last = CORPORA["fer2013"].read(root).clips[-1]
    before = read_picture(last)
    table = root / "fer2013.csv"
    table.write_text("\n" + table.read_text())
    assert not np.array_equal(read_picture(last), before)


@pytest.mark.parametrize("pixel", ["256", "-1", "x", "1.5", ""])
def test_pixels_that_cannot_be_are_refused(tmp_path, pixel):
    pixels = " ".join([pixel, *["0"] * (48 * 48 - 1)])
    content = f"emotion,pixels,Usage\n0,{pixels},Training\n"
    place(tmp_path, "fer2013.csv", content=content)
    with pytest.raises(InputError, match="missing, or no picture"):
        read_picture(_clip(tmp_path / "fer2013.csv#0"))


@pytest.mark.parametrize("row", [3, 99])
def test_a_row_beyond_the_table_is_refused(official, row):
    root = official("fer2013")
    clip = replace(CORPORA["fer2013"].read(root).clips[0], file=root / f"fer2013.csv#{row}")
    with pytest.raises(InputError, match="missing, or no picture"):
        read_picture(clip)


def test_a_row_of_a_missing_table_is_refused(tmp_path):
    with pytest.raises(InputError, match="missing, or no picture"):
        read_picture(_clip(tmp_path / "1.csv#0"))
