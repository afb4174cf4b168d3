"""The corpora by name, and finding them on disk."""

import os
from collections.abc import Iterable
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
from emoarc.corpora._table import TABLE
from emoarc.corpora._tess import TESS
from emoarc.errors import OptionError

__all__ = ["CORPORA", "SEALED", "find_corpora", "read_corpora"]

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

SEALED: Final = frozenset({"ravdess-01", "ravdess-05"})
"""Speakers whose clips no shipped network may train on."""

_DEPTH = 3
"""How far below a folder corpora are looked for."""


def find_corpora(data: Path, names: Iterable[str] | None = None) -> dict[str, list[Path]]:
    """Find the roots of corpora: `data` itself, or folders up to three levels below it.

    A folder below a corpus's root is not looked at. The generic layouts are found where they are
    asked for by name and no corpus asked for is, or, without names, where `data` is nothing else.

    Returns:
        The folders of each corpus that is there, sorted.

    Raises:
        OptionError: A corpus is not known.
    """
    generic = [corpus.name for corpus in _GENERIC]
    wanted = [name for name in CORPORA if name not in generic] if names is None else list(names)
    for name in wanted:
        if name not in CORPORA:
            raise OptionError(f"corpus {name!r}: not known; there are {', '.join(CORPORA)}")
    found = _roots(data, wanted)
    if names is None and not found:
        return {name: [data] for name in generic if CORPORA[name].recognise(data)}
    return found


def read_corpora(data: Path, names: Iterable[str]) -> Manifest:
    """Read corpora by name, wherever they lie in or below `data`, one after the other.

    Raises:
        OptionError: A corpus is not known, or not there.
    """
    return sum((_read(data, name) for name in names), Manifest(()))


def _read(data: Path, name: str) -> Manifest:
    folders = find_corpora(data, [name]).get(name)
    if not folders:
        raise OptionError(
            f"{data}: {name} is neither here nor up to {_DEPTH} folders below; give the folder "
            "that holds it with --data"
        )
    return sum((CORPORA[name].read(folder) for folder in folders), Manifest(()))


def _roots(data: Path, names: list[str]) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    level = [data]
    for _ in range(_DEPTH + 1):
        below: list[Path] = []
        for folder in level:
            here = _recognised(folder, names)
            for name in here:
                found.setdefault(name, []).append(folder)
            if not here:
                below += _folders(folder)
        level = below
    return found


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
