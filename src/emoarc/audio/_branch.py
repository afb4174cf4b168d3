"""The voice branch: from audio chunks to what was heard in each window of speech."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf

import numpy as np
from numpy.typing import NDArray

from emoarc.audio._buffer import Buffer
from emoarc.audio._denoise import Denoiser, DenoiserMaker, Untouched
from emoarc.audio._expression import VoiceExpressionModel
from emoarc.audio._quality import levels, voice_quality
from emoarc.audio._utterances import UtteranceOptions, UtteranceSegmenter, Window
from emoarc.audio._vad import FRAME, VoiceActivity
from emoarc.types import SAMPLING_RATE, AudioChunk, VoiceObservation

__all__ = ["VoiceBranch", "VoiceBranchOptions"]


@dataclass(frozen=True)
class VoiceBranchOptions:
    """How sound becomes utterances, and what happens where chunks do not join."""

    utterances: UtteranceOptions = field(default_factory=UtteranceOptions)
    """What counts as one utterance."""
    tolerance: float = 0.02
    """Seconds by which a chunk may miss the end of the last one and still count as joined."""
    max_gap: float = 1.0
    """Seconds; a longer gap ends the utterance, a shorter one is filled with silence."""


class VoiceBranch:
    """A stage from `AudioChunk` to `VoiceObservation`.

    Samples that come twice are heard once. The result depends on the samples and their times,
    not on how they are cut into chunks. Memory holds a window and the silence around it, however
    long the recording.
    """

    def __init__(
        self,
        model: VoiceExpressionModel,
        options: VoiceBranchOptions | None = None,
        denoiser: DenoiserMaker = Untouched,
    ) -> None:
        """Prepare a recording.

        Args:
            model: Judges the windows; those shorter than it can judge are left out.
            options: By default, with windows as long as the model has learnt to judge.
            denoiser: Takes noise from what the model hears; voice activity and quality are told
                from the sound as it came.
        """
        self.options = options or VoiceBranchOptions(_utterances_for(model))
        self.damaged = 0
        """Samples so far that were NaN or infinite, and were taken as silence."""
        self._model = model
        self._denoiser = denoiser
        self._run: _Run | None = None
        self._ended = False

    @property
    def settled(self) -> float:
        """Seconds; no observation to come will start before this time."""
        if self._ended:
            return inf
        return self._run.settled if self._run else 0.0

    def push(self, chunk: AudioChunk) -> list[VoiceObservation]:
        """Return the observations that this chunk makes certain."""
        run = self._run or self._begin(chunk.time)
        samples = self._repaired(chunk.samples)
        gap = chunk.time - run.end
        heard: list[_Excerpt] = []
        if gap > self.options.max_gap:
            heard = run.flush()
            run = self._begin(chunk.time, run.utterances)
        elif abs(gap) > self.options.tolerance:
            samples = _joined(samples, round(gap * SAMPLING_RATE))
        self._run = run
        return self._judged(heard + run.push(samples))

    def flush(self) -> list[VoiceObservation]:
        """Return the observations of the last utterance: there is no more sound."""
        self._ended = True
        return self._judged(self._run.flush()) if self._run else []

    def _begin(self, origin: float, utterances: int = 0) -> "_Run":
        return _Run(origin, self.options.utterances, self._denoiser(), utterances)

    def _repaired(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        sound = np.isfinite(samples)
        self.damaged += int(len(samples) - np.count_nonzero(sound))
        return np.clip(np.where(sound, samples, 0), -1, 1).astype(np.float32, copy=False)

    def _judged(self, excerpts: "list[_Excerpt]") -> list[VoiceObservation]:
        shortest = self._model.input.min_seconds
        kept = [e for e in excerpts if len(e.samples) >= round(shortest * SAMPLING_RATE)]
        read = self._model.read([e.samples for e in kept])
        return [
            VoiceObservation(
                e.start, e.end, e.utterance, p, e.quality, scores=s, levels=levels(e.samples)
            )
            for e, p, s in zip(kept, *read, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class _Excerpt:
    """The sound of one window."""

    start: float
    end: float
    utterance: int
    samples: NDArray[np.float32]
    quality: float


class _Run:
    """Sound without a long gap: finds the utterances in it and keeps what they may still need."""

    def __init__(
        self, origin: float, options: UtteranceOptions, denoiser: Denoiser, utterances: int
    ) -> None:
        self._origin = origin
        self._denoiser = denoiser
        self._activity = VoiceActivity()
        self._segmenter = UtteranceSegmenter(options, utterances)
        self._samples = Buffer()
        self._clean = Buffer()  # the same without noise, as far as it is out
        self._probabilities = Buffer()

    @property
    def end(self) -> float:
        """The time after the last sample."""
        return self._origin + self._samples.end / SAMPLING_RATE

    @property
    def settled(self) -> float:
        """The time before which no window to come will start."""
        return self._origin + self._segmenter.settled / SAMPLING_RATE

    @property
    def utterances(self) -> int:
        """How many there were."""
        return self._segmenter.utterances

    def push(self, samples: NDArray[np.float32]) -> list[_Excerpt]:
        return [excerpt for second in _seconds(samples) for excerpt in self._hear(second)]

    def flush(self) -> list[_Excerpt]:
        windows = self._listen(self._denoiser.flush())
        windows += self._windows(self._activity.flush()) + self._segmenter.flush()
        return [self._excerpt(window) for window in windows]

    def _hear(self, samples: NDArray[np.float32]) -> list[_Excerpt]:
        self._samples.append(samples)
        windows = self._listen(self._denoiser.push(samples))
        excerpts = [self._excerpt(window) for window in windows]
        for sound in (self._samples, self._clean):
            sound.forget(self._segmenter.settled)
        self._probabilities.forget(self._segmenter.settled // FRAME)
        return excerpts

    def _listen(self, clean: NDArray[np.float32]) -> list[Window]:
        """Look for speech in the sound as it came, as far as it is there without noise."""
        start = self._clean.end
        self._clean.append(clean)
        return self._windows(self._activity.push(self._samples.read(start, self._clean.end)))

    def _windows(self, probabilities: NDArray[np.float32]) -> list[Window]:
        self._probabilities.append(probabilities)
        return self._segmenter.push(probabilities)

    def _excerpt(self, window: Window) -> _Excerpt:
        end = min(window.end, self._samples.end)
        first, last = -(-window.start // FRAME), end // FRAME  # whole frames within
        quality = voice_quality(
            self._samples.read(first * FRAME, last * FRAME), self._probabilities.read(first, last)
        )
        return _Excerpt(
            start=self._origin + window.start / SAMPLING_RATE,
            end=self._origin + end / SAMPLING_RATE,
            utterance=window.utterance,
            samples=self._clean.read(window.start, end),
            quality=quality,
        )


def _utterances_for(model: VoiceExpressionModel) -> UtteranceOptions:
    return UtteranceOptions(window=model.input.max_seconds, hop=model.input.hop_seconds)


def _joined(samples: NDArray[np.float32], gap: int) -> NDArray[np.float32]:
    """Fill a gap before the samples with silence, or drop the samples that came before."""
    return np.pad(samples, (gap, 0)) if gap > 0 else samples[-gap:]


def _seconds(samples: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    """Cut a long chunk, so that the buffers stay small."""
    for start in range(0, len(samples), SAMPLING_RATE):
        yield samples[start : start + SAMPLING_RATE]
