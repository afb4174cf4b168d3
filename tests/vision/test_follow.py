"""Following persons by what their faces look like: here, by how bright they are."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from emoarc.types import Box, FaceDetection
from emoarc.vision import Follower

Pixels = NDArray[np.uint8]
LEVELS = (40, 120, 220)


class ByBrightness:
    """Embeds a face of one of three grey levels as one of three directions."""

    def __init__(self) -> None:
        self.asked = 0

    def embed(self, image: Pixels, detection: FaceDetection) -> NDArray[np.float32]:
        self.asked += 1
        x, y = map(int, detection.box.center)
        nearest = int(np.argmin([abs(int(image[y, x, 0]) - level) for level in LEVELS]))
        return np.eye(3, dtype=np.float32)[nearest]


def scene(*faces: tuple[int, float]) -> tuple[Pixels, list[FaceDetection]]:
    """Draw faces, each a level and its place, side by side or one before the other."""
    image = np.zeros((200, 600, 3), np.uint8)
    found = []
    for level, x in faces:
        image[60:140, int(x) - 30 : int(x) + 30] = LEVELS[level]
        found.append(FaceDetection(Box(x - 30, 60, 60, 80), 0.9))
    return image, found


def persons(follower: Follower, *frames: tuple[Pixels, list[FaceDetection]]) -> list[list[int]]:
    """Return, at the end, the persons seen in each frame from left to right."""
    tracks = []
    for n, (image, found) in enumerate(frames):
        tracked = follower.update(n / 10, image, found)
        tracked.sort(key=lambda pair: pair[1].box.x)
        tracks.append([track for track, _ in tracked])
    follower.settle()
    return [[follower.person(track) or 0 for track in frame] for frame in tracks]


def test_without_an_embedder_a_track_is_a_person() -> None:
    frames = [scene((0, 100))] * 3 + [scene()] * 12 + [scene((0, 100))] * 3
    assert persons(Follower(), *frames)[::17] == [[1], [2]]


def test_who_returns_elsewhere_is_the_same_person() -> None:
    frames = [scene((0, 100))] * 5 + [scene()] * 12 + [scene((0, 400))] * 5
    assert persons(Follower(ByBrightness()), *frames)[-1] == [1]


def test_who_takes_anothers_place_is_somebody_else_from_the_first_frame() -> None:
    frames = [scene((0, 100))] * 10 + [scene((1, 100))] * 10
    assert persons(Follower(ByBrightness()), *frames) == [[1]] * 10 + [[2]] * 10


def test_people_who_jump_into_each_others_place_are_told_apart_at_once() -> None:
    frames = [scene((0, 100), (1, 160))] * 10 + [scene((1, 100), (0, 160))] * 10
    assert persons(Follower(ByBrightness()), *frames) == [[1, 2]] * 10 + [[2, 1]] * 10


def test_a_face_too_small_is_never_embedded() -> None:
    embedder = ByBrightness()
    small = FaceDetection(Box(100, 100, 12, 12), 0.9)
    follower = Follower(embedder)
    found = persons(follower, *[(np.zeros((200, 600, 3), np.uint8), [small])] * 5)
    assert (found[-1], embedder.asked) == ([1], 0)


def test_a_small_face_is_followed_by_its_place_whatever_it_looks_like() -> None:
    frames = [scene((0, 100))] * 10 + [scene((1, 100))]
    small = [replace(face, box=Box(90, 90, 20, 20)) for _, (face,) in frames]
    shrunken = [(image, [face]) for (image, _), face in zip(frames, small, strict=True)]
    assert persons(Follower(ByBrightness()), *shrunken) == [[1]] * 11


def test_a_face_is_embedded_at_most_once_a_frame() -> None:
    embedder = ByBrightness()
    persons(Follower(embedder), *[scene((0, 100), (1, 150), (2, 200))] * 10)
    assert embedder.asked <= 30


def test_a_track_waits_until_it_is_known_whom_it_shows() -> None:
    follower = Follower(ByBrightness())
    for n in range(5):
        follower.update(n / 10, *scene((0, 100)))
    follower.update(2.0, *scene((0, 400)))
    assert follower.status(1) == "confirmed"
    assert follower.status(2) == "pending"
    follower.update(2.1, *scene((0, 400)))
    follower.update(2.2, *scene((0, 400)))
    assert (follower.status(2), follower.person(2)) == ("confirmed", 1)


def test_who_was_not_to_be_recognised_at_first_stays_who_they_are() -> None:
    """Half hidden faces are not embedded; of their person nothing is known to be unlike."""
    image, (clear,) = scene((0, 100))
    doubtful = (image, [replace(clear, score=0.55)])
    assert (
        persons(Follower(ByBrightness()), *[doubtful] * 15, *[(image, [clear])] * 15) == [[1]] * 30
    )
