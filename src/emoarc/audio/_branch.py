"""The voice branch: from audio chunks to what was heard in each window of speech."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from emoarc.audio._buffer import Buffer
from emoarc.audio._denoise import Denoiser, DenoiserMaker, Untouched
from emoarc.audio._expression import VoiceExpressionModel, VoiceReading
from emoarc.audio._quality import levels, voice_quality
from emoarc.audio._scenes import SCENES, OverlapDetector, OverlapStage
from emoarc.audio._speakers import SpeakerEmbedder, SpeakerOptions, Speakers
from emoarc.audio._turns import TurnDetector, TurnOptions
from emoarc.audio._utterances import UtteranceOptions, UtteranceSegmenter, Window
from emoarc.audio._vad import FRAME, VoiceActivity
from emoarc.labels import EMOTIONS
from emoarc.types import SAMPLING_RATE, AudioChunk, Sound, VoiceObservation

__all__ = ["VoiceBranch", "VoiceBranchOptions"]


@dataclass(frozen=True)
class VoiceBranchOptions:
    """How sound becomes utterances, and what happens where chunks do not join."""

    utterances: UtteranceOptions = field(default_factory=UtteranceOptions)
    """What counts as one utterance."""
    turns: TurnOptions = field(default_factory=TurnOptions)
    """When a change of voice is a change of speaker."""
    speakers: SpeakerOptions = field(default_factory=SpeakerOptions)
    """When two utterances are one speaker's."""
    tolerance: float = 0.02
    """Seconds by which a chunk may miss the end of the last one and still count as joined."""
    max_gap: float = 1.0
    """Seconds; a longer gap ends the utterance, a shorter one is filled with silence."""


