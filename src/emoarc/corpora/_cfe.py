"""CFE, also CFEE: 230 people pose neutral, six basic and fifteen compound expressions.

Layout, as public readers of `CFEE_Database_230` describe it: `01-04/Images1/01_126_3963.jpg`, the
code of the expression, the person, and a serial number; 26 codes, 01 being neutral. What the other
codes mean is said in the sheet `summary` of `AU_annotation_all_subjects.xls` alone, which no
document we found repeats. Export its first two columns as `emotions.csv` (`code,emotion`) beside
the folders to have those images. Also read are folders that name the expression, as copies are
often sorted: `happy/01_126_3963.jpg`, `happily surprised/...`. Compound expressions are none of
the words that emoarc knows, so that their emotion is empty; the stem has their code.
"""

import re
from pathlib import Path

from emoarc.corpora._clip import Clip, Manifest, Problem
from emoarc.corpora._corpus import Corpus, media_files, read_files, read_lookup
from emoarc.labels import canonical

__all__ = ["CFE"]

# A few files of the release have no serial number, or person and code in the other order.
_STEM = re.compile(r"(?P<code>\d\d)_(?P<person>\d{3})(?:_\d+)?")
_TURNED = re.compile(r"(?P<person>\d{3})_(?P<code>\d\d)(?:\.png)?")
_ADVERBS = frozenset({"happily", "sadly", "fearfully", "angrily", "disgustedly"})
_NEUTRAL = {"01": "neutral"}
_UNKNOWN = "no meaning known of code"
_NEED = (
    "export the columns `code` and `emotion` from the sheet `summary` of "
    "AU_annotation_all_subjects.xls to this file; images left out without it"
)
_COMPOUNDS = frozenset({"appalled", "hatred", "awed"})


def _recognise(folder: Path) -> bool:
    return any(
        any(folder.glob(mark))
        for mark in ("[0-9][0-9]-[0-9][0-9]/Images[0-9]", "AU_annotation_all_subjects.xls")
    )


def _read(folder: Path) -> Manifest:
    words, problems = _words(folder)
    manifest = read_files(media_files(folder, "image"), lambda path: _clip(path, words))
    others = tuple(p for p in manifest.problems if not p.what.startswith(_UNKNOWN))
    unknown = len(manifest.problems) - len(others)
    need = (Problem(folder / "emotions.csv", f"{_NEED}: {unknown}"),) if unknown else ()
    return Manifest(manifest.clips, others + problems + need)


def _words(folder: Path) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Return the corpus's words by code."""
    table = folder / "emotions.csv"
    if not table.exists():
        return _NEUTRAL, ()
    words, problems = read_lookup(
        table, ("code", "emotion"), lambda row: (row["code"].zfill(2), row["emotion"])
    )
    return _NEUTRAL | words, problems


def _clip(path: Path, words: dict[str, str]) -> Clip | str:
    match = _STEM.fullmatch(path.stem) or _TURNED.fullmatch(path.stem)
    if not match:
        return "not a CFE name such as 01_126_3963; rename or remove it"
    word = path.parent.name if _is_known(path.parent.name) else words.get(match["code"], "")
    if not _is_known(word):
        return f"{_UNKNOWN} {match['code']}"
    return Clip(
        path, "cfe", "image", emotion=canonical(word) or "", speaker=f"cfe-{match['person']}"
    )


def _is_known(name: str) -> bool:
    """Tell whether a name is one of the emotions, or one of the compounds."""
    words = re.split(r"[\s_-]+", name.strip().lower())
    if len(words) == 2:
        return words[0] in _ADVERBS and canonical(words[1]) is not None
    return canonical(name) is not None or words[0] in _COMPOUNDS


CFE = Corpus(
    "cfe",
    "Compound Facial Expressions of Emotion",
    "on request from the makers, whose terms we have not seen",
    "unknown",
    "Du, Tao & Martinez 2014, PNAS 111(15), E1454-E1462, which does not describe the files; names "
    "as public readers of CFEE_Database_230 give them",
    _recognise,
    _read,
)
