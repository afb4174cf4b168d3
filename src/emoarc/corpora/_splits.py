"""Evaluation protocols: how clips are split into training and test, without leaks."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from emoarc.corpora._clip import Clip, Manifest
from emoarc.corpora._leaks import STRICT, Fold, LeakKind, drop_shared, find_leaks
from emoarc.errors import OptionError

__all__ = ["LEAKY", "By", "Protocol"]

By = Literal["speaker", "corpus", "sentence", "official", "clip"]

LEAKY: Final = "leaky-random"
"""How the name of every protocol begins that lets speakers into both training and test."""


@dataclass(frozen=True)
class Protocol:
    """How clips are split. Training never shares a speaker, a take or content with the test.

    Clips that would are dropped from training, and counted. Only a protocol whose name begins with
    `leaky-random` may leak.
    """

    name: str
    description: str
    """For the tables of results: who is tested and who is not trained on."""
    source: str
    """Where the split comes from."""
    by: By
    """What is held out: speakers; corpora; speakers and sentences at once; the corpus's own test
    split; or single clips, whoever speaks."""
    corpus: str = ""
    """The corpus that is tested, empty for all. Clips of others, if any, join every training."""
    folds_of: tuple[tuple[str, ...], ...] = field(default=(), metadata={"key": "folds"})
    """The speakers or corpora that each fold tests; `folds` in the file."""
    leave_one_out: bool = False
    """Test every speaker or corpus in a fold of its own."""
    groups: int = 0
    """Into how many groups of like size the speakers are dealt, each corpus evenly."""
    sentence_groups: int = 0
    """The same for sentences, where both are held out."""
    test_share: float = 0.0
    """The share of clips tested, of every emotion alike."""
    repeats: int = 1
    """How many times clips are drawn."""
    seed: int = 0
    partial: bool = False
    """Whether it may split a part of what it was made for: folds of which nothing is at hand, and
    groups beyond the speakers at hand, are left out. Otherwise they are errors, as of a typo."""

    def __post_init__(self) -> None:
        rules = (bool(self.folds_of), self.leave_one_out, self.groups > 1)
        if self.by in ("speaker", "corpus") and sum(rules) != 1:
            raise OptionError("by: give one of folds, leave_one_out = true, groups = 2 or more")
        if self.by == "sentence" and not (self.groups > 1 and self.sentence_groups > 1):
            raise OptionError("by: 'sentence' needs groups and sentence_groups of 2 or more")
        if self.by == "clip" and not (0 < self.test_share < 1 and self.repeats > 0):
            raise OptionError("by: 'clip' needs test_share between 0 and 1, and repeats above 0")
        if self.leaky != self.name.startswith(LEAKY):
            raise OptionError(f"by: 'clip' leaks, so it and it alone is named {LEAKY}")
        twice = [name for name, n in Counter(sum(self.folds_of, ())).items() if n > 1]
        if twice:
            raise OptionError(f"folds: {twice[0]} is tested twice")

    @property
    def leaky(self) -> bool:
        """Whether training may share speakers, takes and content with the test."""
        return self.by == "clip"

    @property
    def apart(self) -> tuple[LeakKind, ...]:
        """What training and test never share."""
        if self.leaky:
            return ()
        return (*STRICT, "sentence") if self.by == "sentence" else STRICT

    def folds(self, manifest: Manifest) -> list[Fold]:
        """Split a manifest.

        Content is compared as far as digests are known, so `scan` the manifest first.

        Raises:
            OptionError: The clips do not say what the protocol splits by, or a fold has nothing to
                test or nothing to train on. Unless `partial`: somebody named is not at hand, or
                there are more groups than speakers.
        """
        rows = [i for i, clip in enumerate(manifest.clips) if self.corpus in ("", clip.corpus)]
        self._check(manifest.clips[row] for row in rows)
        if rows and not self.partial:
            self._check_whole([manifest.clips[row] for row in rows])
        folds = [self._fold(manifest, name, test) for name, test in self._tests(manifest, rows)]
        if not folds:
            wanted = f"give clips of {self.corpus or 'a corpus'}"
            if self.by == "official":
                wanted = "the corpora given have no test split of their own"
            raise OptionError(f"protocol {self.name}: there is nothing to test; {wanted}")
        return folds

    def _check(self, clips: Iterable[Clip]) -> None:
        needed = {"speaker": ("speaker",), "sentence": ("speaker", "sentence")}.get(self.by, ())
        for clip in clips:
            for fact in needed:
                if not getattr(clip, fact):
                    raise OptionError(
                        f"protocol {self.name}: {clip.file}: {clip.corpus} does not say its "
                        f"{fact}; choose another protocol, or leave such clips out"
                    )

    def _check_whole(self, clips: list[Clip]) -> None:
        key = _corpus if self.by == "corpus" else _speaker
        known = {key(clip) for clip in clips}
        missing = [name for name in sum(self.folds_of, ()) if name not in known]
        if missing:
            raise OptionError(
                f"protocol {self.name}: folds: no clip of {', '.join(missing[:3])} is at hand, "
                f"only of {', '.join(sorted(known)[:3])}, ...; mend it, or say partial = true"
            )
        sentences = {clip.sentence for clip in clips}
        what = "corpora" if self.by == "corpus" else "speakers"
        for option, wanted, there in (
            ("groups", self.groups, known),
            ("sentence_groups", self.sentence_groups, sentences),
        ):
            if wanted > len(there):
                raise OptionError(
                    f"protocol {self.name}: {option}: {wanted} are more than the "
                    f"{len(there)} {'sentences' if there is sentences else what} at hand; "
                    "ask for fewer, or say partial = true"
                )

    def _fold(self, manifest: Manifest, name: str, test: list[int]) -> Fold:
        tested = set(test)
        others = [row for row in range(len(manifest)) if row not in tested]
        if self.by == "official":
            others = [row for row in others if self._official_training(manifest.clips[row])]
        train = drop_shared(manifest, others, test, self.apart)
        fold = Fold(name, train, tuple(test), len(others) - len(train))
        where = f"protocol {self.name}, fold {name}"
        if not train:
            raise OptionError(
                f"{where}: nothing is left to train on; every other clip shares something with "
                "the test, or there is none"
            )
        for leak in find_leaks(manifest, fold, self.apart):
            raise OptionError(f"{where}: {leak}")
        return fold

    def _official_training(self, clip: Clip) -> bool:
        return clip.split in ("train", "validation") or self.corpus not in ("", clip.corpus)

    def _tests(self, manifest: Manifest, rows: list[int]) -> Iterator[tuple[str, list[int]]]:
        """The name and the test rows of every fold that has some."""
        clips = [manifest.clips[row] for row in rows]
        for name, wanted in self._held_out(clips):
            test = [row for row, clip in zip(rows, clips, strict=True) if wanted(clip)]
            if test:
                yield name, test
        if self.by == "clip":
            for repeat in range(self.repeats):
                drawn = _draw(clips, self.test_share, self.seed + repeat)
                if drawn:
                    yield f"draw-{repeat + 1}", [rows[i] for i in drawn]

    def _held_out(self, clips: list[Clip]) -> Iterator[tuple[str, Callable[[Clip], bool]]]:
        """The name of every fold and what it tests."""
        if self.by == "official":
            yield "test", lambda clip: clip.split == "test"
        elif self.by == "corpus":
            for name, group in self._groups(clips, _corpus):
                yield name, lambda clip, group=group: clip.corpus in group
        elif self.by == "speaker":
            for name, group in self._groups(clips, _speaker):
                yield name, lambda clip, group=group: clip.speaker in group
        elif self.by == "sentence":
            sentences = _deal(clips, _sentence, self.sentence_groups)
            for i, people in enumerate(_deal(clips, _speaker, self.groups), 1):
                for j, said in enumerate(sentences, 1):
                    yield (
                        f"speakers-{i}-sentences-{j}",
                        lambda clip, people=people, said=said: (
                            clip.speaker in people and clip.sentence in said
                        ),
                    )

    def _groups(
        self, clips: list[Clip], key: Callable[[Clip], str]
    ) -> Iterator[tuple[str, frozenset[str]]]:
        if self.leave_one_out:
            for name in sorted({key(clip) for clip in clips}):
                yield name, frozenset({name})
        groups = self.folds_of or (_deal(clips, key, self.groups) if self.groups else ())
        for i, group in enumerate(groups, 1):
            yield f"fold-{i}", frozenset(group)


def _speaker(clip: Clip) -> str:
    return clip.speaker


def _corpus(clip: Clip) -> str:
    return clip.corpus


def _sentence(clip: Clip) -> str:
    return clip.sentence


def _deal(clips: Iterable[Clip], key: Callable[[Clip], str], count: int) -> list[frozenset[str]]:
    """Deal speakers or sentences into groups whose share of each corpus is of like size.

    The largest go first, each to the group that has the fewest clips of its corpus. Those of one
    size go women first, then men, in the order of their names, which spreads both evenly.
    """
    everyone = list(clips)
    sizes = Counter((clip.corpus, key(clip)) for clip in everyone)
    sex = {key(clip): clip.sex for clip in everyone}
    groups: list[set[str]] = [set() for _ in range(count)]
    held = [Counter[str]() for _ in range(count)]
    for (corpus, name), size in sorted(
        sizes.items(), key=lambda item: (-item[1], item[0][0], sex[item[0][1]], item[0][1])
    ):
        # Who is in a group already, with clips of another corpus, stays there.
        home = next((i for i in range(count) if name in groups[i]), None)
        if home is None:
            home = min(range(count), key=lambda i: (held[i][corpus], held[i].total(), i))
        groups[home].add(name)
        held[home][corpus] += size
    return [frozenset(group) for group in groups]


def _draw(clips: list[Clip], share: float, seed: int) -> list[int]:
    """Draw a share of every emotion's clips; which, in order."""
    random = np.random.default_rng(seed)
    by_emotion: defaultdict[str, list[int]] = defaultdict(list)
    for i, clip in enumerate(clips):
        by_emotion[clip.emotion].append(i)
    drawn: list[int] = []
    for _, members in sorted(by_emotion.items()):
        drawn += random.permutation(members)[: round(share * len(members))].tolist()
    return sorted(drawn)
