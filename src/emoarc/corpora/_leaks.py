"""What training and test must not share, and finding where they do."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from emoarc.corpora._clip import Clip, Manifest

__all__ = ["STRICT", "Fold", "Leak", "LeakKind", "drop_shared", "find_leaks"]

LeakKind = Literal["speaker", "take", "content", "sentence"]

STRICT: Final[tuple[LeakKind, ...]] = ("speaker", "take", "content")
"""What no honest fold shares. Sentences count only where a protocol says so: acted corpora have few
of them."""

_EXAMPLES = 3


@dataclass(frozen=True)
class Fold:
    """What is trained on and what is tested, as row numbers of `Manifest.clips`."""

    name: str
    train: tuple[int, ...]
    test: tuple[int, ...]
    dropped: int = 0
    """How many clips were left out of training because they share something with a test clip."""


@dataclass(frozen=True)
class Leak:
    """Something of the test that training has seen."""

    kind: LeakKind
    names: tuple[str, ...]
    """The speakers, takes or sentences on both sides; for content the training files."""
    clips: int
    """How many training clips share them."""

    def __str__(self) -> str:
        shown = ", ".join(self.names[:_EXAMPLES])
        more = ", ..." if len(self.names) > _EXAMPLES else ""
        clips = "1 training clip" if self.clips == 1 else f"{self.clips} training clips"
        return f"{self.kind} in training and test: {shown}{more} ({clips})"


def find_leaks(manifest: Manifest, fold: Fold, kinds: Iterable[LeakKind] = STRICT) -> list[Leak]:
    """List what a fold's training shares with its test, one leak per kind.

    Speakers and takes that are not known count as different. Content is the same where files or
    digests are; digests are known after `scan`.
    """
    leaks: list[Leak] = []
    for kind in kinds:
        rows = _sharing(manifest, fold.train, fold.test, kind)
        if rows:
            clips = [manifest.clips[row] for row in rows]
            names = sorted({_name(clip, kind) for clip in clips})
            leaks.append(Leak(kind, tuple(names), len(rows)))
    return leaks


def drop_shared(
    manifest: Manifest,
    train: Iterable[int],
    test: Iterable[int],
    kinds: Iterable[LeakKind] = STRICT,
) -> tuple[int, ...]:
    """Return the training rows without those that share something with a test row, in order."""
    rows, tested = tuple(train), tuple(test)
    leaking = {row for kind in kinds for row in _sharing(manifest, rows, tested, kind)}
    return tuple(row for row in rows if row not in leaking)


def _sharing(
    manifest: Manifest, train: Iterable[int], test: Iterable[int], kind: LeakKind
) -> list[int]:
    tested = {key for row in test for key in _keys(manifest.clips[row], kind)} - {""}
    return [row for row in train if not tested.isdisjoint(_keys(manifest.clips[row], kind))]


def _keys(clip: Clip, kind: LeakKind) -> tuple[str, ...]:
    # A file is the same as itself, read or not; stretches of one recording count as its content.
    return (clip.digest, str(clip.file)) if kind == "content" else (getattr(clip, kind),)


def _name(clip: Clip, kind: LeakKind) -> str:
    return str(clip.file) if kind == "content" else getattr(clip, kind)
