"""Which clips of a corpus a pack is tested on."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emoarc.corpora import Clip, Manifest, find_corpora, read_corpora, read_protocol, scan
from emoarc.errors import ModelError, OptionError
from emoarc.evaluate._unseen import trained_corpora, unseen, warning_of
from emoarc.packs import ModelPack

__all__ = ["Tested", "choose_tested", "count_left_out"]

Rows = list[tuple[int, str]]
"""The number of a clip in the manifest, and the name of the fold that tests it."""

_EVERY_CLIP = {
    "name": "every-clip",
    "description": "every clip, or a corpus's own test split where it has one; the pack was "
    "trained before",
    "source": "emoarc",
}


@dataclass(frozen=True)
class Tested:
    """The clips that a pack is tested on."""

    clips: Manifest
    folds: NDArray[np.str_]
    """The fold that tests each, shape (clips,)."""
    corpora: tuple[str, ...]
    protocol: dict[str, str]
    """Name, description and source."""
    of: int
    """How many clips of the pack's kind there are, tested or not."""
    unusable: int
    """Clips left out because they cannot be read, or are copies of others or of what was learnt."""
    left_out: int
    """Files of which the corpora hold no usable clip: broken, missing, or copies of others."""
    warning: str
    """What is to be said of clips that the pack may have learnt; empty if nothing."""


def choose_tested(
    pack: ModelPack, data: Path, corpora: tuple[str, ...], protocol: str | None, fresh: bool
) -> Tested:
    """Choose the clips that show one of the seven emotions and are of the pack's kind.

    Args:
        pack: Face packs take pictures, voice packs recordings of speech, each take once.
        data: The folder that holds the corpora.
        corpora: Their names; none takes the only one that is there.
        protocol: Names the folds whose tested clips are taken; None takes the corpora's own test
            splits, and all of corpora that have none.
        fresh: Leave out what the pack has learnt, where that is known.

    Raises:
        OptionError: Corpora or protocol are not there, or there is nothing to test.
        ModelError: The pack is for something else.
    """
    corpora = corpora or (_only_corpus(data),)
    everything = read_corpora(data, corpora)
    manifest = _of_task(pack, everything)
    described, rows = _rows_of(manifest, protocol)
    seen = trained_corpora(pack.manifest, corpora)
    allowed, restricted = _unlearnt(pack, manifest, rows, seen if fresh else [])
    scanned = scan(manifest.take(sorted({row for row, _ in allowed})))
    usable = _usable(manifest, allowed, scanned, _learnt(pack, everything, restricted))
    if not usable:
        raise OptionError(
            f"{pack.manifest.name}: nothing to test among the {len(manifest)} clips of its kind in "
            f"{', '.join(corpora)}; give other corpora, or another protocol"
        )
    if restricted:
        described["description"] += (
            f"; of {', '.join(restricted)} only what the pack has not learnt"
        )
    return Tested(
        manifest.take(row for row, _ in usable),
        np.array([fold for _, fold in usable]),
        corpora,
        described,
        of=len(manifest),
        unusable=len(allowed) - len(usable),
        left_out=count_left_out(scanned),
        warning=warning_of(corpora, seen, restricted),
    )


def count_left_out(manifest: Manifest) -> int:
    """Count the files that a scanned manifest does not have because something is wrong with them.

    A file of which other stretches are there has been used all the same.
    """
    used = {clip.file for clip in manifest.clips}
    return len({problem.file for problem in manifest.problems if not problem.kept} - used)


def _only_corpus(data: Path) -> str:
    found = sorted(find_corpora(data))
    if len(found) != 1:
        raise OptionError(
            f"{data}: holds {', '.join(found) or 'no corpus that is known'}; name with --corpus "
            "what to test on"
        )
    return found[0]


def _of_task(pack: ModelPack, manifest: Manifest) -> Manifest:
    task = pack.manifest.task
    wanted = manifest.where(lambda clip: clip.label is not None)
    if task == "face-expression":
        return wanted.where(lambda clip: clip.kind == "image")
    if task == "voice-expression":
        spoken = wanted.where(lambda clip: not clip.sentence.startswith("song:"))
        return Manifest(tuple(_takes(spoken)), manifest.problems)
    raise ModelError(f"{pack.folder}: a pack for {task}; give one for faces or voices")


def _takes(manifest: Manifest) -> Iterator[Clip]:
    """Yield one recording of each take, sound alone before sound with a picture."""
    kinds = ("audio", "audio-visual")
    known: set[tuple[str, float]] = set()
    for clip in (clip for kind in kinds for clip in manifest.clips if clip.kind == kind):
        key = (clip.take or str(clip.file), clip.start)
        if key not in known:
            yield clip
        known.add(key)


def _rows_of(manifest: Manifest, name: str | None) -> tuple[dict[str, str], Rows]:
    """Return the protocol, described, and the rows that it tests."""
    if name is None:
        split = {clip.corpus for clip in manifest.clips if clip.split == "test"}
        return dict(_EVERY_CLIP), [
            (row, "all")
            for row, clip in enumerate(manifest.clips)
            if clip.split == "test" or clip.corpus not in split
        ]
    protocol = read_protocol(name)
    rows = [(row, fold.name) for fold in protocol.folds(manifest) for row in fold.test]
    described = {"name": protocol.name, "description": protocol.description}
    return described | {"source": protocol.source}, rows


def _unlearnt(
    pack: ModelPack, manifest: Manifest, rows: Rows, seen: list[str]
) -> tuple[Rows, list[str]]:
    """Leave out what the pack has learnt, and say of which corpora that was known."""
    known = {name: unseen(pack.manifest, manifest.clips, name) for name in seen}
    fresh = {name: kept for name, kept in known.items() if kept is not None}
    kept = [
        (row, fold)
        for row, fold in rows
        if (corpus := manifest.clips[row].corpus) not in fresh or row in fresh[corpus]
    ]
    return kept, list(fresh)


def _learnt(pack: ModelPack, everything: Manifest, corpora: list[str]) -> Manifest:
    """Return the clips of some corpora that the pack has learnt, or may have."""
    fresh = {name: unseen(pack.manifest, everything.clips, name) for name in corpora}
    return everything.take(
        row
        for row, clip in enumerate(everything.clips)
        if clip.corpus in fresh and row not in (fresh[clip.corpus] or ())
    )


def _usable(manifest: Manifest, rows: Rows, tested: Manifest, learnt: Manifest) -> Rows:
    """Leave out what cannot be read, is a copy of another file, or was learnt under another name.

    Of FER+, one test picture in twelve is also among those for training and validation.

    Args:
        manifest: What the rows number.
        rows: What may be tested.
        tested: The clips of these rows, scanned.
        learnt: What the pack has learnt.
    """
    digests = {(clip.file, clip.start): clip.digest for clip in tested.clips}
    kinds = {clip.kind for clip in tested.clips}
    known = {clip.digest for clip in scan(learnt.where(lambda clip: clip.kind in kinds)).clips}
    whole = {place for place, digest in digests.items() if digest not in known}
    return [
        (row, fold)
        for row, fold in rows
        if ((clip := manifest.clips[row]).file, clip.start) in whole
    ]
