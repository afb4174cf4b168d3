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

_STEP: Final = 5 * FRAME
"""Samples that each answer of the network is for: 0.16 s."""
_CORE: Final = 6
"""Steps asked for at once."""
_CONTEXT: Final = 3
"""Steps heard before and after them, without which the first and the last are told badly."""
_ODDS: Final = np.array([0, 0, -1, 0], np.float32)
"""Added to the logits: overlap is rarer in talk than in the scenes that were learnt from. This and
the next number gave the best F1 on dialogues of the `fitting` speakers (bench/speakers.py)."""
_NEIGHBOURS: Final = 0.3
"""How much the steps before and after a step count beside it."""


class OverlapDetector:
    """A network that tells the scene of each 0.16 s."""

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
        """Return the number in `SCENES` of each whole 0.16 s of mono sound at `SAMPLING_RATE`."""
        steps = len(samples) // _STEP
        log_mel = self._input(np.pad(samples[: steps * _STEP], (0, FRAME)))
        frames = log_mel[: steps * (_STEP // self._input.features.hop_samples)]
        (logits,) = self._session.run(None, {"input": frames[None]})
        chances = np.exp(np.asarray(logits)[0] + _ODDS)
        chances /= chances.sum(axis=1, keepdims=True)
        around = np.pad(chances, ((1, 1), (0, 0)), mode="edge")
        return (chances + _NEIGHBOURS * (around[:-2] + around[2:])).argmax(axis=1)


class OverlapStage:
    """A stage from samples to scenes, one per `FRAME`; they come up to 1.5 s later.

    The result does not depend on how the samples are cut into pushes.
    """

    def __init__(self, detector: OverlapDetector) -> None:
        self._detector = detector
        self._samples = Buffer()
        self._samples.append(np.zeros(_CONTEXT * _STEP, np.float32))  # there was nothing before
        self._done = 0  # samples from the beginning whose scenes are out

    def push(self, samples: NDArray[np.float32]) -> NDArray[np.intp]:
        """Return the scenes that these samples make certain, shape (frames,)."""
        self._samples.append(samples)
        scenes: list[NDArray[np.intp]] = [np.zeros(0, np.intp)]
        while self._done + (_CORE + 2 * _CONTEXT) * _STEP <= self._samples.end:
            heard = self._samples.read(self._done, self._done + (_CORE + 2 * _CONTEXT) * _STEP)
            core = self._detector.detect(heard)[_CONTEXT : _CONTEXT + _CORE]
            scenes.append(np.repeat(core, _STEP // FRAME))
            self._done += _CORE * _STEP
            self._samples.forget(self._done)
        return np.concatenate(scenes)

    def flush(self) -> NDArray[np.intp]:
        """Return the scenes of what is left: there is no more sound."""
        left = self._samples.end - self._done - _CONTEXT * _STEP
        scenes = self.push(np.zeros((_CORE + _CONTEXT) * _STEP, np.float32))
        return scenes[: -(-left // FRAME)]