class VoiceBranch:
    """A stage from `AudioChunk` to `VoiceObservation`.

    Samples that come twice are heard once. The result depends on the samples and their times,
    not on how they are cut into chunks. Memory holds a window and the silence around it, however
    long the recording, and a vector for each utterance.
    """

    def __init__(
        self,
        model: VoiceExpressionModel,
        options: VoiceBranchOptions | None = None,
        embedder: SpeakerEmbedder | None = None,
        detector: OverlapDetector | None = None,
        denoiser: DenoiserMaker = Untouched,
    ) -> None:
        """Prepare a recording.

        Args:
            model: Judges the windows; those shorter than it can judge are left out.
            options: By default, with windows as long as the model has learnt to judge.
            embedder: Tells speakers apart, up to 2.6 s late; without it there is one.
            detector: Finds overlapped speech and crowds, up to 1.5 s late; without it there are
                none.
            denoiser: Takes noise from windows before they are judged; where speech is, where
                speakers change and quality are told from the sound as it came.
        """
        self.options = options or VoiceBranchOptions(_utterances_for(model))
        self.damaged = 0
        """Samples so far that were NaN or infinite, and were taken as silence."""
        self._model = model
        self._denoiser = denoiser
        self._embedder = embedder
        self._detector = detector
        self._speakers = Speakers(self.options.speakers)
        self._speaker = 1
        self._utterances = 0  # of which something was heard, the open one included
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

    def speakers(self) -> dict[int, int]:
        """Return the speaker of each utterance, from 1, by all that was heard so far.

        Empty where speakers are not told apart. What is not the speech of one voice has the
        speaker who was heard before it.
        """
        if self._embedder is None:
            return {}
        speakers = self._speakers.final()
        last, found = 1, dict[int, int]()
        for utterance in range(self._utterances):
            last = found[utterance] = speakers.get(utterance, last)
        return found

    def _begin(self, origin: float, utterances: int = 0) -> "_Run":
        return _Run(
            origin, self.options, utterances, self._embedder, self._detector, self._denoiser()
        )

    def _repaired(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        sound = np.isfinite(samples)
        self.damaged += int(len(samples) - np.count_nonzero(sound))
        return np.clip(np.where(sound, samples, 0), -1, 1).astype(np.float32, copy=False)

    def _judged(self, excerpts: "list[_Excerpt]") -> list[VoiceObservation]:
        shortest = round(self._model.input.min_seconds * SAMPLING_RATE)
        return [
            self._judge(excerpt)
            for excerpt in excerpts
            if excerpt.sound != "speech" or len(excerpt.samples) >= shortest
        ]

    def _judge(self, heard: "_Excerpt") -> VoiceObservation:
        self._utterances = heard.utterance + 1
        alone = heard.sound == "speech"
        vector = np.zeros(0, np.float32)
        if alone and self._embedder:
            vector = self._embedder.embed(heard.samples)
            self._speaker = self._speakers.hear(heard.utterance, vector, heard.end - heard.start)
        probabilities, scores = self._model.read([heard.samples]) if alone else _NOBODY
        return VoiceObservation(
            start=heard.start,
            end=heard.end,
            utterance=heard.utterance,
            probabilities=probabilities[0],
            quality=heard.quality if alone else 0.0,
            speaker=self._speaker,
            scores=scores[0],
            levels=levels(heard.samples),
            embedding=vector,
            sound=heard.sound,
        )


_NOBODY: Final = VoiceReading(
    np.full((1, len(EMOTIONS)), 1 / len(EMOTIONS), np.float32), np.zeros((1, 0), np.float32)
)
"""Where nobody's expression is judged."""


@dataclass(frozen=True, slots=True)
class _Excerpt:
    """The sound of one window."""

    start: float
    end: float
    utterance: int
    sound: Sound
    samples: NDArray[np.float32]
    quality: float


_SPEECH: Final = SCENES.index("speech")


class _Run:
    """Sound without a long gap: finds the utterances in it and keeps what they may still need."""

    def __init__(
        self,
        origin: float,
        options: VoiceBranchOptions,
        utterances: int,
        embedder: SpeakerEmbedder | None,
        detector: OverlapDetector | None,
        denoiser: Denoiser,
    ) -> None:
        self._origin = origin
        self._denoiser = denoiser
        self._activity = VoiceActivity()
        self._scenes = OverlapStage(detector) if detector else None
        self._turns = TurnDetector(self._embedding(embedder), options.turns) if embedder else None
        self._segmenter = UtteranceSegmenter(options.utterances, utterances)
        self._waiting = np.zeros(0, np.float32)  # frames whose scenes are not known yet
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
        scenes = self._scenes.flush() if self._scenes else None
        windows += self._windows(self._activity.flush(), scenes)
        if self._turns:
            frames = self._turns.flush()
            windows += self._segmenter.push(frames.speech, frames.scenes, frames.changes)
        return [self._excerpt(window) for window in windows + self._segmenter.flush()]

    def _hear(self, samples: NDArray[np.float32]) -> list[_Excerpt]:
        self._samples.append(samples)
        windows = self._listen(self._denoiser.push(samples))
        excerpts = [self._excerpt(window) for window in windows]
        needed = self._segmenter.settled
        self._clean.forget(needed)
        self._probabilities.forget(needed // FRAME)
        self._samples.forget(min(needed, self._turns.needed * FRAME) if self._turns else needed)
        return excerpts

    def _listen(self, clean: NDArray[np.float32]) -> list[Window]:
        """Look for speech in the sound as it came, as far as it is there without noise."""
        start = self._clean.end
        self._clean.append(clean)
        heard = self._samples.read(start, self._clean.end)
        scenes = self._scenes.push(heard) if self._scenes else None
        return self._windows(self._activity.push(heard), scenes)

    def _windows(
        self, probabilities: NDArray[np.float32], scenes: NDArray[np.intp] | None
    ) -> list[Window]:
        self._probabilities.append(probabilities)
        if scenes is None:
            scenes = np.full(len(probabilities), _SPEECH)
        waiting = np.concatenate([self._waiting, probabilities])
        ready, self._waiting = waiting[: len(scenes)], waiting[len(scenes) :]
        if self._turns is None:
            return self._segmenter.push(ready, scenes)
        frames = self._turns.push(ready, scenes)
        return self._segmenter.push(frames.speech, frames.scenes, frames.changes)

    def _embedding(self, embedder: SpeakerEmbedder) -> Callable[[int, int], NDArray[np.float32]]:
        return lambda start, end: embedder.embed(self._samples.read(start * FRAME, end * FRAME))

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
            sound=window.sound,
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
