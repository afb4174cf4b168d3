"""Whose voice it is: embeddings of speech, and which of them are one speaker's."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emoarc.audio._input import VoiceInput
from emoarc.errors import ModelError, OptionError
from emoarc.packs import ModelPack

__all__ = ["SpeakerEmbedder", "SpeakerOptions", "Speakers"]

Vector = NDArray[np.float32]


class SpeakerEmbedder:
    """A network that puts the speech of one speaker close together."""

    def __init__(self, pack: ModelPack, threads: int = 1) -> None:
        """Open the network.

        Raises:
            ModelError: The pack is for another job, or wants an input that cannot be served.
        """
        if pack.manifest.task != "speaker-embedding":
            raise ModelError(f"{pack.folder}: a pack for {pack.manifest.task}, not for speakers")
        self.pack = pack
        """What it was loaded from."""
        self._session = pack.session(threads)
        self._input = VoiceInput.from_manifest(pack.manifest.input)

    def embed(self, samples: NDArray[np.float32]) -> Vector:
        """Embed speech, mono at `SAMPLING_RATE`: a vector of length 1, its level left out."""
        (vectors,) = self._session.run(None, {"input": self._input(samples)[None]})
        return np.asarray(vectors, np.float32)[0]


@dataclass(frozen=True)
class SpeakerOptions:
    """When two stretches of speech are one speaker's; chosen by `bench/speakers.py`."""

    same: float = 0.35
    """Likeness (cosine) to a speaker heard before from which speech is theirs, while it goes on."""
    apart: float = 0.3
    """Mean likeness between two groups of turns below which they are two speakers, at the end."""
    sure: float = 1.0
    """Seconds of speech from which an utterance can be the first of a speaker; a shorter one is
    given to the nearest."""
    least: float = 3.0
    """Seconds of speech that make a group of turns a speaker at the end; the turns of a smaller one
    are given to the nearest."""
    most: int = 1500
    """Utterances that are grouped at the end, the longest; the others go to the nearest group."""

    def __post_init__(self) -> None:
        if not (-1 <= self.same <= 1 and -1 <= self.apart <= 1):
            raise OptionError("speakers: same and apart are cosines, from -1 to 1")
        if min(self.sure, self.least) < 0 or self.most < 1:
            raise OptionError("speakers: sure and least are seconds, and most is a count")


class Speakers:
    """Numbers speakers in the order of appearance: at once, and better when all was heard.

    Keeps one embedding for each utterance: the sum of those of its windows, weighted by their
    seconds, whose length is therefore how long and how consistently it was heard.
    """

    def __init__(self, options: SpeakerOptions | None = None) -> None:
        self._options = options or SpeakerOptions()
        self._utterances: dict[int, Vector] = {}
        self._live: dict[int, int] = {}
        self._sums: list[Vector] = []

    def hear(self, utterance: int, vector: Vector, seconds: float) -> int:
        """Take in a window of an utterance; return its speaker, from 1, as far as can be told.

        An utterance keeps the speaker that its first window was given to.
        """
        weighted: Vector = np.multiply(vector, seconds, dtype=np.float32)
        if utterance not in self._live:
            self._live[utterance] = self._recognise(vector, seconds)
        speaker = self._live[utterance]
        self._sums[speaker - 1] = np.add(self._sums[speaker - 1], weighted, dtype=np.float32)
        before = self._utterances.get(utterance, np.zeros_like(weighted))
        self._utterances[utterance] = np.add(before, weighted, dtype=np.float32)
        return speaker

    def final(self) -> dict[int, int]:
        """Return the speaker of every utterance, from 1, by all that was heard.

        Agglomerative clustering by average linkage of the utterances long enough; then every
        utterance goes to the group whose mean it is nearest to.
        """
        if not self._utterances:
            return {}
        numbers = sorted(self._utterances)
        sums = np.stack([self._utterances[n] for n in numbers])
        lengths = np.linalg.norm(sums, axis=1)
        vectors = sums / lengths[:, None]
        known = self._known(lengths)
        groups = _grouped(vectors[known], self._options.apart)
        spoken = np.bincount(groups, weights=lengths[known])
        kept = np.flatnonzero(spoken >= min(self._options.least, spoken.max()))
        means = np.stack([sums[known][groups == group].sum(axis=0) for group in kept])
        means /= np.linalg.norm(means, axis=1, keepdims=True)
        nearest = (vectors @ means.T).argmax(axis=1).tolist()
        order = {group: place for place, group in enumerate(dict.fromkeys(nearest), 1)}
        return {n: order[group] for n, group in zip(numbers, nearest, strict=True)}

    def _recognise(self, vector: Vector, seconds: float) -> int:
        likeness = [float(vector @ s / np.linalg.norm(s)) for s in self._sums]
        best = int(np.argmax(likeness)) if likeness else -1
        if likeness and (likeness[best] >= self._options.same or seconds < self._options.sure):
            return best + 1
        self._sums.append(np.zeros_like(vector))
        return len(self._sums)

    def _known(self, lengths: NDArray[np.float32]) -> NDArray[np.intp]:
        """Which utterances are long enough to be grouped: the longest, in order, one at least."""
        longest = np.argsort(-lengths, kind="stable")[: self._options.most]
        sure = longest[lengths[longest] >= self._options.sure]
        return np.sort(sure if len(sure) else longest[:1])


def _grouped(vectors: NDArray[np.float32], apart: float) -> NDArray[np.intp]:
    """Number the groups of vectors from 0."""
    if len(vectors) == 1:
        return np.zeros(1, np.intp)
    from scipy.cluster import hierarchy  # takes long to import, and is needed once

    h: Any = hierarchy
    distances = np.maximum(1 - vectors @ vectors.T, 0)[np.triu_indices(len(vectors), 1)]
    tree = h.linkage(distances.astype(np.float64), "average")
    groups = h.fcluster(tree, 1 - apart, "distance")
    return np.asarray(groups, np.intp) - 1
