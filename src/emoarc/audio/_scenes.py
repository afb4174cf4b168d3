"""How many people are heard: one, several at once, or a crowd that talks or applauds."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from emoarc.audio._buffer import Buffer
from emoarc.audio._input import VoiceInput
from emoarc.audio._vad import FRAME
from emoarc.errors import ModelError
from emoarc.packs import ModelPack

__all__ = ["SCENES", "OverlapDetector", "OverlapStage"]

SCENES: Final = ("none", "speech", "overlap", "crowd")
"""What a stretch of sound is: none of the others, one voice, two or three at once, a crowd."""
_SPEECH, _OVERLAP = SCENES.index("speech"), SCENES.index("overlap")

_STEP: Final = 2 * FRAME
"""Samples that each answer of the network is for: 0.064 s."""
_BEFORE: Final = 20
"""Steps heard before those that are asked for: who spoke then tells who joins in now."""
_CORE: Final = 14
"""Steps asked for at once."""
_AFTER: Final = 9
"""Steps heard after them; with the core they make up the delay."""
_SHORTEST: Final = 4
"""Steps of the shortest overlap: 0.26 s. On the dialogues named below it costs no overlap and keeps
more of the speech; a step or two more cost some."""
_NEIGHBOURS: Final = 0.3
"""How much the steps before and after a step count beside it. Twice as much was no better on
dialogues of the `fitting` speakers (bench/speakers.py), nor were odds against overlap."""


class OverlapDetector:
    """A network that tells the scene of each 0.064 s."""

    def __init__(self, pack: ModelPack, threads: int = 1) -> None:
        """Open the network.

        Raises:
            ModelError: The pack is for another job, or tells other scenes.
        """
        if pack.manifest.task != "overlap-detection" or pack.manifest.labels != SCENES:
            raise ModelError(f"{pack.folder}: no pack that tells {', '.join(SCENES)}")
        self.pack = pack
        """What it was loaded from."""
        self._session = pack.session(threads)
        self._input = VoiceInput.from_manifest(pack.manifest.input)

    def detect(self, samples: NDArray[np.float32]) -> NDArray[np.intp]:
        """Return the number in `SCENES` of each whole 0.064 s of mono sound at `SAMPLING_RATE`."""
        steps = len(samples) // _STEP
        log_mel = self._input(np.pad(samples[: steps * _STEP], (0, FRAME)))
        frames = log_mel[: steps * (_STEP // self._input.features.hop_samples)]
        (logits,) = self._session.run(None, {"input": frames[None]})
        chances = np.exp(np.asarray(logits)[0])
        chances /= chances.sum(axis=1, keepdims=True)
        around = np.pad(chances, ((1, 1), (0, 0)), mode="edge")
        return _lasting((chances + _NEIGHBOURS * (around[:-2] + around[2:])).argmax(axis=1))


def _lasting(scenes: NDArray[np.intp]) -> NDArray[np.intp]:
    """Take overlap that is over at once for one voice: it would cut utterances into pieces."""
    ends = np.flatnonzero(np.diff(scenes == _OVERLAP, prepend=False, append=False))
    lasting = scenes.copy()
    for start, end in ends.reshape(-1, 2):
        if end - start < _SHORTEST:
            lasting[start:end] = _SPEECH
    return lasting


class OverlapStage:
    """A stage from samples to scenes, one per `FRAME`; they come up to 1.5 s later.

    The result does not depend on how the samples are cut into pushes.
    """

    def __init__(self, detector: OverlapDetector) -> None:
        self._detector = detector
        self._samples = Buffer()
        self._samples.append(np.zeros(_BEFORE * _STEP, np.float32))  # there was nothing before
        self._done = 0  # samples from the beginning whose scenes are out

    def push(self, samples: NDArray[np.float32]) -> NDArray[np.intp]:
        """Return the scenes that these samples make certain, shape (frames,)."""
        self._samples.append(samples)
        scenes: list[NDArray[np.intp]] = [np.zeros(0, np.intp)]
        while (end := self._done + (_BEFORE + _CORE + _AFTER) * _STEP) <= self._samples.end:
            heard = self._samples.read(self._done, end)
            core = self._detector.detect(heard)[_BEFORE : _BEFORE + _CORE]
            scenes.append(np.repeat(core, _STEP // FRAME))
            self._done += _CORE * _STEP
            self._samples.forget(self._done)
        return np.concatenate(scenes)

    def flush(self) -> NDArray[np.intp]:
        """Return the scenes of what is left: there is no more sound."""
        left = self._samples.end - self._done - _BEFORE * _STEP
        scenes = [self.push(np.zeros(_CORE * _STEP, np.float32)) for _ in range(3)]
        return np.concatenate(scenes)[: -(-left // FRAME)]
