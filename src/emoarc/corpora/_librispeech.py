"""LibriSpeech: people reading books aloud, who are taken as neutral; nobody was asked."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from emoarc.corpora._clip import Clip, Manifest, Sex
from emoarc.corpora._corpus import Corpus, media_files, read_files
from emoarc.corpora._findings import Findings, read_text

__all__ = ["LIBRISPEECH"]

_STEM = re.compile(r"(\d+)-(\d+-\d{4})")
_SUBSET = re.compile(r"(.*_)?(dev|test|train)-(clean|other)(-\d+)?")
_SPEAKER = re.compile(r"(\d+)\s*\|\s*([FM])\s*\|")

_Sexes = Mapping[str, Sex]


def _recognise(folder: Path) -> bool:
    return any(
        _STEM.fullmatch(path.stem)
        for speaker in _speakers(folder)
        for place in ("*", "*/*")
        for path in speaker.glob(place)
    )


def _speakers(folder: Path) -> Iterator[Path]:
    """The folders named by a speaker's number, in subsets or directly below the root."""
    for child in sorted(folder.glob("*")):
        if child.name.isdecimal():
            yield child
        elif _SUBSET.fullmatch(child.name):
            yield from (path for path in sorted(child.glob("*")) if path.name.isdecimal())


def _read(folder: Path) -> Manifest:
    findings = Findings()
    sexes = _read_sexes(folder / "SPEAKERS.TXT", findings)
    clips = read_files(media_files(folder, "audio"), lambda path: _clip(path, sexes))
    return clips + findings.manifest()


def _read_sexes(path: Path, findings: Findings) -> _Sexes:
    """Read the corpus's table of speakers, which lies beside the subsets; it may be left out."""
    if not path.exists():
        return {}
    lines = read_text(path, findings).splitlines()
    found = (match for line in lines if (match := _SPEAKER.match(line)))
    return {match[1]: "female" if match[2] == "F" else "male" for match in found}


def _clip(path: Path, sexes: _Sexes) -> Clip | str:
    match = _STEM.fullmatch(path.stem)
    if not match:
        return "not a LibriSpeech name such as 367-130732-0001; rename or remove it"
    speaker, sentence = match.groups()
    return Clip(
        path,
        "librispeech",
        "audio",
        emotion="neutral",
        speaker=f"librispeech-{speaker}",
        sex=sexes.get(speaker, ""),
        language="en",
        sentence=sentence,
    )


LIBRISPEECH = Corpus(
    "librispeech",
    "LibriSpeech",
    "CC BY 4.0",
    "any use",
    "Panayotov et al. 2015, ICASSP, and the README.TXT at openslr.org/12",
    _recognise,
    _read,
)
