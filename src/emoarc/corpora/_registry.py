"""The corpora by name, and finding them on disk."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from emoarc.corpora._afew import AFEW
from emoarc.corpora._aff_wild2 import AFF_WILD2
from emoarc.corpora._cfe import CFE
from emoarc.corpora._ck_plus import CK_PLUS, CK_PLUS_48
from emoarc.corpora._clip import Manifest
from emoarc.corpora._corpus import Corpus
from emoarc.corpora._cremad import CREMAD
from emoarc.corpora._emodb import EMODB
from emoarc.corpora._enterface05 import ENTERFACE05
from emoarc.corpora._fer2013 import FER2013
from emoarc.corpora._ferplus import FERPLUS
from emoarc.corpora._folders import FOLDERS
from emoarc.corpora._iemocap import IEMOCAP
from emoarc.corpora._jaffe import JAFFE
from emoarc.corpora._librispeech import LIBRISPEECH
from emoarc.corpora._meld import MELD
from emoarc.corpora._muxspace import MUXSPACE
from emoarc.corpora._ravdess import RAVDESS
from emoarc.corpora._recola import RECOLA
from emoarc.corpora._savee import SAVEE
from emoarc.corpora._semaine import SEMAINE
from emoarc.corpora._table import TABLE, table_fault
from emoarc.corpora._tess import TESS
from emoarc.errors import OptionError

__all__ = ["CORPORA", "SEALED", "find_corpora", "read_corpora", "read_roots", "why_absent"]

_GENERIC = (FOLDERS, TABLE)
"""Layouts that any collection may have; they give way to every corpus."""

CORPORA: Final[dict[str, Corpus]] = {
    corpus.name: corpus
    for corpus in (
        RAVDESS,
        CREMAD,
        TESS,
        EMODB,
        FER2013,
        FERPLUS,
        MUXSPACE,
        LIBRISPEECH,
        SAVEE,
        IEMOCAP,
        ENTERFACE05,
        MELD,
        AFEW,
        SEMAINE,
        RECOLA,
        AFF_WILD2,
        JAFFE,
        CK_PLUS,
        CK_PLUS_48,
        CFE,
        *_GENERIC,
    )
}
"""Every corpus that can be read, by its name."""

_SPECIFIC: Final = [corpus.name for corpus in CORPORA.values() if corpus not in _GENERIC]

SEALED: Final = frozenset({"ravdess-01", "ravdess-05"})
"""Speakers whose clips no shipped network may train on."""

_DEPTH = 3
"""How far below a folder corpora are looked for."""


def find_corpora(
    data: str | os.PathLike[str], names: Iterable[str] | None = None
) -> dict[str, list[Path]]:
    """Find the roots of corpora: `data` itself, or folders up to three levels below it.

    Below a corpus's root only other corpora are looked for, since its folders may lie beside them.
    The generic layouts are found where they are asked for by name and no corpus asked for is, or,
    without names, where `data` is nothing else; below their roots nothing is looked for.

    Returns:
        The folders of each corpus that is there, sorted.

    Raises:
        OptionError: A corpus is not known.
    """
    data = Path(data)
    wanted = _SPECIFIC if names is None else list(names)
    for name in wanted:
        if name not in CORPORA:
            raise OptionError(f"corpus {name!r}: not known; there are {', '.join(CORPORA)}")
    found = _roots(data, wanted)
    if found:
        return found
    if names is None:
        return {each.name: [data] for each in _GENERIC if each.recognise(data)}
    # Asked for by name, a generic layout need not be told from any other: one class will do.
    asked = [each for each in _GENERIC if each.name in wanted]
    return {each.name: [data] for each in asked if each.read(data).clips}


def read_corpora(data: str | os.PathLike[str], names: Iterable[str]) -> Manifest:
    """Read corpora by name, wherever they lie in or below `data`, one after the other.

    Raises:
        OptionError: A corpus is not known, or not there.
    """
    return sum((_read(Path(data), name) for name in names), Manifest(()))


def read_roots(data: str | os.PathLike[str], roots: Mapping[str, Sequence[Path]]) -> Manifest:
    """Read what `find_corpora` found in `data`, one corpus after the other.

    Files below the root of another corpus that lies within a corpus's root are left to the other,
    whether or not that one is read as well.
    """
    everything = _roots(Path(data), _SPECIFIC)
    parts = (
        _without(CORPORA[name].read(folder), _nested(name, folder, everything))
        for name, folders in roots.items()
        for folder in folders
    )
    return sum(parts, Manifest(()))


def _read(data: Path, name: str) -> Manifest:
    folders = find_corpora(data, [name]).get(name)
    if not folders:
        hint = "give the folder that holds it with --data"
        raise OptionError(f"{why_absent(data, [name])}; {hint}")
    return read_roots(data, {name: folders})


def why_absent(data: str | os.PathLike[str], names: Iterable[str] | None = None) -> str:
    """Say why `find_corpora` finds nothing."""
    data, wanted = Path(data), list(names or ())
    if not data.exists():
        return f"{data}: there is no such folder"
    if wanted == [TABLE.name] and (fault := table_fault(data)):
        return fault
    what = ", ".join(wanted) or "a corpus"
    return f"{data}: {what} is neither here nor up to {_DEPTH} folders below"


def _nested(name: str, root: Path, everything: Mapping[str, Sequence[Path]]) -> list[Path]:
    """The roots of other corpora within a corpus's; none in a generic one, which takes all."""
    if CORPORA[name] in _GENERIC:
        return []
    others = (folders for other, folders in everything.items() if other != name)
    return [folder for folders in others for folder in folders if root in folder.parents]


def _without(manifest: Manifest, folders: list[Path]) -> Manifest:
    if not folders:
        return manifest
    outside = {
        path: not any(folder in (path, *path.parents) for folder in folders)
        for path in (each.file for each in (*manifest.clips, *manifest.problems))
    }
    return Manifest(
        tuple(clip for clip in manifest.clips if outside[clip.file]),
        tuple(problem for problem in manifest.problems if outside[problem.file]),
    )


def _roots(data: Path, names: list[str]) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    level = [(data, names)]
    for _ in range(_DEPTH + 1):
        below: list[tuple[Path, list[str]]] = []
        for folder, sought in level:
            here = _recognised(folder, sought)
            for name in here:
                found.setdefault(name, []).append(folder)
            if rest := _sought_below(here, sought):
                below += [(child, rest) for child in _folders(folder)]
        level = below
    return found


def _sought_below(here: list[str], sought: list[str]) -> list[str]:
    """What to look for below a folder that is the root of the corpora `here`."""
    if any(CORPORA[name] in _GENERIC for name in here):
        return []
    others = [name for name in sought if name not in here]
    return [name for name in others if CORPORA[name] not in _GENERIC] if here else others


def _recognised(folder: Path, names: list[str]) -> list[str]:
    here = [name for name in names if CORPORA[name].recognise(folder)]
    return [name for name in here if CORPORA[name] not in _GENERIC] or here


def _folders(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            shown = [entry for entry in entries if not entry.name.startswith(".")]
            return sorted(Path(entry.path) for entry in shown if entry.is_dir())
    except OSError:
        return []
