"""The voice expression model: from speech to probabilities over the seven emotions."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emoarc.audio._signal import as_mono, resample
from emoarc.audio._utterances import cut_windows
from emoarc.audio._vad import speech_span
from emoarc.audio._waveform import read_voice_input
from emoarc.errors import ModelError, OptionError
from emoarc.labels import EMOTIONS
from emoarc.packs import ModelPack, Prior, ProbabilityHead
from emoarc.types import SAMPLING_RATE

__all__ = ["VoiceExpressionModel", "VoiceReading"]


class VoiceReading(NamedTuple):
    """What was read in windows of speech."""

    probabilities: NDArray[np.float32]
    """Over `EMOTIONS`, shape (windows, 7)."""
    scores: NDArray[np.float32]
    """Log-probabilities that hold once the mean of the same speaker's is taken from them (see
    `SpeakerBaselines`), shape (windows, 7); (windows, 0) where the network gives none."""


class VoiceExpressionModel:
    """A network that judges the expression heard in a voice, with all it needs around it."""

    def __init__(self, pack: ModelPack, prior: Prior = "balanced", threads: int = 1) -> None:
        """Open the network.

        Args:
            pack: A pack for `voice-expression`; its input section is described in `VoiceInput`
                and in `WaveformInput`.
            prior: How common each emotion is taken to be.
            threads: Of the processor, for one window.

        Raises:
            ModelError: The pack is for another job, or wants an input that cannot be served.
        """
        self.input = read_voice_input(pack.manifest.input)
        if pack.manifest.task != "voice-expression":
            raise ModelError(f"{pack.folder}: a pack for {pack.manifest.task}, not for voices")
        if self.input.sampling_rate != SAMPLING_RATE:
            raise ModelError(f"{pack.folder}: its input is not at {SAMPLING_RATE} Hz")
        self.pack = pack
        """What it was loaded from."""
        self._session = pack.session(threads)
        self._inputs = [given.name for given in self._session.get_inputs()]
        silence = np.zeros(round(self.input.min_seconds * SAMPLING_RATE), np.float32)
        if len(self._inputs) != len(self.input.arrays(silence)):
            raise ModelError(
                f"{pack.folder}: its network takes {len(self._inputs)} inputs, which is not what "
                "model.json says"
            )
        self._columns = [pack.manifest.labels.index(emotion) for emotion in EMOTIONS]
        self._head = ProbabilityHead(pack.manifest, prior)

    @property
    def relative(self) -> bool:
        """Whether it gives scores that can be read relative to the speaker."""
        return len(self._session.get_outputs()) > 1

    def predict(self, signal: NDArray[Any], sampling_rate: float) -> NDArray[np.float32]:
        """Judge the speech in a signal of any length.

        What lies before the first and after the last speech is left out, where speech is found.
        A signal longer than the network's longest window is cut into overlapping windows, whose
        probabilities are pooled by their geometric mean.

        Args:
            signal: Mono (n,) or with channels, integers or floats (see `as_mono`).
            sampling_rate: Of the signal, in hertz.

        Returns:
            Probabilities over `EMOTIONS`, shape (7,).

        Raises:
            OptionError: The signal is empty, too short or not finite, or the rate impossible.
        """
        samples = resample(as_mono(signal), sampling_rate)
        samples = self._speech(samples)
        spans = cut_windows(
            len(samples),
            round(self.input.max_seconds * SAMPLING_RATE),
            round(self.input.hop_seconds * SAMPLING_RATE),
        )
        return _pool(self.predict_windows([samples[start:end] for start, end in spans]))

    def predict_windows(self, windows: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        """Judge windows of speech as `read` does, giving probabilities, shape (windows, 7)."""
        return self.read(windows).probabilities

    def read(self, windows: Sequence[NDArray[np.float32]]) -> VoiceReading:
        """Judge windows of speech, each mono float32 at `SAMPLING_RATE`, as they are.

        Every window runs by itself, so that none depends on its neighbours' lengths.

        Raises:
            OptionError: A window is shorter than the network can judge.
        """
        if not windows:
            return VoiceReading(np.zeros((0, 7), np.float32), np.zeros((0, 0), np.float32))
        logits, *rest = (np.concatenate(o) for o in zip(*map(self._run, windows), strict=True))
        scores = rest[0][:, self._columns] if rest else np.zeros((len(windows), 0), np.float32)
        return VoiceReading(self._head(logits), scores)

    def _speech(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        start, end = speech_span(samples)
        shortest = round(self.input.min_seconds * SAMPLING_RATE)
        missing = shortest - (end - start)
        if missing > 0:
            start = max(min(start - (missing + 1) // 2, len(samples) - shortest), 0)
            end = start + shortest
        return samples[start:end]

    def _run(self, window: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        if len(window) < round(self.input.min_seconds * SAMPLING_RATE):
            raise OptionError(
                f"voice: {len(window) / SAMPLING_RATE:.2f} s of sound is too short; "
                f"give at least {self.input.min_seconds} s"
            )
        arrays = zip(self._inputs, self.input.arrays(window), strict=True)
        feed = {name: array[None] for name, array in arrays}
        return [np.asarray(output, np.float32) for output in self._session.run(None, feed)]


def _pool(probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    logarithms = np.log(np.maximum(probabilities, 1e-12)).mean(axis=0)
    pooled = np.exp(logarithms - logarithms.max())
    return pooled / pooled.sum()
