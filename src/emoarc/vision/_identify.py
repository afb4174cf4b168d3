"""Telling which tracks show the same person: within one recording, in memory, and no further."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from emoarc.vision._embed import Embedding

__all__ = ["Identities", "IdentityOptions"]


@dataclass(frozen=True)
class IdentityOptions:
    """When faces are taken for those of one person; likeness is the cosine of embeddings."""

    alike: float = 0.55
    """A new track at least so like a person is that person, and its faces are learnt; settled on
    clips composed as in `bench/identity.py`, with the shipped embedder."""
    same: float = 0.4
    """Faces of a track less like its person than this cast doubt on it."""
    enough: int = 3
    """Embeddings that settle whom a track shows, or that a track shows someone else by now."""
    plenty: int = 6
    """Embeddings that settle that a track has come to show a person never seen before."""
    patience: float = 1.0
    """Seconds after which a track that looks like nobody is a new person."""
    prototypes: int = 6
    """Looks remembered of a person."""
    novel: float = 0.75
    """A face less like every remembered look of its person than this is another look."""


class Identities:
    """Assigns tracks to the persons of one recording, as it goes on.

    A new track waits for a few good faces, is compared with every person who was never to be seen
    beside it, and becomes the most similar one if similar enough, else, in time, a new person.
    Where there is no one to compare with it is decided at once. Later faces are compared with that
    person: a track that has come to look like someone else, as after an exchange of two tracks, is
    given to them.

    Persons count up from 1. Of each a few embeddings are remembered, in memory, and nothing else;
    a frame costs the same however long the recording is, and grows with the number of persons.
    """

    def __init__(self, options: IdentityOptions | None = None) -> None:
        self._options = options or IdentityOptions()
        self._persons: dict[int, _Person] = {}
        self._tracks: dict[int, _Track] = {}
        self._open: dict[int, _Track] = {}
        self._time = float("-inf")

    def update(self, time: float, faces: Mapping[int, Embedding | None]) -> None:
        """Take the next frame.

        Args:
            time: In seconds.
            faces: The confirmed tracks seen in the frame, each with the embedding of its face if
                there is one.
        """
        self._time = time
        seen = [self._find(track) for track in sorted(faces)]
        self._keep_apart(seen)
        for track in seen:
            embedding = faces[track.id]
            if embedding is not None:
                self._take(track, embedding, seen)
        self._decide(time, seen)

    def person(self, track: int) -> int | None:
        """Whom a track shows, as believed now; None until that is settled."""
        known = self._tracks.get(track)
        return known.person if known else None

    def likeness(self, track: int, embedding: Embedding) -> float | None:
        """How like the faces of a track an embedding is; None where there are none so far."""
        known = self._tracks.get(track)
        if known is None:
            return None
        if known.person is None:
            return known.likeness(embedding)
        person = self._persons[known.person]
        return person.likeness(embedding) if person.count else None

    def settle(self) -> None:
        """Decide on every track at the end of the recording."""
        self._decide(float("inf"), [])

    def _find(self, track: int) -> "_Track":
        if track not in self._tracks:
            self._tracks[track] = self._open[track] = _Track(track, self._time)
        return self._tracks[track]

    def _keep_apart(self, seen: "list[_Track]") -> None:
        """No person is in two places: a track that comes back beside its person is someone else."""
        holders: dict[int, _Track] = {}
        for track in sorted(seen, key=lambda track: not self._holds(track)):
            if track.person is not None and holders.setdefault(track.person, track) is not track:
                self._release(track)
        for person, holder in holders.items():
            self._persons[person].track = holder.id
        for track in seen:
            track.others.update(p for p, holder in holders.items() if holder is not track)

    def _holds(self, track: "_Track") -> bool:
        """Whether a track was the last to show its person."""
        return track.person is not None and self._persons[track.person].track == track.id

    def _take(self, track: "_Track", embedding: Embedding, seen: "list[_Track]") -> None:
        if track.person is None:
            track.remember(embedding, self._options.plenty)
            return
        person = self._persons[track.person]
        young = person.count < self._options.enough
        likeness = person.likeness(embedding)
        if young or likeness >= self._options.alike:
            person.learn(embedding, self._options)
            track.evidence.clear()
        elif likeness < self._options.same:
            track.remember(embedding, self._options.plenty)
            self._doubt(track, seen)

    def _doubt(self, track: "_Track", seen: "list[_Track]") -> None:
        """Consider whether a track shows somebody else by now."""
        options = self._options
        if len(track.evidence) < options.enough:
            return
        look = track.look
        person, likeness = self._best(look, exclude={track.person})
        if person is not None and likeness >= options.alike:
            holder = next((other for other in seen if other.person == person), None)
            if holder is None:
                self._assign(track, person)
            elif holder.evidence:  # it too looks like someone else: the two were exchanged
                self._release(holder)
                self._assign(track, person)
        elif len(track.evidence) >= options.plenty and track.coherence >= options.alike:
            self._assign(track, None)

    def _decide(self, time: float, seen: "list[_Track]") -> None:
        """Decide on the tracks that are ready, the surest first."""
        while ready := [track for track in self._open.values() if self._is_ready(track, time)]:
            choices = [(*self._choice(track), track) for track in ready]
            person, _, chosen = max(choices, key=lambda choice: choice[1])
            self._assign(chosen, person)
            if chosen in seen:
                self._keep_apart(seen)

    def _release(self, track: "_Track") -> None:
        track.person, track.started = None, self._time
        track.others.clear()
        self._open[track.id] = track

    def _is_ready(self, track: "_Track", time: float) -> bool:
        waited = time - track.started >= self._options.patience - 5e-4
        if waited or set(self._persons) <= track.others:
            return True
        # Who looks like nobody may be somebody half covered, and is waited for.
        return len(track.evidence) >= self._options.enough and self._choice(track)[0] is not None

    def _choice(self, track: "_Track") -> "tuple[int | None, float]":
        if not track.evidence:
            return None, -1.0
        person, likeness = self._best(track.look, track.others)
        return (person, likeness) if likeness >= self._options.alike else (None, likeness)

    def _best(
        self, look: Embedding, exclude: "set[int] | set[int | None]"
    ) -> tuple[int | None, float]:
        scores = {n: p.likeness(look) for n, p in self._persons.items() if n not in exclude}
        best = max(scores, key=lambda n: scores[n], default=None)
        return (best, scores[best]) if best is not None else (None, -1.0)

    def _assign(self, track: "_Track", person: int | None) -> None:
        """Give a track to a person, or to a new one, who learns its faces."""
        if person is None:
            person = len(self._persons) + 1
            self._persons[person] = _Person()
        self._open.pop(track.id, None)
        track.person = person
        for embedding in track.evidence:
            self._persons[person].learn(embedding, self._options)
        track.evidence.clear()


class _Person:
    """What is remembered of a person: a few looks, each the mean of the first faces alike."""

    _STEADY = 10
    """Faces in a look, which then stays as it is: otherwise it would drift, and be forgotten."""

    def __init__(self) -> None:
        self.count = 0
        self.track = 0
        """The track that last showed the person."""
        self._looks: list[Embedding] = []
        self._weights: list[int] = []

    def likeness(self, embedding: Embedding) -> float:
        """How like the most similar look an embedding is; -1 where there is none."""
        return max((float(look @ embedding) for look in self._looks), default=-1.0)

    def learn(self, embedding: Embedding, options: IdentityOptions) -> None:
        """Remember a face: as a part of the look most like it, or as a new look.

        Where there are looks enough, a new one takes the place of the look most like it.
        """
        self.count += 1
        scores = [float(look @ embedding) for look in self._looks]
        nearest = int(np.argmax(scores)) if scores else 0
        if not scores or scores[nearest] < options.novel:
            if len(scores) < options.prototypes:
                self._looks.append(embedding)
                self._weights.append(1)
            else:
                self._looks[nearest], self._weights[nearest] = embedding, 1
        elif self._weights[nearest] < self._STEADY:
            self._weights[nearest] += 1
            share = 1 / self._weights[nearest]
            self._looks[nearest] = _unit((1 - share) * self._looks[nearest] + share * embedding)


@dataclass(eq=False)
class _Track:
    """What is known of a track."""

    id: int
    started: float
    person: int | None = None
    evidence: list[Embedding] = field(default_factory=list[Embedding])
    """The last faces that speak of whom it shows; none once it is decided and beyond doubt."""
    others: set[int] = field(default_factory=set[int])
    """Persons seen beside it."""

    def remember(self, embedding: Embedding, count: int) -> None:
        """Add to the evidence, of which the last `count` faces are kept."""
        self.evidence = [*self.evidence, embedding][-count:]

    @property
    def look(self) -> Embedding:
        """The mean of the evidence."""
        return _unit(np.sum(self.evidence, axis=0))

    @property
    def coherence(self) -> float:
        """How alike the faces of the evidence are: the least cosine to their mean."""
        look = self.look
        return min(float(look @ embedding) for embedding in self.evidence)

    def likeness(self, embedding: Embedding) -> float | None:
        """How like its faces so far an embedding is; None where there are none."""
        return float(self.look @ embedding) if self.evidence else None


def _unit(vector: NDArray[np.floating]) -> Embedding:
    return (vector / max(float(np.linalg.norm(vector)), 1e-9)).astype(np.float32)
