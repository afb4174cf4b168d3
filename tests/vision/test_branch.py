from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from emoarc.types import FaceObservation, VideoFrame
from emoarc.vision import FaceBranch, FaceBranchOptions, HaarDetector

Pixels = NDArray[np.uint8]


class Brightness:
    """Stands in for the network: a distribution that depends on the crop alone."""

    def __init__(self) -> None:
        self.calls: list[int] = []

    def predict(self, images: Sequence[Pixels], *, framed: bool = False) -> NDArray[np.float32]:
        assert framed
        self.calls.append(len(images))
        share = np.array([image.mean() / 255 for image in images], np.float32)[:, None]
        return np.hstack([share, np.repeat((1 - share) / 6, 6, axis=1)])


@pytest.fixture(scope="module")
def detector() -> HaarDetector:
    return HaarDetector()


@pytest.fixture(scope="module")
def clip(draw_face: Callable[..., Pixels]) -> list[VideoFrame]:
    """A face drifts, leaves, and comes back elsewhere after a cut, with a second one."""
    frames = [draw_face((100 + 4 * n, 120)) for n in range(12)]
    frames += [np.full((240, 320, 3), 120, np.uint8)] * 6
    other = draw_face((90, 90), (220, 120))
    other[200:], other[:, 300:] = (200, 40, 60), (20, 20, 90)
    frames += [other] * 8
    return [VideoFrame(n / 10, frame) for n, frame in enumerate(frames)]


def run(branch: FaceBranch, frames: Sequence[VideoFrame]) -> list[FaceObservation]:
    return [x for frame in frames for x in branch.push(frame)] + branch.flush()


def test_faces_are_observed_while_they_are_there(
    detector: HaarDetector, clip: list[VideoFrame]
) -> None:
    observed = run(FaceBranch(detector, Brightness()), clip)
    per_frame = [sum(x.time == frame.time for x in observed) for frame in clip]
    assert per_frame[:12] == [1] * 12
    assert per_frame[12:18] == [0] * 6
    assert per_frame[18:] == [2] * 8
    assert all(0 <= x.quality <= 1 and x.probabilities.shape == (7,) for x in observed)


def test_observations_come_in_order(detector: HaarDetector, clip: list[VideoFrame]) -> None:
    observed = run(FaceBranch(detector, Brightness()), clip)
    keys = [(x.time, x.track) for x in observed]
    assert keys == sorted(keys)


def test_nothing_comes_before_the_settled_time(
    detector: HaarDetector, clip: list[VideoFrame]
) -> None:
    branch = FaceBranch(detector, Brightness())
    settled = branch.settled
    assert settled == float("-inf")
    for frame in clip:
        given = branch.push(frame)
        assert all(x.time >= settled for x in given)
        assert settled <= branch.settled <= frame.time
        settled = branch.settled
    assert all(x.time >= settled for x in branch.flush())
    assert branch.settled == float("inf")


def test_frames_wait_no_longer_than_the_doubt(
    detector: HaarDetector, clip: list[VideoFrame]
) -> None:
    branch = FaceBranch(detector, Brightness())
    for frame in clip:
        branch.push(frame)
        assert frame.time - branch.settled <= 0.6


def test_without_faces_time_settles_and_the_model_rests(detector: HaarDetector) -> None:
    model = Brightness()
    branch = FaceBranch(detector, model)
    for n in range(30):
        assert branch.push(VideoFrame(n / 10, np.full((90, 160, 3), n, np.uint8))) == []
    assert branch.settled > 2
    assert branch.flush() == []
    assert model.calls == []


def test_only_the_largest_faces_are_read(draw_face: Callable[..., Pixels], detector) -> None:
    picture = draw_face((70, 120), side=50, size=(320, 240))
    picture[:, 130:] = draw_face((90, 120), side=100, size=(190, 240))
    frames = [VideoFrame(n / 10, picture) for n in range(5)]
    observed = run(
        FaceBranch(detector, Brightness(), options=FaceBranchOptions(max_faces=1)), frames
    )
    assert len(observed) == 5
    assert all(x.box.width > 80 for x in observed)


def test_a_cut_starts_new_tracks(detector: HaarDetector, clip: list[VideoFrame]) -> None:
    observed = run(FaceBranch(detector, Brightness()), clip)
    before = {x.track for x in observed if x.time < 1.5}
    after = {x.track for x in observed if x.time > 1.5}
    assert len(before) == 1
    assert len(after) == 2
    assert not before & after


REAL = ["talking_head_1.mp4", "grid_lrwp9a.mpg", "multi_store-aisle-detection.mp4", "no_face.mp4"]


@pytest.mark.parametrize("name", REAL)
def test_real_clips(shared: Path, detector: HaarDetector, name: str) -> None:
    from emoarc.media import MediaReader, ReadOptions

    branch = FaceBranch(detector, Brightness())
    with MediaReader(shared / "media" / name, ReadOptions(audio=False, end=3.0)) as reader:
        frames = [item for item in reader if isinstance(item, VideoFrame)]
    observed = run(branch, frames)
    if name.startswith(("talking", "grid")):
        assert len({x.time for x in observed}) >= 0.95 * len(frames)
        assert len({x.track for x in observed}) == 1
    else:
        assert observed == []
