import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from emoarc.vision import Identities, IdentityOptions

SIZE = 128
Vector = NDArray[np.float32]


class Face:
    """A person whose faces vary: their cosines to each other are about `alike`."""

    def __init__(self, seed: int, alike: float = 0.7) -> None:
        self._random = np.random.default_rng(seed)
        self._center = self._direction()
        self._share = np.sqrt(alike)

    def look(self) -> Vector:
        vector = self._share * self._center + np.sqrt(1 - self._share**2) * self._direction()
        return (vector / np.linalg.norm(vector)).astype(np.float32)

    def _direction(self) -> NDArray[np.float64]:
        vector = self._random.normal(size=SIZE)
        return vector / np.linalg.norm(vector)


class Clock:
    """Shows tracks to `Identities` at ten frames a second, `None` for a face not embedded."""

    def __init__(self, identities: Identities) -> None:
        self.identities = identities
        self.time = 0.0

    def show(self, frames: int, **faces: Face | None) -> list[int | None]:
        tracks = {int(name[1:]): face for name, face in faces.items()}
        for _ in range(frames):
            looks = {track: face.look() if face else None for track, face in tracks.items()}
            self.identities.update(self.time, looks)
            self.time += 0.1
        return [self.identities.person(track) for track in tracks]


@pytest.fixture
def clock() -> Clock:
    return Clock(Identities())


def test_the_first_person_is_known_at_once(clock: Clock) -> None:
    assert clock.show(1, t1=Face(1)) == [1]


def test_people_seen_together_are_different_at_once_however_alike(clock: Clock) -> None:
    twin = Face(1)
    assert clock.show(1, t1=twin, t2=twin, t3=twin) == [1, 2, 3]


@given(st.integers(0, 2**32), st.integers(1, 6))
def test_who_returns_is_known_again(seed: int, count: int) -> None:
    clock = Clock(Identities())
    people = [Face(seed + n) for n in range(count)]
    for n, face in enumerate(people):
        assert clock.show(12, **{f"t{n + 1}": face}) == [n + 1]
    for n, face in reversed(list(enumerate(people))):
        assert clock.show(12, **{f"t{n + 10}": face}) == [n + 1]


def test_a_returning_track_waits_for_a_few_faces(clock: Clock) -> None:
    face = Face(1)
    clock.show(10, t1=face)
    states = []
    for _ in range(3):
        clock.show(1, t2=face)
        states.append(clock.identities.person(2))
    assert states == [None, None, 1]


def test_a_stranger_is_a_new_person(clock: Clock) -> None:
    clock.show(10, t1=Face(1))
    assert clock.show(9, t2=Face(2)) == [None]
    assert clock.show(3, t2=Face(2)) == [2]


def test_a_track_without_a_usable_face_is_decided_in_time(clock: Clock) -> None:
    clock.show(10, t1=Face(1))
    assert clock.show(9, t2=None) == [None]
    assert clock.show(3, t2=None) == [2]


def test_the_end_decides(clock: Clock) -> None:
    face = Face(1)
    clock.show(10, t1=face)
    assert clock.show(1, t2=face) == [None]
    clock.identities.settle()
    assert clock.identities.person(2) == 1


def test_a_person_in_view_is_nobody_else(clock: Clock) -> None:
    face = Face(1)
    clock.show(10, t1=face)
    assert clock.show(10, t1=face, t2=face) == [1, 2]


def test_a_track_that_comes_back_beside_its_person_is_someone_else(clock: Clock) -> None:
    face = Face(1)
    clock.show(10, t1=face)
    assert clock.show(10, t2=face) == [1]
    # The first track wakes up again on something that is no face to tell.
    assert clock.show(2, t1=None, t2=face) == [2, 1]


def test_two_who_return_together_get_their_own_names(clock: Clock) -> None:
    # Half alike, so that each is like both.
    one, two = Face(1, 0.8), Face(2, 0.8)
    clock.show(10, t1=one, t2=two)
    assert clock.show(10, t3=two, t4=one) == [2, 1]


def test_exchanged_tracks_are_set_right(clock: Clock) -> None:
    one, two = Face(1), Face(2)
    clock.show(20, t1=one, t2=two)
    assert clock.show(20, t1=two, t2=one) == [2, 1]


def test_a_track_that_goes_over_to_a_stranger_is_a_new_person(clock: Clock) -> None:
    clock.show(20, t1=Face(1))
    assert clock.show(20, t1=Face(2)) == [2]


def test_a_bad_look_changes_nothing(clock: Clock) -> None:
    one, two = Face(1), Face(2)
    clock.show(20, t1=one, t2=two)
    clock.show(1, t1=Face(3), t2=Face(4))
    assert clock.show(20, t1=one, t2=two) == [1, 2]


def test_another_light_is_learnt_gradually() -> None:
    random = np.random.default_rng(1)
    ends = random.normal(size=(2, SIZE))
    clock = Clock(Identities())

    class Turning(Face):
        def look(self) -> Vector:
            share = min(clock.time / 20, 1)
            vector = (1 - share) * ends[0] + share * ends[1]
            return (vector / np.linalg.norm(vector)).astype(np.float32)

    assert clock.show(220, t1=Turning(0)) == [1]
    # The first look is remembered, and the last.
    assert clock.show(5, t2=Turning(0)) == [1]
    clock.time = 0.0
    assert clock.show(5, t3=Turning(0)) == [1]


def test_options_make_it_stricter() -> None:
    clock = Clock(Identities(IdentityOptions(alike=0.95)))
    face = Face(1)
    clock.show(10, t1=face)
    assert clock.show(12, t2=face) == [2]
