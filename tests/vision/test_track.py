import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoarc.types import Box, FaceDetection
from emoarc.vision import Tracker, TrackerOptions


def face(x: float, y: float = 100, size: float = 50, score: float = 1.0) -> FaceDetection:
    return FaceDetection(Box(x - size / 2, y - size / 2, size, size), score)


def ids(found: list[tuple[int, FaceDetection]]) -> list[int]:
    return [track for track, _ in found]


def id_near(found: list[tuple[int, FaceDetection]], x: float) -> int:
    return min(found, key=lambda pair: abs(pair[1].box.center[0] - x))[0]


@given(
    st.floats(-200, 200),
    st.floats(-200, 200),
    st.sampled_from([5, 10, 25]),
    st.integers(0, 2**32),
)
def test_a_moving_face_keeps_its_id(vx: float, vy: float, fps: int, seed: int) -> None:
    noise = random.Random(seed)
    tracker = Tracker()
    seen: set[int] = set()
    for n in range(3 * fps):
        t = n / fps
        x, y = 300 + vx * t + noise.gauss(0, 1), 300 + vy * t + noise.gauss(0, 1)
        found = tracker.update(t, [face(x, y, 100 + noise.gauss(0, 2))])
        assert len(found) == 1
        seen.update(ids(found))
    assert seen == {1}


@given(st.floats(60, 200), st.integers(0, 2**32))
def test_crossing_faces_are_not_exchanged(speed: float, seed: int) -> None:
    noise = random.Random(seed)
    tracker = Tracker()
    start, duration = 150.0, 300 / speed
    first: dict[str, int] = {}
    for n in range(int(duration * 10) + 1):
        t = n / 10
        left, right = start + speed * t, 450 - speed * t
        # They pass each other a face's height apart, as one walks behind the other.
        pair = [face(left, 100, 60), face(right, 140, 60)]
        noise.shuffle(pair)
        found = {track: seen.box.center for track, seen in tracker.update(t, pair)}
        upper = min(found, key=lambda track: found[track][1])
        lower = max(found, key=lambda track: found[track][1])
        assert first.setdefault("upper", upper) == upper
        assert first.setdefault("lower", lower) == lower


@given(st.floats(0.1, 0.7), st.floats(-100, 100))
def test_a_short_gap_is_bridged(gap: float, speed: float) -> None:
    tracker = Tracker()
    times = [n / 10 for n in range(10)]
    times += [times[-1] + gap + n / 10 for n in range(1, 5)]
    found = [tracker.update(t, [face(300 + speed * t)]) for t in times]
    assert {track for frame in found for track in ids(frame)} == {1}


def test_a_long_absence_ends_a_track() -> None:
    tracker = Tracker(TrackerOptions(max_gap=0.8))
    assert ids(tracker.update(0.0, [face(100)])) == [1]
    for n in range(1, 10):
        assert tracker.update(n / 10, []) == []
    assert ids(tracker.update(1.0, [face(100)])) == [2]


def test_at_one_frame_a_second_a_still_face_is_one_track() -> None:
    tracker = Tracker()
    found = [tracker.update(float(n), [face(100, score=0.6)]) for n in range(10)]
    assert {track for frame in found for track in ids(frame)} == {1}
    assert tracker.status(1) == "confirmed"


@given(st.lists(st.booleans(), min_size=2, max_size=40), st.sampled_from([0.6, 0.9]))
def test_a_cut_never_merges(cuts: list[bool], score: float) -> None:
    tracker = Tracker()
    expected = itertools.accumulate([1, *map(int, cuts[1:])])
    faces = [face(100, score=score)]
    found = [ids(tracker.update(n / 10, faces, cut)) for n, cut in enumerate(cuts)]
    assert found == [[track] for track in expected]


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 600), st.floats(0, 1)), max_size=5),
        min_size=1,
        max_size=30,
    )
)
def test_ids_are_unique_per_frame_and_start_in_order(
    frames: list[list[tuple[int, float]]],
) -> None:
    tracker = Tracker()
    highest = 0
    for n, frame in enumerate(frames):
        found = tracker.update(n / 10, [face(x, score=score) for x, score in frame])
        assert len(set(ids(found))) == len(found) <= len(frame)
        new = sorted(track for track in ids(found) if track > highest)
        assert new == list(range(highest + 1, highest + 1 + len(new)))
        highest = max([highest, *ids(found)])


def test_a_weak_detection_starts_nothing_but_continues() -> None:
    tracker = Tracker()
    assert tracker.update(0.0, [face(100, score=0.4)]) == []
    assert ids(tracker.update(0.1, [face(100, score=0.9)])) == [1]
    assert ids(tracker.update(0.2, [face(100, score=0.4)])) == [1]


def test_a_track_cannot_live_on_weak_detections() -> None:
    tracker = Tracker(TrackerOptions(max_doubt=2.0))
    tracker.update(0.0, [face(100, score=0.9)])
    found = [tracker.update(n / 10, [face(100, score=0.4)]) for n in range(1, 30)]
    assert [bool(frame) for frame in found] == [n <= 20 for n in range(1, 30)]


@pytest.mark.parametrize(
    ("scores", "status"),
    [
        ([0.9], "confirmed"),
        ([0.6], "pending"),
        ([0.6, 0.6, 0.6], "confirmed"),
        ([0.6, 0.4, 0.4, 0.4], "pending"),
        ([0.6, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4], "dropped"),
    ],
)
def test_confirmation(scores: list[float], status: str) -> None:
    tracker = Tracker()
    for n, score in enumerate(scores):
        tracker.update(n / 10, [face(100, score=score)])
    assert tracker.status(1) == status


@pytest.mark.parametrize("step", [0.1, 1.0, 2.5, 10.0])
def test_a_still_face_is_one_track_however_rare_the_frames(step: float) -> None:
    tracker = Tracker()
    assert {i for n in range(8) for i in ids(tracker.update(n * step, [face(100)]))} == {1}


def test_a_doubtful_face_must_last_however_many_frames_that_takes() -> None:
    tracker = Tracker()
    for n in range(5):
        tracker.update(n / 25, [face(100, score=0.6)])
    assert tracker.status(1) == "pending"
    tracker.update(5 / 25, [face(100, score=0.6)])
    assert tracker.status(1) == "confirmed"


def test_the_filter_steadies_a_trembling_box() -> None:
    noise = random.Random(1)
    tracker = Tracker()
    found, raw = [], []
    for n in range(100):
        raw.append(noise.gauss(300, 3))
        found.append(tracker.update(n / 10, [face(raw[-1])])[0][1].box.center[0])
    wobble = [sum((b - a) ** 2 for a, b in itertools.pairwise(x[10:])) for x in (found, raw)]
    assert wobble[0] < 0.7 * wobble[1]


def test_prediction_follows_the_motion() -> None:
    tracker = Tracker()
    for n in range(10):
        tracker.update(n / 10, [face(100 + 10 * n)])
    (box,) = tracker.predict(1.2)
    assert box.center[0] == pytest.approx(220, abs=5)
