import dataclasses
from pathlib import Path

import av
import numpy as np
import pyarrow as pa
import pytest

from emoarc.analysis import Analysis
from emoarc.errors import InputError
from emoarc.export import write_overlay
from emoarc.export._overlay import OverlayPainter
from emoarc.media import probe


@pytest.fixture(scope="module")
def painter(analysis: Analysis) -> OverlayPainter:
    return OverlayPainter(analysis)


def blank(width: int = 320, height: int = 180) -> np.ndarray:
    return np.full((height, width, 3), 128, np.uint8)


def changed(painter: OverlayPainter, time: float, image: np.ndarray | None = None) -> np.ndarray:
    """Which pixels the painter touches at a time, shape (height, width)."""
    image = blank() if image is None else image
    return (painter(time, image) != image).any(axis=2)


def without_mark(touched: np.ndarray) -> np.ndarray:
    return touched[: -round(0.12 * len(touched))]


def test_a_face_gets_a_box_where_it_is(painter: OverlayPainter) -> None:
    touched = changed(painter, 1.0)
    x = round(40 + 8 * np.sin(1.0))
    assert touched[70:100, x - 1 : x + 2].any(axis=1).all()
    assert touched[109:112, x : x + 60].any(axis=0).all()
    assert not touched[80:100, x + 10 : x + 50].any()


def test_boxes_move_between_analysed_frames(painter: OverlayPainter) -> None:
    image = blank(3200, 1800)  # ten times the analysed size: a tenth of a pixel shows

    def left_edge(time: float) -> float:
        row = changed(painter, time, image)[900]
        return float(np.flatnonzero(row[:600])[0])

    before, between, after = left_edge(1.0), left_edge(1.05), left_edge(1.1)
    assert before + 1 < between < after - 1


def test_nothing_is_drawn_where_nothing_was_observed(analysis: Analysis) -> None:
    first = analysis.faces["track"].to_numpy() == 0  # P1, seen until 4 s and from 5 s
    painter = OverlayPainter(
        dataclasses.replace(
            analysis,
            timeline=analysis.timeline.select("P1"),
            faces=analysis.faces.filter(pa.array(first)),
        )
    )
    assert changed(painter, 3.95).any()
    assert not changed(painter, 4.15).any()
    assert not changed(painter, 4.95).any()
    assert changed(painter, 5.05).any()
    assert not changed(painter, 99.0).any()


def test_a_voice_without_a_face_gets_a_caption(painter: OverlayPainter, analysis: Analysis) -> None:
    voice = dataclasses.replace(
        analysis, timeline=analysis.timeline.select("V1"), faces=analysis.faces.slice(0, 0)
    )
    touched = without_mark(changed(OverlayPainter(voice), 5.0))
    assert touched.any()
    assert np.flatnonzero(touched.any(axis=1)).min() > 100


def test_panels_hide_no_face(painter: OverlayPainter) -> None:
    touched = changed(painter, 6.0, blank(1280, 720))
    for x, x_end in ((150, 390), (630, 870)):  # P1 and P2, four times the analysed size
        assert not touched[175:430, x + 15 : x_end - 15].any()
    assert touched[170:370, 890:1100].any()


def test_the_frame_given_is_left_alone(painter: OverlayPainter) -> None:
    image = blank()
    painter(1.0, image)
    assert (image == 128).all()


@pytest.mark.parametrize("size", [(16, 16), (64, 400), (1920, 1080)])
def test_any_frame_size_can_be_drawn_on(painter: OverlayPainter, size: tuple[int, int]) -> None:
    assert painter(6.0, blank(*size)).shape == (size[1], size[0], 3)


def test_a_face_that_leaves_the_frame_can_be_drawn(analysis: Analysis) -> None:
    faces = analysis.faces
    far = faces.set_column(3, "x", faces["x"].combine_chunks().cast("float64").cast("float32"))
    for column, value in (("x", -40.0), ("y", 150.0), ("width", 900.0)):
        values = np.full(far.num_rows, value, np.float32)
        far = far.set_column(far.column_names.index(column), column, [values])
    touched = changed(OverlayPainter(dataclasses.replace(analysis, faces=far)), 1.0)
    assert touched.any()


def test_the_copy_keeps_picture_and_sound(analysis: Analysis, clip: Path, tmp_path: Path) -> None:
    target = tmp_path / "overlay.mp4"
    write_overlay(analysis, clip, target)
    source, copy = probe(clip), probe(target)
    assert copy.duration == pytest.approx(source.duration, abs=0.1)
    assert (copy.video.width, copy.video.height) == (320, 180)
    assert copy.audio.codec == "aac"
    with av.open(str(target)) as container:
        frame = next(f for f in container.decode(video=0) if f.time >= 1.0).to_ndarray(
            format="rgb24"
        )
    assert (np.abs(frame[60:110, 90:110].astype(int) - np.array([40, 70, 90])).max() > 60).any()
    assert list(tmp_path.iterdir()) == [target]


def test_of_a_part_only_the_part_is_copied(analysis: Analysis, clip: Path, tmp_path: Path) -> None:
    part = {"options": {"start": 5.0, "end": 7.0, "audio_track": 1}}
    told: list[float] = []
    write_overlay(
        dataclasses.replace(analysis, provenance=part),
        clip,
        tmp_path / "overlay.mp4",
        on_progress=told.append,
    )
    assert probe(tmp_path / "overlay.mp4").duration == pytest.approx(2.0, abs=0.15)
    assert told
    assert max(told) < 12
    with av.open(str(tmp_path / "overlay.mp4")) as container:
        first = next(container.decode(video=0)).to_ndarray(format="rgb24").astype(int)
    x = round(40 + 8 * np.sin(5.0))  # the face is where it was at 5 s of the recording
    assert np.abs(first[75:100, x - 1 : x + 2] - (40, 110, 90)).max(axis=(1, 2)).min() > 60


def test_a_missing_source_is_an_error_and_leaves_nothing(
    analysis: Analysis, tmp_path: Path
) -> None:
    with pytest.raises(InputError):
        write_overlay(analysis, tmp_path / "gone.mp4", tmp_path / "overlay.mp4")
    assert not list(tmp_path.iterdir())
