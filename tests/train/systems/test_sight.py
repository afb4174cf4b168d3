"""What systems see: of pictures, and of the bundled video."""

from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs the extra `train`")

from tests.train.systems.conftest import write_tone

from emoarc import sample
from emoarc.corpora import Clip
from emoarc.errors import InputError
from emoarc.train.systems._sight import Faces, Picture

VIDEO = Path(sample.__file__).with_name("sample.mp4")


def test_a_picture_is_grey_and_of_the_side(tmp_path: Path) -> None:
    picture = np.zeros((60, 60, 3), np.uint8)
    picture[:30] = 200
    cv2.imwrite(str(tmp_path / "a.png"), picture)
    seen = Picture("picture", side=20)(Clip(tmp_path / "a.png", "x", "image"))
    assert seen.shape == (20, 20)
    assert seen.dtype == np.uint8
    assert (seen[:10] == 200).all()
    assert (seen[10:] == 0).all()


def test_faces_of_a_video_are_cut_out_of_its_frames() -> None:
    clip = Clip(VIDEO, "x", "audio-visual", start=1.0, end=3.0)
    faces = Faces("faces", count=6, height=30, width=40)(clip)
    assert faces.shape == (6, 30, 40)
    assert faces.std(axis=(1, 2)).min() > 5  # no frame is empty
    middle = Picture("picture", side=30)(clip)
    assert middle.std() > 5


def test_a_clip_is_seen_within_its_bounds() -> None:
    early, late = (
        Faces("faces", count=3)(Clip(VIDEO, "x", "video", start=t, end=t + 0.5)) for t in (0.5, 4.0)
    )
    assert np.abs(early.astype(int) - late).mean() > 1


def test_a_sound_is_no_video(tmp_path: Path) -> None:
    write_tone(tmp_path / "a.wav", 440)
    with pytest.raises(InputError, match=r"a\.wav"):
        Faces("faces")(Clip(tmp_path / "a.wav", "x", "audio-visual"))
