"""From speech probabilities to utterances, and from utterances to the windows that are judged."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from emoarc.audio._vad import FRAME, FRAME_SECONDS
from emoarc.errors import OptionError
from emoarc.types import SAMPLING_RATE, Sound

__all__ = ["UtteranceOptions", "UtteranceSegmenter", "Window", "cut_windows"]


@dataclass(frozen=True)
class UtteranceOptions:
    """What counts as one utterance, and how a long one is cut."""

    threshold: float = 0.5
    """Speech begins where its probability reaches this."""
    release: float = 0.35
    """Speech goes on while its probability stays above this."""
    min_speech: float = 0.25
    """Seconds; what is shorter from its first to its last speech is no utterance."""
    min_silence: float = 0.5
    """Seconds without speech that end an utterance."""
    padding: float = 0.1
    """Seconds kept before and after an utterance."""
    window: float = 4.0
    """Seconds; a longer utterance is cut into overlapping windows of this length."""
    hop: float = 2.0
    """Seconds from one such window's start to the next; the last one ends with the utterance."""

    def __post_init__(self) -> None:
        if not 0 < self.release <= self.threshold <= 1:
            raise OptionError("utterances: 0 < release <= threshold <= 1 must hold")
        if not 0 <= 2 * self.padding <= self.min_silence or self.min_silence < FRAME_SECONDS:
            raise OptionError("utterances: min_silence must be at least twice the padding")
        if not 0 <= self.min_speech <= self.window or not 0 < self.hop <= self.window:
            raise OptionError("utterances: min_speech and hop cannot be longer than the window")


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of an utterance to be judged, in samples from the beginning."""

    start: int
    end: int
    utterance: int
    """Counted from 0; windows of one utterance share it."""
    sound: Sound = "speech"
    """What is heard in it."""


def cut_windows(length: int, window: int, hop: int) -> Iterator[tuple[int, int]]:
    """Cut `length` into overlapping windows and yield their starts and ends.

    What fits one window is not cut. Else every window is full: they start every `hop`, and the
    last one is moved back so as to end at `length`.
    """
    start = 0
    while start + window < length:
        yield start, start + window
        start += hop
    yield max(0, min(start, length - window)), length


_SOUNDS: Final[tuple[Sound, ...]] = ("speech", "speech", "overlap", "crowd")
"""What each of `SCENES` is taken for while somebody is heard."""


class UtteranceSegmenter:
    """A stage from speech probabilities, one per `FRAME`, to the windows of utterances.

    An utterance is of one sound and one speaker. A window comes out as soon as nothing later can
    change it: in the middle of a long utterance, or when the silence after one has lasted.
    """

    def __init__(self, options: UtteranceOptions | None = None, utterances: int = 0) -> None:
        self.options = options or UtteranceOptions()
        self.utterances = utterances
        """How many utterances were closed so far; the number of the next one."""
        self._frames = 0
        self._speech: tuple[int, int] | None = None  # first frame, frame after the last
        self._sound: Sound = "speech"  # of the open utterance
        self._cut = 0  # windows of the open utterance that are out
        self._closed = 0  # end of the last utterance, in samples

    @property
    def settled(self) -> int:
        """The sample before which no window to come will start."""
        if self._speech is None:
            return max(self._closed, self._frames * FRAME - self._padding)
        return max(self._start, self._speech[1] * FRAME - self._window)

    def push(
        self,
        probabilities: NDArray[np.float32],
        scenes: NDArray[np.intp] | None = None,
        changes: NDArray[np.bool_] | None = None,
    ) -> list[Window]:
        """Return the windows that these frames make certain.

        Args:
            probabilities: Of speech, shape (frames,).
            scenes: Which of `SCENES` each frame is; None for one voice all the time.
            changes: Where another speaker begins; None for nowhere.
        """
        windows: list[Window] = []
        for frame, probability in enumerate(probabilities.tolist()):
            sound = "speech" if scenes is None else _SOUNDS[int(scenes[frame])]
            change = changes is not None and bool(changes[frame])
            windows += self._advance(probability, sound, change)
        return windows

    def flush(self) -> list[Window]:
        """Close the open utterance: there is no more sound."""
        return self._close()

    def _advance(self, probability: float, sound: Sound, change: bool) -> list[Window]:
        least = self.options.threshold if self._speech is None else self.options.release
        speaking = probability >= least or sound == "crowd"
        windows: list[Window] = []
        if change or (speaking and sound != self._sound):
            windows = self._close()
        if speaking:
            first = self._speech[0] if self._speech else self._frames
            self._speech, self._sound = (first, self._frames + 1), sound
        self._frames += 1
        if self._speech is None:
            return windows
        silence = (self._frames - self._speech[1]) * FRAME_SECONDS
        return windows + (self._close() if silence >= self.options.min_silence else self._grow())

    def _grow(self) -> list[Window]:
        """The full windows that end before the open utterance's last speech."""
        assert self._speech is not None
        windows: list[Window] = []
        start = self._start + self._cut * self._hop
        while start + self._window < self._speech[1] * FRAME:
            windows.append(Window(start, start + self._window, self.utterances, self._sound))
            self._cut += 1
            start += self._hop
        return windows

    def _close(self) -> list[Window]:
        if self._speech is None:
            return []
        first, last = self._speech
        start, end = self._start, min(last * FRAME + self._padding, self._frames * FRAME)
        spans = list(cut_windows(end - start, self._window, self._hop))[self._cut :]
        windows = [Window(start + a, start + b, self.utterances, self._sound) for a, b in spans]
        self._speech, self._cut = None, 0
        if (last - first) * FRAME_SECONDS < self.options.min_speech:
            return []
        self.utterances += 1
        self._closed = end
        return windows

    @property
    def _start(self) -> int:
        """Where the open utterance starts, in samples."""
        assert self._speech is not None
        return max(self._speech[0] * FRAME - self._padding, self._closed)

    @property
    def _padding(self) -> int:
        return round(self.options.padding * SAMPLING_RATE)

    @property
    def _window(self) -> int:
        return round(self.options.window * SAMPLING_RATE)

    @property
    def _hop(self) -> int:
        return round(self.options.hop * SAMPLING_RATE)
