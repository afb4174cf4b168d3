"""Where one speaker follows another without a silence."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from emoarc.audio._scenes import SCENES
from emoarc.errors import OptionError

__all__ = ["Frames", "TurnDetector", "TurnOptions"]

_OVERLAP: Final = SCENES.index("overlap")

Embed = Callable[[int, int], NDArray[np.float32]]

_VOICED: Final = 0.35
"""Probability from which a frame is speech here."""


@dataclass(frozen=True)
class TurnOptions:
    """When a change of voice is a change of speaker. Counts are of frames of 32 ms."""

    unlike: float = 0.7
    """Distance (1 - cosine) between the speech before and after from which speakers change."""
    unlike_at_pause: float = 0.5
    """The same where there is a short pause between the two."""
    hop: int = 16
    """From one place that is asked about to the next."""
    window: int = 48
    """Compared before and after a place: 1.5 s."""
    shortest: int = 20
    """Speech that there must be on both sides."""
    silence: int = 16
    """A silence that ends an utterance in any case; what lies beyond it is not compared."""
    pause: int = 3
    """The shortest pause that counts as one."""

    def __post_init__(self) -> None:
        if not 0 < self.shortest <= self.window or self.hop < 1 or self.window % self.hop:
            raise OptionError("turns: window must be a multiple of hop and no less than shortest")


@dataclass(frozen=True)
class Frames:
    """Frames of 32 ms that nothing to come will change."""

    speech: NDArray[np.float32]
    """Probability of speech, shape (frames,)."""
    scenes: NDArray[np.intp]
    """Which of `SCENES` is heard."""
    changes: NDArray[np.bool_]
    """Where another speaker begins."""


class TurnDetector:
    """A stage from speech probabilities and scenes to `Frames`, up to 2.6 s later.

    Every half second the speech before is compared with the speech after; where they are most
    unlike and unlike enough, the speaker changes, in the middle of the longest pause near by.
    """

    def __init__(self, embed: Embed, options: TurnOptions | None = None) -> None:
        """Prepare a recording.

        Args:
            embed: Returns the embedding, of length 1, of the sound from a frame to before another.
            options: When a change of voice is a change of speaker.
        """
        self._embed = embed
        self._options = options or TurnOptions()
        self._speech = np.zeros(0, np.float32)
        self._scenes = np.zeros(0, np.intp)
        self._changes = np.zeros(0, np.bool_)
        self._first = 0  # the frame that these arrays begin with
        self._out = 0  # frames that are out
        self._place = 0  # the next one that is asked about
        self._before = 0.0  # distance at the place before
        self._vectors: dict[tuple[int, int], NDArray[np.float32]] = {}

    @property
    def needed(self) -> int:
        """The frame before which no sound will be embedded."""
        return max(0, self._place - self._options.window)

    def push(self, speech: NDArray[np.float32], scenes: NDArray[np.intp]) -> Frames:
        """Return the frames that these make certain."""
        self._speech = np.concatenate([self._speech, speech])
        self._scenes = np.concatenate([self._scenes, scenes])
        self._changes = np.concatenate([self._changes, np.zeros(len(speech), np.bool_)])
        o = self._options
        while self._place + o.hop + o.window <= self._end:
            self._decide()
        return self._emit(self._place - o.hop)

    def flush(self) -> Frames:
        """Return the frames that are left: there are no more."""
        while self._place < self._end:
            self._decide()
        return self._emit(self._end)

    @property
    def _end(self) -> int:
        return self._first + len(self._speech)

    def _decide(self) -> None:
        """Tell whether the speaker changes at the place, and go to the next one."""
        place, o = self._place, self._options
        here, after = self._distance(place), self._distance(place + o.hop)
        self._place += o.hop
        pause = self._pause(place)
        unlike = o.unlike if pause is None else o.unlike_at_pause
        if here >= max(unlike, after) and here > self._before:
            self._changes[(place if pause is None else pause) - self._first] = True
        self._before = here
        self._vectors = {k: v for k, v in self._vectors.items() if k[1] >= place}

    def _distance(self, place: int) -> float:
        """How unlike the speech before and after a place is; 0 where there is not enough."""
        o, first = self._options, max(self._first, place - self._options.window)
        last = min(place + o.window, self._end)
        if not first < place < last:
            return 0.0
        seen = slice(first - self._first, last - self._first)
        voiced = self._speech[seen] >= _VOICED
        middle = place - first
        start, end = _unbroken(self._ends(seen, voiced), middle)
        changed = np.flatnonzero(self._changes[seen])
        start = max(start, int(changed[-1])) if len(changed) else start
        if min(voiced[start:middle].sum(), voiced[middle:end].sum()) < o.shortest:
            return 0.0
        before, after = self._vector(first + start, place), self._vector(place, first + end)
        return 1 - float(before @ after)

    def _ends(self, seen: slice, voiced: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Tell which frames end an utterance: several are heard, or a long silence."""
        ends = self._scenes[seen] >= _OVERLAP
        silent = np.convolve(~voiced, np.ones(self._options.silence), "valid")
        for start in np.flatnonzero(silent == self._options.silence):
            ends[start : start + self._options.silence] = True
        return ends

    def _vector(self, start: int, end: int) -> NDArray[np.float32]:
        if (start, end) not in self._vectors:
            self._vectors[start, end] = self._embed(start, end)
        return self._vectors[start, end]

    def _pause(self, place: int) -> int | None:
        """Return the middle of the longest pause that lies near a place, if there is one."""
        start = max(place - self._options.hop, self._out, self._first)
        near = self._speech[start - self._first : place + self._options.hop - self._first]
        quiet = np.flatnonzero(np.diff(np.pad(near < _VOICED, 1).astype(np.int8))).reshape(-1, 2)
        lengths = quiet[:, 1] - quiet[:, 0]
        if not len(lengths) or lengths.max() < self._options.pause:
            return None
        return start + int(quiet[lengths.argmax()].mean())

    def _emit(self, end: int) -> Frames:
        part = slice(self._out - self._first, max(end, self._out) - self._first)
        frames = Frames(self._speech[part], self._scenes[part], self._changes[part])
        self._out = max(end, self._out)
        drop = max(min(self.needed, self._out) - self._first, 0)
        self._speech, self._scenes = self._speech[drop:], self._scenes[drop:]
        self._changes = self._changes[drop:]
        self._first += drop
        return frames


def _unbroken(ends: NDArray[np.bool_], middle: int) -> tuple[int, int]:
    """Return the stretch around `middle` without an end in it."""
    before, after = np.flatnonzero(ends[:middle]), np.flatnonzero(ends[middle:])
    start = int(before[-1]) + 1 if len(before) else 0
    return start, middle + int(after[0]) if len(after) else len(ends)
