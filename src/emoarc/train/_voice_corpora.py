"""Reading the names of acted-speech clips: who speaks, and with which emotion.

Each corpus says so in the stem of a clip's file, whatever the container (`.wav`, `.flac`, `.ogg`).
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from emoarc.errors import OptionError
from emoarc.labels import EMOTIONS, emotion_of

__all__ = [
    "CORPORA",
    "RAVDESS_FOLDS",
    "RAVDESS_LABELS",
    "SEALED",
    "Clip",
    "emotion_index",
    "ravdess_label",
    "read_clips",
]

RAVDESS_LABELS: Final = (
    "neutral", "calm", "happiness", "sadness", "anger", "fear", "disgust", "surprise",
)  # fmt: skip
"""The eight classes of RAVDESS (Livingstone & Russo 2018); the file names count them from 1."""

RAVDESS_FOLDS: Final = (
    (2, 5, 14, 15, 16), (3, 6, 7, 13, 18), (10, 11, 12, 19, 20), (8, 17, 21, 23, 24), (1, 4, 9, 22),
)  # fmt: skip
"""The test actors of the five speaker-independent folds of Luna-Jiménez et al. 2021, "Multimodal
emotion recognition on RAVDESS dataset using transfer learning", Sensors 21, 7665."""

SEALED: Final = frozenset({"ravdess-01", "ravdess-05"})
"""Speakers whose clips no shipped network may train on."""


@dataclass(frozen=True)
class Clip:
    """One recording of one speaker with one acted emotion."""

    path: Path
    corpus: str
    speaker: str
    """The corpus's name, a hyphen, and the speaker's name within it, as in `ravdess-01`."""
    label: str
    """One of `RAVDESS_LABELS`."""
    votes: tuple[float, ...] | None = None
    """The share of listeners who heard each of `EMOTIONS`, where the corpus asked them."""

    @property
    def emotion(self) -> int:
        """The label as an index in `EMOTIONS`."""
        return emotion_index(self.label)


_Named = tuple[str, str] | None
"""A speaker's name and the corpus's word for the emotion, or None for a stem of another kind."""


def read_clips(data: Path, corpora: Iterable[str]) -> list[Clip]:
    """List the clips of `corpora` under `data`, in a fixed order.

    Clips whose emotion is none of `RAVDESS_LABELS` (boredom) are left out.

    Raises:
        OptionError: A corpus is not known, or not there.
    """
    clips: list[Clip] = []
    for corpus in corpora:
        if corpus not in CORPORA:
            raise OptionError(f"corpus {corpus!r}: not known; there are {', '.join(CORPORA)}")
        found = list(_read_corpus(data, corpus))
        if not found:
            folder = data / CORPORA[corpus].folder
            raise OptionError(f"{folder}: no clips of {corpus} here; give its place with --data")
        clips += found
    return clips


def ravdess_label(stem: str) -> str:
    """Return which of `RAVDESS_LABELS` the stem of a RAVDESS file names, in its third field."""
    return RAVDESS_LABELS[int(stem.split("-")[2]) - 1]


def emotion_index(label: str) -> int:
    """Return where in `EMOTIONS` one of `RAVDESS_LABELS` lies; calm counts as neutral."""
    return EMOTIONS.index(emotion_of(label) or "neutral")


def _read_corpus(data: Path, corpus: str) -> Iterator[Clip]:
    layout = CORPORA[corpus]
    votes = _cremad_votes(data / "corpora/cremad/tabulatedVotes.csv") if corpus == "cremad" else {}
    for path in sorted((data / layout.folder).glob(layout.pattern)):
        named = layout.name(path.stem)
        label = named and _label(named[1])
        if named and label:
            speaker = f"{layout.speakers or corpus}-{named[0]}"
            yield Clip(path, corpus, speaker, label, votes.get(path.stem))


def _label(word: str) -> str | None:
    return word if word in RAVDESS_LABELS else emotion_of(word)


def _ravdess(stem: str) -> _Named:
    match = re.fullmatch(r"0[13]-01-0[1-8]-\d\d-\d\d-\d\d-(\d\d)", stem)
    return match and (match[1], ravdess_label(stem))


def _tess(stem: str) -> _Named:
    # OAF or YAF; one neutral clip of the older speaker is officially called OA_bite_neutral.
    match = re.fullmatch(r"(OA|YA)F?_[a-z]+_([a-z]+)", stem)
    return match and (match[1], match[2])


_EMODB_WORDS = {
    "W": "anger", "L": "boredom", "E": "disgust", "A": "fear", "F": "happiness", "T": "sadness",
    "N": "neutral",
}  # fmt: skip


def _emodb(stem: str) -> _Named:
    match = re.fullmatch(r"(\d\d)[ab]\d\d([WLEAFTN])[a-z]?", stem)
    return match and (match[1], _EMODB_WORDS[match[2]])


def _cremad(stem: str) -> _Named:
    match = re.fullmatch(r"(\d{4})_[A-Z]{3}_(ANG|DIS|FEA|HAP|NEU|SAD)_[A-Z]{2}", stem)
    return match and (match[1], match[2])


def _librispeech(stem: str) -> _Named:
    # Nobody was asked how it sounds; people reading a book aloud are taken as neutral.
    match = re.fullmatch(r"(\d+)-\d+-\d{4}", stem)
    return match and (match[1], "neutral")


def _cremad_votes(path: Path) -> dict[str, tuple[float, ...]]:
    """Read stem → share of the votes of those who heard the voice alone, over `EMOTIONS`."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            # Rows are numbered 1xxxxx for voice alone, 2xxxxx face alone, 3xxxxx both.
            rows = [row for row in csv.DictReader(file) if row[""].startswith("1")]
    except OSError as error:
        raise OptionError(f"{path}: CREMA-D's votes are not here") from error
    return {row["fileName"]: _shares(row) for row in rows}


def _shares(row: Mapping[str, str]) -> tuple[float, ...]:
    counts = dict.fromkeys(EMOTIONS, 0.0) | {str(emotion_of(k)): float(row[k]) for k in "ADFHNS"}
    return tuple(count / sum(counts.values()) for count in counts.values())


@dataclass(frozen=True)
class _Layout:
    folder: str
    pattern: str
    name: Callable[[str], _Named]
    speakers: str = ""
    """The corpus that holds the same speakers, if it is another."""


CORPORA: Final = {
    "ravdess": _Layout("corpora/ravdess", "Actor_*/*.*", _ravdess),
    "tess": _Layout("corpora/tess", "*/*.*", _tess),
    "emodb": _Layout("corpora/emodb/wav", "*.*", _emodb),
    "cremad": _Layout("corpora/cremad/AudioWAV", "*.*", _cremad),
    "librispeech": _Layout("noise/librispeech", "**/*.*", _librispeech),
    "ravdess_av": _Layout("corpora/ravdess_av", "Actor_*/*.*", _ravdess, speakers="ravdess"),
}
"""The corpora that can be read, by name."""
