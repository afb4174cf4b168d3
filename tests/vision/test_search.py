import numpy as np
from numpy.typing import NDArray

from emoarc.types import Box, FaceDetection
from emoarc.vision import FaceSearch, HaarDetector, SearchOptions
from emoarc.vision._geometry import iou


class Recorder:
    """A real detector that keeps the sizes of the pictures it was asked about."""

    def __init__(self, quick: bool = False) -> None:
        self.quick = quick
        self.widths: list[int] = []
        self._detector = HaarDetector()

    def detect(self, image: NDArray[np.uint8], smallest: float = 0.0) -> list[FaceDetection]:
        self.widths.append(image.shape[1])
        return self._detector.detect(image, smallest)


def near(x: float, y: float, side: float = 66) -> Box:
    return Box(x - side / 2, y - side / 2, side, side)


def test_between_full_searches_only_regions_are_looked_at(draw_face) -> None:
    detector = Recorder()
    search = FaceSearch(detector, SearchOptions(full_every=0.5))
    picture = draw_face((150, 120))
    for n in range(10):
        (face,) = search.find(n / 10, picture, [near(150, 120)])
        assert iou(face.box, near(150, 120)) > 0.7
    assert [n for n, width in enumerate(detector.widths) if width == 320] == [1, 7]
    assert len(detector.widths) == 12


def test_idle_frames_are_searched_now_and_then(draw_face) -> None:
    detector = Recorder()
    search = FaceSearch(detector, SearchOptions(idle_every=0.3))
    blank = np.full((240, 320, 3), 90, np.uint8)
    for n in range(9):
        assert search.find(n / 10, blank, []) == []
    assert detector.widths == [320] * 3


def test_a_fresh_picture_is_always_searched(draw_face) -> None:
    search = FaceSearch(HaarDetector())
    search.find(0.0, draw_face((80, 80)), [])
    (face,) = search.find(0.1, draw_face((200, 120)), [], fresh=True)
    assert iou(face.box, near(200, 120)) > 0.7


def test_a_full_search_finds_newcomers_and_names_known_faces_once(draw_face) -> None:
    search = FaceSearch(HaarDetector())
    faces = search.find(0.0, draw_face((80, 80), (240, 150)), [near(82, 79)])
    assert len(faces) == 2


def test_a_known_face_is_found_beyond_the_edge(draw_face) -> None:
    search = FaceSearch(HaarDetector())
    picture = draw_face((40, 120), side=80)
    search.find(0.0, picture, [near(40, 120, 88)])
    (face,) = search.find(0.1, picture, [near(40, 120, 88)])
    assert iou(face.box, near(40, 120, 88)) > 0.6


def test_two_regions_that_overlap_give_each_face_once(draw_face) -> None:
    search = FaceSearch(HaarDetector())
    picture = draw_face((100, 120), (190, 120))
    expected = [near(102, 120), near(188, 120)]
    search.find(0.0, picture, expected)
    faces = search.find(0.1, picture, expected)
    assert sorted(round(face.box.center[0] / 10) for face in faces) == [10, 19]


def test_a_quick_detector_searches_every_picture_whole(draw_face) -> None:
    detector = Recorder(quick=True)
    search = FaceSearch(detector)
    picture = draw_face((150, 120))
    for n in range(3):
        assert len(search.find(n / 10, picture, [near(150, 120)])) == 1
    assert detector.widths == [320] * 3


def test_a_quick_detector_looks_closer_where_a_face_is_missing(draw_face) -> None:
    detector = Recorder(quick=True)
    faces = FaceSearch(detector).find(0.0, draw_face((80, 80)), [near(80, 80), near(240, 150)])
    assert len(faces) == 1
    assert detector.widths == [320, 96]
